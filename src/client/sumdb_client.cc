#include "sumlog/client/sumdb_client.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "client/head_timeline.h"
#include "client/lookup_answer.h"
#include "client/tile_cache.h"
#include "client/tile_fetcher.h"
#include "client/verified_tiles.h"
#include "sumlog/client/failure_details.h"
#include "sumlog/tlog/authenticated_tiles.h"
#include "sumlog/tlog/consistency.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/inclusion.h"

namespace sumlog::client {
namespace {

// A note may have a million bytes, as in x/mod; a record and its number fit beside it.
constexpr std::size_t kMaxAnswerBytes = 1u << 20;

absl::Status Annotate(const absl::Status& status, absl::string_view what) {
  return Reword(status, absl::StrCat(what, ": ", status.message()));
}

class SumdbClientImpl final : public SumdbClient {
 public:
  explicit SumdbClientImpl(Options options)
      : options_(std::move(options)),
        source_(*options_.fetcher),
        timeline_({.check_beginning =
                       [this](const tlog::TreeHead& older, const tlog::TreeHead& newer) {
                         return CheckBeginning(older, newer);
                       },
                   .open = [this](absl::string_view note) { return OpenHead(note); },
                   .memory = options_.memory}) {}

  absl::StatusOr<VerifiedRecord> Lookup(const gosum::ModuleVersion& module) override {
    ASSIGN_OR_RETURN(const std::string escaped, gosum::EscapeModuleVersion(module));
    ASSIGN_OR_RETURN(const std::string body,
                     options_.fetcher->Fetch(absl::StrCat("/lookup/", escaped), kMaxAnswerBytes));
    absl::StatusOr<VerifiedRecord> record = VerifyLookup(body);
    if (!record.ok()) return Annotate(record.status(), module.ToString());
    const absl::Status status = CheckRecordIsOf(module, record->text);
    if (!status.ok()) {
      return Annotate(
          status, absl::StrCat("record ", record->number, ", the answer for ", module.ToString()));
    }
    return record;
  }

  absl::StatusOr<tlog::SignedTreeHead> Latest() override {
    ASSIGN_OR_RETURN(const std::string note, options_.fetcher->Fetch("/latest", kMaxAnswerBytes));
    ASSIGN_OR_RETURN(tlog::SignedTreeHead head, OpenHead(note));
    RETURN_IF_ERROR(timeline_.Merge(head).status());
    return head;
  }

  std::unique_ptr<tlog::TileReader> Tiles(const tlog::TreeHead& head) override {
    return std::make_unique<VerifiedTiles>(head, source_, cache_, options_.tiles);
  }

 private:
  absl::StatusOr<tlog::SignedTreeHead> OpenHead(absl::string_view note) const {
    absl::StatusOr<tlog::SignedTreeHead> head =
        tlog::OpenTreeHead(note, absl::MakeConstSpan(&options_.key, 1));
    if (absl::IsNotFound(head.status())) {
      // Not kNotFound, which would say that the database does not have the module.
      return absl::UnauthenticatedError(
          absl::StrCat("the head is not signed by ", options_.key.name(), "+",
                       absl::Hex(options_.key.key_hash(), absl::kZeroPad8)));
    }
    if (!head.ok()) return Annotate(head.status(), "signed head");
    return head;
  }

  absl::Status CheckBeginning(const tlog::TreeHead& older, const tlog::TreeHead& newer) {
    if (options_.held_tiles != nullptr) {
      tlog::AuthenticatedTiles held(newer, *options_.held_tiles);
      const absl::StatusOr<tlog::Hash> root = tlog::RootFromTiles(older.size, held);
      // Otherwise they are of a smaller tree, of another history, or damaged: the server must tell.
      if (root.ok()) return CheckRootOf(older, *root);
    }
    // What a head of another history vouches for must not be remembered.
    TilesOnTrial tiles(newer, source_, cache_, options_.tiles);
    ASSIGN_OR_RETURN(const tlog::Hash root, tlog::RootFromTiles(older.size, tiles));
    RETURN_IF_ERROR(CheckRootOf(older, root));
    return tiles.Keep();
  }

  // Whether `root`, of as many records of a newer tree, is that of `older`.
  static absl::Status CheckRootOf(const tlog::TreeHead& older, const tlog::Hash& root) {
    if (root == older.root) return absl::OkStatus();
    return absl::DataLossError(
        absl::StrCat("its first ", older.size, " records have root ", tlog::FormatHash(root)));
  }

  // Verifies all of an answer but whose record it is.
  absl::StatusOr<VerifiedRecord> VerifyLookup(absl::string_view body) {
    ASSIGN_OR_RETURN(const LookupAnswer answer, ParseLookupAnswer(body));
    ASSIGN_OR_RETURN(const tlog::SignedTreeHead claimed, OpenHead(answer.note));
    if (answer.number >= claimed.head.size) {
      return absl::DataLossError(absl::StrCat("record ", answer.number,
                                              " is outside the tree of its own answer, of ",
                                              claimed.head.size, " records"));
    }
    // The record is proved under the newest head: that costs one set of tiles, however many heads
    // the answers carry. It then is in the claimed tree too, which is the beginning of the newest.
    VerifiedRecord record;
    record.number = answer.number;
    record.text = std::string(answer.record_text);
    ASSIGN_OR_RETURN(record.head, timeline_.Merge(claimed));
    const tlog::TreeHead& head = record.head.head;
    const std::unique_ptr<tlog::TileReader> tiles = Tiles(head);
    ASSIGN_OR_RETURN(record.path, tlog::ProveInclusion(
                                      {.index = record.number, .tree_size = head.size}, *tiles));
    RETURN_IF_ERROR(
        tlog::VerifyInclusion(head, record.number, tlog::LeafHash(record.text), record.path));
    return record;
  }

  const Options options_;  // constant after construction
  TileFetcher source_;     // safe from any thread, as the two below
  TileCache cache_;
  HeadTimeline timeline_;
};

}  // namespace

std::unique_ptr<SumdbClient> SumdbClient::Create(Options options) {
  CHECK(options.fetcher != nullptr);
  return std::make_unique<SumdbClientImpl>(std::move(options));
}

}  // namespace sumlog::client
