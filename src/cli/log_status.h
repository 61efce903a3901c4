// The facts that `status` prints, gathered from a data directory or a server.

#ifndef SUMLOG_CLI_LOG_STATUS_H_
#define SUMLOG_CLI_LOG_STATUS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/anchor_check.h"
#include "cli/verb.h"
#include "cli/verified_log.h"
#include "log/frozen_state.h"
#include "rpc_client/admin_client.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::cli {

// What only the log's own machine knows.
struct DirectoryStatus {
  std::string dir;
  bool served = false;  // some process has the lock
  absl::Time head_signed_at;
  std::uint64_t disk_used_bytes = 0;  // by the database
  std::uint64_t disk_free_bytes = 0;  // for the database, as an ordinary user sees it
  AnchorStatus anchor;
  std::optional<log::FrozenState> frozen;  // why it takes no records
};

struct LogStatus {
  std::string key;        // "name+hash", as ShortKey; a claim unless verified
  tlog::TreeHead head;    // the newest
  bool verified = false;  // its signature was checked with a key
  std::string server;     // the URL without credentials; empty for a directory
  std::optional<DirectoryStatus> directory;
  std::optional<rpc_client::ServerStatus> service;  // what administration says, to who may ask it
  absl::Status service_error;  // why it says nothing to somebody who has shown a token

  absl::Status problem;  // what is wrong, as JudgeAnchor
};

// Reads only; beside a process that may be serving the directory. Status codes as OpenLogConfig
// and server::OpenStoreReadOnly; kUnauthenticated as OpenHeadOf.
absl::StatusOr<LogStatus> ReadDirectoryStatus(const Context& context, const std::string& key_text);

// Asks a server for its newest head, and over gRPC its administration, where there is one that
// answers this caller. flags.key may be empty: then the head is not verified, and says so. Status
// codes as VerifiedLog::Newest.
absl::StatusOr<LogStatus> ReadServerStatus(const Context& context, const LogFlags& flags);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_LOG_STATUS_H_
