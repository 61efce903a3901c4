#include "doctor/index_check.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "doctor/data_check.h"
#include "sumlog/gosum/record.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::doctor {
namespace {

std::string RowName(absl::string_view key) { return absl::StrCat("index row ", key); }

// The index key of a record; nothing when it is malformed (which has been named).
std::optional<std::string> KeyOf(absl::string_view text) {
  const absl::StatusOr<gosum::Record> record = gosum::ParseRecordText(text);
  if (!record.ok()) return std::nullopt;
  return record->module.ToString();
}

}  // namespace

absl::Status IndexCheck::Run() {
  RETURN_IF_ERROR(SumRows());
  sums_.Settle();
  if (sums_.AllEqual()) return absl::OkStatus();
  RETURN_IF_ERROR(NameWrongRows());
  return NameRecordsWithoutRow();
}

absl::Status IndexCheck::SumRows() {
  std::string last_key;
  const absl::Status status =
      store_.VisitIndex([&](absl::string_view key, std::uint64_t number) -> absl::Status {
        progress_.Done(1);
        last_key = std::string(key);
        if (number >= tree_size_) return absl::OkStatus();  // newer than the head that we check
        ++rows_checked_;
        sums_.TakeOffRow(key, number);
        return absl::OkStatus();
      });
  if (status.ok()) return status;
  // Rows from there on are found by their records.
  return problems_.NoteFailedRead(
      last_key.empty() ? "index" : absl::StrCat("index after row ", last_key), status);
}

absl::Status IndexCheck::NameWrongRows() {
  const absl::Status status =
      store_.VisitIndex([&](absl::string_view key, std::uint64_t number) -> absl::Status {
        if (number >= tree_size_ || !sums_.MayDiffer(key)) return absl::OkStatus();
        return CheckRow(key, number);
      });
  // Where the index cannot be read has been named by the first pass.
  return absl::IsDataLoss(status) ? absl::OkStatus() : status;
}

absl::Status IndexCheck::CheckRow(absl::string_view key, std::uint64_t number) {
  if (problems_.IsMarked(number)) return absl::OkStatus();
  const absl::StatusOr<storage::PackedTexts> texts =
      ReadDataTile(store_, number / tlog::kFullTileWidth, tree_size_);
  if (absl::IsDataLoss(texts.status()) || absl::IsNotFound(texts.status())) {
    return absl::OkStatus();  // the data tile has been named
  }
  RETURN_IF_ERROR(texts.status());
  const std::optional<std::string> found = KeyOf((*texts)[number % tlog::kFullTileWidth]);
  if (found == std::string(key)) return absl::OkStatus();
  problems_.Add(RowName(key), absl::StrCat("points to record ", number, ", which is of ",
                                           found.value_or("no module version")));
  return absl::OkStatus();
}

absl::Status IndexCheck::NameRecordsWithoutRow() {
  for (std::uint64_t first = 0; first < tree_size_; first += tlog::kFullTileWidth) {
    const absl::StatusOr<storage::PackedTexts> texts =
        ReadDataTile(store_, first / tlog::kFullTileWidth, tree_size_);
    if (absl::IsDataLoss(texts.status()) || absl::IsNotFound(texts.status())) continue;
    RETURN_IF_ERROR(texts.status());
    for (std::size_t i = 0; i < texts->size(); ++i) {
      RETURN_IF_ERROR(CheckRecord(first + i, (*texts)[i]));
    }
  }
  return absl::OkStatus();
}

absl::Status IndexCheck::CheckRecord(std::uint64_t number, absl::string_view text) {
  const std::optional<std::string> key = KeyOf(text);
  if (!key.has_value() || !sums_.MayDiffer(*key) || problems_.IsMarked(number)) {
    return absl::OkStatus();
  }
  const absl::StatusOr<std::uint64_t> row = store_.Find(*key);
  if (!row.ok()) {
    return problems_.NoteFailedRead(absl::StrCat(RowName(*key), " of record ", number),
                                    row.status());
  }
  if (*row >= number) return absl::OkStatus();  // equal, or a wrong row, which has been named
  const absl::StatusOr<std::string> first = store_.Record(*row);
  if (absl::IsUnavailable(first.status())) return first.status();
  if (first.ok() && KeyOf(*first) == key) NameDuplicate(*key, number, *row, *first == text);
  return absl::OkStatus();
}

void IndexCheck::NameDuplicate(absl::string_view key, std::uint64_t number, std::uint64_t first,
                               bool is_same_text) {
  const std::string name = absl::StrCat("record ", number);
  if (is_same_text) {
    problems_.Add(name, absl::StrCat("repeats record ", first, " of ", key));
  } else {
    problems_.AddContradiction(
        name, absl::StrCat("gives ", key, " other hashes than record ", first, " does"));
  }
}

}  // namespace sumlog::doctor
