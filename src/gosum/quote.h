// Text from outside, made fit for an error message.
//
// Pure; safe from any thread.

#ifndef SUMLOG_GOSUM_QUOTE_H_
#define SUMLOG_GOSUM_QUOTE_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace sumlog::gosum {

// The longest piece of foreign text in a message, escapes counted. Three of them and the reason fit
// into the 648 bytes that the go command shows of an error.
inline constexpr std::size_t kMaxQuotedSizeBytes = 120;

// `text` in double quotes. Control characters, quotes and bytes that are not ASCII become escape
// sequences, so that no input can write to a terminal; what is longer than kMaxQuotedSizeBytes is
// cut, with "…" after the closing quote.
std::string Quote(absl::string_view text);

// One byte: "'!'" when it is printable ASCII, else "byte 0xff".
std::string QuoteByte(char byte);

}  // namespace sumlog::gosum

#endif  // SUMLOG_GOSUM_QUOTE_H_
