// Goal: no request target crashes the parser, and what it accepts means one page however it is
// spelt, without anything that could climb or split lines. What it refuses can be shown by `go`.
// Method: libFuzzer; an accepted target is spelt again with every byte percent-encoded.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/utf8.h"
#include "http/error_body.h"
#include "http/request_target.h"

namespace sumlog::http {
namespace {

// The path of a route, decoded.
std::string PathOf(const Route& route) {
  const std::string prefix = route.log_name.empty() ? "" : absl::StrCat("/sumdb/", route.log_name);
  switch (route.page) {
    case Route::Page::kLookup:
      return absl::StrCat(prefix, "/lookup/", route.argument);
    case Route::Page::kLatest:
      return absl::StrCat(prefix, "/latest");
    case Route::Page::kTile:
      return absl::StrCat(prefix, "/", route.argument);
    case Route::Page::kSupported:
      return absl::StrCat(prefix, "/supported");
    case Route::Page::kHealthz:
      return "/healthz";
    case Route::Page::kReadyz:
      return "/readyz";
    case Route::Page::kUnknown:
      break;
  }
  return route.argument;
}

std::string PercentEncoded(absl::string_view path) {
  std::string encoded;
  for (const char c : path) {
    if (c == '/') {
      encoded.push_back(c);
    } else {
      absl::StrAppend(&encoded, "%", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    }
  }
  return encoded;
}

void Fuzz(absl::string_view target) {
  const auto route = ParseRequestTarget(target);
  if (!route.ok()) {
    CHECK(absl::IsInvalidArgument(route.status()));
    const std::string body = FormatErrorBody({.what = std::string(route.status().message()),
                                              .why = std::string(target),
                                              .fix = std::string(target),
                                              .contact = std::string(target)});
    CHECK(body.size() <= kMaxErrorBodyBytes && IsValidUtf8(body));
    CHECK(!absl::StrContains(body, "\n\n"));
    return;
  }
  const std::string path = PathOf(*route);
  CHECK(IsValidUtf8(path));
  for (const char c : path) CHECK(!absl::ascii_iscntrl(static_cast<unsigned char>(c)));
  CHECK(!absl::StrContains(absl::StrCat(path, "/"), "/../"));
  CHECK(!absl::StrContains(absl::StrCat(path, "/"), "/./"));

  const auto again = ParseRequestTarget(PercentEncoded(path));
  CHECK(again.ok() && *again == *route);
}

}  // namespace
}  // namespace sumlog::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sumlog::http::Fuzz(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
