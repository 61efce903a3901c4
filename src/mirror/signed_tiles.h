// What a signed tree says of its data tiles, so that each can be judged by itself, the moment it
// arrives and in any order.
//
// A hash of level 1 covers one full data tile, and one hash tile of that level covers 65,536
// records; the last data tile, when it is not full, is covered by its leaf hashes. All of these are
// verified up to the signed head first.
//
// Safe from any thread.

#ifndef SUMLOG_MIRROR_SIGNED_TILES_H_
#define SUMLOG_MIRROR_SIGNED_TILES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tile_reader.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::mirror {

class SignedTiles {
 public:
  // What data tiles [first, first + count) of the tree of `head` must hash to. `tiles` are the
  // verified hash tiles of that tree; the range must lie in it. The errors of `tiles`.
  static absl::StatusOr<SignedTiles> Read(const tlog::TreeHead& head, std::uint64_t first,
                                          std::uint64_t count, tlog::TileReader& tiles);

  // How many records data tile `index` has: 1 to 256.
  std::uint32_t WidthOf(std::uint64_t index) const;

  // Checks the records of data tile `index`, WidthOf(index) of them, and returns their leaf hashes.
  // kDataLoss: they are not what was signed; the message names the tile and the head, and the
  // record where that is known.
  absl::StatusOr<std::vector<tlog::Hash>> Judge(std::uint64_t index,
                                                absl::Span<const absl::string_view> texts) const;

  // Checks the first records of data tile `index`, when it does not have all of them, by `leaves`,
  // the verified hashes of all. kDataLoss as Judge.
  absl::Status JudgeFirst(std::uint64_t index, absl::Span<const absl::string_view> texts,
                          absl::Span<const tlog::Hash> leaves) const;

 private:
  SignedTiles(const tlog::TreeHead& head, std::uint64_t first) : head_(head), first_(first) {}

  absl::Status CompareLeaves(std::uint64_t index, absl::Span<const tlog::Hash> came,
                             absl::Span<const tlog::Hash> want) const;
  absl::Status NotSigned(std::uint64_t index, absl::string_view where) const;

  tlog::TreeHead head_;
  std::uint64_t first_;
  std::vector<tlog::Hash> roots_;        // of the full tiles, from first_ on
  std::vector<tlog::Hash> last_leaves_;  // of the tile behind them, when it is in the range
};

}  // namespace sumlog::mirror

#endif  // SUMLOG_MIRROR_SIGNED_TILES_H_
