#include "cli/mirror_facts.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "base/when.h"
#include "cli/anchor_check.h"
#include "cli/folder_size.h"
#include "cli/printable.h"
#include "cli/proof_format.h"
#include "cli/verifier_key.h"
#include "client/mask_credentials.h"
#include "log/heads_on_the_way.h"
#include "server/mirror_directory.h"
#include "sumlog/client/head_memory.h"

namespace sumlog::cli {
namespace {

absl::Status ReadStore(const ops::Config& config, const ops::MirrorConfig& mirror,
                       MirrorFacts* facts) {
  const absl::StatusOr<std::unique_ptr<storage::LogStore>> store =
      server::OpenMirrorReadOnly(config, mirror);
  if (absl::IsNotFound(store.status())) return absl::OkStatus();  // nothing was mirrored yet
  RETURN_IF_ERROR(store.status());
  const absl::StatusOr<storage::StoredHead> newest = (*store)->SignedHead();
  if (absl::IsNotFound(newest.status())) return absl::OkStatus();
  RETURN_IF_ERROR(newest.status());
  facts->verified_records = newest->size;
  ASSIGN_OR_RETURN(const std::optional<storage::StoredHead> served, log::NewestSigned(**store));
  if (!served.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(facts->head, OpenHeadOf(mirror.key, served->note));
  return absl::OkStatus();
}

// What was looked up is answered under the newest head that the mirror has seen.
absl::Status ReadRememberedHead(const ops::MirrorConfig& mirror, const server::MirrorPaths& paths,
                                MirrorFacts* facts) {
  ASSIGN_OR_RETURN(const std::optional<std::string> note,
                   client::NewHeadFile(paths.heads)->Recall());
  if (!note.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(facts->head, OpenHeadOf(mirror.key, *note));
  return absl::OkStatus();
}

Json TimeToJson(absl::Time time) {
  if (time == absl::InfinitePast()) return nullptr;
  return FormatTimestamp(time);
}

std::string Ago(const Context& context, absl::Time time) {
  const absl::Duration ago = std::max(context.clock->Now() - time, absl::ZeroDuration());
  return absl::StrCat(absl::FormatDuration(absl::Trunc(ago, absl::Seconds(1))), " ago");
}

}  // namespace

absl::StatusOr<MirrorFacts> ReadMirrorFacts(const ops::Config& config,
                                            const ops::MirrorConfig& mirror) {
  MirrorFacts facts;
  facts.name = mirror.name();
  facts.key = ShortKey(mirror.key);
  facts.mode = std::string(ops::NameOf(mirror.mode));
  facts.upstream = client::MaskCredentialsOf(mirror.upstream, ", ");
  ASSIGN_OR_RETURN(const server::MirrorPaths paths, server::PathsOfMirror(config, mirror.name()));
  const absl::StatusOr<std::string> text = ReadFile(paths.rounds, mirror::kMaxFollowerStateBytes);
  if (text.ok()) facts.state = mirror::ParseFollowerState(*text);
  facts.problem = ReadStore(config, mirror, &facts);
  if (facts.problem.ok() && mirror.mode == ops::MirrorMode::kLookupThrough) {
    facts.problem = ReadRememberedHead(mirror, paths, &facts);
  }
  facts.disk_used_bytes = SizeOfFolder(paths.database);
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(config.dir, error);
  if (!error) facts.disk_free_bytes = space.available;
  return facts;
}

Json ToJson(const MirrorFacts& facts) {
  const mirror::FollowerState& state = facts.state;
  Json json = {{"name", facts.name},
               {"key", facts.key},
               {"upstream", facts.upstream},
               {"mode", facts.mode},
               {"head", facts.head.has_value() ? HeadToJson(*facts.head) : Json()},
               {"verified_records", facts.verified_records},
               {"upstream_records", state.upstream_size},
               {"odd_records", state.odd_records},
               {"last_contact", TimeToJson(state.last_contact)},
               {"last_complete", TimeToJson(state.last_complete)},
               {"failures", state.failures},
               {"contradiction_at", TimeToJson(state.contradiction_at)},
               {"evidence", state.evidence},
               {"disk_used_bytes", facts.disk_used_bytes},
               {"disk_free_bytes", facts.disk_free_bytes}};
  if (state.failures > 0) {
    json["error"] = state.error;
    json["error_at"] = TimeToJson(state.error_at);
  }
  if (!facts.problem.ok()) json["problem"] = std::string(facts.problem.message());
  return json;
}

std::string Since(const Context& context, absl::Time time) {
  return absl::StrCat(FormatWhen(time), ", ", Ago(context, time));
}

std::string DescribeInALine(const Context& context, const MirrorFacts& facts) {
  std::string line = absl::StrCat(Printable(facts.name), ", ", facts.mode, ", ");
  absl::StrAppend(&line, facts.head.has_value()
                             ? absl::StrCat("tree ", FormatCount(facts.head->head.size))
                             : "nothing yet");
  if (facts.state.last_contact != absl::InfinitePast()) {
    absl::StrAppend(&line, ", contact ", Ago(context, facts.state.last_contact));
  }
  if (facts.is_contradicted()) {
    absl::StrAppend(&line, ", contradicted by its upstream");
  } else if (facts.state.failures > 0) {
    absl::StrAppend(&line, ", failing since then");
  }
  if (!facts.problem.ok()) absl::StrAppend(&line, ", ", Printable(FirstLine(facts.problem)));
  return line;
}

}  // namespace sumlog::cli
