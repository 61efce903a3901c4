// How a verb connects to a server over gRPC: flags, and the connection's options made of them.

#ifndef SUMLOG_CLI_CONNECT_FLAGS_H_
#define SUMLOG_CLI_CONNECT_FLAGS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/verb.h"
#include "rpc_client/admin_client.h"

namespace sumlog::cli {

struct ConnectFlags {
  std::string token_file;  // --token-file; empty: SUMLOG_TOKEN, which may be unset
  std::string cert, key;   // --cert, --cert-key; both empty: SUMLOG_CERT, SUMLOG_CERT_KEY
  std::string ca;          // --ca
  std::string timeout;     // --timeout; empty: 20 seconds
};

// --ca and --timeout; what shows who calls. `flags` must live as long as `verb`.
void AddConnectFlags(CLI::App& verb, ConnectFlags& flags);
void AddCallerFlags(CLI::App& verb, ConnectFlags& flags);

// The value of --timeout. kInvalidArgument: not a time from a millisecond to a day.
absl::StatusOr<absl::Duration> ParseTimeout(const std::string& text);

// For a connection to `address`, with the token and the certificate to show, if any. Flags that
// name a certificate win over variables that do, whole. kInvalidArgument: a wrong value of a flag,
// or the token's file is empty; else what base/file.h says of that file, but kUnavailable when it
// is not there.
absl::StatusOr<rpc_client::ConnectOptions> CallerOptionsOf(const Context& context,
                                                           const ConnectFlags& flags,
                                                           const std::string& address);

// The same for a reader's call. A listener of administrators, which is there over TLS only, asks it
// too who calls. Elsewhere nobody asks, and only what a flag names counts: a token in the
// environment is no reason to refuse a connection in the clear.
absl::StatusOr<rpc_client::ConnectOptions> ReaderOptionsOf(const Context& context,
                                                           const ConnectFlags& flags,
                                                           const std::string& address);

// A file that a flag names and that is missing is not "not in the log".
absl::Status AboutFile(const absl::Status& status);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_CONNECT_FLAGS_H_
