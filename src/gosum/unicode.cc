#include "gosum/unicode.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "base/utf8.h"
#include "gosum/unicode_tables.h"

namespace sumlog::gosum {
namespace {

// The range that may hold the code point, or null: the first one that does not end before it.
template <typename Range>
const Range* FindRange(absl::Span<const Range> ranges, char32_t code_point) {
  const auto found =
      std::lower_bound(ranges.begin(), ranges.end(), code_point,
                       [](const Range& range, char32_t wanted) { return range.last < wanted; });
  if (found == ranges.end() || code_point < found->first) return nullptr;
  return &*found;
}

char32_t FoldRune(char32_t code_point) {
  const CaseRange* const range = FindRange(CaseRanges(), code_point);
  if (range == nullptr || (code_point - range->first) % range->stride != 0) return code_point;
  return static_cast<char32_t>(static_cast<std::int32_t>(code_point) + range->delta);
}

// `code_point` is at most U+10FFFF and no surrogate: one that was decoded, or its other case.
void AppendUtf8(std::string* out, char32_t code_point) {
  const auto append = [out](char32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) return append(code_point);
  if (code_point < 0x800) {
    append(0xc0 | code_point >> 6);
  } else if (code_point < 0x10000) {
    append(0xe0 | code_point >> 12);
    append(0x80 | (code_point >> 6 & 0x3f));
  } else {
    append(0xf0 | code_point >> 18);
    append(0x80 | (code_point >> 12 & 0x3f));
    append(0x80 | (code_point >> 6 & 0x3f));
  }
  append(0x80 | (code_point & 0x3f));
}

}  // namespace

bool IsLetter(char32_t code_point) { return FindRange(LetterRanges(), code_point) != nullptr; }

std::string FoldCase(absl::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  while (!text.empty()) {
    // Almost all paths are ASCII, where folding is what everybody thinks it is.
    if (const auto byte = static_cast<unsigned char>(text.front()); absl::ascii_isascii(byte)) {
      folded.push_back(absl::ascii_tolower(byte));
      text.remove_prefix(1);
      continue;
    }
    const Utf8Rune rune = DecodeUtf8(text);
    if (rune.size_bytes == 0) break;
    AppendUtf8(&folded, FoldRune(rune.code_point));
    text.remove_prefix(rune.size_bytes);
  }
  return folded;
}

}  // namespace sumlog::gosum
