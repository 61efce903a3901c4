#include "mirror/bundle_writer.h"

#include <unistd.h>
#include <zip.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "client/data_tile.h"
#include "log/store_tiles.h"
#include "mirror/bundle_checksum.h"
#include "mirror/store_files.h"
#include "sumlog/tlog/consistency.h"
#include "sumlog/tlog/tile.h"
#include "tlog/right_edge.h"

namespace sumlog::mirror {
namespace {

constexpr std::uint64_t kWidth = tlog::kFullTileWidth;
constexpr zip_uint32_t kDeflateLevel = 6;

// 1980-01-01, the first day that a zip knows: the time of making is nobody's business.
constexpr zip_uint16_t kDosTime = 0;
constexpr zip_uint16_t kDosDate = 1 << 5 | 1;

// The tiles of the bundle, in order of their paths' levels and numbers.
std::vector<tlog::TileId> TilesOf(std::uint64_t from, std::uint64_t to) {
  std::vector<tlog::TileId> tiles;
  for (std::uint64_t index = from / kWidth; index * kWidth < to; ++index) {
    tiles.push_back({.kind = tlog::TileId::Kind::kData,
                     .index = index,
                     .width = tlog::WidestTile(0, index, to)});
  }
  std::set<std::tuple<std::uint32_t, std::uint64_t, std::uint32_t>> hash_tiles;
  for (const tlog::TileId& tile : tlog::TilesAddedBy(from, to)) {
    if (tile.level > 0) hash_tiles.emplace(tile.level, tile.index, tile.width);
  }
  // The right edge, also where it has not changed: the way up to the root.
  for (const tlog::TileId& tile : tlog::RightEdgeTiles(to)) {
    if (tile.level > 0) hash_tiles.emplace(tile.level, tile.index, tile.width);
  }
  for (const auto& [level, index, width] : hash_tiles) {
    tiles.push_back({.level = level, .index = index, .width = width});
  }
  return tiles;
}

// One file of the zip, read from the store when libzip comes for it.
struct Entry {
  StoreFiles& files;
  std::string path;
  absl::Status* failure;  // the first one of all entries
  std::string content = {};
  std::size_t done = 0;
};

zip_int64_t Open(Entry& entry) {
  absl::StatusOr<std::string> content = entry.files.Fetch(entry.path, client::kMaxDataTileBytes);
  if (!content.ok()) {
    entry.failure->Update(content.status());
    return -1;
  }
  entry.content = *std::move(content);
  entry.done = 0;
  return 0;
}

zip_int64_t Read(Entry& entry, void* data, zip_uint64_t size) {
  const std::size_t count = std::min<std::size_t>(size, entry.content.size() - entry.done);
  std::memcpy(data, entry.content.data() + entry.done, count);
  entry.done += count;
  return static_cast<zip_int64_t>(count);
}

zip_int64_t HandleCommand(void* state, void* data, zip_uint64_t size, zip_source_cmd_t command) {
  Entry& entry = *static_cast<Entry*>(state);
  switch (command) {
    case ZIP_SOURCE_OPEN:
      return Open(entry);
    case ZIP_SOURCE_READ:
      return Read(entry, data, size);
    case ZIP_SOURCE_CLOSE:
      entry.content = {};
      return 0;
    case ZIP_SOURCE_STAT:
      zip_stat_init(static_cast<zip_stat_t*>(data));
      return sizeof(zip_stat_t);
    case ZIP_SOURCE_ERROR: {
      const int codes[2] = {ZIP_ER_READ, 0};
      std::memcpy(data, codes, sizeof(codes));
      return sizeof(codes);
    }
    case ZIP_SOURCE_FREE:
      delete &entry;
      return 0;
    case ZIP_SOURCE_SUPPORTS:
      return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE,
                                            ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, -1);
    default:
      return -1;
  }
}

class ZipWriter {
 public:
  static absl::StatusOr<std::unique_ptr<ZipWriter>> Create(const std::string& path) {
    int code = 0;
    zip_t* const archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
    if (archive != nullptr) return std::unique_ptr<ZipWriter>(new ZipWriter(archive, path));
    return absl::UnavailableError(absl::StrCat("cannot make ", path, ": zip error ", code));
  }
  ~ZipWriter() {
    if (archive_ != nullptr) zip_discard(archive_);
  }
  ZipWriter(const ZipWriter&) = delete;
  ZipWriter& operator=(const ZipWriter&) = delete;

  // `text` must stay until Finish.
  absl::Status AddText(const std::string& name, const std::string& text) {
    return Add(name, zip_source_buffer(archive_, text.data(), text.size(), 0));
  }

  // So must `files`.
  absl::Status AddFile(const std::string& name, StoreFiles& files, std::string path) {
    auto entry = std::make_unique<Entry>(
        Entry{.files = files, .path = std::move(path), .failure = &failure_});
    zip_source_t* const source = zip_source_function(archive_, HandleCommand, entry.get());
    if (source != nullptr) entry.release();  // the source frees it
    return Add(name, source);
  }

  // Writes the file. Its last bytes are the comment.
  absl::Status Finish(const std::string& comment) {
    if (zip_set_archive_comment(archive_, comment.data(),
                                static_cast<zip_uint16_t>(comment.size())) != 0 ||
        zip_close(archive_) != 0) {
      return failure_.ok() ? Error() : failure_;
    }
    archive_ = nullptr;
    return absl::OkStatus();
  }

 private:
  ZipWriter(zip_t* archive, std::string path) : archive_(archive), path_(std::move(path)) {}

  absl::Status Error() const {
    zip_error_t* const error = zip_get_error(archive_);
    const absl::Status status = absl::UnavailableError(
        absl::StrCat("cannot write ", path_, ": ", zip_error_strerror(error)));
    const bool is_full = zip_error_system_type(error) == ZIP_ET_SYS &&
                         (error->sys_err == ENOSPC || error->sys_err == EDQUOT);
    return is_full ? absl::ResourceExhaustedError(status.message()) : status;
  }

  absl::Status Add(const std::string& name, zip_source_t* source) {
    if (source == nullptr) return Error();
    const zip_int64_t added = zip_file_add(archive_, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (added < 0) {
      zip_source_free(source);
      return Error();
    }
    const auto index = static_cast<zip_uint64_t>(added);
    constexpr zip_uint32_t kMode = 0100644u << 16;
    if (zip_set_file_compression(archive_, index, ZIP_CM_DEFLATE, kDeflateLevel) != 0 ||
        zip_file_set_dostime(archive_, index, kDosTime, kDosDate, 0) != 0 ||
        zip_file_set_external_attributes(archive_, index, 0, ZIP_OPSYS_UNIX, kMode) != 0) {
      return Error();
    }
    return absl::OkStatus();
  }

  zip_t* archive_;
  const std::string path_;
  absl::Status failure_;  // of the store, while the file is written
};

absl::Status WriteZip(const std::string& path, const BundleOptions& options,
                      const BundleManifest& manifest) {
  const std::string text = FormatManifest(manifest);
  StoreFiles files(*options.store, options.head);  // outlives the writer, which reads it
  ASSIGN_OR_RETURN(const std::unique_ptr<ZipWriter> writer, ZipWriter::Create(path));
  RETURN_IF_ERROR(writer->AddText("bundle.txt", text));
  RETURN_IF_ERROR(writer->AddFile(EntryName(manifest.log_name, "/latest"), files, "/latest"));
  for (const tlog::TileId& tile : TilesOf(manifest.from, manifest.to)) {
    const std::string tile_path = absl::StrCat("/", tlog::FormatTilePath(tile));
    RETURN_IF_ERROR(writer->AddFile(EntryName(manifest.log_name, tile_path), files, tile_path));
  }
  RETURN_IF_ERROR(writer->Finish(std::string(kChecksumBytes, '0')));
  return PutChecksum(path);
}

}  // namespace

absl::StatusOr<BundleManifest> WriteBundle(const std::string& path, const BundleOptions& options) {
  if (options.from > options.head.size) {
    return absl::InvalidArgumentError(absl::StrCat("from record ", options.from, ", but the head ",
                                                   "covers ", options.head.size));
  }
  BundleManifest manifest{
      .log_name = options.log_name, .from = options.from, .to = options.head.size, .proof = {}};
  log::StoreTiles tiles(*options.store);
  ASSIGN_OR_RETURN(
      manifest.proof,
      tlog::ProveConsistency({.old_size = options.from, .new_size = options.head.size}, tiles));
  const std::string temporary = absl::StrCat(path, ".partial");
  absl::Status status = WriteZip(temporary, options, manifest);
  if (status.ok()) status = RenameDurablyToFreeName(temporary, path);
  if (status.ok()) return manifest;
  ::unlink(temporary.c_str());
  return status;
}

}  // namespace sumlog::mirror
