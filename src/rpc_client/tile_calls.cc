#include "rpc_client/tile_calls.h"

#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/support/async_unary_call.h>

#include <cstddef>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "client/tile_bytes.h"
#include "rpc_client/log_failure.h"

namespace sumlog::rpc_client {
namespace {

using tlog::Hash;
using tlog::TileId;

// A distant server answers them in the time of one; a hostile one fills 16 answers of 4 MiB.
constexpr std::size_t kMaxCallsUnderWay = 16;

struct TileCall {
  grpc::ClientContext context;
  v1::GetHashTileResponse response;
  grpc::Status status;
  std::unique_ptr<grpc::ClientAsyncResponseReader<v1::GetHashTileResponse>> reader;
};

}  // namespace

absl::StatusOr<std::vector<std::vector<Hash>>> TileCalls::ReadTiles(
    absl::Span<const TileId> tiles) {
  std::vector<std::vector<Hash>> all;
  all.reserve(tiles.size());
  while (!tiles.empty()) {
    const absl::Span<const TileId> some = tiles.subspan(0, kMaxCallsUnderWay);
    RETURN_IF_ERROR(Ask(some, &all));
    tiles.remove_prefix(some.size());
  }
  return all;
}

absl::Status TileCalls::Ask(absl::Span<const TileId> tiles, std::vector<std::vector<Hash>>* all) {
  std::vector<TileCall> calls(tiles.size());
  grpc::CompletionQueue queue;
  const auto deadline = absl::ToChronoTime(absl::Now() + options_.timeout);
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    v1::GetHashTileRequest request;
    request.set_level(tiles[i].level);
    request.set_index(tiles[i].index);
    request.set_width(tiles[i].width);
    TileCall& call = calls[i];
    call.context.set_deadline(deadline);
    call.reader = log_.AsyncGetHashTile(&call.context, request, &queue);
    call.reader->Finish(&call.response, &call.status, &call);
  }
  // Ends when every call has: each has a deadline, and gives one event.
  queue.Shutdown();
  void* tag = nullptr;
  for (bool ok = false; queue.Next(&tag, &ok);) continue;

  for (std::size_t i = 0; i < tiles.size(); ++i) {
    if (!calls[i].status.ok()) return LogFailure(calls[i].status, options_.server);
    if (options_.on_answer) {
      options_.on_answer(absl::StrCat("GetHashTile ", tlog::FormatTilePath(tiles[i])),
                         calls[i].response.SerializeAsString());
    }
    ASSIGN_OR_RETURN(std::vector<Hash> hashes,
                     client::ParseTile(tiles[i], calls[i].response.hashes(), tiles[i].width));
    all->push_back(std::move(hashes));
  }
  return absl::OkStatus();
}

}  // namespace sumlog::rpc_client
