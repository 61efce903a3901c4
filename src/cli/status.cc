// status: one screen about a log.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/damage.h"
#include "base/status_macros.h"
#include "base/when.h"
#include "cli/json_output.h"
#include "cli/log_flags.h"
#include "cli/log_status.h"
#include "cli/mirror_facts.h"
#include "cli/open_config.h"
#include "cli/printable.h"
#include "cli/verb.h"

namespace sumlog::cli {
namespace {

constexpr absl::string_view kSharedDisk =
    "warning: the anchor shares the database's disk: a restored snapshot would take both back\n"
    "fix   set log.anchor in sumlog.toml to a file on another disk\n";

// A log, or a directory with mirrors, or with both.
struct WholeStatus {
  std::optional<LogStatus> log;
  std::string dir;  // empty: of a server
  std::vector<MirrorFacts> mirrors;
};

// "localhost" of "localhost+c89c7779".
std::string NameOf(const std::string& key) { return key.substr(0, key.rfind('+')); }

absl::Duration AgeOf(const Context& context, const DirectoryStatus& directory) {
  const absl::Duration age = context.clock->Now() - directory.head_signed_at;
  return absl::Trunc(std::max(age, absl::ZeroDuration()), absl::Seconds(1));
}

std::string FormatAge(absl::Duration age) {
  return age == absl::ZeroDuration() ? "0s" : absl::FormatDuration(age);
}

std::string DescribeAnchor(const AnchorStatus& anchor) {
  if (!anchor.status.ok()) {
    return absl::StrCat(anchor.path, ", not usable: ", FirstLine(anchor.status));
  }
  return absl::StrCat(FormatCount(anchor.head.size), " records in ", anchor.path);
}

// Why the log takes no records; of the directory, or as the server says.
template <typename Decision>
void PrintFrozen(std::ostream& out, const std::optional<Decision>& frozen) {
  out << "frozen     ";
  if (frozen.has_value()) {
    out << "since " << FormatTimestamp(frozen->when) << " by " << Printable(frozen->who) << ": "
        << Printable(frozen->reason) << "\n";
  } else {
    out << "no\n";
  }
}

template <typename Decision>
Json FrozenToJson(const std::optional<Decision>& frozen) {
  if (!frozen.has_value()) return nullptr;
  return {
      {"reason", frozen->reason}, {"who", frozen->who}, {"when", FormatTimestamp(frozen->when)}};
}

void PrintDirectory(Context& context, const DirectoryStatus& directory) {
  std::ostream& out = *context.out;
  out << "head age   " << FormatAge(AgeOf(context, directory)) << "\n"
      << "disk       " << FormatBytes(directory.disk_used_bytes) << " used, "
      << FormatBytes(directory.disk_free_bytes) << " free\n"
      << "anchor     " << Printable(DescribeAnchor(directory.anchor)) << "\n";
  PrintFrozen(out, directory.frozen);
  out << "served     " << (directory.served ? "yes, a process has the lock" : "no") << "\n"
      << "directory  " << Printable(directory.dir) << "\n";
  if (directory.anchor.shares_disk && !context.quiet) {
    *context.out << std::flush;
    *context.err << kSharedDisk;
  }
}

// What the administration of a server says of itself; no signature covers it.
void PrintService(Context& context, const rpc_client::ServerStatus& service) {
  std::ostream& out = *context.out;
  PrintFrozen(out, service.frozen);
  out << "waiting    " << FormatCount(service.queued_records) << " records, "
      << FormatBytes(service.queued_bytes) << "\n"
      << "added      " << FormatCount(service.appended) << " since the start; "
      << FormatCount(service.already_there) << " already there, " << FormatCount(service.conflicts)
      << " refused for other hashes\n"
      << "blocked    " << FormatCount(service.blocks) << " module versions\n"
      << "started    " << FormatTimestamp(service.started_at) << ", version "
      << Printable(service.server_version) << "\n";
  if (!service.writer_error.empty()) {
    out << "writer     " << Printable(service.writer_error) << "\n";
  }
}

// Why a token brought nothing.
void NoteServiceError(Context& context, const absl::Status& error) {
  if (error.ok() || context.quiet) return;
  *context.out << std::flush;
  *context.err << "note: its administration says nothing: " << Printable(FirstLine(error)) << "\n";
}

void PrintText(Context& context, const LogStatus& status) {
  *context.out << "name       " << Printable(NameOf(status.key)) << "\n"
               << "key        " << Printable(status.key) << "\n"
               << "size       " << FormatCount(status.head.size) << " records\n"
               << "root       " << tlog::FormatHash(status.head.root) << "\n"
               << "signature  "
               << (status.verified ? "verified" : "not verified: no --key was given") << "\n";
  if (!status.server.empty()) *context.out << "server     " << Printable(status.server) << "\n";
  if (status.service.has_value()) PrintService(context, *status.service);
  if (status.directory.has_value()) PrintDirectory(context, *status.directory);
}

Json DirectoryToJson(const Context& context, const DirectoryStatus& directory) {
  Json anchor = {{"path", directory.anchor.path}, {"shares_disk", directory.anchor.shares_disk}};
  if (directory.anchor.status.ok()) {
    anchor["size"] = directory.anchor.head.size;
  } else {
    anchor["error"] = FirstLine(directory.anchor.status);
  }
  return {{"dir", directory.dir},
          {"served", directory.served},
          {"frozen", FrozenToJson(directory.frozen)},
          {"head_signed_at",
           absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", directory.head_signed_at, absl::UTCTimeZone())},
          {"head_age_seconds", absl::ToInt64Seconds(AgeOf(context, directory))},
          {"disk_used_bytes", directory.disk_used_bytes},
          {"disk_free_bytes", directory.disk_free_bytes},
          {"anchor", anchor}};
}

Json ServiceToJson(const rpc_client::ServerStatus& service) {
  return {{"frozen", FrozenToJson(service.frozen)},
          {"queued_records", service.queued_records},
          {"queued_bytes", service.queued_bytes},
          {"appended", service.appended},
          {"already_there", service.already_there},
          {"conflicts", service.conflicts},
          {"blocks", service.blocks},
          {"started_at", FormatTimestamp(service.started_at)},
          {"version", service.server_version},
          {"writer_error", service.writer_error}};
}

Json LogToJson(const Context& context, const LogStatus& status) {
  Json json = {{"name", NameOf(status.key)},
               {"key", status.key},
               {"size", status.head.size},
               {"root", tlog::FormatHash(status.head.root)},
               {"verified", status.verified}};
  if (!status.server.empty()) json["server"] = status.server;
  if (status.service.has_value()) json["service"] = ServiceToJson(*status.service);
  if (status.directory.has_value()) {
    json.update(DirectoryToJson(context, *status.directory));
  }
  if (!status.problem.ok()) {
    json["problem"] = FirstLine(status.problem);
  }
  return json;
}

void PrintAsJson(Context& context, const WholeStatus& whole) {
  Json json = whole.log.has_value() ? LogToJson(context, *whole.log) : Json{{"dir", whole.dir}};
  if (!whole.mirrors.empty()) {
    Json& list = json["mirrors"] = Json::array();
    for (const MirrorFacts& mirror : whole.mirrors) list.push_back(ToJson(mirror));
  }
  PrintJson(context, json);
}

void PrintAsText(Context& context, const WholeStatus& whole) {
  if (whole.log.has_value()) PrintText(context, *whole.log);
  for (const MirrorFacts& mirror : whole.mirrors) {
    *context.out << "mirror     " << DescribeInALine(context, mirror) << "\n";
  }
  if (!whole.log.has_value()) *context.out << "directory  " << Printable(whole.dir) << "\n";
}

// Of the mirrors of a directory. Or the first that cannot even be named.
absl::StatusOr<std::vector<MirrorFacts>> ReadMirrors(const ops::Config& config) {
  std::vector<MirrorFacts> mirrors;
  for (const ops::MirrorConfig& mirror : config.mirrors) {
    ASSIGN_OR_RETURN(MirrorFacts facts, ReadMirrorFacts(config, mirror));
    mirrors.push_back(std::move(facts));
  }
  return mirrors;
}

absl::StatusOr<WholeStatus> ReadStatus(const Context& context, const LogFlags& flags) {
  WholeStatus whole;
  if (!flags.server.empty()) {
    ASSIGN_OR_RETURN(whole.log, ReadServerStatus(context, flags));
    return whole;
  }
  if (context.dir.empty()) {
    return absl::InvalidArgumentError("no log is named\nfix: add --dir D, or --server URL");
  }
  ASSIGN_OR_RETURN(const ops::Config config, OpenServedConfig(context));
  if (!config.log_name.empty()) {
    ASSIGN_OR_RETURN(whole.log, ReadDirectoryStatus(context, flags.key));
  }
  whole.dir = config.dir;
  ASSIGN_OR_RETURN(whole.mirrors, ReadMirrors(config));
  return whole;
}

int StatusExitCode(const absl::Status& status) {
  if (IsDamagedData(status)) return kFoundWrong;
  return ExitCodeOfMissing(status);
}

void Status(Context& context, const LogFlags& flags) {
  const absl::StatusOr<WholeStatus> whole = ReadStatus(context, flags);
  if (!whole.ok()) {
    return Fail(context, "show the status", whole.status(), StatusExitCode(whole.status()));
  }
  if (context.json) {
    PrintAsJson(context, *whole);
  } else {
    PrintAsText(context, *whole);
  }
  for (const MirrorFacts& mirror : whole->mirrors) {
    if (mirror.is_wrong()) context.exit_code = kFoundWrong;
  }
  if (!whole->log.has_value()) return;
  const LogStatus& log = *whole->log;
  NoteServiceError(context, log.service_error);
  if (log.problem.ok()) return;
  *context.out << std::flush;
  Fail(context, "serve this log", log.problem,
       absl::IsDataLoss(log.problem) ? kTampering : kFoundWrong);
}

}  // namespace

void AddStatus(CLI::App& program, Context& context) {
  CLI::App* verb = program.add_subcommand("status", "one screen: size, head, disk, anchor");
  const auto flags = std::make_shared<LogFlags>();  // shared with the callback, which runs later
  AddLogFlags(*verb, *flags);
  verb->footer(
      "Over unix: and grpcs:// it also asks the server's administration, where it may.\n"
      "Of the mirrors in --dir a line each: sumlog mirror status says more.\n"
      "Exit 1: \"serve\" would refuse this directory, or something is wrong with a mirror; 4: two "
      "signed heads contradict each other.\n"
      "example: sumlog status --dir /var/lib/sumlog");
  verb->callback([&context, flags] { Status(context, *flags); });
}

}  // namespace sumlog::cli
