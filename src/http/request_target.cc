#include "http/request_target.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "base/utf8.h"

namespace sumlog::http {
namespace {

bool IsHexDigit(char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); }

absl::StatusOr<std::string> PercentDecode(absl::string_view path) {
  std::string decoded;
  decoded.reserve(path.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '%') {
      decoded.push_back(path[i]);
      continue;
    }
    const absl::string_view digits = path.substr(i + 1, 2);
    if (digits.size() < 2 || !IsHexDigit(digits[0]) || !IsHexDigit(digits[1])) {
      return absl::InvalidArgumentError(
          absl::StrCat("the path has a \"%\" without two hexadecimal digits at byte ", i));
    }
    const char byte = absl::HexStringToBytes(digits)[0];
    if (byte == '/') return absl::InvalidArgumentError("the path has an encoded slash");
    decoded.push_back(byte);
    i += 2;
  }
  return decoded;
}

absl::Status CheckPath(absl::string_view path) {
  for (absl::string_view rest = path; !rest.empty();) {
    const Utf8Rune rune = DecodeUtf8(rest);
    if (rune.size_bytes == 0) return absl::InvalidArgumentError("the path is not UTF-8");
    if (!IsShowable(rune.code_point)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the path has the control or invisible character U+",
          absl::AsciiStrToUpper(
              absl::StrCat(absl::Hex(std::uint32_t{rune.code_point}, absl::kZeroPad4)))));
    }
    rest.remove_prefix(rune.size_bytes);
  }
  for (std::size_t begin = 1; begin <= path.size();) {
    const absl::string_view segment = path.substr(begin, path.find('/', begin) - begin);
    if (segment == "." || segment == "..") {
      return absl::InvalidArgumentError(absl::StrCat("the path has a \"", segment, "\" segment"));
    }
    begin += segment.size() + 1;
  }
  return absl::OkStatus();
}

// The pages that every log has. `path` begins with '/'.
Route LogPage(absl::string_view path) {
  Route route;
  absl::string_view argument = path;
  if (path == "/latest") {
    route.page = Route::Page::kLatest;
  } else if (absl::ConsumePrefix(&argument, "/lookup/")) {
    route.page = Route::Page::kLookup;
    route.argument = std::string(argument);
  } else if (absl::ConsumePrefix(&argument, "/tile/")) {
    route.page = Route::Page::kTile;
    route.argument = std::string(path.substr(1));
  }
  return route;
}

}  // namespace

absl::StatusOr<Route> ParseRequestTarget(absl::string_view target) {
  if (target.empty() || target[0] != '/') {
    return absl::InvalidArgumentError("the target does not begin with \"/\"");
  }
  ASSIGN_OR_RETURN(std::string path, PercentDecode(target.substr(0, target.find('?'))));
  RETURN_IF_ERROR(CheckPath(path));

  Route route;
  absl::string_view rest = path;
  if (absl::ConsumePrefix(&rest, "/sumdb/")) {
    const absl::string_view name = rest.substr(0, rest.find('/'));
    rest.remove_prefix(name.size());
    if (!name.empty()) {
      route = LogPage(rest);
      if (rest == "/supported") route.page = Route::Page::kSupported;
      route.log_name = std::string(name);
    }
  } else if (path == "/healthz") {
    route.page = Route::Page::kHealthz;
  } else if (path == "/readyz") {
    route.page = Route::Page::kReadyz;
  } else {
    route = LogPage(path);
  }
  if (route.page == Route::Page::kUnknown) route.argument = std::move(path);
  return route;
}

}  // namespace sumlog::http
