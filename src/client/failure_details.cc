#include "sumlog/client/failure_details.h"

#include <utility>

#include "absl/strings/cord.h"
#include "absl/types/optional.h"

namespace sumlog::client {
namespace {

constexpr char kServerText[] = "sumlog/server-text";
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

absl::Status Reword(const absl::Status& status, absl::string_view message) {
  absl::Status reworded(status.code(), message);
  status.ForEachPayload([&reworded](absl::string_view type, const absl::Cord& payload) {
    reworded.SetPayload(type, payload);
  });
  return reworded;
}

}  // namespace sumlog::client
