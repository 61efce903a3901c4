// Hash tiles of a server over gRPC, as a TileReader. Unverified: wrap it (client::VerifiedTiles).
//
// Owned by one thread.

#ifndef SUMLOG_RPC_CLIENT_TILE_CALLS_H_
#define SUMLOG_RPC_CLIENT_TILE_CALLS_H_

#include <sumlog/v1/log.grpc.pb.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tile_reader.h"

namespace sumlog::rpc_client {

class TileCalls final : public tlog::TileReader {
 public:
  struct Options {
    std::string server;      // its address, for messages
    absl::Duration timeout;  // for a few tiles, which are asked for at once
    // Called with each answer before it is judged.
    std::function<void(absl::string_view question, absl::string_view bytes)> on_answer;
  };

  // Keeps a reference to `log`, which must outlive this object.
  TileCalls(v1::Log::Stub& log, Options options) : log_(log), options_(std::move(options)) {}

  // The caller has verified that the tree these are tiles of is signed.
  //   kDataLoss     an answer of another size than the tile's: a wrong tile under a signed head
  //   kUnavailable  no answer in time, or the server does not give it
  absl::StatusOr<std::vector<std::vector<tlog::Hash>>> ReadTiles(
      absl::Span<const tlog::TileId> tiles) override;

 private:
  // Asks for all of `tiles` at once, and adds them to `all`.
  absl::Status Ask(absl::Span<const tlog::TileId> tiles, std::vector<std::vector<tlog::Hash>>* all);

  v1::Log::Stub& log_;
  const Options options_;
};

}  // namespace sumlog::rpc_client

#endif  // SUMLOG_RPC_CLIENT_TILE_CALLS_H_
