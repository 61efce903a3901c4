// A log of which only a part is here: what is lacking is fetched while somebody waits.
//
// Safe from any thread.

#ifndef SUMLOG_LOG_DISTANT_LOG_H_
#define SUMLOG_LOG_DISTANT_LOG_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sumlog/gosum/module_version.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tile.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::log {

struct DistantAnswer {
  std::uint64_t number = 0;
  std::string record_text;
  tlog::SignedTreeHead head;  // covers `number`
};

// Each call returns at once and calls `done` exactly once: before it returns when the answer is
// here, else later, from another thread. Whatever is answered has been verified. Status codes:
//   kNotFound            the log does not have it; of a tile: its newest head does not cover it
//   kFailedPrecondition  it may not be asked for: the name is private
//   kPermissionDenied    the upstream refuses
//   kDeadlineExceeded    it takes long, and goes on: ask again
//   kUnavailable         it is not here, and the upstream does not answer
//   kUnauthenticated, kDataLoss
//                        what the upstream sent contradicts what it has signed; or IsDamagedData
//   kResourceExhausted   too many wait already, or the disk is full
//   kCancelled           the server is stopping
// or the store's errors.
class DistantLog {
 public:
  virtual ~DistantLog() = default;

  using LookupDone = std::function<void(absl::StatusOr<DistantAnswer>)>;
  using TileDone = std::function<void(absl::StatusOr<std::vector<tlog::Hash>>)>;
  using HeadDone = std::function<void(absl::StatusOr<tlog::SignedTreeHead>)>;

  virtual void Lookup(const gosum::ModuleVersion& module, LookupDone done) = 0;

  // Exactly tile.width hashes of a hash tile.
  virtual void HashTile(const tlog::TileId& tile, TileDone done) = 0;

  // The newest head that has been verified here.
  virtual void Newest(HeadDone done) = 0;
};

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_DISTANT_LOG_H_
