// A store's tree at one signed head, as the files of the checksum database protocol: what goes into
// a bundle or a folder, byte for byte what a server of it gives.
//
// Safe from any thread.

#ifndef SUMLOG_MIRROR_STORE_FILES_H_
#define SUMLOG_MIRROR_STORE_FILES_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sumlog/client/sumdb_client.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::mirror {

class StoreFiles final : public client::Fetcher {
 public:
  // Keeps a reference to `store`, which must outlive this object and hold `head`.
  StoreFiles(const storage::LogStore& store, storage::StoredHead head)
      : store_(store), head_(std::move(head)) {}

  // "/latest", and every hash and data tile of the tree of the head, at each width. kNotFound: any
  // other path. Or the store's own errors.
  absl::StatusOr<std::string> Fetch(absl::string_view path, std::size_t max_bytes) override;

  const storage::StoredHead& head() const { return head_; }

 private:
  absl::StatusOr<std::string> ReadFile(absl::string_view path) const;

  const storage::LogStore& store_;
  const storage::StoredHead head_;
};

}  // namespace sumlog::mirror

#endif  // SUMLOG_MIRROR_STORE_FILES_H_
