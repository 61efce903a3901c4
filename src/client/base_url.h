// The base URL of a checksum database, taken apart and judged before anything is sent to it.
//
// Pure; safe from any thread.

#ifndef SUMLOG_CLIENT_BASE_URL_H_
#define SUMLOG_CLIENT_BASE_URL_H_

#include <string>

#include "absl/status/statusor.h"

namespace sumlog::client {

struct BaseUrl {
  std::string scheme;  // "http", "https" or "file"
  std::string url;     // to append a path to: no slash at the end
  std::string shown;   // the same without credentials, for messages
  std::string folder;  // file only: the folder on disk
};

// kInvalidArgument: not an absolute URL of one of the three schemes, a query or fragment,
// port 0, credentials over http, or a file URL with a host.
absl::StatusOr<BaseUrl> ParseBaseUrl(const std::string& text);

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_BASE_URL_H_
