#include "client/base_url.h"

#include <curl/curl.h>

#include <memory>

#include "absl/strings/str_cat.h"

namespace sumlog::client {
namespace {

struct CurlUrlCloser {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using CurlUrl = std::unique_ptr<CURLU, CurlUrlCloser>;

// One part of the URL; empty when it has none.
std::string Part(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return "";
  std::string copy = text;
  curl_free(text);
  return copy;
}

std::string WithoutSlashAtTheEnd(std::string text) {
  while (!text.empty() && text.back() == '/') text.pop_back();
  return text;
}

absl::Status CheckParts(CURLU* url, const std::string& scheme) {
  if (scheme != "http" && scheme != "https" && scheme != "file") {
    return absl::InvalidArgumentError(
        absl::StrCat("server URL has scheme ", scheme, ", want https, http or file"));
  }
  if (scheme != "file" && Part(url, CURLUPART_PORT) == "0") {
    return absl::InvalidArgumentError("server URL has port 0, which nobody can reach");
  }
  if (!Part(url, CURLUPART_QUERY).empty() || !Part(url, CURLUPART_FRAGMENT).empty()) {
    return absl::InvalidArgumentError("server URL has a query or a fragment, want none");
  }
  const bool has_credentials =
      !Part(url, CURLUPART_USER).empty() || !Part(url, CURLUPART_PASSWORD).empty();
  if (has_credentials && scheme != "https") {
    return absl::InvalidArgumentError("server URL has credentials, which only https may carry");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<BaseUrl> ParseBaseUrl(const std::string& text) {
  const CurlUrl url(curl_url());
  if (url == nullptr) return absl::UnavailableError("no memory for a URL");
  // The text itself stays out of the message: it may hold credentials.
  constexpr unsigned kFlags = CURLU_NON_SUPPORT_SCHEME | CURLU_PATH_AS_IS;
  if (const CURLUcode code = curl_url_set(url.get(), CURLUPART_URL, text.c_str(), kFlags);
      code != CURLUE_OK) {
    return absl::InvalidArgumentError(absl::StrCat(
        "not a server URL such as https://sum.example.com: ", curl_url_strerror(code)));
  }

  BaseUrl base;
  // curl takes "http:host" and "http:///host" for "http://host"; nobody else does.
  const std::size_t slashes = text.find("://");
  const bool has_no_host = slashes == std::string::npos || text.compare(slashes, 4, ":///") == 0;
  base.scheme = Part(url.get(), CURLUPART_SCHEME);
  if (const absl::Status status = CheckParts(url.get(), base.scheme); !status.ok()) return status;
  if (base.scheme != "file" && has_no_host) {
    return absl::InvalidArgumentError(
        "not a server URL such as https://sum.example.com: no host after \"://\"");
  }
  base.url = WithoutSlashAtTheEnd(Part(url.get(), CURLUPART_URL));
  if (base.scheme == "file") {
    base.folder = WithoutSlashAtTheEnd(Part(url.get(), CURLUPART_PATH, CURLU_URLDECODE));
    if (base.folder.empty()) return absl::InvalidArgumentError("file URL names no folder");
  }

  curl_url_set(url.get(), CURLUPART_USER, nullptr, 0);
  curl_url_set(url.get(), CURLUPART_PASSWORD, nullptr, 0);
  base.shown = WithoutSlashAtTheEnd(Part(url.get(), CURLUPART_URL));
  return base;
}

}  // namespace sumlog::client
