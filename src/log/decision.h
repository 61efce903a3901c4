// What an operator has decided about a log, and why: to freeze it, to block a module version.
//
// A reason is shown to whoever meets the decision, in one line of a terminal. Decisions are kept as
// small state of the store, as text:
//
//   sumlog decision 1
//   when: 2026-11-21T12:00:00.000000Z
//   who: release-bot
//   reason: the zip was replaced upstream
//
// Pure: no I/O, no locks, no clock. Safe from any thread.

#ifndef SUMLOG_LOG_DECISION_H_
#define SUMLOG_LOG_DECISION_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sumlog::log {

inline constexpr std::size_t kMaxReasonBytes =
    400;  // of the 648 bytes that `go` shows of an answer
inline constexpr std::size_t kMaxWhoBytes = 256;

struct Decision {
  std::string reason;  // 1 to kMaxReasonBytes bytes of UTF-8, all of it IsShowable
  std::string who;     // name of a grant; at most kMaxWhoBytes bytes of the same
  absl::Time when;     // kept with microseconds

  friend bool operator==(const Decision&, const Decision&) = default;
};

// kInvalidArgument: what is wrong with it.
absl::Status CheckDecision(const Decision& decision);

// As it is kept. `decision` has passed CheckDecision.
std::string FormatDecision(const Decision& decision);

// kDataLoss: not what FormatDecision writes.
absl::StatusOr<Decision> ParseDecision(absl::string_view text);

// kFailedPrecondition: no adds, for the log is frozen. The message has the reason, who and when.
absl::Status FrozenError(const Decision& decision);

// Whether this is FrozenError, and no other failed precondition.
bool IsFrozen(const absl::Status& status);

// kPermissionDenied: no lookup of `module` ("path@version"), for it is blocked.
absl::Status BlockedError(absl::string_view module, const Decision& decision);

// The reason that a FrozenError or BlockedError carries; empty for any other status.
std::string ReasonOf(const absl::Status& status);

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_DECISION_H_
