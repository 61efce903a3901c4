#include "absl/strings/string_view.h"
#include "base/check.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::storage {

void PackedTexts::Append(absl::string_view text) {
  bytes_.append(text.data(), text.size());
  ends_.push_back(bytes_.size());
}

void PackedTexts::Reserve(std::size_t count, std::size_t size_bytes) {
  ends_.reserve(count);
  bytes_.reserve(size_bytes);
}

absl::string_view PackedTexts::operator[](std::size_t i) const {
  CHECK(i < ends_.size());
  const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
  return absl::string_view(bytes_).substr(begin, ends_[i] - begin);
}

}  // namespace sumlog::storage
