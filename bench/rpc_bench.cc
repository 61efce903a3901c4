// Question: how many calls a second does the gRPC front answer, and what does one cost?
//
// Method: a log in a real database is served by one process; this one asks it over loopback with 64
// calls outstanding, for two seconds each, at random. An empty call (the standard health check) is
// the floor: the ratio to it is what sumlog adds. CPU time is that of the server process.
//
// usage: rpc_bench [--records=N] [--outstanding=N] [--only=CALL]. Folders are made below TMPDIR.

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <sumlog/v1/log.grpc.pb.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "bench/rpc_process.h"

namespace sumlog::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr absl::Duration kMeasured = absl::Seconds(2);
constexpr absl::Duration kWarmUp = absl::Seconds(4);  // all that is measured is asked before

// One kind of call: the method and a request of it at random, as bytes.
struct Question {
  const char* name;
  const char* method;
  std::function<std::string(std::mt19937_64&)> request;
  bool repeats = true;  // what was asked to warm up; else all is new
};

// Bytes go out and come back unparsed, so that the load generator leaves the cores to the server.
class Load {
 public:
  Load(const std::string& address, const Question& question, std::uint64_t seed)
      : random_(seed),
        question_(question),
        stub_(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())) {}

  // Calls answered in about `time`, and how long that took.
  std::pair<std::uint64_t, double> Run(int outstanding, absl::Duration time) {
    const auto begin = SteadyClock::now();
    end_ = begin + absl::ToChronoMilliseconds(time);
    for (int i = 0; i < outstanding; ++i) Ask();
    void* tag = nullptr;
    bool ok = false;
    while (under_way_ > 0 && queue_.Next(&tag, &ok)) {
      const std::unique_ptr<Call> call(static_cast<Call*>(tag));
      --under_way_;
      ++answered_;
      if (!call->status.ok()) {
        std::fprintf(stderr, "%s: %s\n", question_.name, call->status.error_message().c_str());
        std::exit(1);
      }
      if (SteadyClock::now() < end_) Ask();
    }
    const std::chrono::duration<double> taken = SteadyClock::now() - begin;
    return {answered_, taken.count()};
  }

 private:
  struct Call {
    grpc::ClientContext context;
    grpc::ByteBuffer response;
    grpc::Status status;
    std::unique_ptr<grpc::ClientAsyncResponseReader<grpc::ByteBuffer>> reader;
  };

  void Ask() {
    auto* const call = new Call;  // comes back as the tag
    const std::string bytes = question_.request(random_);
    const grpc::Slice slice(bytes);
    call->reader = stub_.PrepareUnaryCall(&call->context, question_.method,
                                          grpc::ByteBuffer(&slice, 1), &queue_);
    call->reader->StartCall();
    call->reader->Finish(&call->response, &call->status, call);
    ++under_way_;
  }

  std::mt19937_64 random_;
  const Question& question_;
  grpc::GenericStub stub_;
  grpc::CompletionQueue queue_;
  SteadyClock::time_point end_;
  std::uint64_t under_way_ = 0;
  std::uint64_t answered_ = 0;
};

int Measure(std::uint64_t record_count, int outstanding, absl::string_view only) {
  const auto number = [record_count](std::mt19937_64& random) { return random() % record_count; };
  const auto lookup = [number](std::mt19937_64& random) {
    v1::LookupRequest request;
    request.mutable_module()->set_path(PathOf(number(random)));
    request.mutable_module()->set_version("v1.2.3");
    return request.SerializeAsString();
  };
  const std::vector<Question> questions = {
      {"empty (health check)", "/grpc.health.v1.Health/Check",
       [](std::mt19937_64&) { return std::string(); }},
      {"GetSignedHead", "/sumlog.v1.Log/GetSignedHead",
       [](std::mt19937_64&) { return std::string(); }},
      {"GetInclusionProof", "/sumlog.v1.Log/GetInclusionProof",
       [&](std::mt19937_64& random) {
         v1::GetInclusionProofRequest request;
         request.set_number(number(random));
         return request.SerializeAsString();
       }},
      {"... at any size", "/sumlog.v1.Log/GetInclusionProof",
       [&](std::mt19937_64& random) {
         v1::GetInclusionProofRequest request;
         request.set_tree_size(1 + number(random));
         request.set_number(random() % request.tree_size());
         return request.SerializeAsString();
       }},
      {"GetConsistencyProof", "/sumlog.v1.Log/GetConsistencyProof",
       [&](std::mt19937_64& random) {
         v1::GetConsistencyProofRequest request;
         request.set_new_size(1 + number(random));
         request.set_old_size(1 + random() % request.new_size());
         return request.SerializeAsString();
       }},
      {"Lookup", "/sumlog.v1.Log/Lookup", lookup},
      {"... not asked before", "/sumlog.v1.Log/Lookup", lookup, false},
  };
  const ServerProcess server(record_count);
  std::printf("%llu records, %d calls outstanding\n%-22s %10s %16s %10s\n",
              static_cast<unsigned long long>(record_count), outstanding, "call", "calls/s",
              "server CPU us", "of empty");
  std::fflush(stdout);
  double empty_rate = 0;
  for (const Question& question : questions) {
    if (!only.empty() && only != question.name) continue;
    Load(server.address(), question, 1).Run(outstanding, kWarmUp);
    const double cpu = server.CpuSeconds();
    const auto [answered, seconds] =
        Load(server.address(), question, question.repeats ? 1 : 2).Run(outstanding, kMeasured);
    const double rate = static_cast<double>(answered) / seconds;
    if (empty_rate == 0) empty_rate = rate;
    std::printf("%-22s %10.0f %16.1f %9.0f%%\n", question.name, rate,
                (server.CpuSeconds() - cpu) / static_cast<double>(answered) * 1e6,
                100 * rate / empty_rate);
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace sumlog::bench

int main(int argc, char** argv) {
  if (sumlog::bench::ServeIfAsked(argc, argv)) return 0;
  std::uint64_t record_count = 200'000;
  int outstanding = 64;
  absl::string_view only;
  for (int i = 1; i < argc; ++i) {
    absl::string_view flag = argv[i];
    if (absl::ConsumePrefix(&flag, "--records=")) CHECK(absl::SimpleAtoi(flag, &record_count));
    if (absl::ConsumePrefix(&flag, "--outstanding=")) CHECK(absl::SimpleAtoi(flag, &outstanding));
    if (absl::ConsumePrefix(&flag, "--only=")) only = flag;
  }
  return sumlog::bench::Measure(record_count, outstanding, only);
}
