// conflicts: the evidence of attempts to log other hashes for a known module version.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "base/when.h"
#include "cli/admin_server.h"
#include "cli/json_output.h"
#include "cli/number_flag.h"
#include "cli/printable.h"
#include "cli/verb.h"

namespace sumlog::cli {
namespace {

constexpr std::uint64_t kDefaultLimit = 100;
constexpr std::uint64_t kMaxLimit = 1'000'000;

struct ConflictsFlags {
  AdminFlags admin;
  std::string id;
  std::optional<std::uint64_t> limit;
};

absl::StatusOr<rpc_client::ConflictList> List(const Context& context, const ConflictsFlags& flags) {
  const std::uint64_t limit = flags.limit.value_or(kDefaultLimit);
  if (limit == 0 || limit > kMaxLimit) {
    return absl::InvalidArgumentError(
        absl::StrCat("got --limit ", limit, ", want 1 to ", kMaxLimit));
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<rpc_client::AdminClient> client,
                   ConnectAdmin(context, flags.admin));
  return client->ListConflicts(limit);
}

absl::StatusOr<rpc_client::ConflictText> Get(const Context& context, const ConflictsFlags& flags) {
  ASSIGN_OR_RETURN(const std::unique_ptr<rpc_client::AdminClient> client,
                   ConnectAdmin(context, flags.admin));
  return client->GetConflict(flags.id);
}

Json ToJson(const rpc_client::Conflict& conflict) {
  return {{"id", conflict.id},
          {"module", conflict.module_version},
          {"kept", FormatTimestamp(conflict.kept_at)}};
}

void RunList(Context& context, const ConflictsFlags& flags) {
  const absl::StatusOr<rpc_client::ConflictList> list = List(context, flags);
  if (!list.ok()) return FailAdmin(context, "list conflicts", list.status());
  if (context.json) {
    Json conflicts = Json::array();
    for (const rpc_client::Conflict& conflict : list->conflicts) {
      conflicts.push_back(ToJson(conflict));
    }
    return PrintJson(context, {{"conflicts", conflicts}, {"more", list->has_more}});
  }
  for (const rpc_client::Conflict& conflict : list->conflicts) {
    *context.out << Printable(conflict.id) << "  " << FormatTimestamp(conflict.kept_at) << "  "
                 << Printable(conflict.module_version) << "\n";
  }
  if (context.quiet) return;
  *context.out << std::flush;
  if (list->conflicts.empty()) *context.err << "no conflict is kept\n";
  if (list->has_more) {
    *context.err << "and older ones: --limit N shows more than "
                 << FormatCount(list->conflicts.size()) << "\n";
  }
}

void RunGet(Context& context, const ConflictsFlags& flags) {
  const absl::StatusOr<rpc_client::ConflictText> conflict = Get(context, flags);
  if (!conflict.ok()) {
    return FailAdmin(context, absl::StrCat("show conflict ", flags.id), conflict.status());
  }
  if (context.json) {
    Json json = ToJson(conflict->conflict);
    json["text"] = conflict->text;
    return PrintJson(context, json);
  }
  absl::string_view text = conflict->text;
  if (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    *context.out << Printable(line) << "\n";
  }
}

}  // namespace

void AddConflicts(CLI::App& program, Context& context) {
  CLI::App* verb =
      program.add_subcommand("conflicts", "who offered other hashes than the log holds");
  // Shared: the callback, which outlives this call, owns the flags.
  const auto flags = std::make_shared<ConflictsFlags>();
  verb->add_option("ID", flags->id, "show this one whole: both records, who, a signed head");
  AddNumberFlag(*verb, "--limit", flags->limit, "list the newest N (100)");
  AddAdminFlags(*verb, flags->admin);
  verb->footer(
      "One line each, newest first: id, when, module version. Exit 1: no conflict has this ID.\n"
      "example: sumlog conflicts --dir /var/lib/sumlog");
  verb->callback([&context, flags] {
    if (flags->id.empty()) {
      RunList(context, *flags);
    } else {
      RunGet(context, *flags);
    }
  });
}

}  // namespace sumlog::cli
