// add: puts one record into a log that is being served, and checks that it is there.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/status_macros.h"
#include "cli/admin_server.h"
#include "cli/printable.h"
#include "cli/proof_format.h"
#include "cli/record_input.h"
#include "cli/served_log.h"
#include "cli/verb.h"
#include "cli/verifier_key.h"
#include "client/server_text.h"
#include "sumlog/client/failure_details.h"

namespace sumlog::cli {
namespace {

using rpc_client::AddResult;

struct AddFlags {
  RecordFlags record;
  ServedLogFlags served;
  bool dry_run = false;
};

struct Added {
  gosum::Record record;
  AddResult result;
  std::string standing_text = {};  // of a conflict: the record in the log; may be empty
  tlog::SignedTreeHead head;
  std::optional<tlog::VerifierKey> key;  // set: the head is signed by it
  bool is_proven = false;                // the record is in the tree of `head`
  absl::Status proof;  // not OK: why nothing shows that what the server answered is so; no lie
};

// Checks what the server says: the head's signature, that it covers the record, and with a key that
// the record is in its tree.
absl::Status CheckAnswer(ServedLog& served, const rpc_client::AddReport& report, bool dry_run,
                         Added* added) {
  ASSIGN_OR_RETURN(added->head, served.HeadOf(report));
  const AddResult& result = added->result;
  const bool is_conflict = result.refusal == AddResult::Refusal::kConflict;
  if (result.outcome == AddResult::Outcome::kRefused && !is_conflict) return absl::OkStatus();
  if (dry_run && result.outcome == AddResult::Outcome::kAppended) return absl::OkStatus();
  const tlog::TreeHead& head = added->head.head;
  RETURN_IF_ERROR(served.CheckCovered(result.number, head));
  if (is_conflict) {
    ASSIGN_OR_RETURN(added->standing_text, served.StandingText(added->record, result.number, head));
  } else if (served.log() != nullptr) {
    RETURN_IF_ERROR(
        served.log()->CheckLeaves({{.number = result.number,
                                    .leaf = tlog::LeafHash(gosum::FormatRecordText(added->record)),
                                    .name = added->record.module.ToString()}},
                                  head));
  }
  added->is_proven = served.log() != nullptr;
  return absl::OkStatus();
}

absl::StatusOr<Added> Add(Context& context, const AddFlags& flags) {
  Added added;
  ASSIGN_OR_RETURN(added.record, ReadRecord(context, flags.record));
  ASSIGN_OR_RETURN(ServedLog served, ServedLog::Connect(context, flags.served));
  if (served.log() != nullptr) added.key = served.log()->key();
  ASSIGN_OR_RETURN(rpc_client::AddReport report,
                   served.admin().Add(absl::MakeConstSpan(&added.record, 1), flags.dry_run));
  added.result = std::move(report.results.front());
  added.proof = CheckAnswer(served, report, flags.dry_run, &added);
  if (IsLie(added.proof)) return added.proof;
  return added;
}

absl::string_view OutcomeName(const AddResult& result) {
  switch (result.outcome) {
    case AddResult::Outcome::kAppended:
      return "appended";
    case AddResult::Outcome::kAlreadyThere:
      return "already there";
    case AddResult::Outcome::kRefused:
      break;
  }
  return "refused";
}

absl::string_view RefusalName(AddResult::Refusal refusal) {
  switch (refusal) {
    case AddResult::Refusal::kNone:
    case AddResult::Refusal::kInvalid:
      return "invalid";
    case AddResult::Refusal::kConflict:
      return "conflict";
    case AddResult::Refusal::kNotGranted:
      return "not granted";
    case AddResult::Refusal::kFrozen:
      return "frozen";
  }
  return "invalid";
}

// Both hashes, as one reads them side by side; whatever it is when it is no record.
std::string HashesOf(const std::string& text) {
  const absl::StatusOr<gosum::Record> record = gosum::ParseRecordText(text);
  if (!record.ok()) return Printable(text);
  return absl::StrCat(record->zip_hash, "  /go.mod ", record->mod_hash);
}

void PrintConflict(std::ostream& out, const Added& added) {
  out << "conflict: " << Printable(added.record.module.ToString()) << ", record "
      << FormatCount(added.result.number) << "\n"
      << "  log       " << HashesOf(added.standing_text) << "\n"
      << "  given     " << HashesOf(gosum::FormatRecordText(added.record)) << "\n"
      << "  evidence  "
      << (added.result.evidence_id.empty() ? "not kept" : Printable(added.result.evidence_id))
      << "\n";
}

void PrintText(Context& context, const Added& added, bool dry_run) {
  std::ostream& out = *context.out;
  const AddResult& result = added.result;
  if (result.refusal == AddResult::Refusal::kConflict) {
    PrintConflict(out, added);
  } else if (result.outcome != AddResult::Outcome::kRefused) {
    const bool is_foreseen = dry_run && result.outcome == AddResult::Outcome::kAppended;
    out << (is_foreseen ? "would be appended" : OutcomeName(result)) << ": "
        << Printable(added.record.module.ToString());
    if (!is_foreseen) out << ", record " << FormatCount(result.number);
    out << "\n  zip     " << added.record.zip_hash << "\n  go.mod  " << added.record.mod_hash
        << "\n";
  }
  if (context.quiet) return;
  out << std::flush;
  *context.err << "head   tree " << FormatCount(added.head.head.size) << ", "
               << (added.key.has_value() ? absl::StrCat("signed by ", ShortKey(*added.key))
                                         : "not verified: --key KEY would check who has signed it")
               << "\n";
  if (added.is_proven) *context.err << "proof  verified, the record is in this tree\n";
}

void PrintAsJson(Context& context, const Added& added, bool dry_run) {
  const AddResult& result = added.result;
  const bool is_refused = result.outcome == AddResult::Outcome::kRefused;
  const bool has_number = is_refused
                              ? result.refusal == AddResult::Refusal::kConflict
                              : !(dry_run && result.outcome == AddResult::Outcome::kAppended);
  Json json = {{"module", added.record.module.ToString()},
               {"outcome", std::string(OutcomeName(result))},
               {"dry_run", dry_run},
               {"record", has_number ? Json(result.number) : Json(nullptr)},
               {"zip", added.record.zip_hash},
               {"go_mod", added.record.mod_hash},
               {"head", HeadToJson(added.head)},
               {"head_verified", added.key.has_value()},
               {"proof_verified", added.is_proven}};
  if (is_refused) {
    json["refusal"] = std::string(RefusalName(result.refusal));
    json["reason"] = result.reason;
    json["evidence"] = result.evidence_id;
    if (!added.standing_text.empty()) json["in_log"] = added.standing_text;
  }
  PrintJson(context, json);
}

// The refusal as an error: what, and the way out. The server's reason is quoted.
absl::Status RefusalOf(const Context& context, const AddFlags& flags, const Added& added) {
  switch (added.result.refusal) {
    case AddResult::Refusal::kConflict:
      return absl::FailedPreconditionError(absl::StrCat(
          "the log holds other hashes for it, and they stand\nfix: find out who changed the module "
          "after it was logged; a new release needs a new version",
          added.result.evidence_id.empty()
              ? ""
              : absl::StrCat("\nfix: look at the evidence: sumlog conflicts ",
                             ShellWord(added.result.evidence_id),
                             CommandFlags(context, flags.served.admin))));
    case AddResult::Refusal::kFrozen:
      return absl::FailedPreconditionError("the log takes no records");
    case AddResult::Refusal::kNotGranted:
      return absl::FailedPreconditionError("the token is not for this module");
    case AddResult::Refusal::kNone:
    case AddResult::Refusal::kInvalid:
      break;
  }
  return absl::FailedPreconditionError("the log does not take this record");
}

// What the server says of the record, of which the log now holds something; empty: it does not.
std::string WordOfServer(const Added& added, bool dry_run) {
  const AddResult& result = added.result;
  const std::string number = FormatCount(result.number);
  if (result.outcome == AddResult::Outcome::kAlreadyThere) {
    return absl::StrCat("already there, as record ", number);
  }
  if (result.outcome == AddResult::Outcome::kAppended && !dry_run) {
    return absl::StrCat("appended, as record ", number,
                        "; adding it again does no harm, and proves it");
  }
  if (result.refusal != AddResult::Refusal::kConflict) return "";
  return absl::StrCat("record ", number, " holds other hashes",
                      result.evidence_id.empty() ? "" : "; evidence ", result.evidence_id);
}

// For an answer that could not be checked: whoever reads this must not take the record for lost.
void FailUnproved(Context& context, const AddFlags& flags, const Added& added) {
  const std::string word = WordOfServer(added, flags.dry_run);
  if (word.empty()) {
    return FailAdmin(context, absl::StrCat("add ", flags.record.module), added.proof);
  }
  std::string message(added.proof.message());
  message.insert(std::min(message.find('\n'), message.size()),
                 absl::StrCat("\nwhy: the server's answer could not be checked; it says: ", word));
  FailAdmin(context, absl::StrCat("check what became of ", flags.record.module),
            client::Reword(added.proof, message));
}

void RunAdd(Context& context, const AddFlags& flags) {
  const std::string doing = absl::StrCat("add ", flags.record.module);
  const absl::StatusOr<Added> added = Add(context, flags);
  if (!added.ok()) return FailAdmin(context, doing, added.status());
  if (!added->proof.ok()) return FailUnproved(context, flags, *added);
  if (context.json) {
    PrintAsJson(context, *added, flags.dry_run);
  } else {
    PrintText(context, *added, flags.dry_run);
  }
  if (added->result.outcome != AddResult::Outcome::kRefused) return;
  *context.out << std::flush;
  const bool is_conflict = added->result.refusal == AddResult::Refusal::kConflict;
  Fail(context, doing,
       client::WithServerText(RefusalOf(context, flags, *added),
                              is_conflict ? "" : client::CleanServerText(added->result.reason)),
       kFoundWrong);
}

}  // namespace

void AddAdd(CLI::App& program, Context& context) {
  CLI::App* verb = program.add_subcommand("add", "add one record to a log that is being served");
  verb->group("take go.sum files into a log; add one record");  // one row with import
  const auto flags = std::make_shared<AddFlags>();  // shared with the callback, which runs later
  AddRecordFlags(*verb, flags->record);
  verb->add_flag("--dry-run", flags->dry_run, "only say what would become of it");
  AddServedLogFlags(*verb, flags->served);
  verb->footer(
      "Adding what is there already is fine. Exit 1: the log refuses it, or holds other hashes.\n"
      "example: sumlog add corp.example.com/lib@v1.2.3 --from-zip lib.zip --dir D");
  verb->callback([&context, flags] { RunAdd(context, *flags); });
}

}  // namespace sumlog::cli
