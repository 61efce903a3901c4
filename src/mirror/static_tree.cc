#include "mirror/static_tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "client/data_tile.h"
#include "mirror/store_files.h"
#include "sumlog/gosum/module_path.h"
#include "sumlog/gosum/record.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::mirror {
namespace {

constexpr std::uint64_t kWidth = tlog::kFullTileWidth;

absl::Status RemoveTree(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  return error ? ErrnoToStatus(error.value(), "remove", path) : absl::OkStatus();
}

// Every file below `folder` is on the disk when this returns.
absl::Status SyncFileSystem(const std::string& folder) {
  const FileDescriptor file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file.valid() || ::syncfs(file.get()) != 0) return ErrnoToStatus(errno, "sync", folder);
  return absl::OkStatus();
}

class TreeWriter {
 public:
  TreeWriter(const StaticTreeOptions& options, std::string root)
      : options_(options), root_(std::move(root)), files_(*options.store, options.head) {}

  absl::Status Write() {
    RETURN_IF_ERROR(WriteFile("/supported", ""));
    RETURN_IF_ERROR(CopyFile("/latest"));
    for (const tlog::TileId& tile : tlog::TilesAddedBy(0, options_.head.size)) {
      RETURN_IF_ERROR(CopyFile(absl::StrCat("/", tlog::FormatTilePath(tile))));
      ++report_.tiles;
    }
    for (std::uint64_t index = 0; index * kWidth < options_.head.size; ++index) {
      RETURN_IF_ERROR(WriteDataTile(index));
      if (!options_.watch) continue;
      RETURN_IF_ERROR(options_.watch(std::min(options_.head.size, (index + 1) * kWidth)));
    }
    return absl::OkStatus();
  }

  const StaticTreeReport& report() const { return report_; }

 private:
  // A new file, not synced.
  absl::Status WriteFile(const std::string& path, absl::string_view content) {
    const std::string full = absl::StrCat(root_, path);
    const std::string folder = FolderOf(full);
    if (folders_.insert(folder).second) {
      std::error_code error;
      std::filesystem::create_directories(folder, error);
      if (error) return ErrnoToStatus(error.value(), "make", folder);
    }
    const FileDescriptor file(::open(full.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (!file.valid()) return ErrnoToStatus(errno, "make", full);
    return WriteAll(file.get(), content, full);
  }

  absl::Status CopyFile(const std::string& path) {
    ASSIGN_OR_RETURN(const std::string content, files_.Fetch(path, client::kMaxDataTileBytes));
    return WriteFile(path, content);
  }

  // A data tile, and the lookups of its records.
  absl::Status WriteDataTile(std::uint64_t index) {
    const std::uint32_t width = tlog::WidestTile(0, index, options_.head.size);
    const std::string path = absl::StrCat(
        "/",
        tlog::FormatTilePath({.kind = tlog::TileId::Kind::kData, .index = index, .width = width}));
    ASSIGN_OR_RETURN(const std::string content, files_.Fetch(path, client::kMaxDataTileBytes));
    RETURN_IF_ERROR(WriteFile(path, content));
    ++report_.tiles;
    ASSIGN_OR_RETURN(const std::vector<absl::string_view> texts,
                     client::ParseDataTile(content, width));
    for (std::uint32_t i = 0; i < width; ++i) {
      RETURN_IF_ERROR(WriteLookup(index * kWidth + i, texts[i]));
    }
    return absl::OkStatus();
  }

  absl::Status WriteLookup(std::uint64_t number, absl::string_view text) {
    const absl::StatusOr<gosum::Record> record = gosum::ParseRecordText(text);
    if (!record.ok()) {
      ++report_.records_without;
      return absl::OkStatus();
    }
    const std::string module = record->module.ToString();
    ASSIGN_OR_RETURN(const std::uint64_t first, options_.store->Find(module));
    if (first != number) {
      ++report_.records_without;
      return absl::OkStatus();
    }
    if (options_.is_blocked && options_.is_blocked(module)) {
      ++report_.blocked;
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const std::string path, gosum::EscapePath(record->module.path));
    ASSIGN_OR_RETURN(const std::string version, gosum::EscapeVersion(record->module.version));
    ++report_.lookups;
    return WriteFile(absl::StrCat("/lookup/", path, "@", version),
                     absl::StrCat(number, "\n", text, "\n", options_.head.note));
  }

  const StaticTreeOptions& options_;
  const std::string root_;
  StoreFiles files_;
  std::set<std::string> folders_;  // that are there
  StaticTreeReport report_;
};

absl::StatusOr<StaticTreeReport> WriteAndName(const StaticTreeOptions& options,
                                              const std::string& partial, const std::string& path) {
  RETURN_IF_ERROR(MakeDirectories(partial));
  TreeWriter writer(options, partial);
  RETURN_IF_ERROR(writer.Write());
  RETURN_IF_ERROR(SyncFileSystem(partial));
  RETURN_IF_ERROR(RenameDurablyToFreeName(partial, path));
  StaticTreeReport report = writer.report();
  report.path = path;
  return report;
}

}  // namespace

absl::StatusOr<StaticTreeReport> WriteStaticTree(const StaticTreeOptions& options) {
  const std::string path = absl::StrCat(options.folder, "/sumdb/", options.log_name);
  const std::string partial = absl::StrCat(path, ".partial");
  struct stat info = {};
  if (::lstat(path.c_str(), &info) == 0) {
    return absl::AlreadyExistsError(absl::StrCat("there is a tree in ", path));
  }
  RETURN_IF_ERROR(RemoveTree(partial));
  absl::StatusOr<StaticTreeReport> report = WriteAndName(options, partial, path);
  if (!report.ok()) RemoveTree(partial).IgnoreError();  // the failure says more
  return report;
}

}  // namespace sumlog::mirror
