#include "cli/connect_flags.h"

#include <CLI/CLI.hpp>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"

namespace sumlog::cli {
namespace {

constexpr char kTokenVariable[] = "SUMLOG_TOKEN";
constexpr std::size_t kMaxTokenFileBytes = 4096;
constexpr absl::Duration kMinTimeout = absl::Milliseconds(1);
constexpr absl::Duration kMaxTimeout = absl::Hours(24);

}  // namespace

void AddConnectFlags(CLI::App& verb, ConnectFlags& flags) {
  verb.add_option("--ca", flags.ca, "who signed the server's certificate (the system's roots)")
      ->type_name("F");
  verb.add_option("--timeout", flags.timeout, "to connect, and for each answer (20s)")
      ->type_name("T");
}

void AddTokenFlag(CLI::App& verb, ConnectFlags& flags) {
  verb.add_option("--token-file", flags.token_file, "the token to show (SUMLOG_TOKEN)")
      ->type_name("F");
}

absl::StatusOr<absl::Duration> ParseTimeout(const std::string& text) {
  absl::Duration timeout;
  if (absl::ParseDuration(text, &timeout) && timeout >= kMinTimeout && timeout <= kMaxTimeout) {
    return timeout;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("got --timeout ", text, ", want a time such as 20s or 500ms"));
}

absl::StatusOr<rpc_client::ConnectOptions> ConnectOptionsOf(const ConnectFlags& flags,
                                                            const std::string& address) {
  rpc_client::ConnectOptions options{.address = address, .ca_file = flags.ca};
  if (!flags.timeout.empty()) {
    ASSIGN_OR_RETURN(options.timeout, ParseTimeout(flags.timeout));
  }
  return options;
}

absl::StatusOr<std::string> TokenOf(const Context& context, const ConnectFlags& flags) {
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

absl::Status AboutFile(const absl::Status& status) {
  return absl::IsNotFound(status) ? absl::UnavailableError(status.message()) : status;
}

}  // namespace sumlog::cli
