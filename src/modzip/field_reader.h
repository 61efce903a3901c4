// Reads the fields of a zip record, one after the other: little-endian integers and pieces of text.
//
// Keeps a view of the record. Owned by one thread.

#ifndef SUMLOG_MODZIP_FIELD_READER_H_
#define SUMLOG_MODZIP_FIELD_READER_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "base/check.h"

namespace sumlog::modzip {

// Whoever calls has made sure that the record is long enough.
class FieldReader {
 public:
  explicit FieldReader(absl::string_view record) : rest_(record) {}

  std::uint16_t Read16() { return static_cast<std::uint16_t>(ReadNumber(2)); }
  std::uint32_t Read32() { return static_cast<std::uint32_t>(ReadNumber(4)); }
  std::uint64_t Read64() { return ReadNumber(8); }

  absl::string_view ReadText(std::size_t size_bytes) {
    CHECK(size_bytes <= rest_.size());
    const absl::string_view text = rest_.substr(0, size_bytes);
    rest_.remove_prefix(size_bytes);
    return text;
  }

  void Skip(std::size_t size_bytes) { ReadText(size_bytes); }

  absl::string_view rest() const { return rest_; }

 private:
  std::uint64_t ReadNumber(std::size_t size_bytes) {
    const absl::string_view bytes = ReadText(size_bytes);
    std::uint64_t value = 0;
    for (std::size_t i = size_bytes; i-- > 0;) {
      value = value << 8 | static_cast<unsigned char>(bytes[i]);
    }
    return value;
  }

  absl::string_view rest_;
};

}  // namespace sumlog::modzip

#endif  // SUMLOG_MODZIP_FIELD_READER_H_
