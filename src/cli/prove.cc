// prove: makes inclusion and consistency proofs, and verifies each before it prints it.

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "cli/log_flags.h"
#include "cli/number_flag.h"
#include "cli/printable.h"
#include "cli/proof_format.h"
#include "cli/verb.h"
#include "cli/verified_log.h"
#include "cli/verifier_key.h"
#include "sumlog/gosum/module_version.h"
#include "sumlog/tlog/consistency.h"
#include "sumlog/tlog/inclusion.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::cli {
namespace {

struct ProveFlags {
  LogFlags log;
  std::string module;
  std::optional<std::uint64_t> record, size, from, to;
};

// The head of `size` records: its root from verified tiles, and its note where one is kept.
absl::StatusOr<tlog::SignedTreeHead> HeadOfSize(VerifiedLog& log, std::uint64_t size) {
  ASSIGN_OR_RETURN(const tlog::SignedTreeHead newest, log.Newest());
  if (size == newest.head.size) return newest;
  if (size > newest.head.size) {
    return absl::InvalidArgumentError(absl::StrCat(
        "there is no tree of ", size, " records yet: the newest head has ", newest.head.size));
  }
  tlog::SignedTreeHead head;
  head.head = {.size = size, .root = tlog::EmptyRoot()};
  if (size > 0) {
    ASSIGN_OR_RETURN(tlog::TileReader* const tiles, log.Tiles());
    ASSIGN_OR_RETURN(head.head.root, tlog::RootFromTiles(size, *tiles));
  }
  ASSIGN_OR_RETURN(const std::optional<std::string> note, log.NoteOfSize(size));
  if (!note.has_value()) return head;
  ASSIGN_OR_RETURN(tlog::SignedTreeHead kept, OpenHeadOf(log.key(), *note));
  if (kept.head == head.head) return kept;
  return absl::DataLossError(absl::StrCat(
      "the signed head of ", size, " records has root ", tlog::FormatHash(kept.head.root),
      ", but the tree of the newest head begins with root ", tlog::FormatHash(head.head.root)));
}

absl::StatusOr<tlog::Hash> LeafFromTiles(std::uint64_t number, tlog::TileReader& tiles) {
  const auto position = static_cast<std::uint32_t>(number % tlog::kFullTileWidth);
  const tlog::TileId tile{.index = number / tlog::kFullTileWidth, .width = position + 1};
  ASSIGN_OR_RETURN(const std::vector<std::vector<tlog::Hash>> hashes, tiles.ReadTiles({tile}));
  return hashes.at(0).at(position);
}

absl::StatusOr<InclusionProof> ProveRecord(VerifiedLog& log, const ProveFlags& flags) {
  InclusionProof proof;
  if (flags.record.has_value()) {
    proof.number = *flags.record;
  } else {
    ASSIGN_OR_RETURN(const gosum::ModuleVersion module, gosum::ParseModuleVersion(flags.module));
    ASSIGN_OR_RETURN(const client::VerifiedRecord record, log.Lookup(module));
    proof.module = module.ToString();
    proof.number = record.number;
    proof.leaf = tlog::LeafHash(record.text);
  }
  ASSIGN_OR_RETURN(const tlog::SignedTreeHead newest, log.Newest());
  ASSIGN_OR_RETURN(proof.head, HeadOfSize(log, flags.size.value_or(newest.head.size)));
  if (proof.number >= proof.head.head.size) {
    return absl::InvalidArgumentError(absl::StrCat("record number ", proof.number,
                                                   " is outside a tree of ", proof.head.head.size,
                                                   " records"));
  }
  ASSIGN_OR_RETURN(tlog::TileReader* const tiles, log.Tiles());
  if (proof.module.empty()) {
    ASSIGN_OR_RETURN(proof.leaf, LeafFromTiles(proof.number, *tiles));
  }
  ASSIGN_OR_RETURN(
      proof.path,
      tlog::ProveInclusion({.index = proof.number, .tree_size = proof.head.head.size}, *tiles));
  RETURN_IF_ERROR(tlog::VerifyInclusion(proof.head.head, proof.number, proof.leaf, proof.path));
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
  ASSIGN_OR_RETURN(proof.older, HeadOfSize(log, from));
  ASSIGN_OR_RETURN(proof.newer, HeadOfSize(log, to));
  ASSIGN_OR_RETURN(tlog::TileReader* const tiles, log.Tiles());
  ASSIGN_OR_RETURN(proof.path, tlog::ProveConsistency({.old_size = from, .new_size = to}, *tiles));
  RETURN_IF_ERROR(tlog::VerifyConsistency(proof.older.head, proof.newer.head, proof.path));
  return proof;
}

void NoteUnsigned(Context& context, const tlog::SignedTreeHead& head) {
  if (!head.note.empty() || context.quiet) return;
  *context.err << "note: no signed head of " << FormatCount(head.head.size)
               << " records is known (never signed, or no longer kept); its root comes from the"
                  " tiles\n      of the newest head, which is signed\n";
}

template <typename Proof>
void Print(Context& context, const Proof& proof) {
  if (context.json) {
    PrintJson(context, ProofToJson(proof));
  } else {
    *context.out << FormatProof(proof);
  }
  if (!context.quiet) {
    *context.err << "proof verified: " << proof.path.size()
                 << (proof.path.size() == 1 ? " hash\n" : " hashes\n");
  }
}

void ProveInclusionVerb(Context& context, const ProveFlags& flags) {
  const std::string doing = absl::StrCat(
      "prove ", flags.record.has_value() ? absl::StrCat("record ", *flags.record) : flags.module);
  if (flags.record.has_value() == !flags.module.empty()) {
    return Fail(context, "prove inclusion",
                absl::InvalidArgumentError("want one record: either MODULE@VERSION or --record N"
                                           "\nfix: sumlog prove inclusion --help"));
  }
  const absl::StatusOr<std::unique_ptr<VerifiedLog>> log = OpenVerifiedLog(context, flags.log);
  if (!log.ok()) return Fail(context, doing, log.status());
  const absl::StatusOr<InclusionProof> proof = ProveRecord(**log, flags);
  if (!proof.ok()) return Fail(context, doing, proof.status());
  NoteUnsigned(context, proof->head);
  Print(context, *proof);
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
  CLI::App* verb = program.add_subcommand("prove", "make a proof, verified before it is printed");
  verb->require_subcommand(1);
  verb->footer("example: sumlog prove inclusion rsc.io/quote@v1.5.2 --dir /var/lib/sumlog");
  // Shared with the callbacks, which run after this function.
  const auto flags = std::make_shared<ProveFlags>();

  CLI::App* inclusion = verb->add_subcommand("inclusion", "prove that a record is in the tree");
  inclusion->add_option("MODULE@VERSION", flags->module, "the record, by its module version");
  AddNumberFlag(*inclusion, "--record", flags->record, "the record, by its number from 0")
      ->type_name("N");
  AddNumberFlag(*inclusion, "--size", flags->size, "of the tree; default: the newest")
      ->type_name("S");
  AddLogFlags(*inclusion, flags->log);
  inclusion->footer("example: sumlog prove inclusion --record 12 --dir /var/lib/sumlog --json");
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
}

}  // namespace sumlog::cli
