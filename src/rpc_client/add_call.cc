#include "rpc_client/add_call.h"

#include <grpcpp/completion_queue.h>
#include <grpcpp/support/async_stream.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "rpc_client/channel.h"
#include "rpc_client/convert.h"

namespace sumlog::rpc_client {
namespace {

// A record takes at most about 1.5 KiB, so a message stays below the server's 4 MiB.
constexpr std::size_t kMaxMessageRecords = 1024;
constexpr std::size_t kMaxMessagesUnderWay = 16;  // as many as the server takes at a time

class AddCall {
 public:
  AddCall(v1::Admin::Stub& stub, grpc::ClientContext& context, const AddFeed& feed,
          const AddCallOptions& options)
      : context_(context), feed_(feed), options_(options) {
    stream_ = stub.PrepareAsyncAddRecords(&context_, &queue_);
  }

  absl::Status Run() {
    stream_->StartCall(Tag(kStarted));
    ++pending_;
    while (pending_ > 0) {
      void* tag = nullptr;
      bool ok = false;
      const auto deadline = absl::ToChronoTime(absl::Now() + options_.max_silence);
      if (queue_.AsyncNext(&tag, &ok, deadline) == grpc::CompletionQueue::TIMEOUT) {
        timed_out_ = true;
        context_.TryCancel();  // everything pending ends soon
        if (!queue_.Next(&tag, &ok)) break;
      }
      --pending_;
      Handle(reinterpret_cast<std::uintptr_t>(tag), ok);
    }
    queue_.Shutdown();
    return Outcome();
  }

 private:
  enum Event : std::uintptr_t { kStarted = 1, kWritten, kWritesDone, kRead, kFinished };
  static void* Tag(Event event) { return reinterpret_cast<void*>(std::uintptr_t{event}); }

  void Handle(std::uintptr_t event, bool ok) {
    switch (event) {
      case kStarted:
        if (!ok) return Finish();
        Read();
        return Write();
      case kWritten:
        is_writing_ = false;
        if (ok) Write();  // else the call has ended: reading finds out
        return;
      case kRead:
        if (!ok) return Finish();
        failure_.Update(Take());
        if (!failure_.ok()) context_.TryCancel();
        Read();
        return Write();
      default:
        return;
    }
  }

  // Sends the next message when there is one and it may.
  void Write() {
    if (is_writing_ || is_write_side_closed_ || has_ended_ || !failure_.ok()) return;
    if (owed_.size() >= kMaxMessagesUnderWay) return;
    absl::StatusOr<std::vector<gosum::Record>> next = feed_.next(kMaxMessageRecords);
    source_error_.Update(next.status());
    if (!next.ok() || next->empty()) {
      is_write_side_closed_ = true;
      stream_->WritesDone(Tag(kWritesDone));
      ++pending_;
      return;
    }
    request_.Clear();
    request_.set_dry_run(options_.dry_run);
    for (const gosum::Record& record : *next) ToProto(record, request_.add_records());
    owed_.push_back(*std::move(next));
    is_writing_ = true;
    stream_->Write(request_, Tag(kWritten));
    ++pending_;
  }

  void Read() {
    stream_->Read(&response_, Tag(kRead));
    ++pending_;
  }

  void Finish() {
    has_ended_ = true;
    stream_->Finish(&status_, Tag(kFinished));
    ++pending_;
  }

  absl::Status Take() {
    const auto count = static_cast<std::size_t>(response_.results_size());
    if (owed_.empty() || count != owed_.front().size()) {
      return absl::UnavailableError(absl::StrCat(options_.server, " answered ", count,
                                                 " results, want ",
                                                 owed_.empty() ? 0 : owed_.front().size()));
    }
    const std::vector<gosum::Record> records = std::move(owed_.front());
    owed_.pop_front();
    AddReport report;
    report.results.reserve(count);
    for (const v1::AddResult& message : response_.results()) {
      ASSIGN_OR_RETURN(AddResult result, FromProto(message));
      report.results.push_back(std::move(result));
    }
    ASSIGN_OR_RETURN(report.head, FromProto(response_.head()));
    report.message = response_.SerializeAsString();
    return feed_.done(records, report);
  }

  absl::Status Outcome() {
    RETURN_IF_ERROR(failure_);
    if (timed_out_) {
      return absl::UnavailableError(absl::StrCat("no answer of ", options_.server, " in ",
                                                 absl::FormatDuration(options_.max_silence)));
    }
    RETURN_IF_ERROR(FromGrpcStatus(status_, options_.server));
    if (!owed_.empty() || !is_write_side_closed_) {
      return absl::UnavailableError(
          absl::StrCat(options_.server, " ended the call before it had answered everything"));
    }
    return source_error_;
  }

  grpc::ClientContext& context_;
  const AddFeed& feed_;
  const AddCallOptions& options_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<v1::AddRecordsRequest, v1::AddRecordsResponse>>
      stream_;
  v1::AddRecordsRequest request_;
  v1::AddRecordsResponse response_;
  std::deque<std::vector<gosum::Record>> owed_;  // of each message that is not answered
  std::size_t pending_ = 0;                      // events that are to come
  bool is_writing_ = false;
  bool is_write_side_closed_ = false;
  bool has_ended_ = false;  // the server's side
  bool timed_out_ = false;
  absl::Status failure_;  // an answer that makes no sense, or that `feed_` does not take
  absl::Status source_error_;
  grpc::Status status_;
};

}  // namespace

absl::Status CallAddRecords(v1::Admin::Stub& stub, grpc::ClientContext& context,
                            const AddFeed& feed, const AddCallOptions& options) {
  return AddCall(stub, context, feed, options).Run();
}

}  // namespace sumlog::rpc_client
