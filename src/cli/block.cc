// block, unblock, blocks: answer lookups of a module version with a reason instead of its record.

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/when.h"
#include "cli/admin_server.h"
#include "cli/json_output.h"
#include "cli/printable.h"
#include "cli/verb.h"
#include "sumlog/gosum/module_version.h"

namespace sumlog::cli {
namespace {

constexpr char kGroup[] = "answer lookups with a reason; undo; list";

struct BlockFlags {
  AdminFlags admin;
  std::string module;
  std::string reason;
};

absl::Status Block(const Context& context, const BlockFlags& flags) {
  ASSIGN_OR_RETURN(const gosum::ModuleVersion module, gosum::ParseModuleVersion(flags.module));
  ASSIGN_OR_RETURN(const std::unique_ptr<rpc_client::AdminClient> client,
                   ConnectAdmin(context, flags.admin));
  return client->Block(module, flags.reason);
}

absl::Status Unblock(const Context& context, const BlockFlags& flags) {
  ASSIGN_OR_RETURN(const gosum::ModuleVersion module, gosum::ParseModuleVersion(flags.module));
  ASSIGN_OR_RETURN(const std::unique_ptr<rpc_client::AdminClient> client,
                   ConnectAdmin(context, flags.admin));
  return client->Unblock(module);
}

absl::StatusOr<std::vector<rpc_client::Block>> ListBlocks(const Context& context,
                                                          const AdminFlags& flags) {
  ASSIGN_OR_RETURN(const std::unique_ptr<rpc_client::AdminClient> client,
                   ConnectAdmin(context, flags));
  return client->ListBlocks();
}

void RunBlock(Context& context, const BlockFlags& flags) {
  const absl::Status status = Block(context, flags);
  if (!status.ok()) return FailAdmin(context, absl::StrCat("block ", flags.module), status);
  if (context.json) return PrintJson(context, {{"module", flags.module}, {"blocked", true}});
  *context.out << "blocked: " << Printable(flags.module) << "\n";
}

void RunUnblock(Context& context, const BlockFlags& flags) {
  const absl::Status status = Unblock(context, flags);
  if (!status.ok()) return FailAdmin(context, absl::StrCat("unblock ", flags.module), status);
  if (context.json) return PrintJson(context, {{"module", flags.module}, {"blocked", false}});
  *context.out << "unblocked: " << Printable(flags.module) << "\n";
}

void RunBlocks(Context& context, const AdminFlags& flags) {
  const absl::StatusOr<std::vector<rpc_client::Block>> blocks = ListBlocks(context, flags);
  if (!blocks.ok()) return FailAdmin(context, "list what is blocked", blocks.status());
  if (context.json) {
    Json json = Json::array();
    for (const rpc_client::Block& block : *blocks) {
      json.push_back({{"module", block.module.ToString()},
                      {"reason", block.decision.reason},
                      {"who", block.decision.who},
                      {"when", FormatTimestamp(block.decision.when)}});
    }
    return PrintJson(context, json);
  }
  for (const rpc_client::Block& block : *blocks) {
    *context.out << Printable(block.module.ToString()) << "  "
                 << FormatTimestamp(block.decision.when) << "  " << Printable(block.decision.who)
                 << "  " << Printable(block.decision.reason) << "\n";
  }
  if (blocks->empty() && !context.quiet) *context.err << "nothing is blocked\n";
}

}  // namespace

void AddBlock(CLI::App& program, Context& context) {
  CLI::App* verb = program.add_subcommand(
      "block", "answer lookups of a module version with a reason, not its record");
  verb->group(kGroup);
  const auto flags = std::make_shared<BlockFlags>();  // shared with the callback, which runs later
  verb->add_option("MODULE@VERSION", flags->module, "in the log or not")->required();
  verb->add_option("--reason", flags->reason, "shown to whoever looks it up")
      ->type_name("TEXT")
      ->required();
  AddAdminFlags(*verb, flags->admin);
  verb->footer(
      "The log itself keeps everything, and proves it. Again: the new reason stands.\n"
      "example: sumlog block corp.example.com/lib@v1.2.3 --reason \"leaks keys\" --dir D");
  verb->callback([&context, flags] { RunBlock(context, *flags); });
}

void AddUnblock(CLI::App& program, Context& context) {
  CLI::App* verb =
      program.add_subcommand("unblock", "answer lookups of a module version with its record");
  verb->group(kGroup);
  const auto flags = std::make_shared<BlockFlags>();
  verb->add_option("MODULE@VERSION", flags->module, "as it was blocked")->required();
  AddAdminFlags(*verb, flags->admin);
  verb->footer(
      "Exit 1: it is not blocked.\n"
      "example: sumlog unblock corp.example.com/lib@v1.2.3 --dir /var/lib/sumlog");
  verb->callback([&context, flags] { RunUnblock(context, *flags); });
}

void AddBlocks(CLI::App& program, Context& context) {
  AddAdminVerb(program,
               {.name = "blocks",
                .description = "list the blocked module versions",
                .group = kGroup,
                .footer = "One line each: module version, when, who, reason.\n"
                          "example: sumlog blocks --dir /var/lib/sumlog"},
               [&context](const AdminFlags& flags) { RunBlocks(context, flags); });
}

}  // namespace sumlog::cli
