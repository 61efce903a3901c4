// Text from outside, made fit for a terminal or for one line of a file.
//
// Pure; safe from any thread.

#ifndef SUMLOG_BASE_PRINTABLE_H_
#define SUMLOG_BASE_PRINTABLE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace sumlog {

// What text may not show (IsShowable of base/utf8.h: control characters, newline and tab too, what
// turns the writing direction, what is not seen) and bytes that are not UTF-8 become "\xNN" for
// each of their bytes. All other text stays as it is.
std::string Printable(absl::string_view text);

}  // namespace sumlog

#endif  // SUMLOG_BASE_PRINTABLE_H_
