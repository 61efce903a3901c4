#include "server/mirror_directory.h"

#include <sys/stat.h>

#include <cstddef>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/types/span.h"
#include "base/status_macros.h"
#include "log/heads_on_the_way.h"
#include "log/store_tiles.h"
#include "sumlog/tlog/consistency.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::server {
namespace {

// File systems allow 255; what is put beside a file under a longer name needs the rest.
constexpr std::size_t kMaxFileNameBytes = 200;

constexpr absl::string_view kLockSuffix = ".lock";  // of the lock beside a head memory

bool StaysAsItIs(char c) {
  return absl::ascii_islower(static_cast<unsigned char>(c)) ||
         absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.';
}

bool IsThere(const std::string& path) {
  struct stat info = {};
  return ::stat(path.c_str(), &info) == 0;
}

absl::StatusOr<std::unique_ptr<storage::RocksDbStore>> OpenStore(const ops::Config& config,
                                                                 const std::string& path,
                                                                 bool read_only) {
  return storage::OpenRocksDbStore(
      {.path = path,
       .read_only = read_only,
       .cache_size_bytes = static_cast<std::size_t>(config.limits_cache_bytes)});
}

// That the newest head that the store has a signature for is signed by `key`, and is the root of
// what the store holds.
absl::Status CheckNewestSigned(const storage::LogStore& store, const tlog::VerifierKey& key) {
  ASSIGN_OR_RETURN(const std::optional<storage::StoredHead> stored, log::NewestSigned(store));
  if (!stored.has_value()) return absl::OkStatus();
  const absl::StatusOr<tlog::SignedTreeHead> head =
      tlog::OpenTreeHead(stored->note, absl::MakeConstSpan(&key, 1));
  if (absl::IsNotFound(head.status())) {
    return absl::UnauthenticatedError(absl::StrCat(
        "the newest head of the mirror is not signed by ", key.ToString(),
        "\nwhy: the mirror was made under another key of the same name\nfix: put back the key "
        "that it was made with, or mirror the other log with another --dir"));
  }
  RETURN_IF_ERROR(head.status());
  log::StoreTiles tiles(store);
  ASSIGN_OR_RETURN(const tlog::Hash root, tlog::RootFromTiles(head->head.size, tiles));
  if (root == head->head.root && stored->size == head->head.size) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("the records of the mirror of ", key.name(),
                                          " do not hash to its newest signed head of ",
                                          head->head.size, " records"));
}

// On a view of the database that cannot be written: RocksDB removes every file that its list of
// files does not name, and with a damaged list that is most of the mirror.
absl::Status CheckBeforeWriting(const ops::Config& config, const std::string& path,
                                const tlog::VerifierKey& key) {
  ASSIGN_OR_RETURN(const std::unique_ptr<storage::LogStore> store,
                   OpenStore(config, path, /*read_only=*/true));
  return CheckNewestSigned(*store, key);
}

// A head is remembered only after the database was made.
absl::Status CheckNothingIsLost(const MirrorPaths& paths) {
  if (!IsThere(paths.heads)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("there is no database in ", paths.database, ", but ", paths.heads,
                   " remembers that there was one\nwhy: its folder is not mounted, or was removed\n"
                   "fix: mount it; or, to fetch all of it again: rm ",
                   paths.heads));
}

}  // namespace

absl::StatusOr<std::string> MirrorFileName(absl::string_view name) {
  if (name.empty()) return absl::InvalidArgumentError("a mirror has an empty name");
  const std::size_t lock_dot =
      absl::EndsWith(name, kLockSuffix) ? name.size() - kLockSuffix.size() : name.size();
  std::string file;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (StaysAsItIs(name[i]) && !(name[i] == '.' && (i == 0 || i == lock_dot))) {
      file.push_back(name[i]);
    } else {
      absl::StrAppendFormat(&file, "%%%02X", static_cast<unsigned char>(name[i]));
    }
  }
  if (file.size() <= kMaxFileNameBytes) return file;
  return absl::InvalidArgumentError(absl::StrCat("the name of the mirror needs ", file.size(),
                                                 " bytes as a file's, want at most ",
                                                 kMaxFileNameBytes));
}

absl::StatusOr<MirrorPaths> PathsOfMirror(const ops::Config& config, absl::string_view name) {
  ASSIGN_OR_RETURN(const std::string file, MirrorFileName(name));
  return MirrorPaths{.database = absl::StrCat(config.dir, "/db/", file),
                     .heads = absl::StrCat(config.dir, "/heads/", file),
                     .rounds = absl::StrCat(config.dir, "/rounds/", file),
                     .evidence = absl::StrCat(config.dir, "/evidence/mirrors/", file)};
}

absl::StatusOr<OpenedMirror> OpenMirror(const ops::Config& config, const ops::MirrorConfig& mirror,
                                        const FileLock& /*lock*/) {
  OpenedMirror opened;
  ASSIGN_OR_RETURN(opened.paths, PathsOfMirror(config, mirror.name()));
  const std::string& path = opened.paths.database;
  const absl::Status checked = CheckBeforeWriting(config, path, mirror.key);
  const bool is_new = absl::IsNotFound(checked);
  if (!is_new) RETURN_IF_ERROR(checked);
  if (is_new) RETURN_IF_ERROR(CheckNothingIsLost(opened.paths));
  RETURN_IF_ERROR(MakeDirectories(FolderOf(path)));
  RETURN_IF_ERROR(MakeDirectories(FolderOf(opened.paths.heads)));
  RETURN_IF_ERROR(MakeDirectories(FolderOf(opened.paths.rounds)));
  ASSIGN_OR_RETURN(opened.store,
                   storage::OpenRocksDbStore(
                       {.path = path,
                        .create = is_new,
                        .cache_size_bytes = static_cast<std::size_t>(config.limits_cache_bytes)}));
  opened.memory = client::NewHeadFile(opened.paths.heads);
  return opened;
}

absl::StatusOr<std::unique_ptr<storage::LogStore>> OpenMirrorReadOnly(
    const ops::Config& config, const ops::MirrorConfig& mirror) {
  ASSIGN_OR_RETURN(const MirrorPaths paths, PathsOfMirror(config, mirror.name()));
  absl::StatusOr<std::unique_ptr<storage::RocksDbStore>> store =
      OpenStore(config, paths.database, /*read_only=*/true);
  if (absl::IsNotFound(store.status())) {
    return absl::NotFoundError(absl::StrCat(
        store.status().message(), "\nwhy: nothing of ", mirror.name(),
        " was mirrored yet, or its folder is not mounted\nfix: sumlog mirror run --dir ",
        config.dir, " --once"));
  }
  RETURN_IF_ERROR(store.status());
  RETURN_IF_ERROR(CheckNewestSigned(**store, mirror.key));
  return std::unique_ptr<storage::LogStore>(*std::move(store));
}

}  // namespace sumlog::server
