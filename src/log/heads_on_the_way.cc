#include "log/heads_on_the_way.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "base/status_macros.h"

namespace sumlog::log {
namespace {

constexpr std::size_t kHeadsAtOnce = 1000;
static_assert(kHeadsAtOnce <= storage::kMaxDroppedHeads);

}  // namespace

absl::StatusOr<std::optional<storage::StoredHead>> NewestSigned(const storage::LogStore& store) {
  const absl::StatusOr<storage::StoredHead> newest = store.SignedHead();
  if (absl::IsNotFound(newest.status())) return std::nullopt;
  RETURN_IF_ERROR(newest.status());
  if (!IsOnTheWay(*newest)) return *newest;
  std::optional<storage::StoredHead> found;
  std::uint64_t begin = 0;
  while (true) {
    ASSIGN_OR_RETURN(const std::vector<storage::StoredHead> heads,
                     store.SignedHeads(begin, newest->size, kHeadsAtOnce));
    for (const storage::StoredHead& head : heads) {
      if (!IsOnTheWay(head)) found = head;
    }
    if (heads.size() < kHeadsAtOnce) return found;
    begin = heads.back().size + 1;
  }
}

absl::Status DropHeadsOnTheWay(storage::LogStore& store, std::uint64_t from) {
  // A commit drops heads below its own only, so the last ones go with a commit that repeats the
  // newest head.
  ASSIGN_OR_RETURN(const storage::StoredHead newest, store.SignedHead());
  while (true) {
    std::vector<std::uint64_t> sizes;
    std::uint64_t begin = from;
    while (sizes.empty()) {
      ASSIGN_OR_RETURN(const std::vector<storage::StoredHead> heads,
                       store.SignedHeads(begin, newest.size, kHeadsAtOnce));
      for (const storage::StoredHead& head : heads) {
        if (IsOnTheWay(head) && head.size < newest.size) sizes.push_back(head.size);
      }
      if (heads.size() < kHeadsAtOnce) break;
      begin = heads.back().size + 1;
    }
    if (sizes.empty()) return absl::OkStatus();
    storage::CommitBatch batch;
    batch.expected_size = newest.size;
    batch.head = newest;
    batch.dropped_heads = std::move(sizes);
    RETURN_IF_ERROR(store.Commit(batch));
  }
}

}  // namespace sumlog::log
