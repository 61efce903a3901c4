#include "storage/rocksdb/rows.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/damage.h"
#include "base/status_macros.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::storage {
namespace {

constexpr std::size_t kTableBytes = std::size_t{4} * tlog::kFullTileWidth;
constexpr std::size_t kTimeBytes = 8;

absl::Status BadRow(absl::string_view what, std::size_t size) {
  return DamagedData(absl::StrCat("damaged ", what, " of ", size, " bytes"));
}

void AppendTime(std::string* out, absl::Time time) {
  AppendBigEndian64(out, static_cast<std::uint64_t>(absl::ToUnixMicros(time)));
}

absl::Time ReadTime(absl::string_view bytes) {
  return absl::FromUnixMicros(static_cast<std::int64_t>(ReadBigEndian64(bytes)));
}

// Where text `position` of a data tile ends, counted from the end of the table.
std::size_t EndInTile(absl::string_view value, std::uint32_t position) {
  return ReadBigEndian32(value.substr(std::size_t{4} * position));
}

}  // namespace

std::string NumberRow(std::uint64_t number) {
  std::string row;
  AppendBigEndian64(&row, number);
  return row;
}

absl::StatusOr<std::uint64_t> ParseNumber(absl::string_view bytes) {
  if (bytes.size() != kNumberBytes) return BadRow("number", bytes.size());
  return ReadBigEndian64(bytes);
}

std::string HashTileKey(std::uint32_t level, std::uint64_t index) {
  std::string key(1, static_cast<char>(level));
  AppendBigEndian64(&key, index);
  return key;
}

absl::StatusOr<std::vector<tlog::Hash>> ParseHashTile(absl::string_view value,
                                                      std::uint32_t width) {
  if (value.size() % tlog::kHashSizeBytes != 0 ||
      value.size() > tlog::kFullTileWidth * tlog::kHashSizeBytes ||
      value.size() < width * tlog::kHashSizeBytes) {
    return BadRow("hash tile", value.size());
  }
  std::vector<tlog::Hash> hashes(width);
  if (width > 0) std::memcpy(hashes.data(), value.data(), width * tlog::kHashSizeBytes);
  return hashes;
}

std::string LeafPrefix(const tlog::Hash& leaf) {
  return std::string(
      tlog::HashesAsBytes(absl::MakeConstSpan(&leaf, 1)).substr(0, kLeafPrefixBytes));
}

std::string LeafKey(const tlog::Hash& leaf, std::uint64_t number) {
  std::string key = LeafPrefix(leaf);
  AppendBigEndian64(&key, number);
  return key;
}

absl::StatusOr<std::uint64_t> ParseLeafKey(absl::string_view key) {
  if (key.size() != kLeafPrefixBytes + kNumberBytes) return BadRow("leaf key", key.size());
  return ReadBigEndian64(key.substr(kLeafPrefixBytes));
}

std::string TailValue(const tlog::Hash& leaf, absl::string_view text) {
  return absl::StrCat(tlog::HashesAsBytes(absl::MakeConstSpan(&leaf, 1)), text);
}

absl::StatusOr<TailRow> ParseTailValue(absl::string_view value) {
  if (value.size() < tlog::kHashSizeBytes) return BadRow("tail row", value.size());
  TailRow row;
  std::memcpy(row.leaf.data(), value.data(), tlog::kHashSizeBytes);
  row.text = std::string(value.substr(tlog::kHashSizeBytes));
  return row;
}

std::string DataTileValue(absl::Span<const absl::string_view> texts) {
  CHECK(texts.size() == tlog::kFullTileWidth);
  std::size_t size_bytes = 0;
  for (const absl::string_view text : texts) size_bytes += text.size();
  std::string value;
  value.reserve(kTableBytes + size_bytes);
  std::size_t end = 0;
  for (const absl::string_view text : texts) {
    end += text.size();  // Invariant: at most 256 · kMaxRecordBytes, which fits in 32 bits.
    AppendBigEndian32(&value, static_cast<std::uint32_t>(end));
  }
  for (const absl::string_view text : texts) value.append(text.data(), text.size());
  return value;
}

absl::StatusOr<absl::string_view> RecordInDataTile(absl::string_view value,
                                                   std::uint32_t position) {
  CHECK(position < tlog::kFullTileWidth);
  if (value.size() < kTableBytes) return BadRow("data tile", value.size());
  const absl::string_view texts = value.substr(kTableBytes);
  const std::size_t begin = position == 0 ? 0 : EndInTile(value, position - 1);
  const std::size_t end = EndInTile(value, position);
  if (begin > end || end > texts.size()) return BadRow("data tile", value.size());
  return texts.substr(begin, end - begin);
}

absl::StatusOr<PackedTexts> ParseDataTile(absl::string_view value, std::uint32_t width) {
  if (value.size() < kTableBytes ||
      EndInTile(value, tlog::kFullTileWidth - 1) != value.size() - kTableBytes) {
    return BadRow("data tile", value.size());
  }
  PackedTexts texts;
  texts.Reserve(width, value.size() - kTableBytes);
  for (std::uint32_t position = 0; position < width; ++position) {
    ASSIGN_OR_RETURN(const absl::string_view text, RecordInDataTile(value, position));
    texts.Append(text);
  }
  return texts;
}

std::string HeadValue(const StoredHead& head) {
  std::string value;
  AppendTime(&value, head.signed_at);
  value += head.note;
  return value;
}

absl::StatusOr<StoredHead> ParseHead(absl::string_view key, absl::string_view value) {
  StoredHead head;
  ASSIGN_OR_RETURN(head.size, ParseNumber(key));
  if (value.size() < kTimeBytes) return BadRow("head", value.size());
  head.signed_at = ReadTime(value);
  head.note = std::string(value.substr(kTimeBytes));
  return head;
}

std::string ProvenanceValue(const Provenance& provenance) {
  std::string value;
  AppendTime(&value, provenance.when);
  AppendBigEndian32(&value, static_cast<std::uint32_t>(provenance.how.size()));
  value += provenance.how;
  value += provenance.from;
  return value;
}

absl::StatusOr<Provenance> ParseProvenance(absl::string_view value) {
  constexpr std::size_t kFixedBytes = kTimeBytes + 4;
  if (value.size() < kFixedBytes) return BadRow("provenance", value.size());
  const std::size_t how_bytes = ReadBigEndian32(value.substr(kTimeBytes));
  const absl::string_view texts = value.substr(kFixedBytes);
  if (how_bytes > texts.size()) return BadRow("provenance", value.size());
  return Provenance{.how = std::string(texts.substr(0, how_bytes)),
                    .from = std::string(texts.substr(how_bytes)),
                    .when = ReadTime(value)};
}

}  // namespace sumlog::storage
