// Runs code as a user who is not root, also where the tests run as root, who may read every file.
//
//   RunAsNobody(folder, [&] { EXPECT_TRUE(absl::IsPermissionDenied(ReadFile(path, 10).status()));
//   });
//
// Linux gives each thread its own user, so only a thread of the test changes; threads that it
// starts are of that user too.

#ifndef SUMLOG_TESTS_SUPPORT_AS_NOBODY_H_
#define SUMLOG_TESTS_SUPPORT_AS_NOBODY_H_

#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>
#include <thread>

#include "base/check.h"

namespace sumlog::testing {

// Gives `folder` and all in it to nobody, opens the way to it, and runs `code` as nobody. When the
// tests are not run by root, runs it as who they are.
inline void RunAsNobody(const std::string& folder, const std::function<void()>& code) {
  constexpr uid_t kNobody = 65534;
  constexpr uid_t kUnchanged = static_cast<uid_t>(-1);
  namespace fs = std::filesystem;
  if (::geteuid() != 0) return code();
  // The group stays root's, so it is the group's right to pass that counts.
  fs::permissions(fs::path(folder).parent_path(), fs::perms::group_exec, fs::perm_options::add);
  CHECK(::lchown(folder.c_str(), kNobody, kUnchanged) == 0);
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    CHECK(::lchown(entry.path().c_str(), kNobody, kUnchanged) == 0);
  }
  std::thread([&code] {
    // Not setresuid(3), which would change every thread.
    CHECK(::syscall(SYS_setresuid, kNobody, kNobody, kNobody) == 0);
    code();
  }).join();
}

}  // namespace sumlog::testing

#endif  // SUMLOG_TESTS_SUPPORT_AS_NOBODY_H_
