// What the anchor says of a database that is only read: the verdict that `serve` would come to.
//
// For verbs that change nothing: fsck, status, lookup, prove.

#ifndef SUMLOG_CLI_ANCHOR_CHECK_H_
#define SUMLOG_CLI_ANCHOR_CHECK_H_

#include <string>

#include "absl/status/status.h"
#include "ops/config.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/note.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::cli {

struct AnchorStatus {
  std::string path;
  absl::Status status;           // OK, or why it cannot be used
  tlog::TreeHead head;           // when it could
  bool has_broken_slot = false;  // as log::AnchorContent
  bool shares_disk = false;
  bool is_own = false;  // the database is this user's: who serves it must read and write the anchor
};

// The message of a status without its lines for why and fix.
std::string FirstLine(const absl::Status& status);

// Read it before the database is opened: a round reaches the database first, so an anchor that is
// ahead then is no race with a running server.
AnchorStatus ReadAnchor(const ops::Config& config, const tlog::VerifierKey& key);

// Judges `store`, whose newest head is `newest`, by the anchor. OK also when this user may not read
// the anchor of another user's log (kPermissionDenied in its status). Otherwise
//   kFailedPrecondition  the anchor is missing, unreadable or ahead: `serve` will refuse
//   kDataLoss            the anchor's head is no beginning of the database: two histories are
//                        signed
//   kUnavailable         the database cannot say what it held at the anchor's size
// Messages have a line each for why and fix. Cost: a tile per level.
absl::Status JudgeAnchor(const AnchorStatus& anchor, const tlog::TreeHead& newest,
                         const storage::LogStore& store);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_ANCHOR_CHECK_H_
