// The data directory of a log: how its parts lie on disk, are locked and opened. new_log.h makes
// it.
//
//   sumlog.toml            configuration
//   keys/<name>.key        the private key (0600)
//   db/<name>/             the database
//   anchor/<name>          the highest head ever served
//   evidence/              conflicts, bad heads, bad tiles
//   lock                   held by the one process that writes
//   unfinished             there while the log is being made (new_log.h)

#ifndef SUMLOG_SERVER_LOG_DIRECTORY_H_
#define SUMLOG_SERVER_LOG_DIRECTORY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/file.h"
#include "log/anchor.h"
#include "log/origin_log.h"
#include "ops/config.h"
#include "storage/rocksdb/rocksdb_store.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/note.h"

namespace sumlog::server {

// OK when `name` can be an origin log's: a bare host name of lower-case letters, digits, hyphens
// and dots, at most 253 bytes. kInvalidArgument says why not.
absl::Status CheckLogName(absl::string_view name);

// A new key pair for a log of this name. kInvalidArgument: the name; kUnavailable: no randomness.
absl::StatusOr<tlog::Signer> NewSigner(absl::string_view name);

// Takes the lock of a directory. kFailedPrecondition, with the way out: another process has it.
absl::StatusOr<FileLock> LockDirectory(const std::string& dir);

// Makes the folder of the configured anchor when it lies inside the data directory. One elsewhere
// must be there: where a disk is not mounted an empty folder would take its place.
// kFailedPrecondition, with the way out, when it is not; else codes as base/file.h.
absl::Status MakeAnchorFolder(const ops::Config& config);

// The same question, asked before anything is made; an anchor inside the data directory is fine.
absl::Status CheckAnchorFolder(const ops::Config& config);

// The names of the logs of which a key or a database lies in `dir`, whatever its configuration
// says; sorted. Empty also when the folders cannot be read.
std::vector<std::string> NamesOfLogs(const std::string& dir);

// Whether the configured anchor lies on the file system of the database, where one restored
// snapshot takes both back. False when either is missing.
bool AnchorSharesDisk(const ops::Config& config);

// Where the database of the origin log lies.
std::string DatabasePath(const ops::Config& config);

// Where that really lies, when it is a symbolic link, also one to a folder that is not there now:
// what is put beside the database goes beside this.
std::string DatabasePlace(const ops::Config& config);

// The signer of the configured origin log. kFailedPrecondition: no origin log is configured, or the
// key file can be read by others. kInvalidArgument: the key's name is not the log's.
absl::StatusOr<tlog::Signer> LoadSigner(const ops::Config& config);

struct OpenedLog {
  FileLock lock;  // one writer per directory
  std::unique_ptr<log::OriginLog> log;
  storage::RocksDbStore* database = nullptr;  // the store of `log`, for copies
};

// An import commits this many records at once: each commit makes one file per part of the database.
inline constexpr std::size_t kBulkRoundRecords = 65'536;

struct OpenLogOptions {
  bool bulk = false;  // for import
  // Makes an anchor that is missing or damaged from the database's head; the damaged file is kept
  // as <anchor>.damaged-<time>.
  bool accept_new_anchor = false;
};

// Opens and locks the configured anchor. Null: there is none that could be used, and a new one is
// accepted. Status codes as OpenLog.
absl::StatusOr<std::unique_ptr<log::Anchor>> OpenAnchor(const ops::Config& config,
                                                        bool accept_new_anchor);

// Makes the anchor from the newest head of the database. A damaged one that is there is kept under
// another name.
absl::StatusOr<std::unique_ptr<log::Anchor>> MakeNewAnchor(const ops::Config& config,
                                                           const std::string& note);

// Opens the origin log for writing and serving. No byte of database or anchor is changed before
// both have been found good.
//   kFailedPrecondition  another process has the directory or the anchor; a missing or damaged
//                        anchor (unless accepted); a database behind its anchor
//   kNotFound            no key file, or no database
//   kDataLoss            IsDamagedData: the database cannot be read. Else: signed bytes contradict
//                        each other, or are not signed by this key
//   kInvalidArgument     as LoadSigner
// Each message but that of damaged data says how to go on.
absl::StatusOr<OpenedLog> OpenLog(const ops::Config& config, const OpenLogOptions& options);

// Opens the database read-only, beside a process that may be serving it: for fsck, status, prove.
absl::StatusOr<std::unique_ptr<storage::LogStore>> OpenStoreReadOnly(const ops::Config& config);

}  // namespace sumlog::server

#endif  // SUMLOG_SERVER_LOG_DIRECTORY_H_
