// Answers questions about trees, tiles, proofs and notes from our library, for tlogcheck.
//
// Trees are named by their leaf hashes: "tree <hashes>" keeps one, and later questions are about
// it, or about a prefix of it.

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "base/status_macros.h"
#include "interop/oracle.h"
#include "sumlog/tlog/authenticated_tiles.h"
#include "sumlog/tlog/consistency.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/inclusion.h"
#include "sumlog/tlog/note.h"
#include "sumlog/tlog/tile.h"
#include "sumlog/tlog/tile_reader.h"
#include "sumlog/tlog/tree_edge.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::interop {
namespace {

std::uint64_t Number(const std::string& field) {
  std::uint64_t number = 0;
  CHECK(absl::SimpleAtoi(field, &number));
  return number;
}

std::vector<tlog::Hash> UnpackHashes(const std::string& field) {
  const std::string bytes = UnpackBytes(field);
  CHECK(bytes.size() % tlog::kHashSizeBytes == 0);
  std::vector<tlog::Hash> hashes(bytes.size() / tlog::kHashSizeBytes);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    hashes[i / tlog::kHashSizeBytes][i % tlog::kHashSizeBytes] =
        static_cast<std::uint8_t>(bytes[i]);
  }
  return hashes;
}

std::string PackHashes(const std::vector<tlog::Hash>& hashes) {
  return PackBytes(tlog::HashesAsBytes(hashes));
}

// The tiles of the kept tree, one of which may be damaged.
class KeptTiles final : public tlog::TileReader {
 public:
  void Keep(const std::vector<tlog::Hash>& leaves) {
    levels_.clear();
    damaged_ = {};
    tlog::TreeEdge edge;
    // In pieces, so that growth by parts is what is compared with x/mod.
    std::size_t piece = 1;
    std::size_t first = 0;
    while (first < leaves.size()) {
      const std::size_t count = std::min(piece, leaves.size() - first);
      for (const tlog::TileGrowth& growth :
           edge.Append(absl::MakeConstSpan(leaves).subspan(first, count))) {
        if (levels_.size() <= growth.level) levels_.resize(growth.level + 1);
        std::vector<tlog::Hash>& level = levels_[growth.level];
        CHECK(level.size() == growth.index * tlog::kFullTileWidth + growth.first);
        level.insert(level.end(), growth.hashes.begin(), growth.hashes.end());
      }
      first += count;
      piece = piece % 700 + 37;
    }
    root_ = edge.Root();
  }

  absl::StatusOr<std::vector<std::vector<tlog::Hash>>> ReadTiles(
      absl::Span<const tlog::TileId> tiles) override {
    std::vector<std::vector<tlog::Hash>> answer;
    for (const tlog::TileId& tile : tiles) {
      const std::uint64_t first = tile.index * tlog::kFullTileWidth;
      if (tile.level >= levels_.size() || first + tile.width > levels_[tile.level].size()) {
        return absl::NotFoundError(tlog::FormatTilePath(tile));
      }
      const auto begin = levels_[tile.level].begin() + static_cast<std::ptrdiff_t>(first);
      answer.emplace_back(begin, begin + tile.width);
      if (tile.level == damaged_.level && tile.index == damaged_.index &&
          damaged_position_ < tile.width) {
        answer.back()[damaged_position_][7] ^= damage_;
      }
    }
    return answer;
  }

  void Damage(const tlog::TileId& tile, std::uint32_t position, std::uint8_t damage) {
    damaged_ = tile;
    damaged_position_ = position;
    damage_ = damage;
  }

  const tlog::Hash& root() const { return root_; }

 private:
  std::vector<std::vector<tlog::Hash>> levels_;
  tlog::Hash root_ = {};
  tlog::TileId damaged_;
  std::uint32_t damaged_position_ = 0;
  std::uint8_t damage_ = 0;
};

KeptTiles& Tiles() {
  static KeptTiles tiles;
  return tiles;
}

absl::StatusOr<Fields> KeepTree(const Fields& fields) {
  Tiles().Keep(UnpackHashes(fields[0]));
  return Fields{PackHashes({Tiles().root()})};
}

absl::StatusOr<Fields> Root(const Fields& fields) {
  ASSIGN_OR_RETURN(const tlog::Hash root, tlog::RootFromTiles(Number(fields[0]), Tiles()));
  return Fields{PackHashes({root})};
}

absl::StatusOr<Fields> ProveInclusion(const Fields& fields) {
  ASSIGN_OR_RETURN(
      const std::vector<tlog::Hash> path,
      tlog::ProveInclusion({.index = Number(fields[1]), .tree_size = Number(fields[0])}, Tiles()));
  return Fields{PackHashes(path)};
}

absl::StatusOr<Fields> VerifyInclusion(const Fields& fields) {
  const tlog::TreeHead head{.size = Number(fields[0]), .root = UnpackHashes(fields[1])[0]};
  RETURN_IF_ERROR(tlog::VerifyInclusion(head, Number(fields[2]), UnpackHashes(fields[3])[0],
                                        UnpackHashes(fields[4])));
  return Fields{};
}

absl::StatusOr<Fields> ProveConsistency(const Fields& fields) {
  ASSIGN_OR_RETURN(const std::vector<tlog::Hash> path,
                   tlog::ProveConsistency(
                       {.old_size = Number(fields[0]), .new_size = Number(fields[1])}, Tiles()));
  return Fields{PackHashes(path)};
}

absl::StatusOr<Fields> VerifyConsistency(const Fields& fields) {
  const tlog::TreeHead older{.size = Number(fields[0]), .root = UnpackHashes(fields[1])[0]};
  const tlog::TreeHead newer{.size = Number(fields[2]), .root = UnpackHashes(fields[3])[0]};
  RETURN_IF_ERROR(tlog::VerifyConsistency(older, newer, UnpackHashes(fields[4])));
  return Fields{};
}

// Proves one record of the kept tree from tiles that are believed only when they hash to the given
// root, after damage to one hash of one tile (damage 0: none).
absl::StatusOr<Fields> Authenticate(const Fields& fields) {
  const tlog::TreeHead head{.size = Number(fields[0]), .root = UnpackHashes(fields[1])[0]};
  Tiles().Damage(
      {.level = static_cast<std::uint32_t>(Number(fields[3])), .index = Number(fields[4])},
      static_cast<std::uint32_t>(Number(fields[5])), static_cast<std::uint8_t>(Number(fields[6])));
  tlog::AuthenticatedTiles tiles(head, Tiles());
  const absl::StatusOr<std::vector<tlog::Hash>> path =
      tlog::ProveInclusion({.index = Number(fields[2]), .tree_size = head.size}, tiles);
  Tiles().Damage({}, 0, 0);
  RETURN_IF_ERROR(path.status());
  return Fields{PackHashes(*path)};
}

absl::StatusOr<Fields> AddedTiles(const Fields& fields) {
  std::string paths;
  for (const tlog::TileId& tile : tlog::TilesAddedBy(Number(fields[0]), Number(fields[1]))) {
    absl::StrAppend(&paths, tlog::FormatTilePath(tile), "\n");
  }
  return Fields{PackBytes(paths)};
}

absl::StatusOr<Fields> ParseTile(const Fields& fields) {
  ASSIGN_OR_RETURN(const tlog::TileId tile, tlog::ParseTilePath(UnpackBytes(fields[0])));
  return Fields{tile.kind == tlog::TileId::Kind::kData ? "data" : absl::StrCat(tile.level),
                absl::StrCat(tile.index), absl::StrCat(tile.width),
                PackBytes(tlog::FormatTilePath(tile))};
}

absl::StatusOr<Fields> LeafHash(const Fields& fields) {
  return Fields{PackHashes({tlog::LeafHash(UnpackBytes(fields[0]))})};
}

absl::StatusOr<Fields> ParseHead(const Fields& fields) {
  ASSIGN_OR_RETURN(const tlog::TreeHead head, tlog::ParseTreeHead(UnpackBytes(fields[0])));
  return Fields{absl::StrCat(head.size), PackHashes({head.root}),
                PackBytes(tlog::FormatTreeHead(head))};
}

absl::StatusOr<Fields> MakeKey(const Fields& fields) {
  tlog::Ed25519Seed seed;
  const std::string bytes = UnpackBytes(fields[1]);
  CHECK(bytes.size() == seed.size());
  std::copy(bytes.begin(), bytes.end(), seed.begin());
  ASSIGN_OR_RETURN(const tlog::Signer signer, tlog::Signer::FromSeed(UnpackBytes(fields[0]), seed));
  return Fields{PackBytes(signer.ToSecretString()), PackBytes(signer.verifier().ToString())};
}

absl::StatusOr<Fields> ParseVerifier(const Fields& fields) {
  ASSIGN_OR_RETURN(const tlog::VerifierKey key, tlog::VerifierKey::Parse(UnpackBytes(fields[0])));
  return Fields{PackBytes(key.ToString())};
}

// Fields: text, then one secret key for each signer.
absl::StatusOr<Fields> Sign(const Fields& fields) {
  std::vector<tlog::Signer> signers;
  for (std::size_t i = 1; i < fields.size(); ++i) {
    ASSIGN_OR_RETURN(tlog::Signer signer, tlog::Signer::Parse(UnpackBytes(fields[i])));
    signers.push_back(std::move(signer));
  }
  ASSIGN_OR_RETURN(const std::string note, tlog::SignNote(UnpackBytes(fields[0]), signers));
  return Fields{PackBytes(note)};
}

// Fields: note, then the known verifier keys. Answers text, verified and unverified names.
absl::StatusOr<Fields> Open(const Fields& fields) {
  std::vector<tlog::VerifierKey> known;
  for (std::size_t i = 1; i < fields.size(); ++i) {
    ASSIGN_OR_RETURN(tlog::VerifierKey key, tlog::VerifierKey::Parse(UnpackBytes(fields[i])));
    known.push_back(std::move(key));
  }
  ASSIGN_OR_RETURN(const tlog::Note note, tlog::OpenNote(UnpackBytes(fields[0]), known));
  std::string verified, unverified;
  for (const auto& signature : note.verified) {
    absl::StrAppend(&verified, signature.name, " ", signature.key_hash, "\n");
  }
  for (const auto& signature : note.unverified) {
    absl::StrAppend(&unverified, signature.name, " ", signature.key_hash, "\n");
  }
  return Fields{PackBytes(note.text), PackBytes(verified), PackBytes(unverified)};
}

}  // namespace
}  // namespace sumlog::interop

int main() {
  using namespace sumlog::interop;  // NOLINT: a table of this file's own functions
  return RunOracle({{"tree", KeepTree},
                    {"root", Root},
                    {"prove-inclusion", ProveInclusion},
                    {"verify-inclusion", VerifyInclusion},
                    {"prove-consistency", ProveConsistency},
                    {"verify-consistency", VerifyConsistency},
                    {"authenticate", Authenticate},
                    {"added-tiles", AddedTiles},
                    {"parse-tile", ParseTile},
                    {"leaf-hash", LeafHash},
                    {"parse-head", ParseHead},
                    {"make-key", MakeKey},
                    {"parse-verifier", ParseVerifier},
                    {"sign", Sign},
                    {"open", Open}});
}
