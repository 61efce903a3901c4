// The nodes of a published log's tree, for proofs: hash tiles with what lies between their levels.
//
// Why: a proof needs a node of every height, and climbing to them from stored tiles costs up to 255
// hashes for each tile that it touches. Here every tile is climbed once, and checked once: a full
// tile must hash to its entry in the tile above, and so on up to the right edge, which came with
// the signed head. So a proof never contains what the log has not signed, whatever is on the disk.
//
// Tiles that were used least recently go first when the bound is reached.
//
// Safe from any thread.

#ifndef SUMLOG_LOG_NODE_CACHE_H_
#define SUMLOG_LOG_NODE_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "log/log_reader.h"
#include "log/published_head.h"
#include "sumlog/tlog/node_reader.h"

namespace sumlog::log {

class NodeCache final : public tlog::NodeReader {
 public:
  // A full tile takes 16 KiB: this holds 2,000 of them, and all tiles above the leaves of 100
  // million records are 1,500.
  static constexpr std::size_t kDefaultMaxBytes = std::size_t{32} << 20;

  // Keeps a pointer to `reader`, which must outlive this object. At most `max_bytes` of tiles are
  // kept between calls; 0 keeps none.
  explicit NodeCache(const LogReader* reader, std::size_t max_bytes = kDefaultMaxBytes)
      : reader_(reader), max_bytes_(max_bytes) {}

  // kOutOfRange: a node that the newest head does not cover. kDataLoss: a tile that is missing,
  // short, or does not lead to the signed root. Otherwise the store's own errors.
  // Cost: nothing but a look for tiles that are here; else one tile from the store and its climb,
  // for each tile up to the first that is here.
  absl::Status ReadNodes(absl::Span<const tlog::NodeId> nodes,
                         absl::Span<tlog::Hash> hashes) override;

  // What the kept tiles take now.
  std::size_t size_bytes() const;

 private:
  using Key = std::pair<std::uint32_t, std::uint64_t>;  // level and index of a tile
  // Shared: between the cache and the calls that read it while it is being dropped.
  using Tile = std::shared_ptr<const tlog::TileNodes>;
  struct Entry {
    Key key;
    Tile tile;
  };

  absl::StatusOr<Tile> Get(const Key& key, std::size_t min_width, const PublishedHead& head);
  absl::StatusOr<Tile> Make(const Key& key, const PublishedHead& head);
  Tile Find(const Key& key, std::size_t min_width);
  void Keep(const Key& key, const Tile& tile);

  // Constant after construction.
  const LogReader* const reader_;
  const std::size_t max_bytes_;

  mutable Mutex mu_;
  std::list<Entry> entries_ ABSL_GUARDED_BY(mu_);  // used most recently first
  absl::flat_hash_map<Key, std::list<Entry>::iterator> by_key_ ABSL_GUARDED_BY(mu_);
  std::size_t size_bytes_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_NODE_CACHE_H_
