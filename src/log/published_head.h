// A published head: what readers load once per request and everything they answer is covered by.

#ifndef SUMLOG_LOG_PUBLISHED_HEAD_H_
#define SUMLOG_LOG_PUBLISHED_HEAD_H_

#include "absl/time/time.h"
#include "sumlog/tlog/tree_edge.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::log {

// Immutable once published.
struct PublishedHead {
  tlog::SignedTreeHead signed_head;
  absl::Time signed_at;
  tlog::TreeEdge edge;  // the tiles at the right edge, so that the hottest tiles need no disk
};

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_PUBLISHED_HEAD_H_
