// What a server sent that contradicts what a log has signed, kept in a file for the people who must
// judge it.
//
//   sumlog evidence 1
//   found: tile/8/0/000.p/5 of a signed tree is of 0 bytes, want 160
//   time: 2026-11-21T08:30:00Z
//   server: https://sum.example.com
//   key: sum.example.com+c89c7779+AZ…
//   answers: 2
//
//   answer: /latest
//   time: 2026-11-21T08:29:59Z
//   size: 153
//   sha256: 5f0c…
//   | go.sum database tree          the bytes as text, made fit for a terminal
//   | …
//   base64:                         the same bytes exactly, in lines of 76
//   Z28uc3VtIGRhdGFiYXNlIHRyZWUK…
//
// Trust: the file holds a stranger's bytes; only lines that do not begin with "| " are ours. Safe
// from any thread.

#ifndef SUMLOG_CLIENT_SERVER_EVIDENCE_H_
#define SUMLOG_CLIENT_SERVER_EVIDENCE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/answer_recorder.h"

namespace sumlog::client {

struct ServerEvidence {
  std::string found;   // what contradicts what, one line
  std::string server;  // its URL, without credentials
  std::string key;     // the verifier key that was to vouch for it
  absl::Time when;
  std::vector<RecordedAnswer> answers;
};

// No folder gets more of them, however often a script meets the same liar.
inline constexpr std::size_t kMaxEvidenceFiles = 100;

std::string FormatEvidence(const ServerEvidence& evidence);

// Adds the signed heads that contradict each other, when `status` is a fork (ForkedNotesOf).
void AddForkedNotes(const absl::Status& status, ServerEvidence* evidence);

// Writes it to a new file "sumlog-evidence-<time>-<hash of what came>.txt" in `folder`, which is
// made when it is missing ("" is the current one), synced, and for the owner's eyes. Returns its
// absolute path; where a file with the same bytes of the same server is there already, that one's.
// Nothing is ever overwritten.
//
//   kResourceExhausted  no space, or kMaxEvidenceFiles are there
//   kPermissionDenied, kUnavailable  as CreateFileDurably
absl::StatusOr<std::string> SaveEvidence(const ServerEvidence& evidence, const std::string& folder);

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_SERVER_EVIDENCE_H_
