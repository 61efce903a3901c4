// What the streams of this room share: one message under way at a time, registered while it lives.
//
// A subclass implements Next(), which either fills response() and returns true, or returns false:
// then there is nothing to send now, or the call was ended with End().

#ifndef SUMLOG_RPC_STREAM_REACTOR_H_
#define SUMLOG_RPC_STREAM_REACTOR_H_

#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <optional>

#include "absl/status/status.h"
#include "base/mutex.h"
#include "rpc/open_streams.h"
#include "rpc/peer_host.h"
#include "rpc/status_convert.h"

namespace sumlog::rpc {

// Made with new; deletes itself when the call is done.
template <typename Response>
class StreamReactor : public grpc::ServerWriteReactor<Response>, protected OpenStream {
 public:
  // Registers the stream and sends the first message. Called once, before anything else.
  void Begin() {
    const absl::Status status =
        streams_.Add(this, OpenStreams::Use::kRead, PeerHost(context_->peer()));
    MutexLock lock(&mu_);
    if (status.ok()) {
      SendNext();
    } else {
      EndWith(ToGrpcStatusOfLimit(status));
    }
  }

  void OnWriteDone(bool ok) final {
    MutexLock lock(&mu_);
    writing_since_.reset();
    if (!ok) return End(absl::CancelledError("the client has gone"));
    SendNext();
  }

  void OnCancel() final {
    MutexLock lock(&mu_);
    End(absl::CancelledError("the call was cancelled"));
  }

  void OnDone() final {
    streams_.Remove(this);
    delete this;
  }

  void OnCrowdedOut() final {
    MutexLock lock(&mu_);
    EndWith(ToGrpcStatusOfLimit(absl::ResourceExhaustedError(
        "the server has as many streams open as it takes, and most of them are of your address")));
    // What is under way would go first, as slowly as the client likes.
    if (writing_since_.has_value()) context_->TryCancel();
  }

  std::optional<SteadyTime> WaitingSince() const final {
    MutexLock lock(&mu_);
    return writing_since_;
  }

  void Cancel() final { context_->TryCancel(); }

 protected:
  StreamReactor(grpc::CallbackServerContext* context, OpenStreams& streams)
      : context_(context), streams_(streams) {}

  // See the top. Called when no message is under way.
  virtual bool Next() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) = 0;

  // Sends what Next() gives, unless a message is under way or the call has ended.
  void SendNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (ended_ || writing_since_.has_value() || !Next()) return;
    writing_since_ = std::chrono::steady_clock::now();
    this->StartWrite(&response_);
  }

  // Ends the call, once; nothing more is sent.
  void End(const absl::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    EndWith(ToGrpcStatus(status));
  }

  Response& response() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return response_; }

  mutable Mutex mu_;

 private:
  void EndWith(const grpc::Status& status) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (ended_) return;
    ended_ = true;
    this->Finish(status);
  }

  // Constant after construction.
  grpc::CallbackServerContext* const context_;
  OpenStreams& streams_;

  Response response_ ABSL_GUARDED_BY(mu_);  // not to be touched while it is under way
  std::optional<SteadyTime> writing_since_ ABSL_GUARDED_BY(mu_);
  bool ended_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_STREAM_REACTOR_H_
