// fsck: hashes a whole log again and names each broken thing.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>

#include "base/status_macros.h"
#include "cli/json_output.h"
#include "cli/open_config.h"
#include "cli/printable.h"
#include "cli/progress.h"
#include "cli/verb.h"
#include "cli/verifier_key.h"
#include "doctor/fsck.h"
#include "server/log_directory.h"

namespace sumlog::cli {
namespace {

struct FsckFlags {
  std::string key;
  bool every_leaf_row = false;
};

absl::StatusOr<doctor::FsckReport> Check(Context& context, const ops::Config& config,
                                         const FsckFlags& flags) {
  ASSIGN_OR_RETURN(const tlog::VerifierKey key, KeyOfLog(config, flags.key));
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::LogStore> store,
                   server::OpenStoreReadOnly(config));
  Progress progress(context, "fsck");
  doctor::FsckOptions options;
  options.keys = {key};
  options.every_leaf_row = flags.every_leaf_row;
  options.progress = [&progress](const doctor::FsckProgress& now) {
    progress.Begin(now.stage);
    progress.Update({.done = now.done, .total = now.total});
  };
  return doctor::Fsck(*store, options);
}

void PrintReport(Context& context, const doctor::FsckReport& report) {
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
               << FormatCount(report.index_rows_checked) << " index rows\n";
}

Json ReportToJson(const doctor::FsckReport& report) {
  Json problems = Json::array();
  for (const doctor::FsckProblem& problem : report.problems) {
    problems.push_back({{"thing", problem.thing},
                        {"what", problem.what},
                        {"signed_contradiction", problem.signed_contradiction}});
  }
  return {
      {"tree_size", report.tree_size},         {"records_checked", report.records_checked},
      {"tiles_checked", report.tiles_checked}, {"index_rows_checked", report.index_rows_checked},
      {"problem_count", report.problem_count}, {"problems", problems}};
}

// kDataLoss before there is a report: the database cannot be read at all. That is damage, not a
// contradiction of anything signed.
int FsckExitCode(const absl::Status& status) {
  if (absl::IsDataLoss(status)) return kFoundWrong;
  return absl::IsNotFound(status) ? kUnreachable : ExitCodeFor(status);
}

void FsckVerb(Context& context, const FsckFlags& flags) {
  const absl::StatusOr<ops::Config> config = OpenLogConfig(context);
  if (!config.ok()) return Fail(context, "check the log", config.status());
  const std::string doing = "check " + config->dir;
  const absl::StatusOr<doctor::FsckReport> report = Check(context, *config, flags);
  if (!report.ok()) return Fail(context, doing, report.status(), FsckExitCode(report.status()));
  if (context.json) {
    PrintJson(context, ReportToJson(*report));
  } else {
    PrintReport(context, *report);
  }
  const bool contradiction =
      std::any_of(report->problems.begin(), report->problems.end(),
                  [](const doctor::FsckProblem& problem) { return problem.signed_contradiction; });
  if (report->problem_count > 0) context.exit_code = contradiction ? kTampering : kFoundWrong;
}

}  // namespace

void AddFsck(CLI::App& program, Context& context) {
  CLI::App* verb =
      program.add_subcommand("fsck", "hash the whole log again and name what is broken");
  const auto flags = std::make_shared<FsckFlags>();  // shared with the callback, which runs later
  verb->add_option("--key", flags->key, "verifier key; default: that of the directory's key file")
      ->type_name("KEY");
  verb->add_flag("--every-leaf-row", flags->every_leaf_row,
                 "ask the leaf index for every record, not for a sample: several times slower");
  verb->footer(
      "Reads only; a running server may go on. Exit 1: damage; 4: it contradicts signed bytes.\n"
      "example: sumlog fsck --dir /var/lib/sumlog");
  verb->callback([&context, flags] { FsckVerb(context, *flags); });
}

}  // namespace sumlog::cli
