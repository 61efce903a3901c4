#include "rpc/add_message.h"

#include <utility>

#include "base/status_macros.h"

namespace sumlog::rpc {
namespace {

// Shared by the steps of one message, which run one after the other.
struct UnderWay {
  const AdminContext& admin;
  std::string who, peer;
  AddBatch batch;
  AddReplyDone done;
};

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
  if (status.ok()) status = journalled;
  if (!status.ok()) return message.done(status);
  message.done(
      AddReply{.results = std::move(*message.batch.mutable_results()), .head = std::move(head)});
}

void OnAnswer(UnderWay& message, const absl::StatusOr<log::AddAnswer>& answer) {
  const absl::Status status = message.batch.Answer(answer);
  Finish(message, status, answer.ok() ? answer->head : message.admin.log->reader().Newest(),
         "AddRecords");
}

}  // namespace

void AddMessage(const AdminContext& admin, PendingAdds& pending, const Caller& caller,
                const gosum::ModulePatterns& allowed, const RecordMessages& records, bool dry_run,
                AddReplyDone done) {
  absl::StatusOr<AddBatch> batch = AddBatch::Read(records, allowed);
  if (!batch.ok()) return done(batch.status());
  // Shared: a completion must be copyable.
  const auto message = std::make_shared<UnderWay>(UnderWay{.admin = admin,
                                                           .who = caller.grant.name,
                                                           .peer = caller.peer,
                                                           .batch = *std::move(batch),
                                                           .done = std::move(done)});
  const log::LogReader& reader = admin.log->reader();
  if (dry_run) {
    const auto head = reader.Newest();
    return Finish(*message, message->batch.AnswerWithoutAdding(reader.store()), head,
                  "AddRecords (dry run)");
  }
  log::AddRequest request{
      .records = message->batch.TakeRecords(),
      .provenance = {.how = "ingest", .from = caller.grant.name, .when = absl::Time()}};
  if (request.records.empty()) {
    return Finish(*message, absl::OkStatus(), reader.Newest(), "AddRecords");
  }
  pending.Begin();
  admin.log->sequencer().Add(std::move(request),
                             [message, &pending](const absl::StatusOr<log::AddAnswer>& answer) {
                               OnAnswer(*message, answer);
                               pending.End();
                             });
}

}  // namespace sumlog::rpc
