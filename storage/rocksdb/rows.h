// Keys and values of the database, byte for byte as storage/README.md has them.
//
// Decoders take any bytes: what no encoder wrote is kDataLoss, never a crash and never an answer.
//
// Pure: no I/O, no locks, no clock. Safe from any thread.

#ifndef SUMLOG_STORAGE_ROCKSDB_ROWS_H_
#define SUMLOG_STORAGE_ROCKSDB_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/hash.h"

namespace sumlog::storage {

inline constexpr std::size_t kNumberBytes = 8;

// A number that sorts as its bytes do.
std::string NumberRow(std::uint64_t number);
absl::StatusOr<std::uint64_t> ParseNumber(absl::string_view bytes);

// Key of a hash tile: level, then index.
std::string HashTileKey(std::uint32_t level, std::uint64_t index);

// The first `width` hashes (at most 256) of a stored tile.
absl::StatusOr<std::vector<tlog::Hash>> ParseHashTile(absl::string_view value, std::uint32_t width);

// Key in the leaf index: the first kLeafPrefixBytes of the hash, then the number.
inline constexpr std::size_t kLeafPrefixBytes = 8;
std::string LeafPrefix(const tlog::Hash& leaf);
std::string LeafKey(const tlog::Hash& leaf, std::uint64_t number);
absl::StatusOr<std::uint64_t> ParseLeafKey(absl::string_view key);

// A record of the unfinished data tile, with its leaf hash.
struct TailRow {
  tlog::Hash leaf;
  std::string text;
};
std::string TailValue(const tlog::Hash& leaf, absl::string_view text);
absl::StatusOr<TailRow> ParseTailValue(absl::string_view value);

// A full data tile: exactly 256 texts with a table of where each ends, so that one record is read
// without walking over the others.
std::string DataTileValue(absl::Span<const absl::string_view> texts);
absl::StatusOr<absl::string_view> RecordInDataTile(absl::string_view value, std::uint32_t position);
// The first `width` texts.
absl::StatusOr<PackedTexts> ParseDataTile(absl::string_view value, std::uint32_t width);

// A head, without its size, which is the key.
std::string HeadValue(const StoredHead& head);
absl::StatusOr<StoredHead> ParseHead(absl::string_view key, absl::string_view value);

std::string ProvenanceValue(const Provenance& provenance);
absl::StatusOr<Provenance> ParseProvenance(absl::string_view value);

}  // namespace sumlog::storage

#endif  // SUMLOG_STORAGE_ROCKSDB_ROWS_H_
