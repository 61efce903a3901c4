#include "cli/public_url.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/base_url.h"
#include "client/mask_credentials.h"

namespace sumlog::cli {
namespace {

absl::Status NoUrl(const std::string& text, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", client::MaskCredentials(text), "\" is no URL for clients: ", why,
                   "\nfix: give one such as https://sum.corp.example.com"));
}

}  // namespace

bool IsPlain(absl::string_view text) {
  for (const char c : text) {
    const bool is_plain = absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                          absl::StrContains("-._~:/[]@%+=", absl::string_view(&c, 1));
    if (!is_plain) return false;
  }
  return true;
}

absl::StatusOr<std::string> ParsePublicUrl(const std::string& text) {
  if (!absl::StartsWith(text, "http://") && !absl::StartsWith(text, "https://")) {
    return NoUrl(text, "it does not begin with http:// or https://");
  }
  if (!IsPlain(text)) return NoUrl(text, "it has characters that shells interpret");
  const absl::StatusOr<client::BaseUrl> url = client::ParseBaseUrl(text);
  if (!url.ok()) return NoUrl(text, url.status().message());
  std::string without_slash = text;
  while (without_slash.back() == '/') without_slash.pop_back();
  return without_slash;
}

}  // namespace sumlog::cli
