#include "rpc/status_convert.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "base/utf8.h"

namespace sumlog::rpc {
namespace {

constexpr char kLeftOut[] = " ... ";

grpc::StatusCode ToGrpcCode(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kCancelled:
      return static_cast<grpc::StatusCode>(code);  // the numbers are the same
    case absl::StatusCode::kResourceExhausted:     // no space left on the disk
    case absl::StatusCode::kDeadlineExceeded:
      return grpc::StatusCode::UNAVAILABLE;
    default:
      return grpc::StatusCode::INTERNAL;
  }
}

std::string Printable(absl::string_view message) {
  std::string text = absl::StrReplaceAll(message, {{"\n", "; "}});
  if (text.size() > kMaxMessageBytes) {
    const std::size_t half = (kMaxMessageBytes - sizeof(kLeftOut)) / 2;
    text.replace(half, text.size() - 2 * half, kLeftOut);
  }
  std::string shown;
  for (absl::string_view rest = text; !rest.empty();) {
    const Utf8Rune rune = DecodeUtf8(rest);
    const std::size_t size_bytes = std::max<std::size_t>(rune.size_bytes, 1);
    const bool is_shown = rune.size_bytes > 0 && IsShowable(rune.code_point);
    absl::StrAppend(&shown, is_shown ? rest.substr(0, size_bytes) : "?");
    rest.remove_prefix(size_bytes);
  }
  return shown;
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return grpc::Status(ToGrpcCode(status.code()), Printable(status.message()));
}

grpc::Status ToGrpcStatusOfLimit(const absl::Status& status) {
  if (!absl::IsResourceExhausted(status)) return ToGrpcStatus(status);
  return grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, Printable(status.message()));
}

}  // namespace sumlog::rpc
