#include "storage/rocksdb/rocksdb_status.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/damage.h"

namespace sumlog::storage {

absl::Status ToStatus(const rocksdb::Status& status, absl::string_view what) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = absl::StrCat(what, ": ", status.ToString());
  if (status.IsNoSpace() || status.subcode() == rocksdb::Status::kSpaceLimit)
    return absl::ResourceExhaustedError(message);
  if (status.IsCorruption() || status.IsNotFound() || status.IsPathNotFound()) {
    return DamagedData(message);
  }
  return absl::UnavailableError(message);
}

}  // namespace sumlog::storage
