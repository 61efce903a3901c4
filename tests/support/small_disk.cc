#include "support/small_disk.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "support/temp_folder.h"

namespace sumlog::testing {
namespace {

constexpr char kTmpfsSize[] = "size=48m";

// Mounts a small tmpfs on `folder`, seen by this process alone. Returns why it cannot, or "".
std::string Mount(const std::string& folder) {
  const int namespaces = CLONE_NEWNS | (::geteuid() == 0 ? 0 : CLONE_NEWUSER);
  if (::unshare(namespaces) != 0) return absl::StrCat("unshare: ", std::strerror(errno));
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return absl::StrCat("make mounts private: ", std::strerror(errno));
  }
  if (::mount("none", folder.c_str(), "tmpfs", 0, kTmpfsSize) != 0) {
    return absl::StrCat("mount: ", std::strerror(errno));
  }
  return "";
}

struct SmallDisk {
  SmallDisk() : refused(Mount(folder.path())) {}
  ~SmallDisk() { ::umount2(folder.path().c_str(), MNT_DETACH); }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  const TempFolder folder;
  const std::string refused;  // why there is none; empty: there is
};

const SmallDisk& Disk() {
  static const SmallDisk disk;
  return disk;
}

}  // namespace

void SmallDiskTest::SetUp() {
  const std::string& refused = Disk().refused;
  if (refused.empty()) return;
  const char* const ci = std::getenv("CI");
  if (ci != nullptr && *ci != '\0') {
    FAIL() << "a tmpfs cannot be mounted here: " << refused
           << "; allow user namespaces, or unset CI to skip the full-disk tests";
  }
  std::fprintf(stderr, "\n*** the full-disk tests are SKIPPED: %s ***\n\n", refused.c_str());
  GTEST_SKIP() << "a tmpfs cannot be mounted here: " << refused;
}

std::string SmallDiskTest::Path(const std::string& name) {
  return absl::StrCat(Disk().folder.path(), "/", name);
}

void SmallDiskTest::FillDisk(const std::string& name) {
  const FileDescriptor file(
      ::open(Path(name).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  ASSERT_TRUE(file.valid());
  for (std::size_t piece = 1 << 20; piece > 0; piece /= 2) {
    const std::string bytes(piece, 'x');
    while (::write(file.get(), bytes.data(), bytes.size()) > 0) {
    }
    ASSERT_EQ(errno, ENOSPC);
  }
}

}  // namespace sumlog::testing
