// Tells systemd how far we are (Type=notify).
//
// Safe from any thread. Spec: sd_notify(3), "Standalone Implementations".

#ifndef SUMLOG_OPS_SERVICE_NOTIFY_H_
#define SUMLOG_OPS_SERVICE_NOTIFY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sumlog::ops {

// Sends `state` ("READY=1", "STOPPING=1") as one datagram to `socket`, the value of NOTIFY_SOCKET:
// a path, or '@' and an abstract name. OK and nothing is sent when `socket` is empty.
// kInvalidArgument: not such an address. kUnavailable and the like: nobody listens there; the
// service works without.
absl::Status NotifyServiceManager(const std::string& socket, absl::string_view state);

}  // namespace sumlog::ops

#endif  // SUMLOG_OPS_SERVICE_NOTIFY_H_
