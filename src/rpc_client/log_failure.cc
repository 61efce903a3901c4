#include "rpc_client/log_failure.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "rpc_client/channel.h"
#include "sumlog/client/failure_details.h"

namespace sumlog::rpc_client {

absl::Status LogFailure(const grpc::Status& failure, absl::string_view server, Refusals answers) {
  const absl::Status status = FromGrpcStatus(failure, server);
  if (std::find(answers.begin(), answers.end(), failure.error_code()) != answers.end()) {
    return status;
  }
  const std::string text = client::ServerTextOf(status);
  switch (failure.error_code()) {
    case grpc::StatusCode::UNAUTHENTICATED:
      return status;
    case grpc::StatusCode::PERMISSION_DENIED:
      return client::Reword(status, absl::StrCat(status.message(), kAccessFix));
    case grpc::StatusCode::UNIMPLEMENTED:
      return client::WithServerText(
          absl::UnavailableError(absl::StrCat(server, " serves no log over gRPC")), text);
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return client::WithServerText(
          absl::UnavailableError(absl::StrCat(server, " has met a limit, or has sent more than ",
                                              kMaxLogAnswerBytes, " bytes")),
          text);
    default:
      // Only the first line: a "fix" that is about administration would mislead here.
      return client::WithServerText(
          absl::UnavailableError(status.message().substr(0, status.message().find('\n'))), text);
  }
}

}  // namespace sumlog::rpc_client
