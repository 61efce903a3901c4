#include "log/data_tile_body.h"

#include "absl/strings/str_cat.h"

namespace sumlog::log {

std::string DataTileBody(const storage::PackedTexts& texts, std::size_t width) {
  std::string body;
  body.reserve(texts.size_bytes() + texts.size());
  for (std::size_t i = 0; i < width; ++i) {
    if (i > 0) body.push_back('\n');
    absl::StrAppend(&body, texts[i]);
  }
  return body;
}

}  // namespace sumlog::log
