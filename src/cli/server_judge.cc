#include "cli/server_judge.h"

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "cli/printable.h"
#include "client/mask_credentials.h"
#include "client/server_evidence.h"
#include "sumlog/client/failure_details.h"

namespace sumlog::cli {
namespace {

constexpr absl::string_view kWhyTampering =
    "\nwhy: the server, or somebody on the way to it, sent what contradicts the log's signature"
    "\nfix: do not retry, and use nothing of what came; send that file to the log's owner"
    "\nfix: run the same command from another network: an honest log answers everybody alike";
constexpr absl::string_view kWhyAnotherKey =
    "\nwhy: the key is another log's, or somebody else answers in its place"
    "\nfix: compare the 8 hex digits in --key with those that the log's owner gives out; if they"
    " are the same, send that file to the owner, and ask from another network";

// What came from outside has no line of its own in a message.
std::string OneLine(const absl::Status& status) { return Printable(status.message()); }

}  // namespace

absl::Status ServerJudge::OfAnswer(const absl::Status& status) const {
  const bool is_no_answer = absl::IsNotFound(status) || absl::IsInvalidArgument(status) ||
                            absl::IsPermissionDenied(status) || absl::IsResourceExhausted(status);
  return is_no_answer ? NoDatabaseAt(options_.server, status) : Of(status);
}

absl::Status ServerJudge::Of(const absl::Status& status) const {
  switch (status.code()) {
    case absl::StatusCode::kDataLoss:
      return Accuse(status, kWhyTampering);
    case absl::StatusCode::kUnauthenticated:
      return Accuse(status, kWhyAnotherKey);
    case absl::StatusCode::kUnavailable:
      return client::Reword(status,
                            absl::StrCat(OneLine(status), "\nfix: sumlog status --server ",
                                         Printable(client::MaskCredentials(options_.server)),
                                         " says whether it answers; a retry may help"));
    default:
      return client::Reword(status, OneLine(status));
  }
}

// Keeps what came before it says anything.
absl::Status ServerJudge::Accuse(const absl::Status& status, absl::string_view why) const {
  const absl::StatusOr<std::string> file =
      client::SaveEvidence({.found = std::string(status.message()),
                            .server = client::MaskCredentials(options_.server),
                            .key = options_.key,
                            .when = options_.clock->Now(),
                            .answers = answers_.answers()},
                           options_.evidence_dir);
  const std::string kept =
      file.ok() ? absl::StrCat("\nwhat came is kept in ", Printable(*file))
                : absl::StrCat("\nwhat came could not be kept in a file: ", OneLine(file.status()),
                               "\nfix: name a folder for it, --evidence-dir D, and ask again");
  return client::Reword(status, absl::StrCat(OneLine(status), kept, why));
}

absl::Status NoDatabaseAt(const std::string& server, const absl::Status& reason) {
  return client::WithServerText(
      absl::UnavailableError(absl::StrCat("no checksum database answers at ",
                                          Printable(client::MaskCredentials(server)), ": ",
                                          OneLine(reason), "\nfix: check --server")),
      client::ServerTextOf(reason));
}

}  // namespace sumlog::cli
