// prove check: checks a proof file that somebody has sent, without any network.

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "cli/connect_flags.h"
#include "cli/open_config.h"
#include "cli/printable.h"
#include "cli/proof_format.h"
#include "cli/verb.h"
#include "cli/verifier_key.h"
#include "sumlog/gosum/module_version.h"
#include "sumlog/gosum/record.h"
#include "sumlog/tlog/proof_file.h"

namespace sumlog::cli {
namespace {

struct CheckFlags {
  std::string file;
  std::string key;
  std::string record;        // MODULE@VERSION that it is to be about
  std::string sum, mod_sum;  // with it: its hashes
  std::string record_file;   // or the text of the record
};

struct CheckedProof {
  gosum::Record record;
  tlog::Hash leaf = {};
  std::uint64_t number = 0;
  std::size_t hash_count = 0;
  tlog::SignedTreeHead head;
  std::string key;                         // ShortKey
  std::vector<std::string> other_signers;  // names on signature lines that nobody has checked
};

constexpr absl::string_view kWhyFalse =
    "\nwhy: the file was changed or made up, or what the log has signed contradicts itself"
    "\nfix: believe nothing in it, and keep it; ask the log itself: sumlog lookup M@V --server URL";

absl::StatusOr<tlog::ProofFile> ReadProofFile(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path, tlog::kMaxProofFileBytes);
  if (absl::IsResourceExhausted(text.status())) {
    return absl::InvalidArgumentError(absl::StrCat(
        "malformed proof file: ", path, " has more than ", tlog::kMaxProofFileBytes, " bytes"));
  }
  if (!text.ok()) return AboutFile(text.status());
  return tlog::ParseProofFile(*text);
}

// The record that the caller brings along; nothing when the file is to hold it.
absl::StatusOr<std::optional<gosum::Record>> GivenRecord(const CheckFlags& flags) {
  const bool has_hash = !flags.sum.empty() || !flags.mod_sum.empty();
  if (!flags.record_file.empty()) {
    if (has_hash) {
      return absl::InvalidArgumentError(
          "--record-file and --sum or --mod-sum are given, want one of the two ways");
    }
    const absl::StatusOr<std::string> text =
        ReadFile(flags.record_file, gosum::kMaxRecordSizeBytes);
    if (!text.ok()) return AboutFile(text.status());
    ASSIGN_OR_RETURN(gosum::Record record, gosum::ParseRecordText(*text));
    return std::optional<gosum::Record>(std::move(record));
  }
  if (!has_hash) return std::nullopt;
  if (flags.sum.empty() || flags.mod_sum.empty() || flags.record.empty()) {
    return absl::InvalidArgumentError(
        "half a record is given, want all of --record M@V --sum h1:... --mod-sum h1:...");
  }
  gosum::Record record{.module = {}, .zip_hash = flags.sum, .mod_hash = flags.mod_sum};
  ASSIGN_OR_RETURN(record.module, gosum::ParseModuleVersion(flags.record));
  RETURN_IF_ERROR(gosum::CheckRecord(record));
  return std::optional<gosum::Record>(std::move(record));
}

// The record in the file.
absl::StatusOr<gosum::Record> RecordIn(const tlog::ProofFile& file) {
  constexpr absl::string_view kFix =
      "\nfix: give it: --record-file F, or --record M@V --sum h1:... --mod-sum h1:...";
  if (file.extra.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the file does not hold the record that it is about", kFix));
  }
  const absl::StatusOr<gosum::Record> record = gosum::ParseRecordText(file.extra);
  if (record.ok()) return record;
  return absl::InvalidArgumentError(absl::StrCat(
      "the file's extra data is no record: ", Printable(record.status().message()), kFix));
}

// Names on signature lines by other keys, in order.
std::vector<std::string> OtherSigners(const tlog::ProofFile& file, const tlog::VerifierKey& key) {
  std::vector<std::string> names;
  const absl::StatusOr<tlog::Note> note = tlog::OpenNote(file.note, absl::MakeConstSpan(&key, 1));
  if (!note.ok()) return names;
  for (const tlog::NoteSignature& signature : note->unverified) names.push_back(signature.name);
  return names;
}

// Whether the proof leads from the record to the signed root.
absl::Status CheckLeaf(const tlog::ProofFile& file, const CheckedProof& checked,
                       const tlog::VerifierKey& key, bool is_record_given) {
  const absl::Status status =
      tlog::VerifyProofFile(file, checked.leaf, absl::MakeConstSpan(&key, 1)).status();
  if (!absl::IsDataLoss(status)) return status;
  if (!is_record_given) {
    return absl::DataLossError(absl::StrCat(status.message(), kWhyFalse));
  }
  // Nobody has said that the file is about this very record.
  return absl::NotFoundError(
      absl::StrCat("it does not prove the record that was given: ", status.message()));
}

absl::StatusOr<CheckedProof> Check(const Context& context, const CheckFlags& flags) {
  ASSIGN_OR_RETURN(const tlog::VerifierKey key,
                   KeyOfFlagOrDirectory(
                       context, flags.key,
                       absl::InvalidArgumentError(
                           "no key is given\nwhy: a proof says nothing without the key of the log"
                           "\nfix: --key KEY, as the log's owner gives it out")));
  ASSIGN_OR_RETURN(std::optional<gosum::Record> given, GivenRecord(flags));
  std::optional<gosum::ModuleVersion> wanted;
  if (!flags.record.empty()) {
    ASSIGN_OR_RETURN(wanted, gosum::ParseModuleVersion(flags.record));
  }
  ASSIGN_OR_RETURN(const tlog::ProofFile file, ReadProofFile(flags.file));
  CheckedProof checked;
  checked.number = file.index;
  checked.hash_count = file.path.size();
  absl::StatusOr<tlog::SignedTreeHead> head = OpenHeadOf(key, file.note);
  if (absl::IsDataLoss(head.status())) {
    return absl::DataLossError(absl::StrCat(head.status().message(), kWhyFalse));
  }
  ASSIGN_OR_RETURN(checked.head, std::move(head));
  const bool is_given = given.has_value();
  if (is_given) {
    checked.record = *std::move(given);
  } else {
    ASSIGN_OR_RETURN(checked.record, RecordIn(file));
  }
  checked.leaf = tlog::LeafHash(gosum::FormatRecordText(checked.record));
  RETURN_IF_ERROR(CheckLeaf(file, checked, key, is_given));
  if (wanted.has_value() && *wanted != checked.record.module) {
    return absl::NotFoundError(absl::StrCat("it proves ", checked.record.module.ToString(),
                                            " as record ", checked.number, ", not ",
                                            wanted->ToString()));
  }
  checked.key = ShortKey(key);
  checked.other_signers = OtherSigners(file, key);
  return checked;
}

void PrintText(Context& context, const CheckedProof& checked) {
  *context.out << "proved: " << Printable(checked.record.module.ToString()) << ", record "
               << FormatCount(checked.number) << "\n  zip     " << checked.record.zip_hash
               << "\n  go.mod  " << checked.record.mod_hash << "\n";
  if (context.quiet) return;
  *context.out << std::flush;
  *context.err << "head   tree " << FormatCount(checked.head.head.size) << ", signed by "
               << checked.key << "\n"
               << "root   " << tlog::FormatHash(checked.head.head.root) << "\n"
               << "proof  verified, " << FormatHashCount(checked.hash_count) << "\n";
  if (checked.other_signers.empty()) return;
  *context.err << "note: not checked are the signatures of "
               << Printable(absl::StrJoin(checked.other_signers, ", ")) << "\n";
}

void PrintAsJson(Context& context, const CheckedProof& checked) {
  PrintJson(context, {{"module", checked.record.module.ToString()},
                      {"record", checked.number},
                      {"zip", checked.record.zip_hash},
                      {"go_mod", checked.record.mod_hash},
                      {"leaf", tlog::FormatHash(checked.leaf)},
                      {"head", HeadToJson(checked.head)},
                      {"proof_verified", true},
                      {"proof_hashes", checked.hash_count},
                      {"key", checked.key},
                      {"unchecked_signers", checked.other_signers}});
}

void RunCheck(Context& context, const CheckFlags& flags) {
  const absl::StatusOr<CheckedProof> checked = Check(context, flags);
  if (!checked.ok()) {
    return Fail(context, absl::StrCat("verify ", flags.file), checked.status());
  }
  if (context.json) {
    PrintAsJson(context, *checked);
  } else {
    PrintText(context, *checked);
  }
}

}  // namespace

void AddProveCheck(CLI::App& prove, Context& context) {
  CLI::App* noun = prove.add_subcommand("check", "check a proof file, without any network");
  const auto flags = std::make_shared<CheckFlags>();  // shared with the callback, which runs later
  noun->add_option("FILE", flags->file, "as prove inclusion --out writes it (C2SP tlog-proof)")
      ->required();
  noun->add_option("--key", flags->key, "verifier key of the log (that of --dir)")
      ->type_name("KEY");
  noun->add_option("--record", flags->record, "what it is to be about")
      ->type_name("MODULE@VERSION");
  noun->add_option("--record-file", flags->record_file, "the record, when the file lacks it")
      ->type_name("F");
  noun->add_option("--sum", flags->sum, "or its zip's hash, beside --record")->type_name("h1:...");
  noun->add_option("--mod-sum", flags->mod_sum, "and its go.mod's hash")->type_name("h1:...");
  noun->footer(
      "Exit 1: it is about another module version or record; 2: it is no proof file;\n"
      "4: it is not signed by the key, or the proof does not lead to what is signed.\n"
      "example: sumlog prove check quote.proof --key KEY --record rsc.io/quote@v1.5.2");
  noun->callback([&context, flags] { RunCheck(context, *flags); });
}

}  // namespace sumlog::cli
