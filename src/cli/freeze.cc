// freeze, thaw: stop a log from taking records, and let it go on.

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "base/status_macros.h"
#include "cli/admin_server.h"
#include "cli/json_output.h"
#include "cli/printable.h"
#include "cli/proof_format.h"
#include "cli/verb.h"

namespace sumlog::cli {
namespace {

constexpr char kGroup[] = "stop taking records; take them again";

struct FreezeFlags {
  AdminFlags admin;
  std::string reason;
};

absl::StatusOr<tlog::SignedTreeHead> Freeze(const Context& context, const FreezeFlags& flags) {
  ASSIGN_OR_RETURN(const std::unique_ptr<rpc_client::AdminClient> client,
                   ConnectAdmin(context, flags.admin));
  return client->Freeze(flags.reason);
}

absl::Status Thaw(const Context& context, const AdminFlags& flags) {
  ASSIGN_OR_RETURN(const std::unique_ptr<rpc_client::AdminClient> client,
                   ConnectAdmin(context, flags));
  return client->Thaw();
}

void RunFreeze(Context& context, const FreezeFlags& flags) {
  const absl::StatusOr<tlog::SignedTreeHead> head = Freeze(context, flags);
  if (!head.ok()) return FailAdmin(context, "freeze the log", head.status());
  if (context.json) return PrintJson(context, {{"frozen", true}, {"head", HeadToJson(*head)}});
  *context.out << "frozen: nothing is added after tree " << FormatCount(head->head.size) << "\n";
}

void RunThaw(Context& context, const AdminFlags& flags) {
  const absl::Status status = Thaw(context, flags);
  if (!status.ok()) return FailAdmin(context, "thaw the log", status);
  if (context.json) return PrintJson(context, {{"frozen", false}});
  *context.out << "thawed: the log takes records\n";
}

}  // namespace

void AddFreeze(CLI::App& program, Context& context) {
  CLI::App* verb = program.add_subcommand("freeze", "stop taking records until thaw");
  verb->group(kGroup);
  const auto flags = std::make_shared<FreezeFlags>();  // shared with the callback, which runs later
  verb->add_option("--reason", flags->reason, "shown to whoever tries to add")
      ->type_name("TEXT")
      ->required();
  AddAdminFlags(*verb, flags->admin);
  verb->footer(
      "Holds across restarts. Readers go on; when it returns, no record is under way.\n"
      "example: sumlog freeze --dir /var/lib/sumlog --reason \"key ceremony until noon\"");
  verb->callback([&context, flags] { RunFreeze(context, *flags); });
}

void AddThaw(CLI::App& program, Context& context) {
  AddAdminVerb(program,
               {.name = "thaw",
                .description = "take records again after freeze",
                .group = kGroup,
                .footer = "Exit 1: the log is not frozen.\n"
                          "example: sumlog thaw --dir /var/lib/sumlog"},
               [&context](const AdminFlags& flags) { RunThaw(context, flags); });
}

}  // namespace sumlog::cli
