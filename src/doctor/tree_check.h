// Rebuilds the hash tree from its leaves and compares every stored hash tile with it.
//
// Leaves come in one data tile at a time. Each tile of the tree, of every level, is read from the
// store exactly once, when the hashes below it are complete. Where the two disagree, the level
// above (at the right edge: the head's root) says which of them is wrong; that one is named, and
// the other goes on up, so that one broken thing is one problem and not one per level. What is
// unreadable is replaced by the other in the same way.
//
// Memory: two tiles per level, whatever the size of the log. Not safe from two threads at once.

#ifndef SUMLOG_DOCTOR_TREE_CHECK_H_
#define SUMLOG_DOCTOR_TREE_CHECK_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "doctor/problem_list.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tile.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::doctor {

class TreeCheck {
 public:
  // Keeps references to `store` and `problems`, which must outlive this object. `head` is what the
  // tree should lead to.
  TreeCheck(const storage::LogStore& store, const tlog::TreeHead& head, ProblemList& problems)
      : store_(store), head_(head), problems_(problems) {}

  // Takes the leaf hashes of the next data tile: 256 of them, fewer for the last one; none when the
  // data tile is unreadable (which the caller has named). Fails only when the disk does not answer,
  // as do the functions below.
  absl::Status AddDataTile(std::vector<tlog::Hash> leaves);

  // The root of the first `size` records, which must end in the data tile that was added last.
  // Nothing when damage, which has been named, leaves it in doubt.
  std::optional<tlog::Hash> RootOfFirst(std::uint64_t size) const;

  // Compares what is left: the tiles at the right edge. Call once, after the last data tile.
  absl::Status Finish();

  std::uint64_t tiles_checked() const { return tiles_checked_; }

 private:
  // A tile in the making. Entries that could not be computed are zeros and listed in `unknown`.
  struct Level {
    std::vector<tlog::Hash> hashes;
    std::vector<std::size_t> unknown;
    std::uint64_t index = 0;
  };
  using Levels = std::array<Level, tlog::kMaxTileLevels>;
  enum class Wrong { kTile, kBelow, kUnclear };

  // Compares a complete level with its stored tile and makes the best of both.
  absl::Status Judge(std::uint32_t level);
  void Compare(std::uint32_t level, const std::vector<tlog::Hash>& stored);
  Wrong WhichIsWrong(std::uint32_t level, const std::vector<tlog::Hash>& stored);
  void Name(std::uint32_t level, std::size_t entry, Wrong wrong, const tlog::Hash& stored);

  // Hands the hash of a full and judged level to the one above, which may become full as well.
  absl::Status PushUp(std::uint32_t level);

  // The right edge as it is stored, lowest level first; an unreadable tile is empty.
  const std::vector<std::vector<tlog::Hash>>& StoredEdge();

  const storage::LogStore& store_;
  const tlog::TreeHead head_;
  ProblemList& problems_;

  Levels levels_;
  bool last_tile_in_doubt_ = false;  // of level 0: neither leaves nor stored tile are vouched for
  std::uint64_t tiles_checked_ = 0;
  std::optional<std::vector<std::vector<tlog::Hash>>> stored_edge_;
};

}  // namespace sumlog::doctor

#endif  // SUMLOG_DOCTOR_TREE_CHECK_H_
