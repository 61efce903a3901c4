// A log that is read in tiles (a data directory, a server over HTTP): proofs and roots are made
// from verified tiles on this side.
//
// Owned by one thread.

#ifndef SUMLOG_CLI_TILED_LOG_H_
#define SUMLOG_CLI_TILED_LOG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/verified_log.h"
#include "sumlog/tlog/tile_reader.h"

namespace sumlog::cli {

class TiledLog : public VerifiedLog {
 public:
  absl::StatusOr<tlog::SignedTreeHead> HeadOfSize(std::uint64_t size) override;
  absl::StatusOr<rpc_client::ProvenLeaf> ProveRecord(const RecordRef& record,
                                                     const tlog::TreeHead& head) override;
  absl::StatusOr<std::vector<tlog::Hash>> ProveGrowth(const tlog::TreeHead& older,
                                                      const tlog::TreeHead& newer) override;

 protected:
  // Hash tiles of the tree of Newest(), verified. Lives as long as this object.
  virtual absl::StatusOr<tlog::TileReader*> Tiles() = 0;

  // The note of the kept head of exactly `size` records; nothing when none is known. Its signature
  // is not checked here.
  virtual absl::StatusOr<std::optional<std::string>> NoteOfSize(std::uint64_t size) = 0;

  // The number that an index has for a leaf hash; it is checked. kNotFound: none.
  virtual absl::StatusOr<std::uint64_t> NumberOfLeaf(const tlog::Hash& leaf) = 0;
};

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_TILED_LOG_H_
