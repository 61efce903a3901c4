// Goal: no bytes crash the request parser; it finds the same end of a head however the bytes
// arrive; and what it accepts is one request with an origin-form target. Method: libFuzzer; each
// input is scanned whole and byte by byte, then parsed and judged.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "base/check.h"
#include "http/request_head.h"

namespace sumlog::http {
namespace {

using Result = HeadScanner::Result;

// What a scanner says that sees one byte more at each call.
Result ScanByteByByte(absl::string_view input, HeadScanner* scanner) {
  for (std::size_t size = 1; size <= input.size(); ++size) {
    const Result result = scanner->Scan(input.substr(0, size));
    if (result != Result::kIncomplete) return result;
  }
  return Result::kIncomplete;
}

void Fuzz(absl::string_view input) {
  HeadScanner at_once;
  HeadScanner piecewise;
  const Result result = at_once.Scan(input);
  CHECK(result == ScanByteByByte(input, &piecewise));
  if (result != Result::kComplete) return;
  const std::size_t size = at_once.head_size_bytes();
  CHECK(size == piecewise.head_size_bytes() && size <= input.size());
  const absl::string_view head = input.substr(0, size);
  CHECK(absl::EndsWith(head, "\r\n\r\n"));

  RequestHead request;
  if (const auto refusal = ParseRequestHead(head, &request)) {
    CHECK(refusal->status >= 400 && refusal->status < 500);
    CHECK(!refusal->what.empty());
    return;
  }
  const std::string& target = request.request.target;
  CHECK(!target.empty() && target[0] == '/' && target.size() <= kMaxTargetBytes);
  for (const char c : target) CHECK(absl::ascii_isgraph(static_cast<unsigned char>(c)) && c != '#');
  CHECK(absl::StartsWith(head, request.request.is_head ? "HEAD " : "GET "));
}

}  // namespace
}  // namespace sumlog::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sumlog::http::Fuzz(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
