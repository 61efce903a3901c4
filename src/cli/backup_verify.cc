// backup verify: every byte of a backup, then the log in it.

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "backup/verify_backup.h"
#include "base/status_macros.h"
#include "base/when.h"
#include "cli/backup.h"
#include "cli/json_output.h"
#include "cli/open_config.h"
#include "cli/printable.h"
#include "cli/proof_format.h"
#include "cli/verifier_key.h"

namespace sumlog::cli {
namespace {

struct VerifyFlags {
  std::string path, key;
};

absl::StatusOr<backup::VerifyReport> Verify(Context& context, const VerifyFlags& flags) {
  ASSIGN_OR_RETURN(const tlog::VerifierKey key,
                   KeyOfFlagOrDirectory(
                       context, flags.key,
                       absl::InvalidArgumentError("no key is named\nwhy: whoever changed the "
                                                  "backup can have signed it with a key of his "
                                                  "own\nfix: --key KEY, or --dir D of the log")));
  Progress progress(context, "hash, in bytes");
  return backup::VerifyBackup({.path = flags.path, .key = key, .watch = WatchOn(progress)});
}

std::vector<doctor::FsckProblem> ProblemsOf(const backup::VerifyReport& report) {
  std::vector<doctor::FsckProblem> problems = report.problems;
  if (report.log.has_value()) {
    problems.insert(problems.end(), report.log->problems.begin(), report.log->problems.end());
  }
  return problems;
}

std::uint64_t CountOf(const backup::VerifyReport& report) {
  return report.problems.size() + (report.log.has_value() ? report.log->problem_count : 0);
}

Json ToJson(const VerifyFlags& flags, const backup::VerifyReport& report) {
  Json problems = Json::array();
  for (const doctor::FsckProblem& problem : ProblemsOf(report)) {
    problems.push_back({{"thing", problem.thing}, {"what", problem.what}});
  }
  Json json = {{"path", flags.path},
               {"good", report.good()},
               {"log_checked", report.log.has_value()},
               {"problem_count", CountOf(report)},
               {"problems", problems}};
  if (report.manifest.has_value()) {
    json["label"] = report.manifest->label;
    json["made"] = FormatTimestamp(report.manifest->made_at);
    json["size_bytes"] = report.manifest->size_bytes();
    json["head"] = HeadToJson(report.manifest->head);
  }
  return json;
}

void Print(Context& context, const VerifyFlags& flags, const backup::VerifyReport& report) {
  const std::vector<doctor::FsckProblem> problems = ProblemsOf(report);
  for (const doctor::FsckProblem& problem : problems) {
    *context.out << Printable(problem.thing) << ": " << Printable(problem.what) << "\n";
  }
  const std::uint64_t count = CountOf(report);
  if (count > problems.size()) {
    *context.out << "and " << FormatCount(count - problems.size()) << " more\n";
  }
  *context.out << (report.good() ? "good: " : "damaged: ") << Printable(flags.path);
  if (report.manifest.has_value()) {
    *context.out << ", tree " << FormatCount(report.manifest->head.head.size) << ", made "
                 << FormatWhen(report.manifest->made_at);
  }
  *context.out << "\n";
  if (context.quiet || report.good()) return;
  *context.err << (report.log.has_value()
                       ? "do not restore from it; sumlog backup create makes a new one\n"
                       : "the log in it was not checked: its files are not those that were "
                         "signed\n");
}

void RunVerify(Context& context, const VerifyFlags& flags) {
  const std::string doing = absl::StrCat("verify ", flags.path);
  const absl::StatusOr<backup::VerifyReport> report = Verify(context, flags);
  if (!report.ok()) {
    return Fail(context, doing, report.status(), ExitCodeOfMissing(report.status()));
  }
  if (context.json) {
    PrintJson(context, ToJson(flags, *report));
  } else {
    Print(context, flags, *report);
  }
  if (!report->good()) context.exit_code = kFoundWrong;
}

}  // namespace

void AddBackupVerify(CLI::App& verb, Context& context) {
  CLI::App* noun = verb.add_subcommand("verify", "check every byte of a copy, and the log in it");
  const auto flags = std::make_shared<VerifyFlags>();  // shared with the callback, which runs later
  noun->add_option("PATH", flags->path, "folder of the backup")->required();
  noun->add_option("--key", flags->key, "verifier key of the log (that of --dir)")
      ->type_name("KEY");
  noun->footer(
      "Reads only. Exit 1 names each broken thing; 4: the backup of another log or key.\n"
      "example: sumlog backup verify /srv/backups/2026-11-21 --dir /var/lib/sumlog");
  noun->callback([&context, flags] { RunVerify(context, *flags); });
}

}  // namespace sumlog::cli
