// Question: how many records a second does fsck check, and what does each part of it cost?
//
// One thread. 262,144 made-up records of the usual size, imported as one bulk commit into RocksDB
// in the folder of temporary files; the store is opened again with its default cache. The floor to
// stand above is a peer's fsck that re-hashes only: see RESULTS.md.

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/check.h"
#include "benchmark/benchmark.h"
#include "doctor/fsck.h"
#include "storage/rocksdb/rocksdb_store.h"
#include "sumlog/gosum/record.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tree_edge.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog {
namespace {

constexpr std::uint64_t kRecords = 262'144;

gosum::Record MadeUpRecord(std::uint64_t number) {
  const auto h1 = [number](absl::string_view what) {
    return absl::StrCat("h1:", tlog::FormatHash(tlog::LeafHash(absl::StrCat(what, number))));
  };
  return {
      .module = {.path = absl::StrCat("github.com/example/module-", number), .version = "v1.2.3"},
      .zip_hash = h1("zip"),
      .mod_hash = h1("mod")};
}

storage::CommitBatch MadeUpLog(const tlog::Signer& signer) {
  storage::CommitBatch batch;
  std::vector<tlog::Hash> leaves;
  for (std::uint64_t number = 0; number < kRecords; ++number) {
    const gosum::Record record = MadeUpRecord(number);
    const std::string text = gosum::FormatRecordText(record);
    leaves.push_back(tlog::LeafHash(text));
    batch.records.Append(text);
    batch.index.push_back({.key = record.module.ToString(), .number = number});
  }
  batch.provenance = {
      {.first = 0, .provenance = {.how = "import", .from = "go.sum", .when = absl::UnixEpoch()}}};
  tlog::TreeEdge edge;
  batch.tiles = edge.Append(leaves);
  const auto head = tlog::SignTreeHead({.size = kRecords, .root = edge.Root()}, {signer});
  CHECK(head.ok());
  batch.head = {.size = kRecords, .note = head->note, .signed_at = absl::UnixEpoch()};
  return batch;
}

// A database that is made once and removed at the end.
class Database {
 public:
  Database() : signer_(*tlog::Signer::FromSeed("sum.example.com", {})) {
    std::string folder = std::filesystem::temp_directory_path() / "fsck_bench-XXXXXX";
    CHECK(mkdtemp(folder.data()) != nullptr);
    folder_ = folder;
    storage::RocksDbOptions options;
    options.path = folder_ + "/db";
    options.create = true;
    const auto store = storage::OpenRocksDbStore(options);
    CHECK(store.ok());
    const auto empty = tlog::SignTreeHead({.size = 0, .root = tlog::EmptyRoot()}, {signer_});
    CHECK(empty.ok());
    storage::CommitBatch first;
    first.expect_new_store = true;
    first.head = {.size = 0, .note = empty->note, .signed_at = absl::UnixEpoch()};
    CHECK((*store)->Commit(first).ok());
    CHECK((*store)->CommitBulk(MadeUpLog(signer_)).ok());
  }
  ~Database() { std::filesystem::remove_all(folder_); }

  std::unique_ptr<storage::LogStore> Open() const {
    storage::RocksDbOptions options;
    options.path = folder_ + "/db";
    options.read_only = true;
    auto store = storage::OpenRocksDbStore(options);
    CHECK(store.ok());
    return *std::move(store);
  }

  const tlog::VerifierKey& key() const { return signer_.verifier(); }

 private:
  const tlog::Signer signer_;
  std::string folder_;
};

const Database& TheDatabase() {
  static const Database database;
  return database;
}

void PerRecord(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRecords));
}

void WholeFsck(benchmark::State& state, bool every_leaf_row) {
  const std::unique_ptr<storage::LogStore> store = TheDatabase().Open();
  doctor::FsckOptions options;
  options.keys = {TheDatabase().key()};
  options.every_leaf_row_up_to = every_leaf_row ? kRecords : 0;
  for (auto _ : state) {
    const absl::StatusOr<doctor::FsckReport> report = doctor::Fsck(*store, options);
    CHECK(report.ok() && report->problem_count == 0 && report->records_checked == kRecords);
  }
  PerRecord(state);
}
BENCHMARK_CAPTURE(WholeFsck, usual, false)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(WholeFsck, every_leaf_row, true)->Unit(benchmark::kMillisecond)->Iterations(1);

// The parts, as far as they stand alone.
void ReadDataTiles(benchmark::State& state) {
  const std::unique_ptr<storage::LogStore> store = TheDatabase().Open();
  for (auto _ : state) {
    for (std::uint64_t tile = 0; tile < kRecords / 256; ++tile) {
      benchmark::DoNotOptimize(store->DataTile(tile));
    }
  }
  PerRecord(state);
}
BENCHMARK(ReadDataTiles)->Unit(benchmark::kMillisecond);

void VisitIndex(benchmark::State& state) {
  const std::unique_ptr<storage::LogStore> store = TheDatabase().Open();
  for (auto _ : state) {
    CHECK(
        store->VisitIndex([](absl::string_view, std::uint64_t) { return absl::OkStatus(); }).ok());
  }
  PerRecord(state);
}
BENCHMARK(VisitIndex)->Unit(benchmark::kMillisecond);

void ParseRecords(benchmark::State& state) {
  std::vector<std::string> texts;
  for (std::uint64_t i = 0; i < 4096; ++i) {
    texts.push_back(gosum::FormatRecordText(MadeUpRecord(i)));
  }
  for (auto _ : state) {
    for (const std::string& text : texts) benchmark::DoNotOptimize(gosum::ParseRecordText(text));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(texts.size()));
}
BENCHMARK(ParseRecords);

}  // namespace
}  // namespace sumlog

BENCHMARK_MAIN();
