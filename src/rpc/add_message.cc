#include "rpc/add_message.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "log/decision.h"

namespace sumlog::rpc {
namespace {

constexpr char kCall[] = "AddRecords";

// Shared by the steps of one message, which run one after the other.
struct UnderWay {
  const AdminContext& admin;
  std::string who, peer;
  AddBatch batch;
  AddReplyDone done;
};

// Journals a message that is refused as a whole, and says why.
absl::Status RefuseAll(const AdminContext& admin, const Caller& caller, int record_count,
                       const absl::Status& why) {
  admin.journal
      ->Append({.who = caller.grant.name,
                .peer = caller.peer,
                .call = kCall,
                .details = {{"records", absl::StrCat(record_count)}},
                .result = why},
               admin::Journal::Durability::kKill)
      .IgnoreError();  // nothing was done, and why not says more
  return why;
}

// Writes the journal, then answers.
void Finish(UnderWay& message, absl::Status status, std::shared_ptr<const log::PublishedHead> head,
            absl::string_view call) {
  const absl::Status journalled =
      message.admin.journal->Append({.who = message.who,
                                     .peer = message.peer,
                                     .call = std::string(call),
                                     .details = message.batch.JournalDetails(),
                                     .result = status},
                                    admin::Journal::Durability::kKill);
  if (status.ok()) status = admin::DoneButNotJournalled(journalled);
  if (!status.ok()) return message.done(status);
  message.done(
      AddReply{.results = std::move(*message.batch.mutable_results()), .head = std::move(head)});
}

void OnAnswer(UnderWay& message, const absl::StatusOr<log::AddAnswer>& answer) {
  const absl::Status status = message.batch.Answer(answer);
  Finish(message, status, answer.ok() ? answer->head : message.admin.log->reader().Newest(), kCall);
}

// Answers what adding would lead to now.
void Foresee(UnderWay& message) {
  const log::OriginLog& log = *message.admin.log;
  const auto head = log.reader().Newest();
  const std::optional<log::FrozenState> frozen = log.frozen();
  const absl::Status status =
      frozen.has_value()
          ? message.batch.Answer(log::FrozenError(*frozen))
          : message.batch.AnswerWithoutAdding(log.reader().store(), head->signed_head.head.size);
  Finish(message, status, head, "AddRecords (dry run)");
}

}  // namespace

void AddMessage(const AdminContext& admin, PendingAdds& pending, const Caller& caller,
                const gosum::ModulePatterns& allowed, const RecordMessages& records, bool dry_run,
                AddReplyDone done) {
  absl::StatusOr<AddBatch> batch = AddBatch::Read(records, allowed);
  if (!batch.ok()) return done(RefuseAll(admin, caller, records.size(), batch.status()));
  if (const absl::Status room = admin.journal->MakeRoom(); !room.ok()) {
    return done(RefuseAll(admin, caller, records.size(), room));
  }
  // Shared: a completion must be copyable.
  const auto message = std::make_shared<UnderWay>(UnderWay{.admin = admin,
                                                           .who = caller.grant.name,
                                                           .peer = caller.peer,
                                                           .batch = *std::move(batch),
                                                           .done = std::move(done)});
  if (dry_run) return Foresee(*message);
  log::AddRequest request{
      .records = message->batch.TakeRecords(),
      .provenance = {.how = "ingest", .from = caller.grant.name, .when = absl::Time()}};
  if (request.records.empty()) {
    return Finish(*message, absl::OkStatus(), admin.log->reader().Newest(), kCall);
  }
  pending.Begin();
  admin.log->sequencer().Add(std::move(request),
                             [message, &pending](const absl::StatusOr<log::AddAnswer>& answer) {
                               OnAnswer(*message, answer);
                               pending.End();
                             });
}

}  // namespace sumlog::rpc
