// status: one screen about a log.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/damage.h"
#include "base/when.h"
#include "cli/json_output.h"
#include "cli/log_flags.h"
#include "cli/log_status.h"
#include "cli/printable.h"
#include "cli/verb.h"

namespace sumlog::cli {
namespace {

constexpr absl::string_view kSharedDisk =
    "warning: the anchor shares the database's disk: a restored snapshot would take both back\n"
    "fix   set log.anchor in sumlog.toml to a file on another disk\n";

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

void PrintAsJson(Context& context, const LogStatus& status) {
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
  PrintJson(context, json);
}

absl::StatusOr<LogStatus> ReadStatus(const Context& context, const LogFlags& flags) {
  if (!flags.server.empty()) return ReadServerStatus(context, flags);
  if (!context.dir.empty()) return ReadDirectoryStatus(context, flags.key);
  return absl::InvalidArgumentError("no log is named\nfix: add --dir D, or --server URL");
}

int StatusExitCode(const absl::Status& status) {
  if (IsDamagedData(status)) return kFoundWrong;
  return ExitCodeOfMissing(status);
}

void Status(Context& context, const LogFlags& flags) {
  const absl::StatusOr<LogStatus> status = ReadStatus(context, flags);
  if (!status.ok()) {
    return Fail(context, "show the status", status.status(), StatusExitCode(status.status()));
  }
  if (context.json) {
    PrintAsJson(context, *status);
  } else {
    PrintText(context, *status);
  }
  NoteServiceError(context, status->service_error);
  if (status->problem.ok()) return;
  *context.out << std::flush;
  Fail(context, "serve this log", status->problem,
       absl::IsDataLoss(status->problem) ? kTampering : kFoundWrong);
}

}  // namespace

void AddStatus(CLI::App& program, Context& context) {
  CLI::App* verb = program.add_subcommand("status", "one screen: size, head, disk, anchor");
  const auto flags = std::make_shared<LogFlags>();  // shared with the callback, which runs later
  AddLogFlags(*verb, *flags);
  verb->footer(
      "Over unix: and grpcs:// it also asks the server's administration, where it may.\n"
      "Exit 1: \"serve\" would refuse this directory; 4: two signed heads contradict each other.\n"
      "example: sumlog status --dir /var/lib/sumlog");
  verb->callback([&context, flags] { Status(context, *flags); });
}

}  // namespace sumlog::cli
