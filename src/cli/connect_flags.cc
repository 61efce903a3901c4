#include "cli/connect_flags.h"

#include <CLI/CLI.hpp>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"

namespace sumlog::cli {
namespace {

constexpr char kTokenVariable[] = "SUMLOG_TOKEN";
constexpr char kCertVariable[] = "SUMLOG_CERT";
constexpr char kCertKeyVariable[] = "SUMLOG_CERT_KEY";
constexpr std::size_t kMaxTokenFileBytes = 4096;
constexpr absl::Duration kMinTimeout = absl::Milliseconds(1);
constexpr absl::Duration kMaxTimeout = absl::Hours(24);

std::string VariableOf(const Context& context, const std::string& name) {
  const auto variable = context.environment.find(name);
  return variable == context.environment.end() ? "" : variable->second;
}

absl::StatusOr<std::string> TokenOf(const Context& context, const ConnectFlags& flags) {
  if (flags.token_file.empty()) return VariableOf(context, kTokenVariable);
  const absl::StatusOr<std::string> text = ReadFile(flags.token_file, kMaxTokenFileBytes);
  RETURN_IF_ERROR(AboutFile(text.status()));
  const std::string token(absl::StripAsciiWhitespace(*text));
  if (token.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("--token-file ", flags.token_file, " is empty"));
  }
  return token;
}

bool IsOverTls(const std::string& address) { return absl::StartsWith(address, "grpcs://"); }

// For a connection that does not show who calls.
absl::StatusOr<rpc_client::ConnectOptions> ConnectOptionsOf(const ConnectFlags& flags,
                                                            const std::string& address) {
  rpc_client::ConnectOptions options{.address = address, .ca_file = flags.ca};
  if (!flags.timeout.empty()) {
    ASSIGN_OR_RETURN(options.timeout, ParseTimeout(flags.timeout));
  }
  return options;
}

// What only the environment holds is for servers that ask for it: a socket does not.
void SetCertificate(const Context& context, const ConnectFlags& flags,
                    rpc_client::ConnectOptions* options) {
  options->cert_file = flags.cert;
  options->key_file = flags.key;
  if (!flags.cert.empty() || !flags.key.empty()) return;
  if (!IsOverTls(options->address)) return;
  options->cert_file = VariableOf(context, kCertVariable);
  options->key_file = VariableOf(context, kCertKeyVariable);
}

}  // namespace

void AddConnectFlags(CLI::App& verb, ConnectFlags& flags) {
  verb.add_option("--ca", flags.ca, "who signed the server's certificate (the system's roots)")
      ->type_name("F");
  verb.add_option("--timeout", flags.timeout, "to connect, and for each answer (20s)")
      ->type_name("T");
}

void AddCallerFlags(CLI::App& verb, ConnectFlags& flags) {
  verb.add_option("--token-file", flags.token_file, "the token to show (SUMLOG_TOKEN)")
      ->type_name("F");
  verb.add_option("--cert", flags.cert, "a client certificate to show (SUMLOG_CERT)")
      ->type_name("F");
  verb.add_option("--cert-key", flags.key, "its private key (SUMLOG_CERT_KEY)")->type_name("F");
}

absl::StatusOr<absl::Duration> ParseTimeout(const std::string& text) {
  absl::Duration timeout;
  if (absl::ParseDuration(text, &timeout) && timeout >= kMinTimeout && timeout <= kMaxTimeout) {
    return timeout;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("got --timeout ", text, ", want a time such as 20s or 500ms"));
}

absl::StatusOr<rpc_client::ConnectOptions> CallerOptionsOf(const Context& context,
                                                           const ConnectFlags& flags,
                                                           const std::string& address) {
  ASSIGN_OR_RETURN(rpc_client::ConnectOptions options, ConnectOptionsOf(flags, address));
  ASSIGN_OR_RETURN(options.token, TokenOf(context, flags));
  SetCertificate(context, flags, &options);
  return options;
}

absl::StatusOr<rpc_client::ConnectOptions> ReaderOptionsOf(const Context& context,
                                                           const ConnectFlags& flags,
                                                           const std::string& address) {
  const bool is_flag_given = !flags.token_file.empty() || !flags.cert.empty() || !flags.key.empty();
  if (is_flag_given || IsOverTls(address)) return CallerOptionsOf(context, flags, address);
  return ConnectOptionsOf(flags, address);
}

absl::Status AboutFile(const absl::Status& status) {
  return absl::IsNotFound(status) ? absl::UnavailableError(status.message()) : status;
}

}  // namespace sumlog::cli
