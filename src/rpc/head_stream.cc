#include "rpc/head_stream.h"

#include <memory>
#include <utility>

#include "rpc/proto_convert.h"
#include "rpc/stream_reactor.h"

namespace sumlog::rpc {
namespace {

class HeadStream final : public StreamReactor<v1::WatchHeadsResponse> {
 public:
  HeadStream(grpc::CallbackServerContext* context, const log::LogReader& reader,
             OpenStreams& streams)
      : StreamReactor(context, streams), reader_(reader) {}

 private:
  bool Next() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) override {
    std::shared_ptr<const log::PublishedHead> newest = reader_.Newest();
    if (newest == sent_) return false;
    sent_ = std::move(newest);
    ToProto(*sent_, response().mutable_head());
    return true;
  }

  void OnNewHead() override {
    MutexLock lock(&mu_);
    SendNext();
  }

  void OnDrain() override {
    MutexLock lock(&mu_);
    End(absl::UnavailableError("the server is stopping"));
  }

  const log::LogReader& reader_;  // constant after construction

  // Shared, as every published head is. Null before the first message.
  std::shared_ptr<const log::PublishedHead> sent_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

grpc::ServerWriteReactor<v1::WatchHeadsResponse>* StartHeadStream(
    grpc::CallbackServerContext* context, const log::LogReader& reader, OpenStreams& streams) {
  auto* const stream = new HeadStream(context, reader, streams);
  stream->Begin();
  return stream;
}

}  // namespace sumlog::rpc
