// prove: makes inclusion and consistency proofs, and verifies each before it prints it.

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "cli/log_flags.h"
#include "cli/number_flag.h"
#include "cli/output_file.h"
#include "cli/printable.h"
#include "cli/proof_format.h"
#include "cli/verb.h"
#include "cli/verified_log.h"
#include "sumlog/gosum/module_version.h"
#include "sumlog/tlog/hash.h"

namespace sumlog::cli {
namespace {

// A leaf hash, as `prove` itself prints it.
absl::StatusOr<tlog::Hash> ParseLeaf(const std::string& text) {
  const absl::StatusOr<tlog::Hash> leaf = tlog::ParseHash(text);
  if (leaf.ok()) return leaf;
  return absl::InvalidArgumentError(absl::StrCat("--leaf: ", leaf.status().message()));
}

struct ProveFlags {
  LogFlags log;
  std::string module;
  std::string leaf;  // in base64
  std::optional<std::uint64_t> record, size, from, to;
  std::optional<std::string> out;
  bool force = false;
};

// The record that the flags name, proved and with what is known of it.
absl::StatusOr<InclusionProof> ProveRecord(VerifiedLog& log, const ProveFlags& flags) {
  InclusionProof proof;
  RecordRef record;
  if (flags.record.has_value()) {
    record = *flags.record;
  } else if (!flags.leaf.empty()) {
    ASSIGN_OR_RETURN(record, ParseLeaf(flags.leaf));
  } else {
    ASSIGN_OR_RETURN(const gosum::ModuleVersion module, gosum::ParseModuleVersion(flags.module));
    ASSIGN_OR_RETURN(client::VerifiedRecord looked_up, log.Lookup(module));
    proof.module = module.ToString();
    proof.text = std::move(looked_up.text);
    record = looked_up.number;
  }
  ASSIGN_OR_RETURN(const tlog::SignedTreeHead newest, log.Newest());
  ASSIGN_OR_RETURN(proof.head, log.HeadOfSize(flags.size.value_or(newest.head.size)));
  ASSIGN_OR_RETURN(rpc_client::ProvenLeaf proven, log.ProveRecord(record, proof.head.head));
  if (!proof.module.empty() && proven.leaf != tlog::LeafHash(proof.text)) {
    return absl::DataLossError(absl::StrCat("record ", proven.number,
                                            " has one leaf hash when it is looked up, and another"
                                            " in the tree"));
  }
  if (proof.module.empty() && flags.out.has_value()) {
    ASSIGN_OR_RETURN(proof.text, log.RecordText(proven));
  }
  proof.number = proven.number;
  proof.leaf = proven.leaf;
  proof.path = std::move(proven.path);
  return proof;
}

absl::StatusOr<ConsistencyProof> ProveGrowth(VerifiedLog& log, const ProveFlags& flags) {
  ASSIGN_OR_RETURN(const tlog::SignedTreeHead newest, log.Newest());
  const std::uint64_t from = flags.from.value_or(0);
  const std::uint64_t to = flags.to.value_or(newest.head.size);
  if (from > to) {
    return absl::InvalidArgumentError(
        absl::StrCat("--from ", from, " is above --to ", to, "; a tree only grows"));
  }
  ConsistencyProof proof;
  ASSIGN_OR_RETURN(proof.older, log.HeadOfSize(from));
  ASSIGN_OR_RETURN(proof.newer, log.HeadOfSize(to));
  ASSIGN_OR_RETURN(proof.path, log.ProveGrowth(proof.older.head, proof.newer.head));
  return proof;
}

void NoteUnsigned(Context& context, const tlog::SignedTreeHead& head) {
  if (!head.note.empty() || context.quiet) return;
  *context.err << "note: no signed head of " << FormatCount(head.head.size)
               << " records is known (never signed, or no longer kept); its tree is the\n"
                  "      beginning of that of the newest head, which is signed\n";
}

template <typename Proof>
void Print(Context& context, const Proof& proof) {
  if (context.json) {
    PrintJson(context, ProofToJson(proof));
  } else {
    *context.out << FormatProof(proof);
  }
  if (!context.quiet) {
    *context.err << "proof verified: " << FormatHashCount(proof.path.size()) << "\n";
  }
}

std::string NameOfRecord(const ProveFlags& flags) {
  if (flags.record.has_value()) return absl::StrCat("record ", *flags.record);
  return flags.leaf.empty() ? flags.module : absl::StrCat("leaf ", flags.leaf);
}

// Before anybody is asked for anything.
absl::Status CheckInclusionFlags(const ProveFlags& flags) {
  const int given = (flags.record.has_value() ? 1 : 0) + (flags.module.empty() ? 0 : 1) +
                    (flags.leaf.empty() ? 0 : 1);
  if (given != 1) {
    return absl::InvalidArgumentError(
        "want one record: MODULE@VERSION, --record N or --leaf HASH"
        "\nfix: sumlog prove inclusion --help");
  }
  if (!flags.out.has_value()) {
    return flags.force ? absl::InvalidArgumentError("--force goes with --out, which is not given")
                       : absl::OkStatus();
  }
  if (flags.out->empty() || *flags.out == "-") {
    return absl::InvalidArgumentError(
        absl::StrCat("--out \"", *flags.out, "\" names no file\nfix: --out F, a file of any name"));
  }
  return flags.force ? absl::OkStatus() : CheckNameIsFree(*flags.out);
}

void ProveInclusionVerb(Context& context, const ProveFlags& flags) {
  if (const absl::Status status = CheckInclusionFlags(flags); !status.ok()) {
    return Fail(context, "prove inclusion", status);
  }
  const std::string doing = absl::StrCat("prove ", NameOfRecord(flags));
  const absl::StatusOr<std::unique_ptr<VerifiedLog>> log = OpenVerifiedLog(context, flags.log);
  if (!log.ok()) return Fail(context, doing, log.status());
  const absl::StatusOr<InclusionProof> proof = ProveRecord(**log, flags);
  if (!proof.ok()) return Fail(context, doing, proof.status());
  if (!flags.out.has_value()) {
    NoteUnsigned(context, proof->head);
    return Print(context, *proof);
  }
  const absl::StatusOr<std::string> file = FormatProofFileOf(*proof);
  const absl::Status written =
      file.ok() ? WriteNamedFile(*flags.out, *file, flags.force) : file.status();
  if (!written.ok()) return Fail(context, absl::StrCat("write ", *flags.out), written);
  if (context.json) return Print(context, *proof);
  if (context.quiet) return;
  *context.err << "proof verified: " << FormatHashCount(proof->path.size()) << "\nwritten to "
               << Printable(*flags.out) << "; whoever has the key checks it without a network:\n"
               << "  sumlog prove check " << Printable(*flags.out) << " --key "
               << (*log)->key().ToString() << "\n";
}

void ProveConsistencyVerb(Context& context, const ProveFlags& flags) {
  const absl::StatusOr<std::unique_ptr<VerifiedLog>> log = OpenVerifiedLog(context, flags.log);
  if (!log.ok()) return Fail(context, "prove consistency", log.status());
  const absl::StatusOr<ConsistencyProof> proof = ProveGrowth(**log, flags);
  if (!proof.ok()) return Fail(context, "prove consistency", proof.status());
  NoteUnsigned(context, proof->older);
  NoteUnsigned(context, proof->newer);
  Print(context, *proof);
}

}  // namespace

void AddProve(CLI::App& program, Context& context) {
  CLI::App* verb =
      program.add_subcommand("prove", "make a proof, verified before it is printed; check one");
  verb->require_subcommand(1);
  verb->footer("example: sumlog prove inclusion rsc.io/quote@v1.5.2 --dir /var/lib/sumlog");
  // Shared with the callbacks, which run after this function.
  const auto flags = std::make_shared<ProveFlags>();

  CLI::App* inclusion = verb->add_subcommand("inclusion", "prove that a record is in the tree");
  inclusion->add_option("MODULE@VERSION", flags->module, "the record, by its module version");
  AddNumberFlag(*inclusion, "--record,--number", flags->record, "or by its number from 0")
      ->type_name("N");
  inclusion->add_option("--leaf", flags->leaf, "or by its leaf hash (not over HTTP)")
      ->type_name("HASH");
  AddNumberFlag(*inclusion, "--size", flags->size, "of the tree; default: the newest")
      ->type_name("S");
  inclusion->add_option("--out", flags->out, "write a proof file, to be checked offline")
      ->type_name("F");
  inclusion->add_flag("--force", flags->force, "replace F");
  AddLogFlags(*inclusion, flags->log);
  inclusion->footer(
      "example: sumlog prove inclusion rsc.io/quote@v1.5.2 --out quote.proof --dir D");
  inclusion->callback([&context, flags] { ProveInclusionVerb(context, *flags); });

  CLI::App* consistency =
      verb->add_subcommand("consistency", "prove that a tree begins with all of an older one");
  AddNumberFlag(*consistency, "--from", flags->from, "size of the older tree")
      ->type_name("A")
      ->required();
  AddNumberFlag(*consistency, "--to", flags->to, "size of the newer tree; default: the newest")
      ->type_name("B");
  AddLogFlags(*consistency, flags->log);
  consistency->footer(
      "example: sumlog prove consistency --from 100 --to 250 --dir /var/lib/sumlog");
  consistency->callback([&context, flags] { ProveConsistencyVerb(context, *flags); });

  AddProveCheck(*verb, context);
}

}  // namespace sumlog::cli
