// The data directory of a log: how its parts lie on disk, are made, locked and opened.
//
//   sumlog.toml            configuration
//   keys/<name>.key        the private key (0600)
//   db/<name>/             the database
//   anchor/<name>          the highest head ever served
//   evidence/              conflicts, bad heads, bad tiles
//   lock                   held by the one process that writes

#ifndef SUMLOG_SERVER_LOG_DIRECTORY_H_
#define SUMLOG_SERVER_LOG_DIRECTORY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file.h"
#include "log/origin_log.h"
#include "ops/config.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/note.h"

namespace sumlog::server {

struct NewLog {
  std::string dir;
  std::string name;     // a bare host name, lower case: "sum.corp.example.com", "localhost"
  std::string contact;  // may be empty
  std::string anchor;   // path; empty: <dir>/anchor/<name>
};

// Makes configuration, key, database with the head of the empty tree, and anchor; in an order that
// leaves nothing half done that a second call would not refuse or finish. Returns the verifier key.
//   kAlreadyExists    the directory holds a log; nothing was changed
//   kInvalidArgument  a name that cannot be a log's
absl::StatusOr<tlog::VerifierKey> CreateLog(const NewLog& log);

// The signer of the configured origin log. kFailedPrecondition: no origin log is configured, or the
// key file can be read by others. kInvalidArgument: the key's name is not the log's.
absl::StatusOr<tlog::Signer> LoadSigner(const ops::Config& config);

struct OpenedLog {
  FileLock lock;  // one writer per directory
  std::unique_ptr<log::OriginLog> log;
};

struct OpenLogOptions {
  bool bulk = false;               // for import
  bool accept_new_anchor = false;  // make a missing anchor from the database's head
};

// Opens the origin log for writing and serving. kFailedPrecondition: another process has the
// directory; a missing anchor (unless accepted); a database behind its anchor. Each message says
// how to go on.
absl::StatusOr<OpenedLog> OpenLog(const ops::Config& config, const OpenLogOptions& options);

// Opens the database read-only, beside a process that may be serving it: for fsck, status, prove.
absl::StatusOr<std::unique_ptr<storage::LogStore>> OpenStoreReadOnly(const ops::Config& config);

}  // namespace sumlog::server

#endif  // SUMLOG_SERVER_LOG_DIRECTORY_H_
