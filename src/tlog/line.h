// Texts of lines, taken apart from the front.
//
// Pure; safe from any thread.

#ifndef SUMLOG_TLOG_LINE_H_
#define SUMLOG_TLOG_LINE_H_

#include <cstddef>
#include <optional>

#include "absl/strings/string_view.h"

namespace sumlog::tlog {

// Cuts `*text` behind its first newline and returns the line without it; nothing without newline.
inline std::optional<absl::string_view> TakeLine(absl::string_view* text) {
  const std::size_t end = text->find('\n');
  if (end == absl::string_view::npos) return std::nullopt;
  const absl::string_view line = text->substr(0, end);
  text->remove_prefix(end + 1);
  return line;
}

}  // namespace sumlog::tlog

#endif  // SUMLOG_TLOG_LINE_H_
