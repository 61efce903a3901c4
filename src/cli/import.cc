// import: takes go.sum files into a log, by itself or through the server that serves it.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "cli/admin_server.h"
#include "cli/import_feed.h"
#include "cli/import_report.h"
#include "cli/import_target.h"
#include "cli/interrupt.h"
#include "cli/open_config.h"
#include "cli/printable.h"
#include "cli/served.h"
#include "cli/served_log.h"
#include "cli/verb.h"
#include "cli/verifier_key.h"
#include "server/log_directory.h"

namespace sumlog::cli {
namespace {

struct ImportFlags {
  std::vector<std::string> files;
  bool strict = false;
  ServedLogFlags served;
};

// The command that goes on: what is in the log already is only counted again.
std::string SameCommand(const Context& context, const ImportFlags& flags) {
  std::string command = absl::StrCat("sumlog import", CommandFlags(context, flags.served.admin));
  const auto add = [&command](absl::string_view flag, const std::string& value) {
    if (!value.empty()) absl::StrAppend(&command, " ", flag, " ", ShellWord(value));
  };
  add("--key", flags.served.key);
  add("--evidence-dir", flags.served.evidence_dir);
  if (flags.strict) absl::StrAppend(&command, " --strict");
  const bool has_flag_like_name =
      std::any_of(flags.files.begin(), flags.files.end(),
                  [](const std::string& file) { return file.size() > 1 && file.front() == '-'; });
  if (has_flag_like_name) absl::StrAppend(&command, " --");
  for (const std::string& file : flags.files) absl::StrAppend(&command, " ", ShellWord(file));
  return command;
}

void FailUnfinished(Context& context, const ImportFlags& flags, const absl::Status& status) {
  const std::string go_on = absl::StrCat("to go on: ", SameCommand(context, flags));
  if (absl::IsCancelled(status)) {
    return Fail(
        context, "finish the import",
        WithFix(absl::CancelledError(
                    "interrupted\nwhy: what is counted above is in the log and stays there"),
                go_on));
  }
  FailAdmin(context, "finish the import", WithFix(status, go_on));
}

void SayOnWhoseWord(Context& context, std::size_t file_count) {
  if (context.quiet) return;
  *context.err << "note: these hashes are taken on the word of the "
               << (file_count == 1 ? "file" : "files")
               << "; nothing compares them with another source,\n"
                  "      and each record's provenance says so\n";
}

// Every file, read and checked; has failed already when there is none.
std::unique_ptr<ImportFeed> ReadFiles(Context& context, const ImportFlags& flags,
                                      const std::string& spool_folder) {
  absl::StatusOr<std::unique_ptr<ImportFeed>> feed =
      ImportFeed::Read(context, flags.files, spool_folder);
  if (feed.ok()) return *std::move(feed);
  const absl::Status& status = feed.status();
  Fail(context, "import",
       absl::Status(status.code(),
                    absl::StrCat(status.message(), "\nnothing of any file was imported")),
       ExitCodeOfMissing(status));
  return nullptr;
}

void Finish(Context& context, const ImportFlags& flags, const absl::Status& status,
            const ImportReport& report) {
  PrintImportReport(context, report);
  *context.out << std::flush;
  if (!status.ok()) return FailUnfinished(context, flags, status);
  const bool left_out = report.incomplete > 0 || report.other_hash_lines > 0;
  if (report.conflicting > 0 || report.refused > 0 || (flags.strict && left_out)) {
    context.exit_code = kFoundWrong;
  }
}

void ImportThrough(Context& context, const ImportFlags& flags, ServedLog& served) {
  std::error_code error;
  const std::string folder = std::filesystem::temp_directory_path(error).string();
  const std::unique_ptr<ImportFeed> feed = ReadFiles(context, flags, error ? "/tmp" : folder);
  if (feed == nullptr) return;
  const InterruptWatch interrupt;
  SayOnWhoseWord(context, flags.files.size());
  if (served.log() == nullptr && !context.quiet) {
    *context.err << "note: the answers are not verified: --key KEY would prove what was added\n";
  }
  ImportReport report;
  const absl::Status status = ImportIntoServer(context, served, *feed, interrupt, &report);
  Finish(context, flags, status, report);
}

void ImportHere(Context& context, const ImportFlags& flags, const ops::Config& config,
                const server::OpenedLog& opened) {
  const std::unique_ptr<ImportFeed> feed = ReadFiles(context, flags, config.dir);
  if (feed == nullptr) return;
  const InterruptWatch interrupt;
  SayOnWhoseWord(context, flags.files.size());
  ImportReport report;
  const absl::Status status =
      ImportIntoDirectory(context, config, *opened.log, *feed, interrupt, &report);
  Finish(context, flags, status, report);
}

void Import(Context& context, const ImportFlags& flags) {
  if (!flags.served.admin.server.empty()) {
    absl::StatusOr<ServedLog> served = ServedLog::Connect(context, flags.served);
    if (!served.ok()) return FailAdmin(context, "import", served.status());
    return ImportThrough(context, flags, *served);
  }
  const absl::StatusOr<ops::Config> config = OpenLogConfig(context);
  if (!config.ok()) return Fail(context, "import", config.status());
  if (!flags.served.key.empty()) {  // of no use here, but it must be this log's
    const absl::Status status = OwnKeyOf(*config, flags.served.key).status();
    if (!status.ok()) return Fail(context, "import", status, ExitCodeOfMissing(status));
  }
  const absl::StatusOr<server::OpenedLog> opened = server::OpenLog(*config, {.bulk = true});
  if (opened.ok()) return ImportHere(context, flags, *config, *opened);
  // A server that has the directory takes the records instead. What else may have it does not.
  if (absl::IsFailedPrecondition(opened.status()) &&
      IsLocked(absl::StrCat(config->dir, "/lock")).value_or(false)) {
    absl::StatusOr<ServedLog> served = ServedLog::Connect(context, flags.served);
    if (served.ok()) {
      return ImportThrough(context, flags, *served);
    }
  }
  Fail(context, absl::StrCat("import into ", config->dir), opened.status(),
       ExitCodeOfMissing(opened.status()));
}

}  // namespace

void AddImport(CLI::App& program, Context& context) {
  CLI::App* verb = program.add_subcommand("import", "take go.sum files into a log, served or not");
  verb->group("take go.sum files into a log; add one record");  // one row with add
  const auto flags = std::make_shared<ImportFlags>();  // shared with the callback, which runs later
  verb->add_option("FILE", flags->files, "go.sum or go.work.sum files; - is standard input")
      ->required();
  verb->add_flag("--strict", flags->strict, "exit 1 when a version or a line is left out");
  AddServedLogFlags(*verb, flags->served);
  verb->footer(
      "The hashes are taken on the files' word. A malformed line anywhere: nothing is\n"
      "imported. Exit 1: the log holds other hashes for a version; they stay, and the\n"
      "attempt is kept as evidence. With a key each record is proved to be in the signed\n"
      "tree before it is counted.\n"
      "Ctrl-C is safe: the same command goes on.\n"
      "example: sumlog import --dir /var/lib/sumlog go.sum");
  verb->callback([&context, flags] { Import(context, *flags); });
}

}  // namespace sumlog::cli
