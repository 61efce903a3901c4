#include "log/head_check.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "base/when.h"
#include "log/store_tiles.h"
#include "sumlog/tlog/consistency.h"
#include "sumlog/tlog/tree_edge.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::log {
namespace {

constexpr char kKeepTheDatabase[] =
    "\nwhy: the records are not those that were signed"
    "\nfix: keep the database as it is for inspection, run sumlog fsck, and put back a copy";

std::string FormatKeys(absl::Span<const tlog::VerifierKey> keys) {
  return absl::StrJoin(keys, " ", [](std::string* out, const tlog::VerifierKey& key) {
    absl::StrAppend(out, key.ToString());
  });
}

// The two lines under a message: what the database has and what the anchor has seen.
std::string HaveAndSeen(const PublishedHead& newest, const tlog::TreeHead& anchored,
                        const Anchor& anchor) {
  return absl::StrCat(
      "\n  have  tree ", newest.signed_head.head.size, " of ", FormatWhen(newest.signed_at),
      "  root ", tlog::FormatHash(newest.signed_head.head.root), "  in the database",
      "\n  seen  tree ", anchored.size, " of ", FormatWhen(anchor.written_at()), "  root ",
      tlog::FormatHash(anchored.root), "  in the anchor ", anchor.path());
}

absl::Status Behind(const PublishedHead& newest, const tlog::TreeHead& anchored,
                    const Anchor& anchor) {
  return absl::FailedPreconditionError(absl::StrCat(
      "the database is older than a head that this log has already shown",
      HaveAndSeen(newest, anchored, anchor), "\nwhy: clients that saw tree ", anchored.size,
      " would report a forked log and stop building",
      "\nfix: sumlog backup restore --dir D --forward-from SRC brings it forward: D is this log's "
      "directory, SRC a directory, a backup or the URL of a server that has tree ",
      anchored.size,
      "; when nobody has it, start a new log under a new name. Nothing was changed"));
}

absl::Status Contradicts(const PublishedHead& newest, const tlog::TreeHead& anchored,
                         const Anchor& anchor) {
  return absl::DataLossError(absl::StrCat(
      "the database is not a continuation of the head that this log has shown",
      HaveAndSeen(newest, anchored, anchor), "\nwhy: the records below tree ", anchored.size,
      " are not those that were signed: the database is damaged, or of another log",
      "\nfix: keep both for inspection, and put back a copy of the right database. Nothing was "
      "changed"));
}

}  // namespace

absl::Status HalfAnAnchor(absl::string_view path, std::uint64_t anchored_size) {
  return absl::FailedPreconditionError(absl::StrCat(
      "one of the two slots of the anchor ", path, " is damaged; the other one is of ",
      anchored_size, " records",
      "\nwhy: the damaged one may have held a newer head that clients have seen, and this database "
      "has none",
      "\nfix: put back a copy of the anchor; only if there is none and no client can have seen a "
      "newer head: --accept-new-anchor"));
}

absl::StatusOr<tlog::SignedTreeHead> OpenAnchoredHead(const Anchor& anchor,
                                                      absl::Span<const tlog::VerifierKey> keys) {
  absl::StatusOr<tlog::SignedTreeHead> opened = tlog::OpenTreeHead(anchor.note(), keys);
  if (opened.ok()) return opened;
  if (absl::IsNotFound(opened.status())) {
    return absl::FailedPreconditionError(
        absl::StrCat("the anchor ", anchor.path(), " is of another log or key\n  have  ",
                     FormatKeys(keys), "\n  seen  ", opened.status().message(),
                     "\nfix: name the anchor that belongs to this log. Nothing was changed"));
  }
  return absl::DataLossError(absl::StrCat(
      "the head in the anchor ", anchor.path(), " is damaged: ", opened.status().message(),
      "\nwhy: the file is whole, so whoever wrote it wrote a head that its key never signed",
      "\nfix: keep it for inspection, and put back a copy of it. Nothing was changed"));
}

absl::StatusOr<PublishedHead> LoadNewestHead(const storage::LogStore& store,
                                             absl::Span<const tlog::VerifierKey> keys) {
  ASSIGN_OR_RETURN(const storage::StoredHead stored, store.SignedHead());
  return LoadHead(store, stored, keys);
}

absl::StatusOr<PublishedHead> LoadHead(const storage::LogStore& store,
                                       const storage::StoredHead& stored,
                                       absl::Span<const tlog::VerifierKey> keys) {
  absl::StatusOr<tlog::SignedTreeHead> opened = tlog::OpenTreeHead(stored.note, keys);
  if (!opened.ok()) {
    return absl::DataLossError(absl::StrCat(
        "the newest head of the database, of ", stored.size, " records, is not signed by ",
        FormatKeys(keys), ": ", opened.status().message(),
        "\nwhy: the key is not the one of this database, or somebody has changed the head",
        "\nfix: put back the key file of this log, or the database of this key"));
  }
  if (opened->head.size != stored.size) {
    return absl::DataLossError(absl::StrCat("the newest head of the database is of ",
                                            opened->head.size, " records, but stored as one of ",
                                            stored.size, kKeepTheDatabase));
  }
  StoreTiles tiles(store);
  ASSIGN_OR_RETURN(tlog::TreeEdge edge, tlog::TreeEdge::Load(stored.size, tiles));
  if (const tlog::Hash root = edge.Root(); root != opened->head.root) {
    return absl::DataLossError(absl::StrCat("the right edge of the database hashes to ",
                                            tlog::FormatHash(root), ", but the head of ",
                                            stored.size, " records is signed with root ",
                                            tlog::FormatHash(opened->head.root), kKeepTheDatabase));
  }
  return PublishedHead{
      .signed_head = *std::move(opened), .signed_at = stored.signed_at, .edge = std::move(edge)};
}

absl::Status CheckAgainstAnchor(const PublishedHead& newest, const storage::LogStore& store,
                                absl::Span<const tlog::VerifierKey> keys, const Anchor& anchor) {
  ASSIGN_OR_RETURN(const tlog::SignedTreeHead opened, OpenAnchoredHead(anchor, keys));
  const tlog::TreeHead& anchored = opened.head;
  const tlog::TreeHead& head = newest.signed_head.head;
  if (anchor.has_broken_slot() && anchored.size >= head.size) {
    return HalfAnAnchor(anchor.path(), anchored.size);
  }
  if (anchored.size > head.size) return Behind(newest, anchored, anchor);
  StoreTiles tiles(store);
  ASSIGN_OR_RETURN(const tlog::Hash root, tlog::RootFromTiles(anchored.size, tiles));
  return root == anchored.root ? absl::OkStatus() : Contradicts(newest, anchored, anchor);
}

absl::Status ReconcileAnchor(const PublishedHead& newest, const storage::LogStore& store,
                             absl::Span<const tlog::VerifierKey> keys, Anchor& anchor) {
  RETURN_IF_ERROR(CheckAgainstAnchor(newest, store, keys, anchor));
  if (anchor.note() == newest.signed_head.note) return absl::OkStatus();
  return anchor.Store(newest.signed_head.note);
}

}  // namespace sumlog::log
