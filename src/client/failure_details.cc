#include "sumlog/client/failure_details.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"

namespace sumlog::client {
namespace {

constexpr char kServerText[] = "sumlog/server-text";
constexpr char kRetryAfter[] = "sumlog/retry-after";  // seconds, in digits
constexpr std::int64_t kMostRetryAfter = 24 * 60 * 60;
constexpr char kForkedNotes[] = "sumlog/forked-notes";

std::string PayloadOf(const absl::Status& status, absl::string_view type) {
  const absl::optional<absl::Cord> payload = status.GetPayload(type);
  return payload.has_value() ? std::string(*payload) : "";
}

absl::Status WithPayload(absl::Status status, absl::string_view type, absl::string_view bytes) {
  if (!bytes.empty()) status.SetPayload(type, absl::Cord(bytes));
  return status;
}

}  // namespace

std::string ServerTextOf(const absl::Status& status) { return PayloadOf(status, kServerText); }

absl::Status WithServerText(absl::Status status, absl::string_view text) {
  return WithPayload(std::move(status), kServerText, text);
}

std::string ForkedNotesOf(const absl::Status& status) { return PayloadOf(status, kForkedNotes); }

absl::Status WithForkedNotes(absl::Status status, absl::string_view notes) {
  return WithPayload(std::move(status), kForkedNotes, notes);
}

absl::Duration RetryAfterOf(const absl::Status& status) {
  std::int64_t seconds = 0;
  if (!absl::SimpleAtoi(PayloadOf(status, kRetryAfter), &seconds)) return absl::ZeroDuration();
  return absl::Seconds(seconds);
}

absl::Status WithRetryAfter(absl::Status status, absl::Duration wait) {
  const std::int64_t seconds =
      std::clamp<std::int64_t>(absl::ToInt64Seconds(wait), 0, kMostRetryAfter);
  if (seconds == 0) return status;
  return WithPayload(std::move(status), kRetryAfter, absl::StrCat(seconds));
}

absl::Status Reword(const absl::Status& status, absl::string_view message) {
  absl::Status reworded(status.code(), message);
  status.ForEachPayload([&reworded](absl::string_view type, const absl::Cord& payload) {
    reworded.SetPayload(type, payload);
  });
  return reworded;
}

}  // namespace sumlog::client
