// sumlog mirror status: how far each mirror of a directory is, and how it goes with its upstream.

#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "base/when.h"
#include "cli/folder_size.h"
#include "cli/json_output.h"
#include "cli/mirror.h"
#include "cli/open_config.h"
#include "cli/printable.h"
#include "cli/proof_format.h"
#include "cli/served.h"
#include "cli/verifier_key.h"
#include "client/mask_credentials.h"
#include "log/heads_on_the_way.h"
#include "mirror/follower_state.h"
#include "server/mirror_directory.h"

namespace sumlog::cli {
namespace {

struct MirrorStatus {
  std::string name, key, upstream, mode;
  absl::Status problem;                      // the database cannot be opened, or is not right
  std::optional<tlog::SignedTreeHead> head;  // served up to here
  std::uint64_t verified_records = 0;        // of the tree; more than the head's while it follows
  mirror::FollowerState state;
  std::uint64_t disk_used_bytes = 0;
  std::uint64_t disk_free_bytes = 0;

  // The upstream has contradicted itself, and has not been honest since.
  bool is_contradicted() const {
    return state.failures > 0 && state.contradiction_at > state.last_complete;
  }
  bool is_wrong() const { return !problem.ok() || is_contradicted(); }
};

std::string NameOf(ops::MirrorMode mode) {
  switch (mode) {
    case ops::MirrorMode::kLookupThrough:
      return "lookup-through";
    case ops::MirrorMode::kBundles:
      return "bundles";
    case ops::MirrorMode::kFull:
      break;
  }
  return "full";
}

absl::Status ReadStore(const ops::Config& config, const ops::MirrorConfig& mirror,
                       MirrorStatus* status) {
  const absl::StatusOr<std::unique_ptr<storage::LogStore>> store =
      server::OpenMirrorReadOnly(config, mirror);
  if (absl::IsNotFound(store.status())) return absl::OkStatus();  // nothing was mirrored yet
  RETURN_IF_ERROR(store.status());
  const absl::StatusOr<storage::StoredHead> newest = (*store)->SignedHead();
  if (absl::IsNotFound(newest.status())) return absl::OkStatus();
  RETURN_IF_ERROR(newest.status());
  status->verified_records = newest->size;
  ASSIGN_OR_RETURN(const std::optional<storage::StoredHead> served, log::NewestSigned(**store));
  if (!served.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(status->head, OpenHeadOf(mirror.key, served->note));
  return absl::OkStatus();
}

absl::StatusOr<MirrorStatus> ReadStatus(const ops::Config& config,
                                        const ops::MirrorConfig& mirror) {
  MirrorStatus status;
  status.name = mirror.name();
  status.key = ShortKey(mirror.key);
  status.mode = NameOf(mirror.mode);
  status.upstream = client::MaskCredentialsOf(mirror.upstream, ", ");
  ASSIGN_OR_RETURN(const server::MirrorPaths paths, server::PathsOfMirror(config, mirror.name()));
  const absl::StatusOr<std::string> text = ReadFile(paths.rounds, mirror::kMaxFollowerStateBytes);
  if (text.ok()) status.state = mirror::ParseFollowerState(*text);
  status.problem = ReadStore(config, mirror, &status);
  status.disk_used_bytes = SizeOfFolder(paths.database);
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(config.dir, error);
  if (!error) status.disk_free_bytes = space.available;
  return status;
}

std::string Since(const Context& context, absl::Time time) {
  const absl::Duration ago = std::max(context.clock->Now() - time, absl::ZeroDuration());
  return absl::StrCat(FormatWhen(time), ", ",
                      absl::FormatDuration(absl::Trunc(ago, absl::Seconds(1))), " ago");
}

void PrintUpstream(Context& context, const MirrorStatus& status) {
  std::ostream& out = *context.out;
  const mirror::FollowerState& state = status.state;
  if (state.upstream_size > status.verified_records) {
    out << "  missing   " << FormatCount(state.upstream_size - status.verified_records)
        << " of the " << FormatCount(state.upstream_size)
        << " records that the upstream has signed\n";
  }
  out << "  contact   "
      << (state.last_contact == absl::InfinitePast() ? "never" : Since(context, state.last_contact))
      << "\n";
  if (state.failures > 0) {
    out << "  failing   " << FormatCount(state.failures) << " times in a row, last "
        << Since(context, state.error_at) << "\n"
        << "  error     " << Printable(state.error) << "\n";
  }
  if (state.contradiction_at != absl::InfinitePast()) {
    out << "  liar      signed bytes contradicted each other "
        << Since(context, state.contradiction_at) << "\n";
    if (!state.evidence.empty()) out << "  evidence  " << Printable(state.evidence) << "\n";
  }
}

void PrintText(Context& context, const MirrorStatus& status) {
  std::ostream& out = *context.out;
  out << Printable(status.name) << "\n"
      << "  key       " << Printable(status.key) << "\n"
      << "  mode      " << status.mode << "\n";
  if (!status.upstream.empty()) out << "  upstream  " << Printable(status.upstream) << "\n";
  if (!status.problem.ok()) {
    const std::string message(status.problem.message());
    out << "  problem   " << Printable(message.substr(0, message.find('\n'))) << "\n";
  }
  out << "  served    "
      << (status.head.has_value()
              ? absl::StrCat("tree ", FormatCount(status.head->head.size), ", verified")
              : "nothing yet")
      << "\n";
  const std::uint64_t served = status.head.has_value() ? status.head->head.size : 0;
  if (status.verified_records > served) {
    out << "  verified  " << FormatCount(status.verified_records - served)
        << " records beyond it, on the way to the next signed head\n";
  }
  PrintUpstream(context, status);
  if (status.state.odd_records > 0) {
    out << "  odd       " << FormatCount(status.state.odd_records)
        << " signed records are about no module version\n";
  }
  out << "  disk      " << FormatBytes(status.disk_used_bytes) << " used, "
      << FormatBytes(status.disk_free_bytes) << " free\n";
}

Json TimeToJson(absl::Time time) {
  if (time == absl::InfinitePast()) return nullptr;
  return FormatTimestamp(time);
}

Json ToJson(const MirrorStatus& status) {
  const mirror::FollowerState& state = status.state;
  Json json = {{"name", status.name},
               {"key", status.key},
               {"upstream", status.upstream},
               {"mode", status.mode},
               {"head", status.head.has_value() ? HeadToJson(*status.head) : Json()},
               {"verified_records", status.verified_records},
               {"upstream_records", state.upstream_size},
               {"odd_records", state.odd_records},
               {"last_contact", TimeToJson(state.last_contact)},
               {"last_complete", TimeToJson(state.last_complete)},
               {"failures", state.failures},
               {"contradiction_at", TimeToJson(state.contradiction_at)},
               {"evidence", state.evidence},
               {"disk_used_bytes", status.disk_used_bytes},
               {"disk_free_bytes", status.disk_free_bytes}};
  if (state.failures > 0) {
    json["error"] = state.error;
    json["error_at"] = TimeToJson(state.error_at);
  }
  if (!status.problem.ok()) json["problem"] = std::string(status.problem.message());
  return json;
}

void RunStatus(Context& context) {
  const absl::StatusOr<ops::Config> config = OpenConfig(context);
  if (!config.ok()) return Fail(context, "say how the mirrors are", config.status());
  if (config->mirrors.empty()) {
    return Fail(context, "say how the mirrors are",
                absl::InvalidArgumentError(absl::StrCat(
                    "no mirror is configured in ", config->dir, "\nfix: sumlog mirror run --dir ",
                    config->dir, " --upstream URL --key VKEY makes one")));
  }
  const absl::StatusOr<bool> runs = IsLocked(absl::StrCat(config->dir, "/lock"));
  Json list = Json::array();
  for (const ops::MirrorConfig& mirror : config->mirrors) {
    const absl::StatusOr<MirrorStatus> status = ReadStatus(*config, mirror);
    if (!status.ok()) return Fail(context, "say how the mirrors are", status.status());
    if (status->is_wrong()) context.exit_code = kFoundWrong;
    if (context.json) {
      list.push_back(ToJson(*status));
    } else {
      PrintText(context, *status);
    }
  }
  if (context.json) {
    return PrintJson(
        context,
        {{"dir", config->dir}, {"running", runs.value_or(false)}, {"mirrors", std::move(list)}});
  }
  *context.out << "running     "
               << (runs.value_or(false) ? "yes, a process has the lock of " : "no process has ")
               << Printable(config->dir) << "\n";
}

}  // namespace

void AddMirrorStatus(CLI::App& mirror, Context& context) {
  CLI::App* noun = mirror.add_subcommand("status", "how far each mirror in --dir is");
  noun->footer(
      "Reads only, beside a process that follows. Exit code 1: a database is damaged, or the last "
      "that an upstream sent contradicts what it signed.\n"
      "example: sumlog mirror status --dir /var/lib/sumlog");
  noun->callback([&context] { RunStatus(context); });
}

}  // namespace sumlog::cli
