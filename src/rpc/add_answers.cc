#include "rpc/add_answers.h"

#include <utility>

#include "admin/journal.h"
#include "base/thread.h"

namespace sumlog::rpc {
namespace {

admin::JournalEntry LineOf(const AddedMessage& message, absl::string_view call,
                           const absl::Status& result) {
  return {.who = message.who,
          .peer = message.peer,
          .call = std::string(call),
          .details = message.batch.JournalDetails(),
          .result = result};
}

// After the line of `message` was appended with the status `journalled`.
void Tell(AddedMessage& message, absl::Status result, const absl::Status& journalled,
          std::shared_ptr<const log::PublishedHead> head) {
  if (result.ok()) result = admin::DoneButNotJournalled(journalled);
  if (!result.ok()) return message.done(result);
  message.done(
      AddReply{.results = std::move(*message.batch.mutable_results()), .head = std::move(head)});
}

}  // namespace

AddAnswers::AddAnswers(const AdminContext* admin, PendingAdds* pending)
    : admin_(admin), pending_(pending), thread_(StartThread("answers", [this] { Run(); })) {}

AddAnswers::~AddAnswers() {
  {
    MutexLock lock(&mu_);
    stopping_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

void AddAnswers::Put(std::shared_ptr<AddedMessage> message, absl::StatusOr<log::AddAnswer> answer) {
  MutexLock lock(&mu_);
  waiting_.push_back({.message = std::move(message), .answer = std::move(answer)});
  ++put_;
  if (waiting_.size() == 1) changed_.NotifyAll();
}

void AddAnswers::AnswerNow(AddedMessage& message, absl::string_view call,
                           const absl::Status& result,
                           std::shared_ptr<const log::PublishedHead> head) {
  const absl::Status journalled =
      admin_->journal->Append(LineOf(message, call, result), admin::Journal::Durability::kKill);
  Tell(message, result, journalled, std::move(head));
}

void AddAnswers::Flush() {
  MutexLock lock(&mu_);
  const std::uint64_t put = put_;
  while (answered_ < put) changed_.Wait(&mu_);
}

void AddAnswers::Run() {
  while (true) {
    std::vector<Decided> decided;
    {
      MutexLock lock(&mu_);
      while (waiting_.empty() && !stopping_) changed_.Wait(&mu_);
      if (waiting_.empty()) return;
      decided.swap(waiting_);
    }
    AnswerAll(decided);
    MutexLock lock(&mu_);
    answered_ += decided.size();
    changed_.NotifyAll();
  }
}

void AddAnswers::AnswerAll(const std::vector<Decided>& decided) {
  std::vector<absl::Status> results;
  std::vector<admin::JournalEntry> lines;
  for (const Decided& each : decided) {
    results.push_back(each.message->batch.Answer(each.answer));
    lines.push_back(LineOf(*each.message, kAddCall, results.back()));
  }
  const absl::Status journalled =
      admin_->journal->AppendAll(lines, admin::Journal::Durability::kKill);
  for (std::size_t i = 0; i < decided.size(); ++i) {
    const absl::StatusOr<log::AddAnswer>& answer = decided[i].answer;
    Tell(*decided[i].message, std::move(results[i]), journalled,
         answer.ok() ? answer->head : admin_->log->reader().Newest());
    pending_->End();
  }
}

}  // namespace sumlog::rpc
