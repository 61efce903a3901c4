// Standard base64 (RFC 4648 section 4), with one spelling for every value.
//
// Pure; safe from any thread.

#ifndef SUMLOG_BASE_BASE64_H_
#define SUMLOG_BASE_BASE64_H_

#include <string>

#include "absl/strings/string_view.h"

namespace sumlog {

// Four characters for every three bytes begun, padded with '='.
std::string Base64Encode(absl::string_view bytes);

// Accepts exactly what Base64Encode writes and returns whether it did: no white space, no missing
// or extra padding, no bits set beyond the last byte, not the alphabet for URLs. So no two texts
// decode to the same bytes. `bytes` is overwritten; it is empty when the answer is false.
[[nodiscard]] bool Base64Decode(absl::string_view text, std::string* bytes);

}  // namespace sumlog

#endif  // SUMLOG_BASE_BASE64_H_
