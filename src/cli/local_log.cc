// The log in a data directory, as verbs read it.

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/damage.h"
#include "base/status_macros.h"
#include "cli/anchor_check.h"
#include "cli/open_config.h"
#include "cli/printable.h"
#include "cli/tiled_log.h"
#include "cli/verifier_key.h"
#include "client/lookup_answer.h"
#include "log/store_tiles.h"
#include "server/log_directory.h"
#include "sumlog/tlog/authenticated_tiles.h"
#include "sumlog/tlog/inclusion.h"

namespace sumlog::cli {
namespace {

class LocalLog final : public TiledLog {
 public:
  LocalLog(std::unique_ptr<storage::LogStore> store, tlog::VerifierKey key,
           tlog::SignedTreeHead newest)
      : store_(std::move(store)),
        key_(std::move(key)),
        newest_(std::move(newest)),
        stored_tiles_(*store_),
        tiles_(newest_.head, stored_tiles_) {}

  const tlog::VerifierKey& key() const override { return key_; }
  absl::StatusOr<tlog::SignedTreeHead> Newest() override { return newest_; }

  absl::StatusOr<client::VerifiedRecord> Lookup(const gosum::ModuleVersion& module) override {
    const absl::StatusOr<std::uint64_t> number = store_->Find(module.ToString());
    if (absl::IsNotFound(number.status())) {
      return absl::NotFoundError(absl::StrCat(module.ToString(), " is not in log ", key_.name(),
                                              " of ", newest_.head.size, " records"));
    }
    RETURN_IF_ERROR(number.status());
    client::VerifiedRecord record{.number = *number, .text = {}, .head = newest_, .path = {}};
    absl::StatusOr<std::string> text = store_->Record(*number);
    if (absl::IsNotFound(text.status())) {
      return DamagedData(absl::StrCat("the index has ", module.ToString(), " as record ", *number,
                                      ", which is missing"));
    }
    ASSIGN_OR_RETURN(record.text, std::move(text));
    ASSIGN_OR_RETURN(record.path, tlog::ProveInclusion(
                                      {.index = *number, .tree_size = newest_.head.size}, tiles_));
    RETURN_IF_ERROR(
        tlog::VerifyInclusion(newest_.head, *number, tlog::LeafHash(record.text), record.path));
    RETURN_IF_ERROR(client::CheckRecordIsOf(module, record.text));
    return record;
  }

  absl::StatusOr<std::string> RecordText(const rpc_client::ProvenLeaf& leaf) override {
    absl::StatusOr<std::string> text = store_->Record(leaf.number);
    if (absl::IsNotFound(text.status())) {
      return DamagedData(absl::StrCat("record ", leaf.number, " is missing"));
    }
    if (!text.ok() || tlog::LeafHash(*text) == leaf.leaf) return text;
    return absl::DataLossError(
        absl::StrCat("the text of record ", leaf.number, " is not the one that was signed"));
  }

  absl::StatusOr<std::optional<storage::Provenance>> ProvenanceOf(std::uint64_t number) override {
    return store_->Provenance(number);
  }

 private:
  absl::StatusOr<tlog::TileReader*> Tiles() override { return &tiles_; }

  absl::StatusOr<std::optional<std::string>> NoteOfSize(std::uint64_t size) override {
    ASSIGN_OR_RETURN(const std::vector<storage::StoredHead> heads,
                     store_->SignedHeads(size, size, 1));
    if (heads.empty()) return std::nullopt;
    return heads.front().note;
  }

  absl::StatusOr<std::uint64_t> NumberOfLeaf(const tlog::Hash& leaf) override {
    const absl::StatusOr<std::uint64_t> number = store_->FindLeaf(leaf);
    if (!absl::IsNotFound(number.status())) return number;
    return absl::NotFoundError(absl::StrCat("no record of log ", key_.name(), " has the leaf hash ",
                                            tlog::FormatHash(leaf)));
  }

  const std::unique_ptr<storage::LogStore> store_;
  const tlog::VerifierKey key_;
  const tlog::SignedTreeHead newest_;
  log::StoreTiles stored_tiles_;
  tlog::AuthenticatedTiles tiles_;
};

// A contradiction is an error. The rest is a warning: what the database holds is still signed, but
// clients may have seen more.
absl::Status HeedAnchor(const Context& context, const absl::Status& verdict) {
  if (absl::IsDataLoss(verdict)) return verdict;
  if (verdict.ok()) return verdict;
  const std::vector<std::string> lines = absl::StrSplit(std::string(verdict.message()), '\n');
  *context.err << "warning: " << Printable(lines.front()) << "\n" << std::flush;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<VerifiedLog>> OpenLocalLog(const Context& context,
                                                          const std::string& key_text) {
  ASSIGN_OR_RETURN(const ops::Config config, OpenLogConfig(context));
  ASSIGN_OR_RETURN(tlog::VerifierKey key, KeyOfLog(config, key_text));
  const AnchorStatus anchor = ReadAnchor(config, key);  // before the database
  absl::StatusOr<std::unique_ptr<storage::LogStore>> store = server::OpenStoreReadOnly(config);
  // A directory without its database is not "not in the log".
  if (absl::IsNotFound(store.status())) return absl::UnavailableError(store.status().message());
  RETURN_IF_ERROR(store.status());
  const absl::StatusOr<storage::StoredHead> stored = (*store)->SignedHead();
  if (absl::IsNotFound(stored.status())) return absl::UnavailableError(stored.status().message());
  RETURN_IF_ERROR(stored.status());
  ASSIGN_OR_RETURN(tlog::SignedTreeHead newest, OpenHeadOf(key, stored->note));
  RETURN_IF_ERROR(HeedAnchor(context, JudgeAnchor(anchor, newest.head, **store)));
  return std::make_unique<LocalLog>(*std::move(store), std::move(key), std::move(newest));
}

}  // namespace sumlog::cli
