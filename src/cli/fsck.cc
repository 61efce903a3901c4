// fsck: hashes a whole log again and names each broken thing.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/bytes.h"
#include "base/damage.h"
#include "base/status_macros.h"
#include "cli/anchor_check.h"
#include "cli/json_output.h"
#include "cli/open_config.h"
#include "cli/printable.h"
#include "cli/progress.h"
#include "cli/verb.h"
#include "cli/verifier_key.h"
#include "crypto/random.h"
#include "doctor/fsck.h"
#include "server/log_directory.h"

namespace sumlog::cli {
namespace {

struct FsckFlags {
  std::string key;
  bool every_leaf_row = false;
  std::optional<std::uint32_t> seed;
};

// Another sample each time, unless one is to be checked again.
absl::StatusOr<std::uint32_t> SeedOf(const FsckFlags& flags) {
  if (flags.seed.has_value()) return *flags.seed;
  ASSIGN_OR_RETURN(const std::string bytes, crypto::RandomBytes(4));
  return ReadBigEndian32(bytes);
}

// What the anchor says of the database, as one more problem of the report.
void AddAnchorProblem(const AnchorStatus& anchor, const tlog::VerifierKey& key,
                      const storage::LogStore& store, doctor::FsckReport* report) {
  const absl::StatusOr<storage::StoredHead> stored = store.SignedHead();
  if (!stored.ok()) return;  // fsck has said so
  const absl::StatusOr<tlog::SignedTreeHead> head = OpenHeadOf(key, stored->note);
  if (!head.ok()) return;
  const absl::Status verdict = JudgeAnchor(anchor, head->head, store);
  if (verdict.ok()) return;
  const std::vector<std::string> lines = absl::StrSplit(std::string(verdict.message()), '\n');
  ++report->problem_count;
  if (absl::IsDataLoss(verdict)) ++report->contradiction_count;
  // First: what else is wrong may follow from it.
  report->problems.insert(report->problems.begin(),
                          {.thing = absl::StrCat("anchor ", anchor.path),
                           .what = lines.front(),
                           .signed_contradiction = absl::IsDataLoss(verdict)});
}

absl::StatusOr<doctor::FsckReport> Check(Context& context, const ops::Config& config,
                                         const FsckFlags& flags, std::uint32_t seed) {
  ASSIGN_OR_RETURN(const tlog::VerifierKey key, KeyOfLog(config, flags.key));
  const AnchorStatus anchor = ReadAnchor(config, key);  // before the database
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::LogStore> store,
                   server::OpenStoreReadOnly(config));
  Progress progress(context, "fsck");
  doctor::FsckOptions options;
  options.keys = {key};
  options.seed = seed;
  if (flags.every_leaf_row) {
    options.every_leaf_row_up_to = std::numeric_limits<std::uint64_t>::max();
  }
  options.progress = [&progress](const doctor::FsckProgress& now) {
    progress.Begin(now.stage);
    progress.Update({.done = now.done, .total = now.total});
  };
  ASSIGN_OR_RETURN(doctor::FsckReport report, doctor::Fsck(*store, options));
  if (absl::IsPermissionDenied(anchor.status) && !anchor.is_own && !context.quiet) {
    *context.err << "not checked: the anchor, " << Printable(anchor.status.message()) << "\n";
  }
  AddAnchorProblem(anchor, key, *store, &report);
  return report;
}

void PrintReport(Context& context, const doctor::FsckReport& report, std::uint32_t seed) {
  for (const doctor::FsckProblem& problem : report.problems) {
    *context.out << Printable(problem.thing) << ": " << Printable(problem.what)
                 << (problem.signed_contradiction ? " [contradicts signed bytes]" : "") << "\n";
  }
  if (report.problem_count > report.problems.size()) {
    *context.out << "and " << FormatCount(report.problem_count - report.problems.size())
                 << " more\n";
  }
  *context.out << (report.problem_count == 0 ? "good: " : "damaged: ")
               << FormatCount(report.problem_count)
               << (report.problem_count == 1 ? " problem" : " problems") << " in a tree of "
               << FormatCount(report.tree_size) << "\n";
  if (context.quiet) return;
  *context.err << "checked " << FormatCount(report.records_checked) << " records, "
               << FormatCount(report.tiles_checked) << " tiles, "
               << FormatCount(report.index_rows_checked) << " index rows, "
               << FormatCount(report.leaf_rows_checked) << " leaf rows";
  if (report.leaf_rows_checked < report.records_checked) {
    *context.err << " (a sample; the same one again: --seed " << seed << ")";
  }
  *context.err << "\n";
}

Json ReportToJson(const doctor::FsckReport& report, std::uint32_t seed) {
  Json problems = Json::array();
  for (const doctor::FsckProblem& problem : report.problems) {
    problems.push_back({{"thing", problem.thing},
                        {"what", problem.what},
                        {"signed_contradiction", problem.signed_contradiction}});
  }
  return {{"tree_size", report.tree_size},
          {"records_checked", report.records_checked},
          {"tiles_checked", report.tiles_checked},
          {"index_rows_checked", report.index_rows_checked},
          {"leaf_rows_checked", report.leaf_rows_checked},
          {"seed", seed},
          {"problem_count", report.problem_count},
          {"problems", problems}};
}

// kDataLoss before there is a report: the database cannot be read at all. That is damage, not a
// contradiction of anything signed.
int FsckExitCode(const absl::Status& status) {
  if (absl::IsDataLoss(status)) return kFoundWrong;
  return ExitCodeOfMissing(status);
}

void FsckVerb(Context& context, const FsckFlags& flags) {
  const absl::StatusOr<ops::Config> config = OpenLogConfig(context);
  if (!config.ok()) return Fail(context, "check the log", config.status());
  const std::string doing = "check " + config->dir;
  const absl::StatusOr<std::uint32_t> seed = SeedOf(flags);
  if (!seed.ok()) return Fail(context, doing, seed.status());
  const absl::StatusOr<doctor::FsckReport> report = Check(context, *config, flags, *seed);
  if (!report.ok()) {
    const absl::Status status =
        IsDamagedData(report.status())
            ? WithFix(report.status(), "keep the data as it is, and restore from a backup")
            : report.status();
    return Fail(context, doing, status, FsckExitCode(status));
  }
  if (context.json) {
    PrintJson(context, ReportToJson(*report, *seed));
  } else {
    PrintReport(context, *report, *seed);
  }
  if (report->problem_count == 0) return;
  context.exit_code = report->contradiction_count > 0 ? kTampering : kFoundWrong;
}

}  // namespace

void AddFsck(CLI::App& program, Context& context) {
  CLI::App* verb =
      program.add_subcommand("fsck", "hash the whole log again and name what is broken");
  verb->group("name what is broken; copy, restore; write as files");
  const auto flags = std::make_shared<FsckFlags>();  // shared with the callback, which runs later
  verb->add_option("--key", flags->key, "verifier key; default: that of the directory's key file")
      ->type_name("KEY");
  verb->add_flag("--every-leaf-row", flags->every_leaf_row,
                 "ask the leaf index for every record, also of a log of more than a million");
  verb->add_option("--seed", flags->seed, "choose the sample of the leaf index as then")
      ->type_name("N");
  verb->footer(
      "Reads only; a running server may go on. Exit 1: damage; 4: it contradicts signed bytes.\n"
      "example: sumlog fsck --dir /var/lib/sumlog");
  verb->callback([&context, flags] { FsckVerb(context, *flags); });
}

}  // namespace sumlog::cli
