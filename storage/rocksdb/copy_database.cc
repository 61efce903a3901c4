#include "storage/rocksdb/copy_database.h"

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "rocksdb/utilities/checkpoint.h"
#include "storage/rocksdb/rocksdb_status.h"

namespace sumlog::storage {
namespace {

// The write-ahead log is copied, at most 32 MiB, however much of it there is: to flush it first
// would hold up writers, and what they wrote since would be in a log all the same.
constexpr std::uint64_t kNeverFlush = std::numeric_limits<std::uint64_t>::max();

}  // namespace

absl::Status CopyDatabase(const OpenDatabase& database, const std::string& folder) {
  struct stat info = {};
  if (::lstat(folder.c_str(), &info) == 0) {
    return absl::AlreadyExistsError(absl::StrCat("copy the database to ", folder, ": it is there"));
  }
  std::error_code ignored;
  std::filesystem::remove_all(absl::StrCat(folder, ".tmp"), ignored);
  const std::string what = absl::StrCat("cannot copy the database to ", folder);
  rocksdb::Checkpoint* made = nullptr;
  RETURN_IF_ERROR(ToStatus(rocksdb::Checkpoint::Create(database.db(), &made), what));
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  return ToStatus(checkpoint->CreateCheckpoint(folder, kNeverFlush), what);
}

}  // namespace sumlog::storage
