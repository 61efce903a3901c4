// The server that an administrative verb talks to: flags, connection, failures.

#ifndef SUMLOG_CLI_ADMIN_SERVER_H_
#define SUMLOG_CLI_ADMIN_SERVER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/connect_flags.h"
#include "cli/verb.h"
#include "rpc_client/admin_client.h"

namespace sumlog::cli {

struct AdminFlags {
  std::string server;  // --server; empty: the socket of the server on --dir
  ConnectFlags connect;
};

// `flags` must live as long as `verb`.
void AddAdminFlags(CLI::App& verb, AdminFlags& flags);

// A verb that needs to know the server and nothing else.
struct AdminVerb {
  std::string name, description;
  std::string group;  // of verb.h's table
  std::string footer;
};
void AddAdminVerb(CLI::App& program, const AdminVerb& verb,
                  std::function<void(const AdminFlags&)> run);

// The flags as words of a command that is to reach the same server, each with a space before it:
// " --server unix:PATH --timeout 5s".
std::string CommandFlags(const Context& context, const AdminFlags& flags);

// Where the flags say that the server is. kInvalidArgument as ConnectAdmin.
absl::StatusOr<std::string> AdminAddress(const Context& context, const AdminFlags& flags);

// Connects. kInvalidArgument: neither --server nor a --dir with a socket, or wrong values of flags;
// else as rpc_client::AdminClient::Connect.
absl::StatusOr<std::unique_ptr<rpc_client::AdminClient>> ConnectAdmin(const Context& context,
                                                                      const AdminFlags& flags);

// Fail, with the exit code of an administrative call: what the server is not in the state for is
// refused (1); a lack of permission is 3, like every "could not".
void FailAdmin(Context& context, absl::string_view doing, const absl::Status& status);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_ADMIN_SERVER_H_
