#include "mirror/kept_evidence.h"

#include <optional>

#include "client/server_evidence.h"
#include "log/heads_on_the_way.h"

namespace sumlog::mirror {

std::string KeepEvidence(const absl::Status& status, const client::AnswerLog& answers,
                         const EvidenceSource& source) {
  client::ServerEvidence evidence{.found = std::string(status.message()),
                                  .server = source.from,
                                  .key = source.key.ToString(),
                                  .when = source.clock->Now(),
                                  .answers = answers.answers()};
  client::AddForkedNotes(status, &evidence);
  if (source.store != nullptr) {
    const absl::StatusOr<std::optional<storage::StoredHead>> ours =
        log::NewestSigned(*source.store);
    if (ours.ok() && ours->has_value()) {
      evidence.answers.push_back(client::MakeAnswer("the newest head that this mirror holds",
                                                    (*ours)->note, evidence.when));
    }
  }
  return client::SaveEvidence(evidence, source.folder).value_or("");
}

}  // namespace sumlog::mirror
