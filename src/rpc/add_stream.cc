#include "rpc/add_stream.h"

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "rpc/caller.h"
#include "rpc/proto_convert.h"
#include "rpc/status_convert.h"

namespace sumlog::rpc {
namespace {

// Of one stream with the sequencer: enough to fill the round that gathers while another commits.
constexpr std::size_t kMaxMessagesUnderWay = 16;

using Reactor = grpc::ServerBidiReactor<v1::AddRecordsRequest, v1::AddRecordsResponse>;

// Owns itself until the call is done; answers may come after that, so each keeps it alive.
class AddStream final : public Reactor,
                        private OpenStream,
                        public std::enable_shared_from_this<AddStream> {
 public:
  AddStream(grpc::CallbackServerContext* context, AddAnswers& answers, OpenStreams& streams)
      : context_(context), to_answer_(answers), streams_(streams) {}

  void Begin() {
    const absl::Status status = SetUp();
    MutexLock lock(&mu_);
    self_ = shared_from_this();
    idle_since_ = std::chrono::steady_clock::now();
    if (!status.ok()) return End(ToGrpcStatusOfLimit(status));
    if (!ended_) StartRead(&request_);
  }

  void OnReadDone(bool ok) override {
    // Shared: its completion may outlive the call.
    const auto answer = std::make_shared<Answer>();
    {
      MutexLock lock(&mu_);
      if (!ok || draining_ || ended_) {
        half_closed_ = true;
        return EndWhenAllIsAnswered();
      }
      answers_.push_back(answer);
    }
    // Without the lock: the answer may come at once. taking_ keeps request_ and caller_ untouched
    // meanwhile, and the next message behind this one in the sequencer's queue.
    if (const absl::Status status = AskAgain(); status.ok()) {
      AddMessage(to_answer_, caller_, allowed_, request_.records(), request_.dry_run(),
                 [self = shared_from_this(), answer](absl::StatusOr<AddReply> reply) {
                   self->OnReply(answer, std::move(reply));
                 });
    } else {
      OnReply(answer, status);
    }
    MutexLock lock(&mu_);
    taking_ = false;
    TakeNext();
  }

  void OnWriteDone(bool ok) override {
    MutexLock lock(&mu_);
    writing_since_.reset();
    if (!ok) return End(ToGrpcStatus(absl::CancelledError("the client has gone")));
    answers_.pop_front();
    idle_since_ = std::chrono::steady_clock::now();
    WriteNext();
    TakeNext();
    EndWhenAllIsAnswered();
  }

  void OnCancel() override {
    MutexLock lock(&mu_);
    End(ToGrpcStatus(absl::CancelledError("the call was cancelled")));
  }

  void OnDone() override {
    if (registered_) streams_.Remove(this);
    std::shared_ptr<AddStream> self;  // the last reference may go at the end of this function
    MutexLock lock(&mu_);
    self = std::move(self_);
  }

  // OpenStream.
  void OnDrain() override {
    MutexLock lock(&mu_);
    draining_ = true;
    EndWhenAllIsAnswered();
  }
  std::optional<SteadyTime> WaitingSince() const override {
    MutexLock lock(&mu_);
    return writing_since_;
  }
  void Cancel() override { context_->TryCancel(); }
  std::optional<SteadyTime> IdleSince() const override {
    MutexLock lock(&mu_);
    if (answers_.empty()) return idle_since_;
    return std::nullopt;
  }
  void OnIdle(absl::Duration limit) override {
    MutexLock lock(&mu_);
    if (!answers_.empty()) return;
    End(grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED,
                     absl::StrCat("nothing came for ", absl::FormatDuration(limit),
                                  " and every answer was given; open a new stream")));
  }

 private:
  // The answer to one message: nothing until it is known.
  struct Answer {
    bool is_known = false;
    absl::Status status;
    v1::AddRecordsResponse response;
  };

  absl::Status SetUp() {
    RETURN_IF_ERROR(
        Admit(*context_, to_answer_.admin(), admin::Scope::kIngest, kAddCall, &caller_));
    ASSIGN_OR_RETURN(allowed_, admin::ModulesOf(caller_.grant));
    RETURN_IF_ERROR(streams_.Add(this, OpenStreams::Use::kAdd, ""));
    registered_ = true;
    return absl::OkStatus();
  }

  // Whether the caller, whom SetUp let in, may still add: a stream can outlive what let it in.
  absl::Status AskAgain() {
    const std::vector<std::string> patterns = std::move(caller_.grant.module_patterns);
    RETURN_IF_ERROR(AdmitAgain(to_answer_.admin(), admin::Scope::kIngest, kAddCall, &caller_));
    if (caller_.grant.module_patterns == patterns) return absl::OkStatus();
    ASSIGN_OR_RETURN(allowed_, admin::ModulesOf(caller_.grant));
    return absl::OkStatus();
  }

  void OnReply(const std::shared_ptr<Answer>& answer, absl::StatusOr<AddReply> reply) {
    MutexLock lock(&mu_);
    answer->is_known = true;
    answer->status = reply.status();
    if (reply.ok()) {
      answer->response.mutable_results()->Swap(&reply->results);
      ToProto(*reply->head, answer->response.mutable_head());
    }
    WriteNext();
  }

  // Reads the next message, unless one is being taken or too many are under way.
  void TakeNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (ended_ || taking_ || half_closed_ || answers_.size() >= kMaxMessagesUnderWay) return;
    taking_ = true;
    request_.Clear();
    StartRead(&request_);
  }

  // Writes the oldest answer when it is known; an error ends the call instead.
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (ended_ || writing_since_.has_value() || answers_.empty()) return;
    const Answer& next = *answers_.front();
    if (!next.is_known) return;
    if (!next.status.ok()) return End(ToGrpcStatus(next.status));
    writing_since_ = std::chrono::steady_clock::now();
    StartWrite(&next.response);
  }

  void EndWhenAllIsAnswered() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (!answers_.empty()) return;
    if (half_closed_ && !draining_) End(grpc::Status::OK);
    if (draining_) End(ToGrpcStatus(absl::UnavailableError("the server is stopping")));
  }

  // Once; nothing is read or written after it.
  void End(const grpc::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (ended_) return;
    ended_ = true;
    Finish(status);
  }

  // Constant after Begin.
  grpc::CallbackServerContext* const context_;
  AddAnswers& to_answer_;
  OpenStreams& streams_;
  bool registered_ = false;

  // Owned by whoever has set taking_.
  Caller caller_;
  gosum::ModulePatterns allowed_;
  v1::AddRecordsRequest request_;

  mutable Mutex mu_;
  std::shared_ptr<AddStream> self_ ABSL_GUARDED_BY(mu_);              // until the call is done
  std::deque<std::shared_ptr<Answer>> answers_ ABSL_GUARDED_BY(mu_);  // owed, in order
  std::optional<SteadyTime> writing_since_ ABSL_GUARDED_BY(mu_);      // the first of them
  // When the call began, or its last answer so far was taken.
  std::optional<SteadyTime> idle_since_ ABSL_GUARDED_BY(mu_);
  bool taking_ ABSL_GUARDED_BY(mu_) = true;  // a message is being read, or handed to the sequencer
  bool half_closed_ ABSL_GUARDED_BY(mu_) = false;  // the client sends no more
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace

Reactor* StartAddStream(grpc::CallbackServerContext* context, AddAnswers& answers,
                        OpenStreams& streams) {
  // Shared: see AddStream. It holds itself from here on.
  const auto stream = std::make_shared<AddStream>(context, answers, streams);
  stream->Begin();
  return stream.get();
}

void AddOnce(const grpc::CallbackServerContext& context, AddAnswers& answers,
             const v1::AddRecordBatchRequest& request, v1::AddRecordBatchResponse* response,
             grpc::ServerUnaryReactor* reactor) {
  Caller caller;
  absl::Status status = Admit(context, answers.admin(), admin::Scope::kIngest, kAddCall, &caller);
  absl::StatusOr<gosum::ModulePatterns> allowed = admin::ModulesOf(caller.grant);
  if (status.ok()) status = allowed.status();
  if (!status.ok()) return reactor->Finish(ToGrpcStatus(status));
  AddMessage(answers, caller, *allowed, request.records(), request.dry_run(),
             [response, reactor](absl::StatusOr<AddReply> reply) {
               if (reply.ok()) {
                 response->mutable_results()->Swap(&reply->results);
                 ToProto(*reply->head, response->mutable_head());
               }
               reactor->Finish(ToGrpcStatus(reply.status()));
             });
}

}  // namespace sumlog::rpc
