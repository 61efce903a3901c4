// Bringing a database forward: the records that it lacks, from somebody who has them.
//
// Every record is verified up to a head that the log's own key has signed; the head that is
// committed is that signed note, byte for byte. Nothing is signed here.
//
// Owned by one thread.

#ifndef SUMLOG_BACKUP_BRING_FORWARD_H_
#define SUMLOG_BACKUP_BRING_FORWARD_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "backup/record_source.h"
#include "backup/watch.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::backup {

struct ForwardOptions {
  // Serves nobody until all is done: it has heads without a note meanwhile.
  storage::LogStore* store = nullptr;
  RecordSource* source = nullptr;
  // Of the newest signed head of `store` before the first call: after an interruption the same.
  std::uint64_t base_size = 0;
  std::size_t piece_records = 65'536;  // are in memory at a time
  Watch watch = {};
};

// Brings `store` to the newest head of `source`, when that is larger, and returns how many records
// came with this call. Durable on return. Interrupted anywhere, the same call goes on where it was.
//   kDataLoss  the source's tree does not begin with the database's, or a record is not what its
//              tree says. Nothing of the piece was written
// or the errors of store and source, or what the watch has said.
absl::StatusOr<std::uint64_t> BringForward(const ForwardOptions& options);

}  // namespace sumlog::backup

#endif  // SUMLOG_BACKUP_BRING_FORWARD_H_
