// Answers the messages whose records the sequencer has decided about: journals them, then tells
// those who wait. On a thread of its own, so that the sequencer goes on with its next round.
//
// What gathers while one batch of messages is answered is the next batch: its lines go to the
// journal in one write.
//
// Safe from any thread.

#ifndef SUMLOG_RPC_ADD_ANSWERS_H_
#define SUMLOG_RPC_ADD_ANSWERS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/mutex.h"
#include "log/published_head.h"
#include "log/sequencer.h"
#include "rpc/add_batch.h"
#include "rpc/admin_context.h"
#include "rpc/pending_adds.h"

namespace sumlog::rpc {

// Of adding, in the journal and for those who ask what they may.
inline constexpr char kAddCall[] = "AddRecords";

// What is answered to a message.
struct AddReply {
  ResultMessages results;
  // Shared: one published head answers many messages. Never null when there are results.
  std::shared_ptr<const log::PublishedHead> head;
};

using AddReplyDone = std::function<void(absl::StatusOr<AddReply>)>;

// A message of records on its way, and who waits for what becomes of it.
struct AddedMessage {
  std::string who, peer;  // for the journal
  AddBatch batch;
  AddReplyDone done;
};

class AddAnswers {
 public:
  // Keeps both pointers. `pending` counts each message from Expect until its `done` has returned.
  AddAnswers(const AdminContext* admin, PendingAdds* pending);

  // Answers all that was put first.
  ~AddAnswers();

  AddAnswers(const AddAnswers&) = delete;
  AddAnswers& operator=(const AddAnswers&) = delete;

  // What messages are about.
  const AdminContext& admin() const { return *admin_; }

  // Counts a message as under way: it is Put once.
  void Expect() { pending_->Begin(); }

  // What the sequencer says of `message`; quick. Its `done` is called once, from the thread of this
  // object, when the journal has the message; in the order of these calls.
  void Put(std::shared_ptr<AddedMessage> message, absl::StatusOr<log::AddAnswer> answer);

  // For a message that the sequencer need not see: journals it as `call` and calls its `done` in
  // this thread. With OK in `result` its batch has the results.
  void AnswerNow(AddedMessage& message, absl::string_view call, const absl::Status& result,
                 std::shared_ptr<const log::PublishedHead> head);

  // Waits until all that was put before this call is answered. Not from a `done`.
  void Flush();

 private:
  struct Decided {
    // Shared: with the completion that brought it, which must be copyable.
    std::shared_ptr<AddedMessage> message;
    absl::StatusOr<log::AddAnswer> answer;
  };

  void Run();
  void AnswerAll(const std::vector<Decided>& decided);

  // Constant after construction.
  const AdminContext* const admin_;
  PendingAdds* const pending_;

  Mutex mu_;
  CondVar changed_;
  std::vector<Decided> waiting_ ABSL_GUARDED_BY(mu_);
  std::uint64_t put_ ABSL_GUARDED_BY(mu_) = 0;       // messages, ever
  std::uint64_t answered_ ABSL_GUARDED_BY(mu_) = 0;  // of them
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;

  std::jthread thread_;  // last: it uses the rest
};

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_ADD_ANSWERS_H_
