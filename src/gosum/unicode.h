// Letters, and case that does not count, as Go has them.
//
// Pure; safe from any thread. Spec: unicode.IsLetter and unicode.SimpleFold of Go 1.26 (Unicode
// 15). A Go with a later Unicode knows more letters; names with these are refused here.

#ifndef SUMLOG_GOSUM_UNICODE_H_
#define SUMLOG_GOSUM_UNICODE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace sumlog::gosum {

// Whether the code point is in the general category L.
bool IsLetter(char32_t code_point);

// `text`, which must be valid UTF-8 (the rest is left out from where it is not), with each code
// point in the one form that stands for all its cases: two texts are equal under strings.EqualFold
// exactly when this gives the same bytes. Lower-case ASCII stays as it is.
std::string FoldCase(absl::string_view text);

}  // namespace sumlog::gosum

#endif  // SUMLOG_GOSUM_UNICODE_H_
