// bundle export: records of a log, with all that proves them, in one file.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "cli/bundle.h"
#include "cli/chosen_log.h"
#include "cli/json_output.h"
#include "cli/number_flag.h"
#include "cli/open_config.h"
#include "cli/printable.h"
#include "cli/proof_format.h"
#include "cli/verifier_key.h"
#include "log/heads_on_the_way.h"
#include "mirror/bundle_writer.h"

namespace sumlog::cli {
namespace {

struct ExportFlags {
  std::string file, log;
  std::optional<std::uint64_t> from, to;
};

struct Exported {
  mirror::BundleManifest manifest;
  tlog::VerifierKey key;
};

// The newest signed head that is held of at most `to` records: nobody has signed any size between.
absl::StatusOr<storage::StoredHead> HeadUpTo(const ChosenLog& chosen,
                                             std::optional<std::uint64_t> to) {
  if (!to.has_value() || *to >= chosen.head.size) return chosen.head;
  ASSIGN_OR_RETURN(std::vector<storage::StoredHead> heads,
                   chosen.store->SignedHeads(0, *to, std::numeric_limits<std::size_t>::max()));
  while (!heads.empty() && log::IsOnTheWay(heads.back())) heads.pop_back();
  if (!heads.empty()) return std::move(heads.back());
  return absl::NotFoundError(absl::StrCat("no signed head of at most ", *to,
                                          " records is held; the newest covers ", chosen.head.size,
                                          "\nfix: leave --to out"));
}

absl::StatusOr<Exported> Export(const Context& context, const ExportFlags& flags) {
  ASSIGN_OR_RETURN(const ops::Config config, OpenConfig(context));
  ASSIGN_OR_RETURN(const ChosenLog chosen, ChooseLog(config, flags.log));
  ASSIGN_OR_RETURN(const storage::StoredHead head, HeadUpTo(chosen, flags.to));
  RETURN_IF_ERROR(OpenHeadOf(chosen.key, head.note).status());
  absl::StatusOr<mirror::BundleManifest> manifest =
      mirror::WriteBundle(flags.file, {.store = chosen.store.get(),
                                       .head = head,
                                       .log_name = chosen.name(),
                                       .from = flags.from.value_or(0)});
  if (absl::IsAlreadyExists(manifest.status())) {
    return WithFix(manifest.status(), "name another file");
  }
  RETURN_IF_ERROR(manifest.status());
  return Exported{.manifest = *std::move(manifest), .key = chosen.key};
}

void Print(Context& context, const ExportFlags& flags, const Exported& exported) {
  const mirror::BundleManifest& manifest = exported.manifest;
  if (context.json) {
    return PrintJson(context, {{"path", flags.file},
                               {"log", manifest.log_name},
                               {"from", manifest.from},
                               {"to", manifest.to}});
  }
  *context.out << "exported: " << Printable(flags.file) << ", "
               << FormatCount(manifest.to - manifest.from) << " records of "
               << Printable(manifest.log_name) << " from " << FormatCount(manifest.from) << " to "
               << FormatCount(manifest.to) << "\n";
  if (context.quiet) return;
  if (flags.to.has_value() && *flags.to != manifest.to) {
    *context.err << "it ends at the newest signed head of at most " << FormatCount(*flags.to)
                 << " records: nobody has signed that size\n";
  }
  *context.err << "where no network is:\n  sumlog bundle import " << Printable(flags.file)
               << " --dir D --key '" << exported.key.ToString() << "'\nthe next one:\n"
               << "  sumlog bundle export FILE --from " << manifest.to << "\n";
}

void RunExport(Context& context, const ExportFlags& flags) {
  const absl::StatusOr<Exported> exported = Export(context, flags);
  if (!exported.ok()) {
    return Fail(context, absl::StrCat("export ", flags.file), exported.status(),
                ExitCodeOfMissing(exported.status()));
  }
  Print(context, flags, *exported);
}

}  // namespace

void AddBundleExport(CLI::App& bundle, Context& context) {
  CLI::App* noun = bundle.add_subcommand("export", "write records and what proves them to a file");
  const auto flags = std::make_shared<ExportFlags>();  // shared with the callback
  noun->add_option("FILE", flags->file, "the bundle; must not be there")->required();
  AddNumberFlag(*noun, "--from", flags->from,
                "first record of it (0): how many records its reader has")
      ->type_name("N");
  AddNumberFlag(*noun, "--to", flags->to,
                "how many records the log has at its end (all): the newest signed head up to that")
      ->type_name("M");
  AddLogFlag(*noun, flags->log);
  noun->footer(
      "Reads only; a running server may go on. The same range of the same log gives the same "
      "bytes.\n"
      "example: sumlog bundle export week-47.bundle --from 71000000 --dir D");
  noun->callback([&context, flags] { RunExport(context, *flags); });
}

}  // namespace sumlog::cli
