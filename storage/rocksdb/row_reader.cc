#include "storage/rocksdb/row_reader.h"

#include "base/status_macros.h"
#include "storage/rocksdb/rocksdb_status.h"
#include "storage/rocksdb/slices.h"

namespace sumlog::storage {
namespace {

constexpr char kCannotRead[] = "cannot read the database";

}  // namespace

absl::StatusOr<bool> RowReader::Get(Family family, absl::string_view key,
                                    rocksdb::PinnableSlice* value) const {
  value->Reset();
  const rocksdb::Status status =
      database_.db()->Get(rocksdb::ReadOptions(), database_.handle(family), ToSlice(key), value);
  if (status.IsNotFound()) return false;
  RETURN_IF_ERROR(ToStatus(status, kCannotRead));
  return true;
}

std::unique_ptr<rocksdb::Iterator> RowReader::NewIterator(
    Family family, const rocksdb::ReadOptions& options) const {
  return std::unique_ptr<rocksdb::Iterator>(
      database_.db()->NewIterator(options, database_.handle(family)));
}

absl::StatusOr<std::vector<TailRow>> RowReader::TailRows(std::uint64_t first,
                                                         std::uint64_t limit) const {
  const std::string end_key = NumberRow(first + limit);
  const rocksdb::Slice end = ToSlice(end_key);
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &end;
  const std::unique_ptr<rocksdb::Iterator> it = NewIterator(Family::kTail, options);
  std::vector<TailRow> rows;
  for (it->Seek(ToSlice(NumberRow(first))); it->Valid(); it->Next()) {
    ASSIGN_OR_RETURN(const std::uint64_t number, ParseNumber(ToView(it->key())));
    if (number != first + rows.size()) break;
    ASSIGN_OR_RETURN(TailRow row, ParseTailValue(ToView(it->value())));
    rows.push_back(std::move(row));
  }
  RETURN_IF_ERROR(ToStatus(it->status(), kCannotRead));
  return rows;
}

absl::StatusOr<std::optional<RowReader::Row>> RowReader::LastRow(Family family) const {
  const std::unique_ptr<rocksdb::Iterator> it = NewIterator(family, rocksdb::ReadOptions());
  it->SeekToLast();
  RETURN_IF_ERROR(ToStatus(it->status(), kCannotRead));
  if (!it->Valid()) return std::nullopt;
  return Row{.key = it->key().ToString(), .value = it->value().ToString()};
}

absl::StatusOr<std::optional<RowReader::Run>> RowReader::RunAround(Family family,
                                                                   absl::string_view key) const {
  const std::unique_ptr<rocksdb::Iterator> it = NewIterator(family, rocksdb::ReadOptions());
  it->SeekForPrev(ToSlice(key));
  RETURN_IF_ERROR(ToStatus(it->status(), kCannotRead));
  if (!it->Valid()) return std::nullopt;
  Run run{.row = {.key = it->key().ToString(), .value = it->value().ToString()},
          .next_key = std::nullopt};
  it->Next();
  RETURN_IF_ERROR(ToStatus(it->status(), kCannotRead));
  if (it->Valid()) run.next_key = it->key().ToString();
  return run;
}

absl::Status RowReader::Scan(
    Family family, absl::string_view begin,
    const std::function<absl::StatusOr<bool>(absl::string_view key, absl::string_view value)>&
        visit) const {
  rocksdb::ReadOptions options;
  options.fill_cache = false;  // a long scan must not push out what lookups need
  const std::unique_ptr<rocksdb::Iterator> it = NewIterator(family, options);
  for (it->Seek(ToSlice(begin)); it->Valid(); it->Next()) {
    ASSIGN_OR_RETURN(const bool go_on, visit(ToView(it->key()), ToView(it->value())));
    if (!go_on) return absl::OkStatus();
  }
  return ToStatus(it->status(), kCannotRead);
}

absl::StatusOr<std::optional<std::uint64_t>> RowReader::FirstLeaf(
    const tlog::Hash& leaf, std::uint64_t size,
    const std::function<absl::StatusOr<bool>(std::uint64_t number)>& is_it) const {
  const std::string prefix = LeafPrefix(leaf);
  rocksdb::ReadOptions options;
  options.prefix_same_as_start = true;
  const std::unique_ptr<rocksdb::Iterator> it = NewIterator(Family::kLeaves, options);
  for (it->Seek(ToSlice(prefix)); it->Valid(); it->Next()) {
    ASSIGN_OR_RETURN(const std::uint64_t number, ParseLeafKey(ToView(it->key())));
    if (number >= size) return std::nullopt;
    ASSIGN_OR_RETURN(const bool found, is_it(number));
    if (found) return number;
  }
  RETURN_IF_ERROR(ToStatus(it->status(), kCannotRead));
  return std::nullopt;
}

}  // namespace sumlog::storage
