#include "cli/admin_server.h"

#include <CLI/CLI.hpp>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "cli/open_config.h"

namespace sumlog::cli {
namespace {

constexpr char kTokenVariable[] = "SUMLOG_TOKEN";
constexpr std::size_t kMaxTokenFileBytes = 4096;

// A file that a flag names and that is missing is not "not in the log".
absl::Status AboutFile(const absl::Status& status) {
  return absl::IsNotFound(status) ? absl::UnavailableError(status.message()) : status;
}

absl::StatusOr<std::string> AddressOf(const Context& context, const AdminFlags& flags) {
  if (absl::StartsWith(flags.server, "http://") || absl::StartsWith(flags.server, "https://")) {
    return absl::InvalidArgumentError(absl::StrCat("--server ", flags.server,
                                                   " is for readers\nfix: administration is at "
                                                   "grpcs://HOST:PORT or unix:PATH"));
  }
  if (!flags.server.empty()) return flags.server;
  if (context.dir.empty()) {
    return absl::InvalidArgumentError(
        "no server is named\nfix: --server grpcs://HOST:PORT, or --dir D of a log that is served "
        "on "
        "this machine");
  }
  ASSIGN_OR_RETURN(const ops::Config config, OpenLogConfig(context));
  if (absl::StartsWith(config.listen_admin, "unix:")) return config.listen_admin;
  return absl::InvalidArgumentError(
      absl::StrCat("listen.admin of ", config.dir, " is ", config.listen_admin,
                   ", no socket\nfix: name the server: --server grpcs://HOST:PORT"));
}

absl::StatusOr<std::string> TokenOf(const Context& context, const AdminFlags& flags) {
  if (flags.token_file.empty()) {
    const auto variable = context.environment.find(kTokenVariable);
    return variable == context.environment.end() ? "" : variable->second;
  }
  const absl::StatusOr<std::string> text = ReadFile(flags.token_file, kMaxTokenFileBytes);
  RETURN_IF_ERROR(AboutFile(text.status()));
  const std::string token(absl::StripAsciiWhitespace(*text));
  if (token.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("--token-file ", flags.token_file, " is empty"));
  }
  return token;
}

}  // namespace

void AddAdminFlags(CLI::App& verb, AdminFlags& flags) {
  verb.add_option("--server", flags.server,
                  "grpcs://HOST:PORT or unix:PATH (the socket of the server on --dir)")
      ->type_name("ADDRESS");
  verb.add_option("--token-file", flags.token_file, "the token to show (SUMLOG_TOKEN)")
      ->type_name("F");
  verb.add_option("--ca", flags.ca, "who signed the server's certificate (the system's roots)")
      ->type_name("F");
}

absl::StatusOr<std::unique_ptr<rpc_client::AdminClient>> ConnectAdmin(const Context& context,
                                                                      const AdminFlags& flags) {
  rpc_client::ConnectOptions options{.ca_file = flags.ca};
  ASSIGN_OR_RETURN(options.address, AddressOf(context, flags));
  ASSIGN_OR_RETURN(options.token, TokenOf(context, flags));
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
