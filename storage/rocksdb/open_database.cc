#include "storage/rocksdb/open_database.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/damage.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "storage/rocksdb/adoption_file_system.h"
#include "storage/rocksdb/families.h"
#include "storage/rocksdb/log_tail_check.h"
#include "storage/rocksdb/rocksdb_status.h"
#include "storage/rocksdb/space_check.h"

namespace sumlog::storage {
namespace {

constexpr char kFormatKey[] = "format";

// A reader that opens while the writer rewrites its list of files tries again; the writer does so
// once in seconds.
constexpr int kMaxReaderAttempts = 20;

rocksdb::Env* EnvOf(const RocksDbOptions& options) {
  return options.env_for_test != nullptr ? options.env_for_test : rocksdb::Env::Default();
}

absl::StatusOr<std::optional<std::string>> ReadFormat(rocksdb::DB* db) {
  std::string version;
  const rocksdb::Status status = db->Get(rocksdb::ReadOptions(), kFormatKey, &version);
  if (status.IsNotFound()) return std::nullopt;
  RETURN_IF_ERROR(ToStatus(status, "cannot read the format version"));
  return version;
}

// Looks at the format version alone, before anything else of the database is believed: a newer
// format may have other column families.
absl::StatusOr<std::optional<std::string>> PeekFormat(const RocksDbOptions& options) {
  rocksdb::Options peek(ReaderOptions(options.env_for_test), rocksdb::ColumnFamilyOptions());
  peek.max_open_files = 16;
  rocksdb::DB* opened = nullptr;
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(peek, options.path, &opened);
  const std::unique_ptr<rocksdb::DB> db(opened);
  RETURN_IF_ERROR(ToStatus(status, absl::StrCat("cannot open the database ", options.path)));
  return ReadFormat(db.get());
}

absl::Status CheckFormat(const std::string& path, const std::optional<std::string>& version) {
  if (!version.has_value()) {
    return absl::NotFoundError(
        absl::StrCat("no database in ", path, ": its making was not finished"));
  }
  if (*version == kFormatVersion) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("the database ", path, " has format version ",
                                                    *version, ", this program knows version ",
                                                    kFormatVersion, " only"));
}

// Whether there is a finished database; kFailedPrecondition when its format is unknown.
absl::StatusOr<bool> DatabaseExists(const RocksDbOptions& options) {
  const std::string current = absl::StrCat(options.path, "/CURRENT");
  if (!EnvOf(options)->FileExists(current).ok()) {
    // RocksDB does not tell a file that is not there from one that it may not see.
    struct stat info = {};
    if (::stat(current.c_str(), &info) != 0 && errno != ENOENT && errno != ENOTDIR) {
      return ErrnoToStatus(errno, "open the database", options.path);
    }
    return false;
  }
  const absl::StatusOr<std::optional<std::string>> version = PeekFormat(options);
  // What cannot be peeked at is there; opening it says why it cannot be read.
  if (!version.ok()) return true;
  if (!version->has_value()) return false;
  RETURN_IF_ERROR(CheckFormat(options.path, *version));
  return true;
}

// Explains why a database did not open.
absl::Status OpenError(const RocksDbOptions& options, const rocksdb::Status& status) {
  const std::string what = absl::StrCat("cannot open the database ", options.path);
  // Column families that are missing or strange under a known format version.
  if (status.IsInvalidArgument()) return DamagedData(absl::StrCat(what, ": ", status.ToString()));
  return ToStatus(status, what);
}

// The same for writing, where the lock may be somebody else's.
absl::Status OpenForWritingError(const RocksDbOptions& options, const rocksdb::Status& status) {
  if (status.IsIOError()) {
    const std::string lock_path = absl::StrCat(options.path, "/LOCK");
    // Not by opening it: closing it again would drop a lock that this process has.
    if (::faccessat(AT_FDCWD, lock_path.c_str(), W_OK, AT_EACCESS) != 0 && errno != ENOENT &&
        errno != ENOTDIR) {
      return ErrnoToStatus(errno, "open", lock_path);
    }
    rocksdb::FileLock* lock = nullptr;
    if (!EnvOf(options)->LockFile(lock_path, &lock).ok()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "the database ", options.path, " is in use by another process: its LOCK is held"));
    }
    EnvOf(options)->UnlockFile(lock).PermitUncheckedError();
  }
  return OpenError(options, status);
}

std::string ManifestStateOf(rocksdb::Env* env, const std::string& path) {
  std::string name;
  std::uint64_t size = 0;
  rocksdb::ReadFileToString(env, absl::StrCat(path, "/CURRENT"), &name).PermitUncheckedError();
  while (!name.empty() && name.back() == '\n') name.pop_back();
  env->GetFileSize(absl::StrCat(path, "/", name), &size).PermitUncheckedError();
  return absl::StrCat(name, " ", size);
}

}  // namespace

OpenDatabase::~OpenDatabase() {
  for (rocksdb::ColumnFamilyHandle* handle : handles_) {
    db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  }
}

std::string OpenDatabase::ManifestState() const {
  return ManifestStateOf(db_->GetEnv(), db_->GetName());
}

absl::StatusOr<std::unique_ptr<OpenDatabase>> OpenDatabase::Open(const RocksDbOptions& options) {
  ASSIGN_OR_RETURN(const bool exists, DatabaseExists(options));
  if (options.create && exists) {
    return absl::AlreadyExistsError(absl::StrCat("there is a database in ", options.path));
  }
  if (!options.create && !exists) {
    return absl::NotFoundError(absl::StrCat("no database in ", options.path));
  }
  return options.read_only ? OpenForReading(options) : OpenForWriting(options);
}

absl::StatusOr<std::unique_ptr<OpenDatabase>> OpenDatabase::OpenForWriting(
    const RocksDbOptions& options) {
  if (options.create) {
    RETURN_IF_ERROR(MakeDirectories(options.path));
  } else {
    RETURN_IF_ERROR(CheckLogTails(EnvOf(options), options.path));
  }
  if (options.env_for_test == nullptr) RETURN_IF_ERROR(CheckSpaceToOpen(options.path));
  std::unique_ptr<OpenDatabase> opened(new OpenDatabase);
  opened->env_ = rocksdb::NewCompositeEnv(
      std::make_shared<AdoptionFileSystem>(EnvOf(options)->GetFileSystem()));
  rocksdb::DBOptions db_options = WriterOptions(opened->env_.get());
  db_options.create_if_missing = options.create;
  db_options.create_missing_column_families = options.create;

  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(
      db_options, options.path, AllFamilies(options.cache_size_bytes), &opened->handles_, &db);
  opened->db_.reset(db);
  if (!status.ok()) return OpenForWritingError(options, status);

  if (options.create) {
    rocksdb::WriteOptions write;
    write.sync = true;
    RETURN_IF_ERROR(
        ToStatus(db->Put(write, kFormatKey, kFormatVersion), "cannot write the format version"));
  }
  ASSIGN_OR_RETURN(const std::optional<std::string> version, ReadFormat(db));
  RETURN_IF_ERROR(CheckFormat(options.path, version));
  return opened;
}

absl::StatusOr<std::unique_ptr<OpenDatabase>> OpenDatabase::OpenForReading(
    const RocksDbOptions& options) {
  absl::Status failure;
  for (int attempt = 0; attempt < kMaxReaderAttempts; ++attempt) {
    // The manifest is read first and the write-ahead logs later. If the writer changed its files in
    // between, a log that was just turned into a file could be missed: a state that never was.
    const std::string before = ManifestStateOf(EnvOf(options), options.path);
    std::unique_ptr<OpenDatabase> opened(new OpenDatabase);
    rocksdb::DB* db = nullptr;
    const rocksdb::Status status =
        rocksdb::DB::OpenForReadOnly(ReaderOptions(options.env_for_test), options.path,
                                     AllFamilies(options.cache_size_bytes), &opened->handles_, &db);
    opened->db_.reset(db);
    const absl::Status tails = CheckLogTails(EnvOf(options), options.path);
    if (ManifestStateOf(EnvOf(options), options.path) != before) {
      failure = absl::UnavailableError(absl::StrCat(
          "the database ", options.path, " changed its files each time it was to be opened"));
      continue;
    }
    if (!status.ok()) return OpenError(options, status);
    RETURN_IF_ERROR(tails);
    ASSIGN_OR_RETURN(const std::optional<std::string> version, ReadFormat(db));
    RETURN_IF_ERROR(CheckFormat(options.path, version));
    return opened;
  }
  return failure;
}

}  // namespace sumlog::storage
