#include "rpc/add_message.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "log/decision.h"

namespace sumlog::rpc {
namespace {

// Journals a message that is refused as a whole, and says why.
absl::Status RefuseAll(const AdminContext& admin, const Caller& caller, int record_count,
                       const absl::Status& why) {
  admin.journal
      ->Append({.who = caller.grant.name,
                .peer = caller.peer,
                .call = kAddCall,
                .details = {{"records", absl::StrCat(record_count)}},
                .result = why},
               admin::Journal::Durability::kKill)
      .IgnoreError();  // nothing was done, and why not says more
  return why;
}

// Answers what adding would lead to now.
void Foresee(AddAnswers& answers, AddedMessage& message) {
  const log::OriginLog& log = *answers.admin().log;
  const auto head = log.reader().Newest();
  const std::optional<log::FrozenState> frozen = log.frozen();
  const absl::Status status =
      frozen.has_value()
          ? message.batch.Answer(log::FrozenError(*frozen))
          : message.batch.AnswerWithoutAdding(log.reader().store(), head->signed_head.head.size);
  answers.AnswerNow(message, absl::StrCat(kAddCall, " (dry run)"), status, head);
}

}  // namespace

void AddMessage(AddAnswers& answers, const Caller& caller, const gosum::ModulePatterns& allowed,
                const RecordMessages& records, bool dry_run, AddReplyDone done) {
  const AdminContext& admin = answers.admin();
  absl::StatusOr<AddBatch> batch = AddBatch::Read(records, allowed);
  if (!batch.ok()) return done(RefuseAll(admin, caller, records.size(), batch.status()));
  if (const absl::Status room = admin.journal->MakeRoom(); !room.ok()) {
    return done(RefuseAll(admin, caller, records.size(), room));
  }
  // Shared: a completion must be copyable.
  const auto message = std::make_shared<AddedMessage>(AddedMessage{.who = caller.grant.name,
                                                                   .peer = caller.peer,
                                                                   .batch = *std::move(batch),
                                                                   .done = std::move(done)});
  if (dry_run) return Foresee(answers, *message);
  log::AddRequest request{
      .records = message->batch.TakeRecords(),
      .provenance = {.how = "ingest", .from = caller.grant.name, .when = absl::Time()}};
  if (request.records.empty()) {
    return answers.AnswerNow(*message, kAddCall, absl::OkStatus(), admin.log->reader().Newest());
  }
  answers.Expect();
  admin.log->sequencer().Add(std::move(request),
                             [message, &answers](absl::StatusOr<log::AddAnswer> answer) {
                               answers.Put(message, std::move(answer));
                             });
}

}  // namespace sumlog::rpc
