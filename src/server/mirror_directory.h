// The mirrors of a data directory: how each of them lies on disk, and is opened.
//
//   db/<name>/             the database, as of an origin log
//   heads/<name>           the newest head that the upstream has ever shown; heads/<name>.lock
//   rounds/<name>          how the last rounds went, for status
//   evidence/mirrors/<name>/  what an upstream sent that contradicts what it signed
//
// <name> is the name of the upstream's key, percent-encoded. A directory with mirrors alone needs
// no origin log, no key and no anchor.
//
// Trust: the database and the head memory are trusted; an attacker who owns them can make the
// mirror withhold records, but never believe what its upstream's key has not signed.

#ifndef SUMLOG_SERVER_MIRROR_DIRECTORY_H_
#define SUMLOG_SERVER_MIRROR_DIRECTORY_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/file.h"
#include "ops/config.h"
#include "ops/mirror_config.h"
#include "storage/rocksdb/rocksdb_store.h"
#include "sumlog/client/head_memory.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::server {

// `name` as a file's: lower-case letters, digits, '-', '_' and '.' as they are, but for a '.' in
// front and that of a ".lock" at the end; every other byte as "%XX". No two names share one.
// kInvalidArgument: empty, or more than a file may be named.
absl::StatusOr<std::string> MirrorFileName(absl::string_view name);

struct MirrorPaths {
  std::string database, heads, rounds, evidence;
};

// Where the mirror of `name` lies; nothing is looked at. Status codes as MirrorFileName.
absl::StatusOr<MirrorPaths> PathsOfMirror(const ops::Config& config, absl::string_view name);

struct OpenedMirror {
  MirrorPaths paths;
  std::unique_ptr<storage::RocksDbStore> store;
  std::unique_ptr<client::HeadMemory> memory;
};

// Opens a mirror for writing, and makes what is missing; nothing is changed before what is there
// has been found good. `lock` is that of the directory (LockDirectory), which the caller keeps for
// as long as the mirror is open.
//   kFailedPrecondition  the database is gone although it was there; or another process has it
//   kDataLoss            IsDamagedData: the database cannot be read. Else: its newest signed head
//                        is not the root of its records
//   kUnauthenticated     its newest signed head is not signed by the configured key
//   kInvalidArgument     as MirrorFileName
// or errors as base/file.h.
absl::StatusOr<OpenedMirror> OpenMirror(const ops::Config& config, const ops::MirrorConfig& mirror,
                                        const FileLock& lock);

// Opens the database of a mirror read-only, beside a process that may be following: for status and
// export. kNotFound, with the way out: there is none yet. Else as OpenMirror.
absl::StatusOr<std::unique_ptr<storage::LogStore>> OpenMirrorReadOnly(
    const ops::Config& config, const ops::MirrorConfig& mirror);

}  // namespace sumlog::server

#endif  // SUMLOG_SERVER_MIRROR_DIRECTORY_H_
