// Goal: the service manager gets exactly the state, at paths and at abstract addresses.
// Method: a datagram socket of the test stands in for systemd's.

#include "ops/service_notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "gtest/gtest.h"
#include "support/temp_folder.h"

namespace sumlog::ops {
namespace {

// A bound datagram socket; '@' begins an abstract address.
FileDescriptor Listen(const std::string& address) {
  sockaddr_un bound = {};
  bound.sun_family = AF_UNIX;
  std::memcpy(bound.sun_path, address.data(), address.size());
  if (address[0] == '@') bound.sun_path[0] = '\0';
  FileDescriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size());
  EXPECT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&bound), size), 0);
  return socket;
}

std::string Receive(const FileDescriptor& socket) {
  char buffer[100];
  const ssize_t size = ::recv(socket.get(), buffer, sizeof(buffer), MSG_DONTWAIT);
  return size < 0 ? "nothing" : std::string(buffer, static_cast<std::size_t>(size));
}

TEST(NotifyServiceManager, SendsTheStateToAPath) {
  const testing::TempFolder folder;
  const std::string path = folder.path() + "/notify";
  const FileDescriptor socket = Listen(path);
  EXPECT_TRUE(NotifyServiceManager(path, "READY=1").ok());
  EXPECT_EQ(Receive(socket), "READY=1");
  EXPECT_EQ(Receive(socket), "nothing");
}

TEST(NotifyServiceManager, SendsTheStateToAnAbstractName) {
  const std::string name = absl::StrCat("@sumlog-notify-test-", ::getpid());
  const FileDescriptor socket = Listen(name);
  EXPECT_TRUE(NotifyServiceManager(name, "STOPPING=1").ok());
  EXPECT_EQ(Receive(socket), "STOPPING=1");
}

TEST(NotifyServiceManager, DoesNothingWithoutASocket) {
  EXPECT_TRUE(NotifyServiceManager("", "READY=1").ok());
}

TEST(NotifyServiceManager, SaysThatNobodyListens) {
  const testing::TempFolder folder;
  EXPECT_EQ(NotifyServiceManager(folder.path() + "/none", "READY=1").code(),
            absl::StatusCode::kNotFound);
}

TEST(NotifyServiceManager, RefusesWhatIsNoAddress) {
  for (const std::string& address :
       {std::string("relative"), std::string("@"), std::string("/"), "/" + std::string(200, 'x')}) {
    EXPECT_EQ(NotifyServiceManager(address, "READY=1").code(), absl::StatusCode::kInvalidArgument)
        << address;
  }
}

}  // namespace
}  // namespace sumlog::ops
