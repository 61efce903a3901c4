// Question: how long does an add take, and how many records a second does a writer take?
//
// Whole origin logs: queue, round, signature, commit, anchor, publication. "memory" has the memory
// store, but its anchor is a file; "rocksdb" is what is served. One caller who adds one record and
// waits shows the latency of a round: two syncs. One caller who adds many at once shows what a
// round can carry. Folders are made below TMPDIR: point it at the disk that is to be judged.

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "benchmark/benchmark.h"
#include "log/origin_log.h"
#include "storage/memory/memory_store.h"
#include "storage/rocksdb/rocksdb_store.h"
#include "sumlog/tlog/hash.h"

namespace sumlog {
namespace {

enum class Kind { kMemory, kRocksDb, kRocksDbBulk };

// A new log in a folder of its own, which goes with it.
class BenchLog {
 public:
  explicit BenchLog(Kind kind)
      : folder_((std::filesystem::temp_directory_path() / "sumlog-bench-XXXXXX").string()) {
    CHECK(mkdtemp(folder_.data()) != nullptr);
    log::OriginLog::Options options;
    options.store =
        kind == Kind::kMemory
            ? storage::NewMemoryStore()
            : storage::OpenRocksDbStore({.path = folder_ + "/db", .create = true}).value();
    options.signers = {tlog::Signer::FromSeed("bench.example.com", tlog::Ed25519Seed{1}).value()};
    const std::string note =
        log::OriginLog::CreateFirstHead(*options.store, options.signers, options.clock).value();
    options.anchor = log::Anchor::Create(folder_ + "/anchor", note).value();
    options.evidence_dir = folder_ + "/evidence";
    options.sequencer.bulk = kind == Kind::kRocksDbBulk;
    log_ = log::OriginLog::Open(std::move(options)).value();
  }
  ~BenchLog() {
    log_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  log::Sequencer& sequencer() { return log_->sequencer(); }

 private:
  std::string folder_;
  std::unique_ptr<log::OriginLog> log_;
};

gosum::Record MakeRecord(std::uint64_t number) {
  const std::string hash =
      absl::StrCat("h1:", tlog::FormatHash(tlog::LeafHash(absl::StrCat(number))));
  return {
      .module = {.path = absl::StrCat("github.com/someone/something", number), .version = "v1.2.3"},
      .zip_hash = hash,
      .mod_hash = hash};
}

log::AddRequest MakeRequest(std::uint64_t first, std::uint64_t count) {
  log::AddRequest request;
  request.provenance.how = "ingest";
  request.records.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) request.records.push_back(MakeRecord(first + i));
  return request;
}

// One caller adds `count` new records at a time and waits.
void AddAndWait(benchmark::State& state, Kind kind, std::uint64_t count) {
  BenchLog log(kind);
  std::uint64_t next = 0;
  for (auto _ : state) {
    state.PauseTiming();
    log::AddRequest request = MakeRequest(next, count);
    next += count;
    state.ResumeTiming();
    CHECK(log.sequencer().AddAndWait(std::move(request)).ok());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(next));
}

// One caller adds a record that is there already: no commit, no signature.
void AddAgain(benchmark::State& state, Kind kind) {
  BenchLog log(kind);
  for (auto _ : state) CHECK(log.sequencer().AddAndWait(MakeRequest(0, 1)).ok());
}

// 32 callers add one new record each and wait: rounds gather what waits.
void ManyCallers(benchmark::State& state, Kind kind) {
  static std::unique_ptr<BenchLog> log;
  static std::atomic<std::uint64_t> next;
  if (state.thread_index() == 0) {
    log = std::make_unique<BenchLog>(kind);
    next = 0;
  }
  for (auto _ : state) CHECK(log->sequencer().AddAndWait(MakeRequest(next++, 1)).ok());
  state.SetItemsProcessed(state.iterations());
  if (state.thread_index() == 0) log.reset();
}

BENCHMARK_CAPTURE(AddAndWait, one_memory, Kind::kMemory, 1)->UseRealTime();
BENCHMARK_CAPTURE(AddAndWait, one_rocksdb, Kind::kRocksDb, 1)->UseRealTime();
BENCHMARK_CAPTURE(AddAgain, rocksdb, Kind::kRocksDb)->UseRealTime();
BENCHMARK_CAPTURE(ManyCallers, rocksdb, Kind::kRocksDb)->Threads(32)->UseRealTime();
BENCHMARK_CAPTURE(AddAndWait, rounds_of_256_rocksdb, Kind::kRocksDb, 256)->UseRealTime();
BENCHMARK_CAPTURE(AddAndWait, rounds_of_4096_rocksdb, Kind::kRocksDb, 4096)->UseRealTime();
BENCHMARK_CAPTURE(AddAndWait, rounds_of_16384_memory, Kind::kMemory, 16384)
    ->UseRealTime()
    ->Iterations(20);
BENCHMARK_CAPTURE(AddAndWait, rounds_of_16384_rocksdb, Kind::kRocksDb, 16384)
    ->UseRealTime()
    ->Iterations(20);
BENCHMARK_CAPTURE(AddAndWait, rounds_of_16384_bulk, Kind::kRocksDbBulk, 16384)
    ->UseRealTime()
    ->Iterations(20);

}  // namespace
}  // namespace sumlog

BENCHMARK_MAIN();
