#include "rpc/record_stream.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "rpc/stream_reactor.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::rpc {
namespace {

// A message ends with the record that reaches this: far below the 4 MiB that clients take by
// default, as a record has at most 1 MiB.
constexpr std::size_t kMaxTextBytes = std::size_t{256} << 10;

class RecordStream final : public StreamReactor<v1::StreamRecordsResponse> {
 public:
  RecordStream(grpc::CallbackServerContext* context, const v1::StreamRecordsRequest& request,
               const log::LogReader& reader, OpenStreams& streams)
      : StreamReactor(context, streams), reader_(reader) {
    MutexLock lock(&mu_);
    refusal_ = SetRange(request);
  }

 private:
  absl::Status SetRange(const v1::StreamRecordsRequest& request)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    const std::uint64_t size = reader_.Newest()->signed_head.head.size;
    next_ = request.first();
    end_ = request.has_end() ? request.end() : size;
    if (request.has_end() && next_ > end_) {
      return absl::InvalidArgumentError(
          absl::StrCat("the range begins at ", next_, " and ends at ", end_));
    }
    if (next_ <= size && end_ <= size) return absl::OkStatus();
    return absl::OutOfRangeError(absl::StrCat("the range reaches to ", std::max(next_, end_),
                                              ", the newest head covers ", size, " records"));
  }

  bool Next() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) override {
    absl::Status status = refusal_;
    if (status.ok() && next_ < end_) status = ReadTile();
    if (!status.ok() || next_ == end_) {
      End(status);
      return false;
    }
    v1::StreamRecordsResponse& batch = response();
    batch.Clear();  // keeps the memory of its texts
    batch.set_first(next_);
    for (std::size_t bytes = 0; next_ < end_ && bytes < kMaxTextBytes; ++next_) {
      const std::size_t position = static_cast<std::size_t>(next_ - tile_first_);
      if (position >= tile_.size()) break;
      const absl::string_view text = tile_[position];
      batch.add_texts(text.data(), text.size());
      bytes += text.size();
    }
    return true;
  }

  // Makes tile_ hold record next_.
  absl::Status ReadTile() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    const std::uint64_t first = next_ - next_ % tlog::kFullTileWidth;
    if (!tile_.empty() && tile_first_ == first) return absl::OkStatus();
    const std::uint64_t width = std::min<std::uint64_t>(end_ - first, tlog::kFullTileWidth);
    ASSIGN_OR_RETURN(tile_, reader_.DataTile({.kind = tlog::TileId::Kind::kData,
                                              .index = first / tlog::kFullTileWidth,
                                              .width = static_cast<std::uint32_t>(width)}));
    tile_first_ = first;
    return absl::OkStatus();
  }

  const log::LogReader& reader_;  // constant after construction

  absl::Status refusal_ ABSL_GUARDED_BY(mu_);  // what is wrong with the request
  std::uint64_t next_ ABSL_GUARDED_BY(mu_) = 0;
  std::uint64_t end_ ABSL_GUARDED_BY(mu_) = 0;
  storage::PackedTexts tile_ ABSL_GUARDED_BY(mu_);  // that of the last message
  std::uint64_t tile_first_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace

grpc::ServerWriteReactor<v1::StreamRecordsResponse>* StartRecordStream(
    grpc::CallbackServerContext* context, const v1::StreamRecordsRequest& request,
    const log::LogReader& reader, OpenStreams& streams) {
  auto* const stream = new RecordStream(context, request, reader, streams);
  stream->Begin();
  return stream;
}

}  // namespace sumlog::rpc
