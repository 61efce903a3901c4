// What Unicode says of letters and their case, as tables.
//
// Pure; safe from any thread. Spec: unicode.Letter and unicode.SimpleFold of Go 1.26 (Unicode 15).

#ifndef SUMLOG_GOSUM_UNICODE_TABLES_H_
#define SUMLOG_GOSUM_UNICODE_TABLES_H_

#include <cstdint>

#include "absl/types/span.h"

namespace sumlog::gosum {

// The code points first to last.
struct RuneRange {
  char32_t first, last;
};

// The code points first, first + stride … last become another one by adding delta.
struct CaseRange {
  char32_t first, last;
  char32_t stride;
  std::int32_t delta;
};

// All letters (general category L), ascending.
absl::Span<const RuneRange> LetterRanges();

// From each code point that is equal to a lesser one but for its case, to the least of these; where
// that is one of A to Z, to a to z. Ascending, no range begins before the one before it ends.
absl::Span<const CaseRange> CaseRanges();

}  // namespace sumlog::gosum

#endif  // SUMLOG_GOSUM_UNICODE_TABLES_H_
