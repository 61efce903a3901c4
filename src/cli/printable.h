// Text and numbers, made fit for a terminal.
//
// Server bodies, module names and file names may hold anything; what could move a cursor, change
// colours or turn the writing direction is shown as an escape instead: Printable of
// base/printable.h.
//
// Pure; safe from any thread.

#ifndef SUMLOG_CLI_PRINTABLE_H_
#define SUMLOG_CLI_PRINTABLE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "base/printable.h"

namespace sumlog::cli {

using sumlog::Printable;

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
