#include "client/mask_credentials.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace sumlog::client {
namespace {

// How many bytes of `url`, a URL without its "scheme://", are credentials with their "@".
std::size_t CredentialsSize(absl::string_view url) {
  const absl::string_view authority = url.substr(0, url.find_first_of("/?#"));
  const std::size_t at = authority.rfind('@');
  if (at != absl::string_view::npos) return at + 1;
  // What has a word where the port belongs is "user:pass/word@host": not a URL, but a secret.
  const std::size_t colon = authority.find(':');
  if (colon == absl::string_view::npos || absl::StartsWith(authority, "[")) return 0;
  for (const char c : authority.substr(colon + 1)) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return url.rfind('@') + 1;
  }
  return 0;
}

}  // namespace

std::string MaskCredentials(absl::string_view text) {
  constexpr absl::string_view kMark = "://";
  std::string masked;
  while (true) {
    const std::size_t mark = text.find(kMark);
    if (mark == absl::string_view::npos) break;
    absl::StrAppend(&masked, text.substr(0, mark + kMark.size()));
    text.remove_prefix(mark + kMark.size());
    const absl::string_view url = text.substr(0, text.find_first_of(" \t\r\n\"'`<>"));
    const std::size_t secret = CredentialsSize(url);
    if (secret > 0) absl::StrAppend(&masked, "***@");
    text.remove_prefix(secret);
  }
  absl::StrAppend(&masked, text);
  return masked;
}

std::string MaskCredentialsOf(absl::Span<const std::string> urls, absl::string_view separator) {
  return absl::StrJoin(urls, separator, [](std::string* out, const std::string& url) {
    *out += MaskCredentials(url);
  });
}

}  // namespace sumlog::client
