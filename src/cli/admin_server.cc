#include "cli/admin_server.h"

#include <CLI/CLI.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "cli/open_config.h"
#include "cli/printable.h"

namespace sumlog::cli {

void AddAdminFlags(CLI::App& verb, AdminFlags& flags) {
  verb.add_option("--server", flags.server,
                  "grpcs://HOST:PORT or unix:PATH (the socket of the server on --dir)")
      ->type_name("ADDRESS");
  AddCallerFlags(verb, flags.connect);
  AddConnectFlags(verb, flags.connect);
}

void AddAdminVerb(CLI::App& program, const AdminVerb& verb,
                  std::function<void(const AdminFlags&)> run) {
  CLI::App* added = program.add_subcommand(verb.name, verb.description);
  added->group(verb.group);
  const auto flags = std::make_shared<AdminFlags>();  // shared with the callback, which runs later
  AddAdminFlags(*added, *flags);
  added->footer(verb.footer);
  added->callback([flags, run = std::move(run)] { run(*flags); });
}

std::string CommandFlags(const Context& context, const AdminFlags& flags) {
  std::string words;
  const auto add = [&words](absl::string_view flag, const std::string& value) {
    if (!value.empty()) absl::StrAppend(&words, " ", flag, " ", ShellWord(value));
  };
  if (flags.server.empty()) {
    add("--dir", context.dir);
    add("--config", context.config);
  } else {
    add("--server", flags.server);
  }
  add("--token-file", flags.connect.token_file);
  add("--cert", flags.connect.cert);
  add("--cert-key", flags.connect.key);
  add("--ca", flags.connect.ca);
  add("--timeout", flags.connect.timeout);
  return words;
}

absl::StatusOr<std::string> AdminAddress(const Context& context, const AdminFlags& flags) {
  if (absl::StartsWith(flags.server, "http://") || absl::StartsWith(flags.server, "https://")) {
    return absl::InvalidArgumentError(absl::StrCat("--server ", flags.server,
                                                   " is for readers\nfix: administration is at "
                                                   "grpcs://HOST:PORT or unix:PATH"));
  }
  if (!flags.server.empty()) return flags.server;
  if (context.dir.empty()) {
    return absl::InvalidArgumentError(
        "no server is named\nfix: --server grpcs://HOST:PORT, or --dir D of a log that is served "
        "on this machine");
  }
  ASSIGN_OR_RETURN(const ops::Config config, OpenLogConfig(context));
  if (absl::StartsWith(config.listen_admin, "unix:")) return config.listen_admin;
  return absl::InvalidArgumentError(
      absl::StrCat("listen.admin of ", config.dir, " is ", config.listen_admin,
                   ", no socket\nfix: name the server: --server grpcs://HOST:PORT"));
}

absl::StatusOr<std::unique_ptr<rpc_client::AdminClient>> ConnectAdmin(const Context& context,
                                                                      const AdminFlags& flags) {
  ASSIGN_OR_RETURN(const std::string address, AdminAddress(context, flags));
  ASSIGN_OR_RETURN(const rpc_client::ConnectOptions options,
                   CallerOptionsOf(context, flags.connect, address));
  absl::StatusOr<std::unique_ptr<rpc_client::AdminClient>> client =
      rpc_client::AdminClient::Connect(options);
  if (!client.ok()) return AboutFile(client.status());
  return client;
}

void FailAdmin(Context& context, absl::string_view doing, const absl::Status& status) {
  Fail(context, doing, status,
       absl::IsFailedPrecondition(status) ? kFoundWrong : ExitCodeFor(status));
}

}  // namespace sumlog::cli
