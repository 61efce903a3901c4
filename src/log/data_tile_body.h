// A data tile as it is served: its records with an empty line between two of them, as
// sum.golang.org has it, and none behind the last.

#ifndef SUMLOG_LOG_DATA_TILE_BODY_H_
#define SUMLOG_LOG_DATA_TILE_BODY_H_

#include <cstddef>
#include <string>

#include "sumlog/storage/log_store.h"

namespace sumlog::log {

// The body of the first `width` texts; there must be so many.
std::string DataTileBody(const storage::PackedTexts& texts, std::size_t width);

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_DATA_TILE_BODY_H_
