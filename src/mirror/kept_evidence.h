// Keeps what contradicts what an upstream has signed, in a file for the people who must judge it
// (client/server_evidence.h). One way for all that mirrors take records from.
//
// Safe from any thread.

#ifndef SUMLOG_MIRROR_KEPT_EVIDENCE_H_
#define SUMLOG_MIRROR_KEPT_EVIDENCE_H_

#include <string>

#include "absl/status/status.h"
#include "base/clock.h"
#include "client/answer_recorder.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/note.h"

namespace sumlog::mirror {

struct EvidenceSource {
  const tlog::VerifierKey& key;  // was to vouch for what came
  std::string from;              // the upstream's URLs without credentials, or a bundle's name
  std::string folder;            // made when it is needed
  // The newest signed head of this store goes along; null: it holds none.
  const storage::LogStore* store = nullptr;
  Clock* clock = SystemClock();
};

// `status` is a contradiction (contradiction.h) that was found in `answers`. Returns the file's
// path; empty when it could not be kept.
std::string KeepEvidence(const absl::Status& status, const client::AnswerLog& answers,
                         const EvidenceSource& source);

}  // namespace sumlog::mirror

#endif  // SUMLOG_MIRROR_KEPT_EVIDENCE_H_
