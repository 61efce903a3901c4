// Adds random records to a log until it is killed, and tells each acknowledgement at once.
//
//   crash_writer create FOLDER      makes the log
//   crash_writer add FOLDER SEED    adds; one line on stdout for each record (crash_log.h)
//   crash_writer bulk FOLDER SEED   the same, with the bulk commits of an import
//
// Three threads add requests of up to 40 records out of a small space of module versions, so that
// new records, repeated ones and conflicts meet in one round.

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "crash_log.h"
#include "sumlog/tlog/hash.h"

namespace sumlog::crash {
namespace {

constexpr std::uint64_t kModules = 20'000;
constexpr int kRequestsPerThread = 100'000;  // far more than any run gets to

gosum::Record RandomRecord(std::mt19937_64& random) {
  const std::uint64_t module = random() % kModules;
  const char* variant = random() % 20 == 0 ? " other" : "";
  const auto hash = [&](const char* what) {
    return "h1:" + tlog::FormatHash(tlog::LeafHash(absl::StrCat(what, module, variant)));
  };
  return {.module = {.path = absl::StrCat("example.com/m", module), .version = "v1.0.0"},
          .zip_hash = hash("zip "),
          .mod_hash = hash("mod ")};
}

// One write per answer: a pipe takes up to 4096 bytes in one piece, and the reader drops what has
// no newline.
void Tell(const std::string& lines) {
  std::size_t written = 0;
  while (written < lines.size()) {
    const ssize_t count = ::write(STDOUT_FILENO, lines.data() + written, lines.size() - written);
    if (count < 0) std::_Exit(3);
    written += static_cast<std::size_t>(count);
  }
}

void AddForEver(log::OriginLog& log, std::uint64_t seed, Mutex& telling) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < kRequestsPerThread; ++i) {
    log::AddRequest request;
    request.provenance.how = "ingest";
    request.provenance.from = absl::StrCat("seed ", seed);
    const std::uint64_t count = 1 + random() % 40;
    for (std::uint64_t n = 0; n < count; ++n) request.records.push_back(RandomRecord(random));
    const std::vector<gosum::Record> records = request.records;
    const absl::StatusOr<log::AddAnswer> answer = log.sequencer().AddAndWait(std::move(request));
    if (!answer.ok()) {
      std::fprintf(stderr, "add: %s\n", answer.status().ToString().c_str());
      std::_Exit(1);
    }
    std::string lines;
    for (std::size_t n = 0; n < records.size(); ++n) {
      lines +=
          FormatAcknowledgement(records[n], answer->results[n], answer->head->signed_head.head);
    }
    MutexLock lock(&telling);
    Tell(lines);
  }
}

int Main(int argc, char** argv) {
  const std::string verb = argc > 1 ? argv[1] : "";
  if (verb == "create" && argc == 3) {
    const absl::Status status = CreateCrashLog(argv[2]);
    if (!status.ok()) std::fprintf(stderr, "create: %s\n", status.ToString().c_str());
    return status.ok() ? 0 : 1;
  }
  if ((verb != "add" && verb != "bulk") || argc != 4) return 2;
  const auto log = OpenCrashLog(argv[2], /*bulk=*/verb == "bulk");
  if (!log.ok()) {
    std::fprintf(stderr, "open: %s\n", log.status().ToString().c_str());
    return 1;
  }
  const std::uint64_t seed = std::strtoull(argv[3], nullptr, 10);
  Mutex telling;
  std::vector<std::jthread> threads;
  for (std::uint64_t i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] { AddForEver(**log, seed * 3 + i, telling); });
  }
  return 0;
}

}  // namespace
}  // namespace sumlog::crash

int main(int argc, char** argv) { return sumlog::crash::Main(argc, argv); }
