// A database on this machine as a source of records.

#include <sys/stat.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "backup/record_source.h"
#include "base/damage.h"
#include "base/status_macros.h"
#include "log/head_check.h"
#include "log/store_tiles.h"
#include "storage/rocksdb/rocksdb_store.h"
#include "sumlog/tlog/authenticated_tiles.h"

namespace sumlog::backup {
namespace {

class DatabaseSource final : public RecordSource {
 public:
  DatabaseSource(std::string name, std::unique_ptr<storage::LogStore> store, SourceHead newest)
      : name_(std::move(name)),
        store_(std::move(store)),
        newest_(std::move(newest)),
        stored_tiles_(*store_),
        tiles_(newest_.signed_head.head, stored_tiles_) {}

  const std::string& name() const override { return name_; }
  const SourceHead& newest() const override { return newest_; }
  tlog::TileReader& Tiles() override { return tiles_; }

  absl::StatusOr<storage::PackedTexts> DataTile(std::uint64_t index, std::uint32_t width) override {
    ASSIGN_OR_RETURN(const storage::PackedTexts stored, store_->DataTile(index));
    if (stored.size() < width) {
      return DamagedData(absl::StrCat("data tile ", index, " of ", name_, " has ", stored.size(),
                                      " records, want ", width));
    }
    storage::PackedTexts texts;
    for (std::uint32_t i = 0; i < width; ++i) texts.Append(stored[i]);
    return texts;
  }

  const storage::LogStore* store() const override { return store_.get(); }

  absl::StatusOr<storage::Provenance> ProvenanceOf(std::uint64_t number) override {
    return store_->Provenance(number);
  }

 private:
  const std::string name_;
  const std::unique_ptr<storage::LogStore> store_;
  const SourceHead newest_;
  log::StoreTiles stored_tiles_;
  tlog::AuthenticatedTiles tiles_;
};

bool HasDatabase(const std::string& folder) {
  struct stat info = {};
  return ::stat(absl::StrCat(folder, "/CURRENT").c_str(), &info) == 0;
}

}  // namespace

absl::StatusOr<std::string> FindDatabase(const std::string& folder, const std::string& log_name) {
  for (const std::string& path :
       {absl::StrCat(folder, "/db/", log_name), absl::StrCat(folder, "/db"), folder}) {
    if (HasDatabase(path)) return path;
  }
  return absl::NotFoundError(absl::StrCat(
      folder, " is neither a backup nor a data directory of ", log_name, ", nor a database",
      "\nfix: name a folder with db/", log_name, " in it, a backup, or the URL of a server"));
}

absl::StatusOr<std::unique_ptr<RecordSource>> OpenDatabaseSource(const std::string& database_path,
                                                                 const tlog::VerifierKey& key) {
  ASSIGN_OR_RETURN(std::unique_ptr<storage::LogStore> store,
                   storage::OpenRocksDbStore({.path = database_path, .read_only = true}));
  ASSIGN_OR_RETURN(const storage::StoredHead stored, store->SignedHead());
  if (absl::IsNotFound(tlog::OpenTreeHead(stored.note, absl::MakeConstSpan(&key, 1)).status())) {
    return absl::UnauthenticatedError(
        absl::StrCat("the newest head of ", database_path, " is not signed by ", key.ToString()));
  }
  ASSIGN_OR_RETURN(log::PublishedHead head,
                   log::LoadNewestHead(*store, absl::MakeConstSpan(&key, 1)));
  return std::make_unique<DatabaseSource>(
      database_path, std::move(store),
      SourceHead{.signed_head = std::move(head.signed_head), .signed_at = head.signed_at});
}

}  // namespace sumlog::backup
