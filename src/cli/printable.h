// Text from outside, made fit for a terminal.
//
// Server bodies, module names and file names may hold anything; what could move a cursor, change
// colours or turn the writing direction is shown as an escape instead.
//
// Pure; safe from any thread.

#ifndef SUMLOG_CLI_PRINTABLE_H_
#define SUMLOG_CLI_PRINTABLE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace sumlog::cli {

// What text may not show (IsShowable of base/utf8.h: control characters, newline and tab too, what
// turns the writing direction, what is not seen) and bytes that are not UTF-8 become "\xNN" for
// each of their bytes. All other text stays as it is.
std::string Printable(absl::string_view text);

// `text` as one word of a command for sh: in single quotes where it has to be.
std::string ShellWord(absl::string_view text);

// "41,377".
std::string FormatCount(std::uint64_t count);

// "1 hash", "12 hashes".
std::string FormatHashCount(std::size_t count);

// "960 B", "7.9 GiB".
std::string FormatBytes(std::uint64_t bytes);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_PRINTABLE_H_
