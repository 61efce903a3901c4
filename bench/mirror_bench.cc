// Question: how many records a second does a full mirror take in, verified, indexed and durable,
// does it stay as fast while it grows, and how much memory does it need?
//
// Method: a log in a real database is served over HTTP by a process of its own; this one brings an
// empty RocksDB store to its head over loopback, and notes the time at each tenth.
//
// usage: mirror_bench [--records=N] [--tiles-at-once=N]. Folders are made below TMPDIR.

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "bench/rpc_process.h"
#include "client/http_fetcher.h"
#include "mirror/sync.h"

namespace sumlog::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

double SecondsSince(SteadyClock::time_point begin) {
  return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

double CpuSeconds() {
  rusage usage = {};
  CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double PeakMiB() {
  rusage usage = {};
  CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

double FolderMiB(const std::string& folder) {
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  return static_cast<double>(bytes) / (1 << 20);
}

void PrintTenths(const std::vector<std::pair<std::uint64_t, double>>& steps, std::uint64_t total) {
  std::uint64_t done = 0;
  double seconds = 0;
  for (int tenth = 1; tenth <= 10; ++tenth) {
    for (const auto& [records, at] : steps) {
      if (records < total * static_cast<std::uint64_t>(tenth) / 10) continue;
      if (records == done) break;  // one piece was more than a tenth
      std::printf("%s%.0f", done == 0 ? "  records/s by tenth: " : ", ",
                  static_cast<double>(records - done) / (at - seconds));
      done = records;
      seconds = at;
      break;
    }
  }
  std::printf("\n");
}

int Measure(std::uint64_t record_count, std::size_t tiles_at_once) {
  const ServerProcess server(record_count);
  std::string folder = (std::filesystem::temp_directory_path() / "sumlog-mirror-XXXXXX").string();
  CHECK(mkdtemp(folder.data()) != nullptr);
  {
    const auto store = storage::OpenRocksDbStore({.path = folder + "/db", .create = true}).value();
    client::HttpFetcherOptions http;
    http.base_url = server.url();
    http.use_proxy = false;
    const auto fetcher = client::NewHttpFetcher(http).value();
    const auto client =
        client::SumdbClient::Create({.key = BenchSigner().verifier(), .fetcher = fetcher.get()});
    const double server_cpu = server.CpuSeconds();
    const double cpu = CpuSeconds();
    const auto begin = SteadyClock::now();
    std::vector<std::pair<std::uint64_t, double>> steps;
    const auto report = mirror::Sync({.store = store.get(),
                                      .client = client.get(),
                                      .fetcher = fetcher.get(),
                                      .from = server.url(),
                                      .tiles_at_once = tiles_at_once,
                                      .watch = [&](const mirror::SyncOptions::Progress& progress) {
                                        steps.emplace_back(progress.done, SecondsSince(begin));
                                        return absl::OkStatus();
                                      }});
    const double seconds = SecondsSince(begin);
    if (!report.ok()) std::printf("%s\n", report.status().ToString().c_str());
    CHECK(report.ok() && report->complete && report->end == record_count);
    const auto records = static_cast<double>(record_count);
    std::printf(
        "mirror of %.0f records, %zu tiles at once: %.0f records/s; CPU a record %.1f us, of "
        "the upstream %.1f us; %.0f MiB at most; %.0f bytes of disk a record\n",
        records, tiles_at_once, records / seconds, (CpuSeconds() - cpu) / records * 1e6,
        (server.CpuSeconds() - server_cpu) / records * 1e6, PeakMiB(),
        FolderMiB(folder) * (1 << 20) / records);
    PrintTenths(steps, record_count);
  }
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace sumlog::bench

int main(int argc, char** argv) {
  if (sumlog::bench::ServeIfAsked(argc, argv)) return 0;
  std::uint64_t records = 1'000'000;
  std::uint64_t tiles_at_once = sumlog::mirror::kTilesAtOnce;
  for (int i = 1; i < argc; ++i) {
    absl::string_view flag = argv[i];
    if (absl::ConsumePrefix(&flag, "--records=")) CHECK(absl::SimpleAtoi(flag, &records));
    if (absl::ConsumePrefix(&flag, "--tiles-at-once="))
      CHECK(absl::SimpleAtoi(flag, &tiles_at_once));
  }
  return sumlog::bench::Measure(records, tiles_at_once);
}
