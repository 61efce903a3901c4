// A TCP socket that listens on a free port of 127.0.0.1.

#ifndef SUMLOG_TESTS_SUPPORT_LOOPBACK_LISTENER_H_
#define SUMLOG_TESTS_SUPPORT_LOOPBACK_LISTENER_H_

#include <cstdint>

#include "base/file.h"

namespace sumlog::testing {

class LoopbackListener {
 public:
  LoopbackListener();

  std::uint16_t port() const { return port_; }

  // The next connection; none (valid() is false) after Shutdown. For one thread.
  FileDescriptor Accept() const;

  // Ends Accept, from any thread.
  void Shutdown() const;

 private:
  FileDescriptor socket_;
  std::uint16_t port_ = 0;
};

}  // namespace sumlog::testing

#endif  // SUMLOG_TESTS_SUPPORT_LOOPBACK_LISTENER_H_
