#include "mirror/bundle.h"

#include <zip.h>

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "client/data_tile.h"
#include "mirror/bundle_checksum.h"
#include "sumlog/tlog/hash.h"

namespace sumlog::mirror {
namespace {

struct FileCloser {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

absl::Status NoBundle(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("no bundle: ", what));
}

absl::Status NotInBundle(absl::string_view path) {
  return absl::NotFoundError(absl::StrCat(path, " is not in the bundle"));
}

// The first `width` leaf hashes of the records in a data tile.
absl::StatusOr<std::string> LeafHashesOf(absl::string_view data_tile, std::uint32_t width) {
  ASSIGN_OR_RETURN(const std::vector<absl::string_view> texts,
                   client::ParseDataTile(data_tile, width));
  std::vector<tlog::Hash> leaves(texts.size());
  tlog::LeafHashes(texts, absl::MakeSpan(leaves));
  return std::string(tlog::HashesAsBytes(leaves));
}

}  // namespace

void Bundle::ZipCloser::operator()(struct zip* archive) const { zip_discard(archive); }

Bundle::~Bundle() = default;

absl::StatusOr<std::unique_ptr<Bundle>> Bundle::Open(const std::string& path) {
  RETURN_IF_ERROR(CheckChecksum(path));
  int code = 0;
  std::unique_ptr<struct zip, ZipCloser> archive(
      zip_open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &code));
  if (archive == nullptr) return NoBundle(absl::StrCat(path, " is no zip file (", code, ")"));
  std::unique_ptr<Bundle> bundle(new Bundle(std::move(archive)));
  RETURN_IF_ERROR(bundle->ReadManifest());
  RETURN_IF_ERROR(bundle->ReadEntries());
  return bundle;
}

absl::Status Bundle::ReadManifest() {
  ASSIGN_OR_RETURN(const std::string text, ReadEntry(0, kMaxManifestBytes));
  ASSIGN_OR_RETURN(manifest_, ParseManifest(text));
  return absl::OkStatus();
}

absl::Status Bundle::ReadEntries() {
  MutexLock lock(&mu_);
  const std::string prefix = EntryName(manifest_.log_name, "/");
  const zip_int64_t count = zip_get_num_entries(archive_.get(), 0);
  for (zip_uint64_t entry = 1; entry < static_cast<zip_uint64_t>(count); ++entry) {
    const char* const name = zip_get_name(archive_.get(), entry, ZIP_FL_ENC_RAW);
    if (name == nullptr) return NoBundle("it has a file without a name");
    absl::string_view path = name;
    if (!absl::ConsumePrefix(&path, prefix)) return NoBundle("it has a file that no log has");
    if (path == "latest") {
      latest_entry_ = entry;
      continue;
    }
    const absl::StatusOr<tlog::TileId> tile = tlog::ParseTilePath(path);
    if (!tile.ok()) return NoBundle("it has a file that no log has");
    const StoredTile stored{.width = tile->width, .entry = entry};
    if (tile->kind == tlog::TileId::Kind::kData) {
      data_tiles_.emplace(tile->index, stored);
    } else {
      hash_tiles_.emplace(Place(tile->level, tile->index), stored);
    }
  }
  return latest_entry_ > 0 ? absl::OkStatus() : NoBundle("it has no signed head");
}

absl::StatusOr<std::string> Bundle::ReadEntry(std::uint64_t entry, std::size_t max_bytes) {
  MutexLock lock(&mu_);
  zip_stat_t stat;
  if (zip_stat_index(archive_.get(), entry, 0, &stat) != 0) return NoBundle("it is empty");
  if ((stat.valid & ZIP_STAT_SIZE) == 0 || stat.size > max_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("a file in the bundle has more than ", max_bytes, " bytes"));
  }
  const std::unique_ptr<zip_file_t, FileCloser> file(zip_fopen_index(archive_.get(), entry, 0));
  std::string content(stat.size + 1,
                      '\0');  // one more, so that the end is seen, and with it the CRC
  std::size_t done = 0;
  while (file != nullptr) {
    const zip_int64_t got = zip_fread(file.get(), content.data() + done, content.size() - done);
    if (got < 0) break;
    done += static_cast<std::size_t>(got);
    if (got > 0 && done < content.size()) continue;
    if (done != stat.size) break;
    content.resize(done);
    return content;
  }
  return absl::UnavailableError("a file in the bundle cannot be read");
}

absl::StatusOr<std::string> Bundle::Fetch(absl::string_view path, std::size_t max_bytes) {
  if (path == "/latest") return ReadEntry(latest_entry_, max_bytes);
  if (!absl::ConsumePrefix(&path, "/")) return NotInBundle(path);
  const absl::StatusOr<tlog::TileId> tile = tlog::ParseTilePath(path);
  if (!tile.ok()) return NotInBundle(path);
  return ReadTile(*tile, max_bytes);
}

absl::StatusOr<std::string> Bundle::ReadTile(const tlog::TileId& tile, std::size_t max_bytes) {
  const std::string path = tlog::FormatTilePath(tile);
  const auto data = data_tiles_.find(tile.index);
  const bool has_data = data != data_tiles_.end() && data->second.width >= tile.width;
  if (tile.kind == tlog::TileId::Kind::kData) {
    return has_data ? ReadEntry(data->second.entry, max_bytes) : NotInBundle(path);
  }
  const auto hashes = hash_tiles_.find(Place(tile.level, tile.index));
  if (hashes != hash_tiles_.end() && hashes->second.width >= tile.width) {
    ASSIGN_OR_RETURN(std::string bytes, ReadEntry(hashes->second.entry, max_bytes));
    bytes.resize(std::min(bytes.size(), tile.width * tlog::kHashSizeBytes));
    return bytes;
  }
  if (tile.level > 0 || !has_data) return NotInBundle(path);
  ASSIGN_OR_RETURN(const std::string records,
                   ReadEntry(data->second.entry, client::kMaxDataTileBytes));
  return LeafHashesOf(records, tile.width);
}

}  // namespace sumlog::mirror
