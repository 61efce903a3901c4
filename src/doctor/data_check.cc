#include "doctor/data_check.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "sumlog/gosum/record.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::doctor {

absl::StatusOr<storage::PackedTexts> ReadDataTile(const storage::LogStore& store,
                                                  std::uint64_t index, std::uint64_t tree_size) {
  ASSIGN_OR_RETURN(storage::PackedTexts texts, store.DataTile(index));
  const std::size_t want = tlog::WidestTile(0, index, tree_size);
  if (texts.size() < want) {
    return absl::DataLossError(absl::StrCat("holds ", texts.size(), " records, want ", want));
  }
  if (texts.size() == want) return texts;
  // A writer has added records since the head was read: they are none of this check's.
  storage::PackedTexts cut;
  for (std::size_t i = 0; i < want; ++i) cut.Append(texts[i]);
  return cut;
}

std::vector<tlog::Hash> HashTexts(const storage::PackedTexts& texts) {
  std::vector<absl::string_view> views;
  views.reserve(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) views.push_back(texts[i]);
  std::vector<tlog::Hash> leaves(views.size());
  tlog::LeafHashes(views, absl::MakeSpan(leaves));
  return leaves;
}

RecordCheck::RecordCheck(const storage::LogStore& store, const Options& options, IndexCheck& index,
                         ProblemList& problems)
    : store_(store), options_(options), index_(index), problems_(problems), places_(options.seed) {}

absl::Status RecordCheck::CheckTile(std::uint64_t index, const storage::PackedTexts& texts,
                                    const std::vector<tlog::Hash>& leaves) {
  const std::uint64_t first = index * tlog::kFullTileWidth;
  for (std::size_t i = 0; i < texts.size(); ++i) CheckText(first + i, texts[i]);

  const bool is_last = first + texts.size() == options_.tree_size;
  if (!options_.every_leaf_row && !is_last) {
    const std::size_t place = places_() % texts.size();
    return CheckLeafRow(first + place, leaves[place]);
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    RETURN_IF_ERROR(CheckLeafRow(first + i, leaves[i]));
  }
  return absl::OkStatus();
}

void RecordCheck::CheckText(std::uint64_t number, absl::string_view text) {
  const absl::StatusOr<gosum::Record> record = gosum::ParseRecordText(text);
  if (record.ok()) {
    index_.AddRecord(record->module.ToString(), number);
    return;
  }
  if (problems_.IsMarked(number)) return;
  problems_.Add(absl::StrCat("record ", number),
                absl::StrCat("is malformed: ", record.status().message()));
  problems_.MarkRecord(number);
}

absl::Status RecordCheck::CheckLeafRow(std::uint64_t number, const tlog::Hash& leaf) {
  if (problems_.IsMarked(number)) return absl::OkStatus();
  ++leaf_rows_checked_;
  const std::string name = absl::StrCat("leaf row of record ", number);
  const absl::StatusOr<std::uint64_t> found = store_.FindLeaf(leaf);
  if (!found.ok()) return problems_.NoteFailedRead(name, found.status());
  if (*found == number) return absl::OkStatus();
  if (*found < number) {
    // The same text may be logged twice in a mirrored log: then the row is of the first.
    const absl::StatusOr<std::string> text = store_.Record(*found);
    if (text.ok() && tlog::LeafHash(*text) == leaf) return absl::OkStatus();
  }
  problems_.Add(name, absl::StrCat("points to record ", *found));
  return absl::OkStatus();
}

}  // namespace sumlog::doctor
