#include "cli/served_log.h"

#include <CLI/CLI.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "cli/open_config.h"
#include "cli/verifier_key.h"
#include "client/lookup_answer.h"

namespace sumlog::cli {
namespace {

// That the record says other things of `offered`'s module version than `offered` does.
absl::Status CheckStandsAgainst(const gosum::Record& offered, std::uint64_t number,
                                const std::string& text) {
  const std::string module = offered.module.ToString();
  if (const absl::Status status = client::CheckRecordIsOf(offered.module, text); !status.ok()) {
    return absl::DataLossError(absl::StrCat("the server refuses ", module, " because of record ",
                                            number,
                                            ", which is no record of it: ", status.message()));
  }
  const absl::StatusOr<gosum::Record> standing = gosum::ParseRecordText(text);
  if (!standing.ok() || standing->zip_hash != offered.zip_hash ||
      standing->mod_hash != offered.mod_hash) {
    return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat("the server refuses ", module, " because of record ",
                                          number, ", which has the same hashes"));
}

}  // namespace

void AddServedLogFlags(CLI::App& verb, ServedLogFlags& flags) {
  verb.add_option("--key", flags.key, "verifier key, to prove what was added (that of --dir)")
      ->type_name("KEY");
  verb.add_option("--evidence-dir", flags.evidence_dir,
                  "where to keep what a lying server sent (.)")
      ->type_name("D");
  AddAdminFlags(verb, flags.admin);
}

bool IsLie(const absl::Status& status) {
  return absl::IsDataLoss(status) || absl::IsUnauthenticated(status);
}

absl::StatusOr<ServedLog> ServedLog::Connect(const Context& context, const ServedLogFlags& flags) {
  ServedLog served;
  LogFlags log{.server = {},
               .key = flags.key,
               .evidence_dir = flags.evidence_dir,
               .connect = flags.admin.connect};
  ASSIGN_OR_RETURN(log.server, AdminAddress(context, flags.admin));
  if (!log.key.empty()) {
    RETURN_IF_ERROR(ParseKeyFlag(log.key).status());
  } else if (flags.admin.server.empty()) {
    ASSIGN_OR_RETURN(const ops::Config config, OpenLogConfig(context));
    ASSIGN_OR_RETURN(const tlog::VerifierKey key, KeyOfLog(config, ""));
    log.key = key.ToString();
  }
  ASSIGN_OR_RETURN(served.admin_, ConnectAdmin(context, flags.admin));
  if (!log.key.empty()) {
    ASSIGN_OR_RETURN(served.log_, OpenGrpcLog(context, log));
  }
  return served;
}

absl::StatusOr<tlog::SignedTreeHead> ServedLog::HeadOf(const rpc_client::AddReport& answer) {
  if (log_ == nullptr) return answer.head;
  log_->Remember("sumlog.v1.Admin/AddRecords", answer.message);
  if (last_head_.note.empty() || answer.head.note != last_head_.note) {
    ASSIGN_OR_RETURN(last_head_, log_->Take(answer.head.note));
  }
  return last_head_;
}

absl::StatusOr<std::string> ServedLog::StandingText(const gosum::Record& offered,
                                                    std::uint64_t number,
                                                    const tlog::TreeHead& head) {
  std::string text;
  if (log_ == nullptr) {
    ASSIGN_OR_RETURN(text, admin_->RecordText(number));
  } else {
    ASSIGN_OR_RETURN(const rpc_client::ProvenLeaf proven, log_->ProveRecord(number, head));
    ASSIGN_OR_RETURN(text, log_->RecordText(proven));
  }
  RETURN_IF_ERROR(Judged(CheckStandsAgainst(offered, number, text)));
  return text;
}

absl::Status ServedLog::CheckCovered(std::uint64_t number, const tlog::TreeHead& head) {
  if (number < head.size) return absl::OkStatus();
  return Judged(
      absl::DataLossError(absl::StrCat("the head of the answer covers ", head.size,
                                       " records, and a record in it is to be number ", number)));
}

absl::Status ServedLog::Judged(const absl::Status& contradiction) {
  if (contradiction.ok()) return contradiction;
  if (log_ != nullptr) return log_->Judge(contradiction);
  return absl::UnavailableError(
      absl::StrCat("what the server answers makes no sense: ", contradiction.message()));
}

}  // namespace sumlog::cli
