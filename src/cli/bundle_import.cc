// bundle import: bundles into a mirror that no network reaches.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "cli/bundle.h"
#include "cli/interrupt.h"
#include "cli/json_output.h"
#include "cli/mirror_choice.h"
#include "cli/mirror_talk.h"
#include "cli/open_config.h"
#include "cli/printable.h"
#include "cli/progress.h"
#include "cli/proof_format.h"
#include "client/answer_recorder.h"
#include "mirror/bundle_import.h"
#include "mirror/contradiction.h"
#include "mirror/kept_evidence.h"
#include "sumlog/client/failure_details.h"

namespace sumlog::cli {
namespace {

struct ImportFlags {
  std::vector<std::string> files;
  std::string key;
};

absl::StatusOr<OpenedChoice> OpenTarget(const Context& context, const ImportFlags& flags,
                                        const std::string& log_name) {
  ASSIGN_OR_RETURN(ops::Config config, OpenConfig(context));
  ASSIGN_OR_RETURN(MirrorChoice choice, ChooseFedMirror(config, flags.key, log_name));
  return OpenChoice(std::move(config), std::move(choice));
}

constexpr absl::string_view kWhyContradiction =
    "\nwhy: whoever wrote the bundle, or had it on the way, put in what contradicts the log's "
    "signature; nothing of that was stored"
    "\nfix: send that file to the log's owner, and import a bundle from somebody else";

// Keeps what a bundle holds that contradicts what was signed, and says where it is.
absl::Status KeepAsEvidence(const Context& context, const OpenedChoice& target,
                            const std::string& file, const client::AnswerLog& answers,
                            const absl::Status& status) {
  const std::string kept = mirror::KeepEvidence(status, answers,
                                                {.key = target.mirror.key,
                                                 .from = file,
                                                 .folder = target.opened.paths.evidence,
                                                 .store = target.opened.store.get(),
                                                 .clock = context.clock});
  return client::Reword(
      status, absl::StrCat(Printable(status.message()), TellKept(kept), kWhyContradiction));
}

absl::StatusOr<mirror::SyncReport> Take(Context& context, const OpenedChoice& target,
                                        const std::string& file, mirror::Bundle& bundle) {
  Progress progress(context, "import");
  const InterruptWatch interrupt;
  client::AnswerLog answers(context.clock);
  absl::StatusOr<mirror::SyncReport> report = mirror::ImportBundle(
      {.store = target.opened.store.get(),
       .memory = target.opened.memory.get(),
       .bundle = &bundle,
       .answers = &answers,
       .clock = context.clock,
       .key = target.mirror.key,
       .from = std::filesystem::path(file).filename().string(),
       .watch = [&](const mirror::SyncOptions::Progress& at) -> absl::Status {
         progress.Update({.done = at.done - at.begin, .total = at.target - at.begin});
         if (interrupt.Seen()) {
           return absl::CancelledError("interrupted; the same command goes on from here");
         }
         return absl::OkStatus();
       }});
  if (!mirror::IsContradiction(report.status())) return report;
  return KeepAsEvidence(context, target, file, answers, report.status());
}

void Print(Context& context, const std::string& file, const OpenedChoice& target,
           const mirror::SyncReport& report) {
  if (context.json) {
    return PrintJson(context, {{"path", file},
                               {"log", target.mirror.name()},
                               {"added_records", report.end - report.begin},
                               {"verified_records", report.end},
                               {"odd_records", report.odd_records}});
  }
  *context.out << "imported: " << Printable(file) << ", " << FormatCount(report.end - report.begin)
               << " records new, tree " << FormatCount(report.end) << "\n";
}

// Says what went wrong and returns false when it did.
bool ImportOne(Context& context, const ImportFlags& flags, const std::string& file,
               std::optional<OpenedChoice>& target) {
  const std::string doing = absl::StrCat("import ", file);
  const std::unique_ptr<mirror::Bundle> bundle = OpenBundle(context, doing, file);
  if (bundle == nullptr) return false;
  if (!target.has_value()) {
    absl::StatusOr<OpenedChoice> opened = OpenTarget(context, flags, bundle->manifest().log_name);
    if (!opened.ok()) {
      Fail(context, doing, opened.status(), ExitCodeOfMissing(opened.status()));
      return false;
    }
    target = *std::move(opened);
  }
  const absl::StatusOr<mirror::SyncReport> report = Take(context, *target, file, *bundle);
  if (!report.ok()) {
    const bool is_gap = absl::IsFailedPrecondition(report.status());
    Fail(context, doing,
         is_gap ? WithFix(report.status(), "import the bundles before it first") : report.status());
    return false;
  }
  Print(context, file, *target, *report);
  return true;
}

void RunImport(Context& context, const ImportFlags& flags) {
  std::optional<OpenedChoice> target;  // opened when the first bundle says of which log it is
  for (const std::string& file : flags.files) {
    if (!ImportOne(context, flags, file, target)) return;
  }
  if (context.quiet || context.json) return;
  *context.err << "serve it:\n  sumlog serve --dir " << Printable(target->config.dir) << "\n";
}

}  // namespace

void AddBundleImport(CLI::App& bundle, Context& context) {
  CLI::App* noun = bundle.add_subcommand("import", "verify bundles and take them into a mirror");
  const auto flags = std::make_shared<ImportFlags>();  // shared with the callback
  noun->add_option("FILE", flags->files, "bundles of one log, the oldest first")->required();
  noun->add_option("--key", flags->key, "verifier key of the log; the first time")
      ->type_name("VKEY");
  noun->footer(
      "Makes D when it is not there and writes [[mirror]] into its sumlog.toml. What is there "
      "already is skipped; interrupted, the same command goes on. Stop a server of D first.\n"
      "Exit 1: damaged; 3: records are missing before it; 4: not what the log has signed.\n"
      "example: sumlog bundle import week-46.bundle week-47.bundle --dir D --key \"$KEY\"");
  noun->callback([flags, &context] { RunImport(context, *flags); });
}

}  // namespace sumlog::cli
