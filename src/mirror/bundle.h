// A piece of a log in one file, to be carried to where no network goes.
//
// A bundle is a zip file of the files that a server of the log would give: the signed head, the
// data tiles of the records that it adds, and the hash tiles that prove these and the records
// before them. Whoever takes it in asks it as if it were a server, and verifies it the same way;
// nothing in it is believed. Hash tiles of level 0 are left out where they follow from the records.
//
// The same range of the same log gives the same bytes. The last 64 characters of the file, in the
// comment of the zip, are the SHA-256 of the file with zeros in their place: damage on the way is
// found before anything is taken in.
//
//   bundle.txt                          what it is (BundleManifest)
//   sumdb/<name>/latest                 the signed head
//   sumdb/<name>/tile/8/…               tiles

#ifndef SUMLOG_MIRROR_BUNDLE_H_
#define SUMLOG_MIRROR_BUNDLE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/mutex.h"
#include "mirror/bundle_manifest.h"
#include "sumlog/client/sumdb_client.h"
#include "sumlog/tlog/tile.h"

struct zip;

namespace sumlog::mirror {

// An opened bundle. Safe from any thread.
class Bundle final : public client::Fetcher {
 public:
  // Reads all of it once, for its checksum.
  //   kInvalidArgument  no bundle, or one that was damaged or cut; the message says which
  // or the errors of base/file.h.
  static absl::StatusOr<std::unique_ptr<Bundle>> Open(const std::string& path);
  ~Bundle() override;

  const BundleManifest& manifest() const { return manifest_; }

  // "/latest" and "/tile/…" of the log. A tile that is asked for at less than its width is cut; a
  // hash tile of level 0 is made from the data tile. kNotFound: not in the bundle. kUnavailable:
  // the file cannot be read.
  absl::StatusOr<std::string> Fetch(absl::string_view path, std::size_t max_bytes) override;

 private:
  struct ZipCloser {
    void operator()(struct zip* archive) const;
  };
  // Where the widest version of a tile lies.
  struct StoredTile {
    std::uint32_t width = 0;
    std::uint64_t entry = 0;
  };
  using Place = std::pair<std::uint32_t, std::uint64_t>;  // level, index

  explicit Bundle(std::unique_ptr<struct zip, ZipCloser> archive) : archive_(std::move(archive)) {}

  absl::Status ReadEntries();
  absl::Status ReadManifest();
  absl::StatusOr<std::string> ReadEntry(std::uint64_t entry, std::size_t max_bytes);
  absl::StatusOr<std::string> ReadTile(const tlog::TileId& tile, std::size_t max_bytes);

  Mutex mu_;
  const std::unique_ptr<struct zip, ZipCloser> archive_ ABSL_PT_GUARDED_BY(mu_);

  // Constant after Open.
  BundleManifest manifest_;
  std::uint64_t latest_entry_ = 0;
  std::map<Place, StoredTile> hash_tiles_;
  std::map<std::uint64_t, StoredTile> data_tiles_;  // by index
};

}  // namespace sumlog::mirror

#endif  // SUMLOG_MIRROR_BUNDLE_H_
