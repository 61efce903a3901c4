// Makes bundles (bundle.h): the same range of the same log gives the same bytes.

#ifndef SUMLOG_MIRROR_BUNDLE_WRITER_H_
#define SUMLOG_MIRROR_BUNDLE_WRITER_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "mirror/bundle_manifest.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::mirror {

struct BundleOptions {
  const storage::LogStore* store = nullptr;
  storage::StoredHead head;  // of `store`, signed
  std::string log_name;
  std::uint64_t from = 0;  // at most head.size
};

// Makes the bundle `path`, whole and durable when it is there. Returns its manifest.
//   kAlreadyExists    `path` is there
//   kInvalidArgument  `from` is beyond the head
// or the errors of the store and base/file.h.
absl::StatusOr<BundleManifest> WriteBundle(const std::string& path, const BundleOptions& options);

}  // namespace sumlog::mirror

#endif  // SUMLOG_MIRROR_BUNDLE_WRITER_H_
