// URLs without their passwords, for every text that a person or a log file gets to see.
//
// Pure; safe from any thread.

#ifndef SUMLOG_CLIENT_MASK_CREDENTIALS_H_
#define SUMLOG_CLIENT_MASK_CREDENTIALS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sumlog::client {

// `text` with "***" for the credentials of every URL in it: "https://***@host/path". An "@" in a
// path stays. Where the text is no good URL it rather hides too much than too little.
std::string MaskCredentials(absl::string_view text);

// Each of `urls` masked, with `separator` between them.
std::string MaskCredentialsOf(absl::Span<const std::string> urls, absl::string_view separator);

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_MASK_CREDENTIALS_H_
