// Many records at once: "each of these has this number in the tree".
//
// Neighbours share their tiles, so that a thousand records in a row cost a handful of answers,
// where a proof for each would cost a thousand.
//
// Thread rule: as the reader of tiles.

#ifndef SUMLOG_RPC_CLIENT_LEAF_CHECK_H_
#define SUMLOG_RPC_CLIENT_LEAF_CHECK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tile_reader.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::rpc_client {

// A record that is said to be in a log.
struct ClaimedLeaf {
  std::uint64_t number = 0;
  tlog::Hash leaf = {};
  std::string name = {};  // of the record, for messages
};

// Checks each of `claims` against the tree of `head`. `tiles` returns only what has been verified
// under `head`.
//   kDataLoss  a record of another leaf hash has that number, or none: the message names both
// or the reader's own errors.
absl::Status CheckLeaves(std::vector<ClaimedLeaf> claims, const tlog::TreeHead& head,
                         tlog::TileReader& tiles);

}  // namespace sumlog::rpc_client

#endif  // SUMLOG_RPC_CLIENT_LEAF_CHECK_H_
