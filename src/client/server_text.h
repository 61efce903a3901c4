// What of a server's error text may reach a person's terminal.
//
// Pure; safe from any thread.

#ifndef SUMLOG_CLIENT_SERVER_TEXT_H_
#define SUMLOG_CLIENT_SERVER_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace sumlog::client {

// As much as the go command shows.
inline constexpr std::size_t kMaxServerTextLines = 8;
inline constexpr std::size_t kMaxServerTextBytes = 648;

// The first lines of `body`, within both bounds, without white space at the end. What may
// not be shown (IsShowable of base/utf8.h; newline and tab may) or is not UTF-8 becomes '?'.
std::string CleanServerText(absl::string_view body);

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_SERVER_TEXT_H_
