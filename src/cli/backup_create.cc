// backup create: a signed copy of a log, by its server when there is one.

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "backup/make_backup.h"
#include "base/status_macros.h"
#include "cli/admin_server.h"
#include "cli/backup.h"
#include "cli/json_output.h"
#include "cli/open_config.h"
#include "cli/printable.h"
#include "cli/proof_format.h"
#include "cli/served.h"
#include "server/log_directory.h"

namespace sumlog::cli {
namespace {

struct CreateFlags {
  AdminFlags admin;
  std::string label;
};

struct Created {
  std::string path;  // empty: on another machine
  tlog::SignedTreeHead head;
  std::uint64_t size_bytes = 0;
};

absl::StatusOr<Created> CreateByServer(const Context& context, const CreateFlags& flags) {
  ASSIGN_OR_RETURN(const std::unique_ptr<rpc_client::AdminClient> client,
                   ConnectAdmin(context, flags.admin));
  ASSIGN_OR_RETURN(const rpc_client::MadeBackup made, client->CreateBackup(flags.label));
  return Created{.path = {}, .head = made.head, .size_bytes = made.size_bytes};
}

absl::StatusOr<Created> CreateHere(Context& context, const ops::Config& config,
                                   const CreateFlags& flags) {
  // The log is opened as its server would open it: what serve refuses is not worth a backup.
  absl::StatusOr<server::OpenedLog> opened = server::OpenLog(config, {});
  if (absl::IsNotFound(opened.status())) {
    return absl::UnavailableError(opened.status().message());
  }
  RETURN_IF_ERROR(opened.status());
  ASSIGN_OR_RETURN(const tlog::Signer signer, server::LoadSigner(config));
  Progress progress(context, "copy, in bytes");
  ASSIGN_OR_RETURN(const backup::MadeBackup made,
                   backup::MakeBackup({.store = opened->database,
                                       .database_path = server::DatabasePath(config),
                                       .backup_dir = config.backup_dir,
                                       .label = flags.label,
                                       .signer = &signer,
                                       .clock = context.clock,
                                       .watch = WatchOn(progress)}));
  return Created{.path = made.path, .head = made.head, .size_bytes = made.size_bytes};
}

// Whose turn it is: the server's that has the directory or that was named, or ours.
absl::StatusOr<bool> IsServersTurn(const Context& context, const CreateFlags& flags) {
  if (!flags.admin.server.empty() || context.dir.empty()) return true;
  return IsLocked(absl::StrCat(context.dir, "/lock"));
}

absl::StatusOr<Created> Create(Context& context, const CreateFlags& flags, bool by_server) {
  if (!flags.admin.server.empty() || context.dir.empty()) return CreateByServer(context, flags);
  ASSIGN_OR_RETURN(const ops::Config config, OpenLogConfig(context));
  if (!by_server) return CreateHere(context, config, flags);
  ASSIGN_OR_RETURN(Created created, CreateByServer(context, flags));
  created.path = absl::StrCat(config.backup_dir, "/", flags.label);
  return created;
}

void RunCreate(Context& context, const CreateFlags& flags) {
  const std::string doing =
      flags.label.empty() ? "make a backup" : absl::StrCat("make backup ", flags.label);
  const absl::StatusOr<bool> by_server = IsServersTurn(context, flags);
  if (!by_server.ok()) return Fail(context, doing, by_server.status());
  const absl::StatusOr<Created> created = Create(context, flags, *by_server);
  if (!created.ok()) {
    return *by_server ? FailAdmin(context, doing, created.status())
                      : Fail(context, doing, created.status());
  }
  if (context.json) {
    return PrintJson(context,
                     {{"label", flags.label},
                      {"path", created->path.empty() ? Json(nullptr) : Json(created->path)},
                      {"size_bytes", created->size_bytes},
                      {"head", HeadToJson(created->head)}});
  }
  *context.out << "made: "
               << (created->path.empty() ? absl::StrCat("backup ", flags.label)
                                         : Printable(created->path))
               << ", tree " << FormatCount(created->head.head.size) << ", "
               << FormatCount(created->size_bytes) << " bytes\n";
  if (context.quiet) return;
  *context.err << "not in it: the private key, the anchor, sumlog.toml and evidence; keep the key "
                  "apart\n";
}

}  // namespace

void AddBackupCreate(CLI::App& verb, Context& context) {
  CLI::App* noun = verb.add_subcommand("create", "make a signed copy, also while serving");
  const auto flags = std::make_shared<CreateFlags>();  // shared with the callback, which runs later
  noun->add_option("LABEL", flags->label, "its name below [backup] dir: letters, digits, -_.")
      ->required();
  AddAdminFlags(*noun, flags->admin);
  noun->footer(
      "Lands in the [backup] dir of the log's sumlog.toml (DIR/backup). On the disk of\n"
      "the database it shares files with it: copy it to another one, or name one there.\n"
      "example: sumlog backup create 2026-11-21 --dir /var/lib/sumlog");
  noun->callback([&context, flags] { RunCreate(context, *flags); });
}

}  // namespace sumlog::cli
