// backup restore: a log from a backup, or a database brought forward to what clients have seen.

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "backup/restore.h"
#include "base/status_macros.h"
#include "base/when.h"
#include "cli/anchor_check.h"
#include "cli/backup.h"
#include "cli/json_output.h"
#include "cli/open_config.h"
#include "cli/printable.h"
#include "cli/proof_format.h"
#include "cli/verifier_key.h"
#include "client/answer_recorder.h"
#include "client/http_fetcher.h"
#include "client/mask_credentials.h"
#include "client/server_evidence.h"
#include "server/log_directory.h"
#include "sumlog/client/failure_details.h"

namespace sumlog::cli {
namespace {

struct RestoreFlags {
  std::string path;
  std::string forward_from;
  std::string key;
  std::string ca;
  bool replace = false;
  bool accept_new_anchor = false;
};

// The source of lacking records, with what it needs.
struct OpenedSource {
  // Of a server; null: a folder.
  std::unique_ptr<client::AnswerLog> answers;
  std::unique_ptr<client::AnswerRecorder> fetcher;

  std::unique_ptr<backup::RecordSource> records;
};

absl::Status OpenServer(const Context& context, const RestoreFlags& flags,
                        const tlog::VerifierKey& key, OpenedSource* source) {
  if (!absl::StartsWith(flags.forward_from, "http://") &&
      !absl::StartsWith(flags.forward_from, "https://")) {
    return absl::InvalidArgumentError(
        absl::StrCat("--forward-from ", client::MaskCredentials(flags.forward_from),
                     ": want a folder, or http(s)://HOST of whatever serves this log"));
  }
  client::HttpFetcherOptions options;
  options.base_url = flags.forward_from;
  options.ca_file = flags.ca;
  ASSIGN_OR_RETURN(std::unique_ptr<client::Fetcher> fetcher, client::NewHttpFetcher(options));
  source->answers = std::make_unique<client::AnswerLog>(context.clock);
  source->fetcher =
      std::make_unique<client::AnswerRecorder>(std::move(fetcher), source->answers.get());
  ASSIGN_OR_RETURN(
      source->records,
      backup::OpenServerSource(*source->fetcher, client::MaskCredentials(flags.forward_from), key,
                               context.clock));
  return absl::OkStatus();
}

absl::Status OpenSource(const Context& context, const RestoreFlags& flags,
                        const tlog::VerifierKey& key, OpenedSource* source) {
  if (flags.forward_from.empty()) return absl::OkStatus();
  if (absl::StrContains(flags.forward_from, "://")) {
    return OpenServer(context, flags, key, source);
  }
  ASSIGN_OR_RETURN(const std::string database,
                   backup::FindDatabase(flags.forward_from, key.name()));
  ASSIGN_OR_RETURN(source->records, backup::OpenDatabaseSource(database, key));
  return absl::OkStatus();
}

// Keeps signed notes that contradict each other, or what a server has sent, before it says so.
absl::Status KeepEvidence(const Context& context, const ops::Config& config,
                          const RestoreFlags& flags, const OpenedSource& source,
                          const absl::Status& status) {
  if (!absl::IsDataLoss(status) && !absl::IsUnauthenticated(status)) return status;
  client::ServerEvidence evidence{.found = FirstLine(status),
                                  .server = client::MaskCredentials(
                                      flags.forward_from.empty() ? flags.path : flags.forward_from),
                                  .key = {},
                                  .when = context.clock->Now(),
                                  .answers = {}};
  if (const auto key = KeyOfLog(config, flags.key); key.ok()) evidence.key = key->ToString();
  if (source.answers != nullptr) evidence.answers = source.answers->answers();
  client::AddForkedNotes(status, &evidence);
  if (evidence.answers.empty()) return status;  // damage of a disk: it lies there
  const absl::StatusOr<std::string> file =
      client::SaveEvidence(evidence, absl::StrCat(config.dir, "/evidence"));
  const std::string kept =
      file.ok() ? absl::StrCat("what contradicts is kept in ", Printable(*file))
                : absl::StrCat("what contradicts could not be kept: ", file.status().message());
  return client::Reword(status, absl::StrCat(status.message(), "\n", kept));
}

absl::StatusOr<std::unique_ptr<log::Anchor>> MakeAnchor(Context& context, const ops::Config& config,
                                                        const std::string& note) {
  ASSIGN_OR_RETURN(std::unique_ptr<log::Anchor> anchor, server::MakeNewAnchor(config, note));
  *context.err << "warning: the anchor was made anew; nobody can tell whether clients have seen a "
                  "newer head\n";
  return anchor;
}

absl::StatusOr<backup::RestoreReport> Restore(Context& context, const ops::Config& config,
                                              const RestoreFlags& flags) {
  ASSIGN_OR_RETURN(const tlog::VerifierKey key, OwnKeyOf(config, flags.key));
  ASSIGN_OR_RETURN(const FileLock lock, server::LockDirectory(config.dir));
  ASSIGN_OR_RETURN(const std::unique_ptr<log::Anchor> anchor,
                   server::OpenAnchor(config, flags.accept_new_anchor));
  OpenedSource source;
  if (absl::Status status = OpenSource(context, flags, key, &source); !status.ok()) {
    return KeepEvidence(context, config, flags, source, status);
  }
  Progress progress(context, "copy, in bytes");
  absl::StatusOr<backup::RestoreReport> report = backup::Restore(
      {.database_path = server::DatabasePlace(config),
       .key = key,
       .copy = flags.path,
       .source = source.records.get(),
       .replace = flags.replace,
       .anchor = anchor.get(),
       .make_anchor = [&](const std::string& note) { return MakeAnchor(context, config, note); },
       .clock = context.clock,
       .watch = WatchOn(progress)});
  if (!report.ok()) return KeepEvidence(context, config, flags, source, report.status());
  return report;
}

Json ToJson(const ops::Config& config, const backup::RestoreReport& report) {
  Json json = {{"path", server::DatabasePath(config)}, {"changed", report.changed},
               {"head", HeadToJson(report.head)},      {"copied_size", report.base_size},
               {"frozen", report.lacking.has_value()}, {"old_decisions", report.has_old_decisions}};
  if (!report.moved_aside.empty()) json["moved_aside"] = report.moved_aside;
  if (report.lacking.has_value()) {
    json["lacking"] = {{"first", report.head.head.size},
                       {"last", report.lacking->size - 1},
                       {"anchored", FormatTimestamp(report.lacking_since)}};
  }
  return json;
}

void Print(Context& context, const ops::Config& config, const RestoreFlags& flags,
           const backup::RestoreReport& report) {
  *context.out << (report.changed ? "restored: " : "nothing to do: ")
               << Printable(server::DatabasePath(config)) << ", tree "
               << FormatCount(report.head.head.size) << "\n";
  if (report.head.head.size > report.base_size) {
    *context.out << "  records " << FormatCount(report.base_size) << " to "
                 << FormatCount(report.head.head.size - 1) << " came from "
                 << (flags.forward_from.empty()
                         ? "the source of an earlier call"
                         : Printable(client::MaskCredentials(flags.forward_from)))
                 << ", verified\n";
  }
  if (!report.moved_aside.empty()) {
    *context.out << "  moved aside: " << Printable(report.moved_aside) << "\n";
  }
}

// What may have come back that was decided otherwise.
void WarnOfOldDecisions(Context& context, const backup::RestoreReport& report) {
  if (report.moved_unread.ok()) {
    if (!report.has_old_decisions) return;
    *context.err << "warning: tokens and blocks are those of the copy: a token that was revoked "
                    "since is valid again; look: sumlog token list\n";
    return;
  }
  *context.err
      << "warning: what was moved aside could not be read: "
      << Printable(FirstLine(report.moved_unread))
      << "\n  What was blocked, frozen or revoked in it alone is not any more: compare \"sumlog "
         "blocks\" and \"sumlog token list\" with the journal.\n";
}

// What is missing, and the command that goes on.
absl::Status LackingError(const ops::Config& config, const RestoreFlags& flags,
                          const backup::RestoreReport& report) {
  std::string source;
  if (report.source_size > 0) {
    source = absl::StrCat("\n", client::MaskCredentials(flags.forward_from), " ends at tree ",
                          report.source_size);
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "records ", report.head.head.size, " to ", report.lacking->size - 1,
      " are missing: clients have seen tree ", report.lacking->size, ", anchored at ",
      FormatWhen(report.lacking_since), source,
      "\nwhy: whoever saw them would report a forked log, so it stays frozen and serve refuses"
      "\nfix: sumlog backup restore --dir ",
      config.dir,
      " --forward-from SRC, where SRC is a data directory, a backup or the URL of a mirror, "
      "follower or server of this log that has tree ",
      report.lacking->size));
}

void RunRestore(Context& context, const RestoreFlags& flags) {
  const absl::StatusOr<ops::Config> config = OpenLogConfig(context);
  if (!config.ok()) return Fail(context, "restore", config.status());
  const std::string doing = absl::StrCat("restore ", config->dir);
  if (flags.path.empty() && flags.forward_from.empty()) {
    return Fail(context, doing,
                absl::InvalidArgumentError("neither a backup nor --forward-from is named\nfix: "
                                           "sumlog backup restore --help"));
  }
  const absl::StatusOr<backup::RestoreReport> report = Restore(context, *config, flags);
  if (!report.ok()) {
    return Fail(context, doing, report.status(), ExitCodeOfMissing(report.status()));
  }
  if (context.json) {
    PrintJson(context, ToJson(*config, *report));
  } else {
    Print(context, *config, flags, *report);
  }
  *context.out << std::flush;
  WarnOfOldDecisions(context, *report);
  if (report->lacking.has_value()) {
    return Fail(context, absl::StrCat("serve ", config->dir, " yet"),
                LackingError(*config, flags, *report), kFoundWrong);
  }
}

}  // namespace

void AddBackupRestore(CLI::App& verb, Context& context) {
  CLI::App* noun = verb.add_subcommand("restore", "put a copy in place; bring a log forward");
  const auto flags = std::make_shared<RestoreFlags>();  // shared with the callback
  noun->add_option("PATH", flags->path, "folder of the backup; none: the database that is there");
  noun->add_option("--forward-from", flags->forward_from,
                   "folder or URL with the records that lack")
      ->type_name("SRC");
  noun->add_flag("--replace", flags->replace, "move a database that is there aside");
  noun->add_flag("--accept-new-anchor", flags->accept_new_anchor,
                 "make a lost anchor anew, if no client can have seen a newer head");
  noun->add_option("--key", flags->key, "verifier key of the log (that of --dir)")
      ->type_name("KEY");
  noun->add_option("--ca", flags->ca, "who signed the URL's certificate (the system's roots)")
      ->type_name("F");
  noun->footer(
      "Interrupted, the same command goes on. Behind the anchor the log is left frozen.\n"
      "Exit 1: records are missing that clients have seen; 4: two histories are signed.\n"
      "example: sumlog backup restore /srv/backups/2026-11-21 --dir /var/lib/sumlog");
  noun->callback([&context, flags] { RunRestore(context, *flags); });
}

}  // namespace sumlog::cli
