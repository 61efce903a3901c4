// Question: what does a hash cost, and what does the own kernel save over OpenSSL?
//
// One core. A node is 65 bytes (prefix and two hashes), a leaf here 250 bytes, a usual record.
// Times are per hash; compare the rows of one run with each other, not runs with runs.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "benchmark/benchmark.h"
#include "crypto/sha256_kernel.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tree_edge.h"

namespace sumlog {
namespace {

constexpr std::size_t kNodeBytes = 64;
constexpr std::size_t kLeafBytes = 249;

void PerHash(benchmark::State& state, std::size_t hashes_per_iteration) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(hashes_per_iteration));
  state.counters["per_hash"] = benchmark::Counter(
      static_cast<double>(hashes_per_iteration),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void One(benchmark::State& state, const crypto::Sha256Kernel* kernel, std::size_t size_bytes) {
  if (kernel == nullptr) return state.SkipWithError("this processor has no SHA instructions");
  const std::string bytes(size_bytes, 'x');
  crypto::Digest digest;
  for (auto _ : state) {
    kernel->hash_one({.prefix = "\x01", .bytes = bytes}, &digest);
    benchmark::DoNotOptimize(digest);
  }
  PerHash(state, 1);
}

void Two(benchmark::State& state, const crypto::Sha256Kernel* kernel, std::size_t size_bytes) {
  if (kernel == nullptr) return state.SkipWithError("this processor has no SHA instructions");
  const std::string bytes(size_bytes, 'x');
  crypto::Digest first, second;
  for (auto _ : state) {
    kernel->hash_two({.prefix = "\x01", .bytes = bytes}, {.prefix = "\x01", .bytes = bytes}, &first,
                     &second);
    benchmark::DoNotOptimize(first);
    benchmark::DoNotOptimize(second);
  }
  PerHash(state, 2);
}

BENCHMARK_CAPTURE(One, node_openssl, &crypto::OpenSslKernel(), kNodeBytes);
BENCHMARK_CAPTURE(One, node_sha_ni, crypto::ShaNiKernel(), kNodeBytes);
BENCHMARK_CAPTURE(Two, node_sha_ni, crypto::ShaNiKernel(), kNodeBytes);
BENCHMARK_CAPTURE(One, leaf_openssl, &crypto::OpenSslKernel(), kLeafBytes);
BENCHMARK_CAPTURE(One, leaf_sha_ni, crypto::ShaNiKernel(), kLeafBytes);
BENCHMARK_CAPTURE(Two, leaf_sha_ni, crypto::ShaNiKernel(), kLeafBytes);

// What the tree pays: as many leaves as arguments say, appended at once.
void Append(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const std::vector<tlog::Hash> leaves(count, tlog::EmptyRoot());
  for (auto _ : state) {
    tlog::TreeEdge edge;
    benchmark::DoNotOptimize(edge.Append(leaves));
  }
  PerHash(state, count);
}
BENCHMARK(Append)->Arg(256)->Arg(65'536);

}  // namespace
}  // namespace sumlog

BENCHMARK_MAIN();
