// A log in a real database, served over gRPC and HTTP by a process of its own, for benchmarks.
//
// A benchmark starts itself again as the server: its main calls ServeIfAsked first.

#ifndef SUMLOG_BENCH_RPC_PROCESS_H_
#define SUMLOG_BENCH_RPC_PROCESS_H_

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "admin/journal.h"
#include "admin/token_store.h"
#include "base/check.h"
#include "http/http_server.h"
#include "http/sumdb_handler.h"
#include "log/origin_log.h"
#include "rpc/rpc_server.h"
#include "storage/rocksdb/rocksdb_store.h"
#include "sumlog/tlog/hash.h"

extern char** environ;

namespace sumlog::bench {

constexpr std::size_t kRecordsAtOnce = 65536;

inline std::string PathOf(std::uint64_t number) {
  return absl::StrCat("github.com/someone", number % 97, "/something", number);
}

inline gosum::Record MakeRecord(std::uint64_t number) {
  const std::string hash =
      absl::StrCat("h1:", tlog::FormatHash(tlog::LeafHash(absl::StrCat(number))));
  return {
      .module = {.path = PathOf(number), .version = "v1.2.3"}, .zip_hash = hash, .mod_hash = hash};
}

inline tlog::Signer BenchSigner() {
  return tlog::Signer::FromSeed("bench.example.com", tlog::Ed25519Seed{1}).value();
}

// A log of `record_count` records in `folder`, which lie in table files as those of an old log do.
inline void MakeLog(const std::string& folder, std::uint64_t record_count) {
  log::OriginLog::Options options;
  options.store = storage::OpenRocksDbStore({.path = folder + "/db", .create = true}).value();
  options.signers = {BenchSigner()};
  const std::string note =
      log::OriginLog::CreateFirstHead(*options.store, options.signers, options.clock).value();
  options.anchor = log::Anchor::Create(folder + "/anchor", note).value();
  options.evidence_dir = folder + "/evidence";
  options.sequencer.bulk = true;
  const auto log = log::OriginLog::Open(std::move(options)).value();
  for (std::uint64_t next = 0; next < record_count; next += kRecordsAtOnce) {
    log::AddRequest request;
    request.provenance.how = "import";
    const std::uint64_t end = std::min(record_count, next + kRecordsAtOnce);
    for (std::uint64_t i = next; i < end; ++i) request.records.push_back(MakeRecord(i));
    CHECK(log->sequencer().AddAndWait(std::move(request)).ok());
  }
}

inline std::unique_ptr<log::OriginLog> OpenLog(const std::string& folder) {
  log::OriginLog::Options options;
  options.store = storage::OpenRocksDbStore({.path = folder + "/db"}).value();
  options.signers = {BenchSigner()};
  options.anchor = log::Anchor::Open(folder + "/anchor").value();
  options.evidence_dir = folder + "/evidence";
  return log::OriginLog::Open(std::move(options)).value();
}

// Makes a log, serves it for readers and, at a Unix socket, for administration; says where, also
// for HTTP, and stays until its input ends.
inline void Serve(std::uint64_t record_count) {
  std::string folder = (std::filesystem::temp_directory_path() / "sumlog-bench-XXXXXX").string();
  CHECK(mkdtemp(folder.data()) != nullptr);
  MakeLog(folder, record_count);
  {
    const auto log = OpenLog(folder);
    const auto tokens = admin::TokenStore::Open(&log->store(), SystemClock()).value();
    const auto journal = admin::Journal::Open(folder + "/journal", SystemClock()).value();
    rpc::RpcServer::Options options;
    options.reader = &log->reader();
    options.addresses = {"127.0.0.1:0"};
    const auto readers = rpc::RpcServer::Start(options).value();
    options.addresses = {absl::StrCat("unix:", folder, "/admin.sock")};
    options.limits.max_request_bytes = rpc::kMaxAddRequestBytes;
    options.admin = rpc::AdminContext{.log = log.get(),
                                      .tokens = tokens.get(),
                                      .journal = journal.get(),
                                      .clock = SystemClock(),
                                      .log_name = "bench.example.com",
                                      .verifier_key = "",
                                      .server_version = "",
                                      .started_at = absl::Now()};
    const auto admin = rpc::RpcServer::Start(options).value();
    http::SumdbHandlerOptions served;
    served.logs = {{.name = "bench.example.com", .reader = &log->reader()}};
    const auto handler = http::NewSumdbHandler(std::move(served));
    const auto http = http::HttpServer::Start({}, handler.get()).value();
    std::printf("%s %s http://127.0.0.1:%d\n", readers->addresses().front().c_str(),
                admin->addresses().front().c_str(), http->port());
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
    admin->Drain(absl::Seconds(5));
    readers->Drain(absl::Seconds(5));
  }
  std::filesystem::remove_all(folder);
}

// Whether this process is to be the server; then it has been one when this returns.
inline bool ServeIfAsked(int argc, char** argv) {
  absl::string_view flag = argc < 2 ? "" : argv[1];
  std::uint64_t record_count = 0;
  if (!absl::ConsumePrefix(&flag, "--serve=")) return false;
  CHECK(absl::SimpleAtoi(flag, &record_count));
  Serve(record_count);
  return true;
}

// A server in a process of its own.
class ServerProcess {
 public:
  explicit ServerProcess(std::uint64_t record_count) {
    int to_server[2], from_server[2];
    CHECK(pipe2(to_server, O_CLOEXEC) == 0 && pipe2(from_server, O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to_server[0], 0);
    posix_spawn_file_actions_adddup2(&actions, from_server[1], 1);
    std::string program = "/proc/self/exe";
    std::string flag = absl::StrCat("--serve=", record_count);
    char* arguments[] = {program.data(), flag.data(), nullptr};
    CHECK(posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments, environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    close(to_server[0]);
    close(from_server[1]);
    input_ = to_server[1];
    char buffer[512];
    const ssize_t size = read(from_server[0], buffer, sizeof(buffer));
    CHECK(size > 1);
    std::istringstream(std::string(buffer, static_cast<std::size_t>(size))) >> address_ >> admin_ >>
        url_;
    close(from_server[0]);
  }
  ~ServerProcess() {
    close(input_);
    waitpid(pid_, nullptr, 0);
  }

  const std::string& address() const { return address_; }      // for readers
  const std::string& admin_address() const { return admin_; }  // for administration
  const std::string& url() const { return url_; }              // for HTTP

  // What it has in memory now.
  double ResidentMiB() const {
    std::ifstream file(absl::StrCat("/proc/", pid_, "/statm"));
    double total = 0, resident = 0;
    file >> total >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
  }

  double CpuSeconds() const {
    std::ifstream file(absl::StrCat("/proc/", pid_, "/stat"));
    std::string line;
    std::getline(file, line);
    std::istringstream fields(line.substr(line.rfind(')') + 2));
    std::string word;
    double ticks = 0;
    for (int i = 0; i < 13 && fields >> word; ++i) {
      if (i >= 11) ticks += std::atof(word.c_str());
    }
    return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
  }

 private:
  pid_t pid_ = 0;
  int input_ = -1;
  std::string address_, admin_, url_;
};

}  // namespace sumlog::bench

#endif  // SUMLOG_BENCH_RPC_PROCESS_H_
