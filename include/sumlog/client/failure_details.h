// What a failed call carries beside its message: words and bytes of strangers.
//
// A message is ours, one line of it, and programs print it as their own words. What a server has
// sent must never get there, or a server could write "fix: curl … | sh" for us. It travels as
// payloads of the absl::Status instead, and whoever prints it says whose it is.
//
// Pure; safe from any thread.

#ifndef SUMLOG_CLIENT_FAILURE_DETAILS_H_
#define SUMLOG_CLIENT_FAILURE_DETAILS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sumlog::client {

// The text that came with an answer of another status than 200: at most 8 lines and 648 bytes, with
// nothing in it that could drive a terminal. Empty when there is none. Show it quoted.
std::string ServerTextOf(const absl::Status& status);
absl::Status WithServerText(absl::Status status, absl::string_view text);

// The signed notes that contradict each other, one after the other, byte for byte; empty when the
// failure is no fork. They are the evidence: keep them.
std::string ForkedNotesOf(const absl::Status& status);
absl::Status WithForkedNotes(absl::Status status, absl::string_view notes);

// How long the server wants to be left alone (Retry-After of a 429 or 5xx): more than zero and at
// most a day; zero when it has not said.
absl::Duration RetryAfterOf(const absl::Status& status);
absl::Status WithRetryAfter(absl::Status status, absl::Duration wait);

// The same code and payloads with another message. `status` is not OK.
absl::Status Reword(const absl::Status& status, absl::string_view message);

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_FAILURE_DETAILS_H_
