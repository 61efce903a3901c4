// Whether two signed heads are of one history.
//
// Thread rule: as what the tiles are read from.

#ifndef SUMLOG_BACKUP_TIMELINE_CHECK_H_
#define SUMLOG_BACKUP_TIMELINE_CHECK_H_

#include <string>

#include "absl/status/status.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/tile_reader.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::backup {

// Checks that the tree of `newer` begins with that of `older`, which is not larger. The names say
// in messages where each comes from; `tiles` are of the tree of `newer`.
//   kDataLoss  it does not; ForkedNotesOf (client/failure_details.h) are both notes: the evidence
// or the reader's own errors.
absl::Status CheckContinues(const tlog::SignedTreeHead& older, const std::string& older_name,
                            const tlog::SignedTreeHead& newer, const std::string& newer_name,
                            tlog::TileReader& tiles);

// The same with the tiles of a store, whose newest head is `newer`.
absl::Status CheckContinues(const tlog::SignedTreeHead& older, const std::string& older_name,
                            const tlog::SignedTreeHead& newer, const std::string& newer_name,
                            const storage::LogStore& store);

}  // namespace sumlog::backup

#endif  // SUMLOG_BACKUP_TIMELINE_CHECK_H_
