#include "rpc/status_convert.h"

#include <string>

#include "absl/strings/str_cat.h"

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
  std::string text(message);
  if (text.size() > kMaxMessageBytes) {
    const std::size_t half = (kMaxMessageBytes - sizeof(kLeftOut)) / 2;
    text = absl::StrCat(message.substr(0, half), kLeftOut, message.substr(message.size() - half));
  }
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text;
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
