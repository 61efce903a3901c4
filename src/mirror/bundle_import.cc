#include "mirror/bundle_import.h"

#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "client/borrowed_fetcher.h"
#include "client/head_timeline.h"
#include "log/heads_on_the_way.h"
#include "log/store_tiles.h"
#include "sumlog/client/failure_details.h"
#include "sumlog/client/sumdb_client.h"
#include "sumlog/tlog/consistency.h"

namespace sumlog::mirror {
namespace {

class Import {
 public:
  explicit Import(const BundleImportOptions& options)
      : options_(options),
        manifest_(options.bundle->manifest()),
        recorder_(std::make_unique<client::BorrowedFetcher>(*options.bundle), options.answers),
        client_(client::SumdbClient::Create({.key = options.key, .fetcher = &fetcher()})) {}

  absl::StatusOr<SyncReport> Run() {
    RETURN_IF_ERROR(CheckName());
    ASSIGN_OR_RETURN(head_, client_->Latest());
    RETURN_IF_ERROR(LoadStore());
    if (head_.head.size < stored_size_) return FindAllHere();
    RETURN_IF_ERROR(CheckGap());
    RETURN_IF_ERROR(CheckGoesOn());
    RETURN_IF_ERROR(RememberHead());
    return Sync({.store = options_.store,
                 .client = client_.get(),
                 .fetcher = &fetcher(),
                 .clock = options_.clock,
                 .from = options_.from,
                 .watch = options_.watch});
  }

 private:
  client::Fetcher& fetcher() {
    if (options_.answers == nullptr) return *options_.bundle;
    return recorder_;
  }

  absl::Status CheckName() const {
    if (manifest_.log_name == options_.key.name()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("the bundle is of the log ", manifest_.log_name,
                                                   ", the mirror of ", options_.key.name()));
  }

  absl::Status LoadStore() {
    const absl::StatusOr<storage::StoredHead> stored = options_.store->SignedHead();
    if (absl::IsNotFound(stored.status())) return absl::OkStatus();  // it is new
    RETURN_IF_ERROR(stored.status());
    stored_size_ = stored->size;
    return absl::OkStatus();
  }

  // Nothing is taken in of a bundle whose records are all here, but that they are the same.
  absl::StatusOr<SyncReport> FindAllHere() const {
    log::StoreTiles tiles(*options_.store);
    ASSIGN_OR_RETURN(const tlog::Hash root, tlog::RootFromTiles(head_.head.size, tiles));
    if (root != head_.head.root) return Fork();
    return SyncReport{.upstream = head_,
                      .begin = stored_size_,
                      .end = stored_size_,
                      .odd_records = 0,
                      .complete = false};
  }

  absl::Status Fork() const {
    const absl::Status fork = absl::DataLossError(
        absl::StrCat("the bundle's signed tree of ", head_.head.size, " records and the ",
                     stored_size_, " that the mirror has verified are not of one history"));
    ASSIGN_OR_RETURN(const std::optional<storage::StoredHead> newest,
                     log::NewestSigned(*options_.store));
    if (!newest.has_value()) return fork;
    return client::WithForkedNotes(fork, absl::StrCat(newest->note, head_.note));
  }

  absl::Status CheckGap() const {
    if (manifest_.from <= stored_size_) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat(
        "the bundle begins at record ", manifest_.from, ", the mirror has ", stored_size_,
        ": records ", stored_size_, " to ", manifest_.from - 1, " are missing"));
  }

  // Whether the bundle's tree begins with the records that are here.
  absl::Status CheckGoesOn() const {
    if (stored_size_ == 0) return absl::OkStatus();
    log::StoreTiles stored_tiles(*options_.store);
    ASSIGN_OR_RETURN(const tlog::Hash stored, tlog::RootFromTiles(stored_size_, stored_tiles));
    const std::unique_ptr<tlog::TileReader> tiles = client_->Tiles(head_.head);
    ASSIGN_OR_RETURN(const tlog::Hash root, tlog::RootFromTiles(stored_size_, *tiles));
    return root == stored ? absl::OkStatus() : Fork();
  }

  // Compares the head with the newest one that the mirror has seen, and keeps it when it is newer.
  absl::Status RememberHead() {
    client::HeadTimeline timeline(
        {.check_beginning = [this](const tlog::TreeHead& older,
                                   const tlog::TreeHead&) { return CheckBeginning(older); },
         .open =
             [this](absl::string_view note) { return tlog::OpenTreeHead(note, {options_.key}); },
         .memory = options_.memory});
    return timeline.Merge(head_).status();
  }

  // Whether `older` is a beginning of the bundle's tree, as far as that can be told without a
  // network: what only a newer head could show is left to who has seen that one.
  absl::Status CheckBeginning(const tlog::TreeHead& older) {
    if (older.size == head_.head.size) return absl::OkStatus();
    const std::unique_ptr<tlog::TileReader> bundle_tiles = client_->Tiles(head_.head);
    log::StoreTiles store_tiles(*options_.store);
    tlog::TileReader& tiles = older.size <= stored_size_ ? store_tiles : *bundle_tiles;
    ASSIGN_OR_RETURN(const tlog::Hash root, tlog::RootFromTiles(older.size, tiles));
    if (root == older.root) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat("the first ", older.size,
                                            " records of the bundle are not the signed tree of ",
                                            older.size, " that the mirror has seen"));
  }

  const BundleImportOptions& options_;
  const BundleManifest& manifest_;
  client::AnswerRecorder recorder_;  // over the bundle; used when there is a log for it
  const std::unique_ptr<client::SumdbClient> client_;
  tlog::SignedTreeHead head_;  // of the bundle
  std::uint64_t stored_size_ = 0;
};

}  // namespace

absl::StatusOr<SyncReport> ImportBundle(const BundleImportOptions& options) {
  return Import(options).Run();
}

}  // namespace sumlog::mirror
