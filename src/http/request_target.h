// What a request target asks for: which page, of which log.
//
// Pure: no I/O, no locks, no clock. Safe from any thread.
// Spec: RFC 3986 (percent-encoding), golang.org/x/mod/sumdb Server (paths). `go` writes upper-case
// letters of a module path as "!x" or "%21x", depending on its base URL; both arrive here as "!x".

#ifndef SUMLOG_HTTP_REQUEST_TARGET_H_
#define SUMLOG_HTTP_REQUEST_TARGET_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sumlog::http {

struct Route {
  enum class Page {
    kUnknown,
    kLookup,     // argument: "<module>@<version>", still with '!'
    kLatest,     //
    kTile,       // argument: "tile/8/…"
    kSupported,  //
    kHealthz,    //
    kReadyz,     //
  };

  Page page = Page::kUnknown;
  std::string log_name;  // of /sumdb/<name>/…; empty: the log at the root
  std::string argument;  // for kUnknown: the whole path, decoded

  friend bool operator==(const Route&, const Route&) = default;
};

// `target` is in origin form ("/path?query"); the query is ignored. '+' is a plus sign.
//
// kInvalidArgument: a target that means nothing, or that two programs could understand in two ways:
// no '/' in front, an escape that is not two hexadecimal digits, an encoded '/', control
// or invisible characters (IsShowable of base/utf8.h), bytes that are not UTF-8, "." or ".." as a
// segment.
absl::StatusOr<Route> ParseRequestTarget(absl::string_view target);

}  // namespace sumlog::http

#endif  // SUMLOG_HTTP_REQUEST_TARGET_H_
