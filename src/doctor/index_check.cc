#include "doctor/index_check.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/thread.h"
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

IndexCheck::IndexCheck(const storage::LogStore& store, std::uint64_t tree_size,
                       const std::string& salt, ProblemList& problems, Progress& progress)
    : store_(store),
      tree_size_(tree_size),
      problems_(problems),
      progress_(progress),
      records_(salt),
      rows_(salt),
      thread_(StartThread("fsck-index", [this] { SumRows(); })) {}

IndexCheck::~IndexCheck() { stopping_ = true; }  // and the thread is joined

void IndexCheck::SumRows() {
  rows_status_ =
      store_.VisitIndex([this](absl::string_view key, std::uint64_t number) -> absl::Status {
        if (stopping_) return absl::CancelledError("the check has ended");
        last_key_ = std::string(key);
        if (number >= tree_size_) return absl::OkStatus();  // newer than the head that we check
        ++rows_checked_;
        rows_.TakeOffRow(key, number);
        return absl::OkStatus();
      });
  rows_.Settle();
}

absl::Status IndexCheck::Finish() {
  thread_.join();
  progress_.Done(rows_checked_);
  if (!rows_status_.ok()) {
    // Rows from there on are found by their records.
    RETURN_IF_ERROR(problems_.NoteFailedRead(
        last_key_.empty() ? "index" : absl::StrCat("index after row ", last_key_), rows_status_));
  }
  records_.Settle();
  records_.Merge(rows_);
  if (records_.AllEqual()) return absl::OkStatus();
  RETURN_IF_ERROR(NameWrongRows());
  return NameRecordsWithoutRow();
}

absl::Status IndexCheck::NameWrongRows() {
  const absl::Status status =
      store_.VisitIndex([&](absl::string_view key, std::uint64_t number) -> absl::Status {
        if (number >= tree_size_ || !records_.MayDiffer(key)) return absl::OkStatus();
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
  if (!key.has_value() || !records_.MayDiffer(*key) || problems_.IsMarked(number)) {
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
