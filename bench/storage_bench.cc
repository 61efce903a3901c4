// How fast does the RocksDB store commit, import, answer and open?
//
// Bounded: the largest database has 1,000,000 records of 200 bytes and lives in a folder of its own
// under TMPDIR (default /tmp), which should be on the disk that is to be measured.

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "storage/rocksdb/rocksdb_store.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tree_edge.h"

namespace sumlog {
namespace {

using storage::CommitBatch;
using storage::LogStore;

constexpr std::uint64_t kManyRecords = 1'000'000;
constexpr std::uint64_t kBulkRecords = 65'536;

class Folder {
 public:
  Folder() {
    const char* const base = std::getenv("TMPDIR");
    path_ = absl::StrCat(base == nullptr ? "/tmp" : base, "/sumlog-bench-XXXXXX");
    CHECK(mkdtemp(path_.data()) != nullptr);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string database() const { return path_ + "/db"; }

 private:
  std::string path_;
};

std::string Key(std::uint64_t number) {
  // As spread out as real module paths are, and not in order.
  return absl::StrCat("example.com/", absl::Hex(number * 0x9e3779b97f4a7c15u), "/module@v1.",
                      number % 20, ".0");
}

std::string Text(std::uint64_t number) {
  const std::string hash = tlog::FormatHash(tlog::LeafHash(absl::StrCat(number)));
  const std::string key = Key(number);
  return absl::StrCat(key, " h1:", hash, "\n", key, "/go.mod h1:", hash, "\n");
}

const absl::Time kWhen = absl::FromUnixSeconds(1'795'262'400);

// Makes the batches of a growing log.
class Writer {
 public:
  CommitBatch First() {
    CommitBatch batch;
    batch.expect_new_store = true;
    batch.head.note = "note";
    return batch;
  }

  CommitBatch Next(std::uint64_t count) {
    CommitBatch batch;
    batch.expected_size = edge_.size();
    std::vector<tlog::Hash> leaves;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::string text = Text(edge_.size() + i);
      leaves.push_back(tlog::LeafHash(text));
      batch.records.Append(text);
      batch.index.push_back({.key = Key(edge_.size() + i), .number = edge_.size() + i});
    }
    batch.provenance.push_back(
        {.first = edge_.size(), .provenance = {.how = "import", .from = "bench", .when = kWhen}});
    batch.tiles = edge_.Append(leaves);
    batch.head = {.size = edge_.size(), .note = std::string(250, 'n'), .signed_at = kWhen};
    return batch;
  }

  std::uint64_t size() const { return edge_.size(); }

 private:
  tlog::TreeEdge edge_;
};

std::unique_ptr<LogStore> OpenStore(const Folder& folder, bool create) {
  absl::StatusOr<std::unique_ptr<LogStore>> store =
      storage::OpenRocksDbStore({.path = folder.database(), .create = create});
  CHECK(store.ok());
  return *std::move(store);
}

// A database that grows.
struct Database {
  Folder folder;
  Writer writer;
  std::unique_ptr<LogStore> store = OpenStore(folder, true);
};

// By size. Emptied by main: RocksDB must not be closed as late as statics go.
std::map<std::uint64_t, std::unique_ptr<Database>>& Databases() {
  static std::map<std::uint64_t, std::unique_ptr<Database>> made;
  return made;
}

Database& DatabaseOf(std::uint64_t size) {
  std::unique_ptr<Database>& database = Databases()[size];
  if (database == nullptr) {
    database = std::make_unique<Database>();
    CHECK(database->store->Commit(database->writer.First()).ok());
    while (database->writer.size() < size) {
      const std::uint64_t count = std::min(kBulkRecords, size - database->writer.size());
      CHECK(database->store->CommitBulk(database->writer.Next(count)).ok());
    }
  }
  return *database;
}

void Commit(benchmark::State& state) {
  const auto count = static_cast<std::uint64_t>(state.range(0));
  Database database;
  CHECK(database.store->Commit(database.writer.First()).ok());
  for ([[maybe_unused]] const auto tick : state) {
    state.PauseTiming();
    const CommitBatch batch = database.writer.Next(count);
    state.ResumeTiming();
    CHECK(database.store->Commit(batch).ok());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(Commit)->Arg(1)->Arg(1000)->Iterations(300)->UseRealTime()->Unit(benchmark::kMicrosecond);

// To 1,000,000 records, with the compactions that this leaves behind: the time until the store is
// closed.
void CommitBulk(benchmark::State& state) {
  for ([[maybe_unused]] const auto tick : state) {
    state.PauseTiming();
    auto database = std::make_unique<Database>();
    CHECK(database->store->Commit(database->writer.First()).ok());
    state.ResumeTiming();
    while (database->writer.size() < kManyRecords) {
      state.PauseTiming();
      const CommitBatch batch = database->writer.Next(kBulkRecords);
      state.ResumeTiming();
      CHECK(database->store->CommitBulk(batch).ok());
    }
    database->store.reset();
    state.PauseTiming();
    database.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kManyRecords));
}
BENCHMARK(CommitBulk)->Iterations(1)->UseRealTime()->Unit(benchmark::kMillisecond);

// Asks `ask(store, number)` about random records among the first `hot` of 1,000,000.
template <typename Ask>
void AskAbout(benchmark::State& state, Ask ask) {
  const LogStore& store = *DatabaseOf(kManyRecords).store;
  std::mt19937_64 random(1);
  for ([[maybe_unused]] const auto tick : state) {
    CHECK(ask(store, random() % static_cast<std::uint64_t>(state.range(0))));
  }
  state.SetItemsProcessed(state.iterations());
}

void FindHit(benchmark::State& state) {
  AskAbout(state, [](const LogStore& store, std::uint64_t number) {
    return store.Find(Key(number)).ok();
  });
}
void FindMiss(benchmark::State& state) {
  AskAbout(state, [](const LogStore& store, std::uint64_t number) {
    return absl::IsNotFound(store.Find(Key(number + kManyRecords)).status());
  });
}
void FindLeafHit(benchmark::State& state) {
  AskAbout(state, [](const LogStore& store, std::uint64_t number) {
    return store.FindLeaf(tlog::LeafHash(Text(number))).ok();
  });
}
void Record(benchmark::State& state) {
  AskAbout(state,
           [](const LogStore& store, std::uint64_t number) { return store.Record(number).ok(); });
}
void FindAndRecord(benchmark::State& state) {
  AskAbout(state, [](const LogStore& store, std::uint64_t number) {
    const absl::StatusOr<std::uint64_t> found = store.Find(Key(number));
    return found.ok() && store.Record(*found).ok();
  });
}
void DataTile(benchmark::State& state) {
  AskAbout(state, [](const LogStore& store, std::uint64_t number) {
    return store.DataTile(number / 256).ok();
  });
}
void HashTile(benchmark::State& state) {
  AskAbout(state, [](const LogStore& store, std::uint64_t number) {
    return store.HashTile(0, number / 256).ok();
  });
}
// Among 20,000 records (all in the cache) and among all.
void BothSpreads(benchmark::internal::Benchmark* question) {
  question->Arg(20'000)->Arg(kManyRecords)->MinTime(0.3);
}
BENCHMARK(FindHit)->Apply(BothSpreads);
BENCHMARK(FindMiss)->Apply(BothSpreads);
BENCHMARK(FindLeafHit)->Apply(BothSpreads);
BENCHMARK(Record)->Apply(BothSpreads);
BENCHMARK(FindAndRecord)->Apply(BothSpreads);
BENCHMARK(DataTile)->Apply(BothSpreads);
BENCHMARK(HashTile)->Apply(BothSpreads);

void Open(benchmark::State& state) {
  Database& database = DatabaseOf(static_cast<std::uint64_t>(state.range(0)));
  for ([[maybe_unused]] const auto tick : state) {
    state.PauseTiming();
    database.store.reset();
    state.ResumeTiming();
    database.store = OpenStore(database.folder, false);
  }
}
BENCHMARK(Open)
    ->Arg(1000)
    ->Arg(kManyRecords)
    ->Iterations(10)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sumlog

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  sumlog::Databases().clear();
  return 0;
}
