// Question: how many records a second does AddRecords take, durable and published, and how long
// does a caller with one record wait? Does memory stay flat while records stream out?
//
// Method: a log in a real database is served by one process; this one adds to it through its Unix
// socket. 64 streams send messages of records that are made beforehand, as bytes, a few of each
// stream under way; each message's answer is awaited. For the wait, three things by turns: one
// fdatasync of 4 KiB appended to a file beside the database, one empty call (the health check), and
// one call that adds one record. At the end the log is streamed out again and again.
//
// usage: add_bench [--streams=N] [--batch=N] [--records=N] [--streamed=N]. Folders are made below
// TMPDIR, which must be on the disk in question.

#include <fcntl.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <sumlog/v1/admin.grpc.pb.h>
#include <sumlog/v1/log.grpc.pb.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "bench/rpc_process.h"

namespace sumlog::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr char kAddRecords[] = "/sumlog.v1.Admin/AddRecords";
constexpr std::size_t kUnderWay = 8;  // messages of a stream
constexpr int kWaits = 300;           // of each kind

struct Sizes {
  std::uint64_t streams = 64;
  std::uint64_t batch = 16;
  std::uint64_t records = 500'000;
  std::uint64_t streamed = 10'000'000;
};

double SecondsSince(SteadyClock::time_point begin) {
  return std::chrono::duration<double>(SteadyClock::now() - begin).count();
}

void Fill(std::uint64_t number, v1::Record* message) {
  const gosum::Record record = MakeRecord(number);
  message->mutable_module()->set_path(record.module.path);
  message->mutable_module()->set_version(record.module.version);
  message->set_zip_hash(record.zip_hash);
  message->set_go_mod_hash(record.mod_hash);
}

grpc::ByteBuffer MakeMessage(std::uint64_t first, std::uint64_t count) {
  v1::AddRecordsRequest request;
  for (std::uint64_t i = 0; i < count; ++i) Fill(first + i, request.add_records());
  const grpc::Slice slice(request.SerializeAsString());
  return grpc::ByteBuffer(&slice, 1);
}

// One stream: writes as long as few messages are under way, reads an answer for each.
class AddingStream {
 public:
  AddingStream(grpc::GenericStub& stub, grpc::CompletionQueue* queue,
               std::deque<grpc::ByteBuffer> messages)
      : messages_(std::move(messages)), call_(stub.PrepareCall(&context_, kAddRecords, queue)) {
    call_->StartCall(&started_);
  }

  // Of what an event of the queue tells. False: all is answered.
  bool Handle(void* tag) {
    if (tag == &read_) {
      --under_way_;
      ++answered_;
    }
    if (tag == &started_ || tag == &read_) is_reading_ = false;
    if (tag == &wrote_) is_writing_ = false;
    if (!is_writing_ && !messages_.empty() && under_way_ < kUnderWay) {
      is_writing_ = true;
      ++under_way_;
      call_->Write(messages_.front(), &wrote_);
      messages_.pop_front();
    }
    if (!is_reading_ && under_way_ > 0) {
      is_reading_ = true;
      call_->Read(&answer_, &read_);
    }
    return under_way_ > 0 || is_writing_;
  }

  bool Has(void* tag) const { return tag == &started_ || tag == &wrote_ || tag == &read_; }
  std::uint64_t answered() const { return answered_; }
  void Cancel() { context_.TryCancel(); }

 private:
  std::deque<grpc::ByteBuffer> messages_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
  grpc::ByteBuffer answer_;
  char started_ = 0, wrote_ = 0, read_ = 0;  // their addresses are the tags
  bool is_writing_ = false;
  bool is_reading_ = true;
  std::size_t under_way_ = 0;
  std::uint64_t answered_ = 0;
};

void MeasureStreams(const ServerProcess& server, const Sizes& sizes, std::uint64_t* next_record) {
  std::vector<std::deque<grpc::ByteBuffer>> messages(sizes.streams);
  const std::uint64_t message_count = sizes.records / sizes.batch;
  for (std::uint64_t i = 0; i < message_count; ++i) {
    messages[i % sizes.streams].push_back(MakeMessage(*next_record, sizes.batch));
    *next_record += sizes.batch;
  }
  grpc::GenericStub stub(
      grpc::CreateChannel(server.admin_address(), grpc::InsecureChannelCredentials()));
  grpc::CompletionQueue queue;
  const double cpu = server.CpuSeconds();
  const auto begin = SteadyClock::now();
  std::vector<std::unique_ptr<AddingStream>> streams;
  for (auto& each : messages) {
    streams.push_back(std::make_unique<AddingStream>(stub, &queue, std::move(each)));
  }
  std::uint64_t open = streams.size();
  void* tag = nullptr;
  bool ok = false;
  while (open > 0 && queue.Next(&tag, &ok)) {
    CHECK(ok);
    for (const auto& stream : streams) {
      if (!stream->Has(tag)) continue;
      if (!stream->Handle(tag)) --open;
      break;
    }
  }
  const double seconds = SecondsSince(begin);
  const auto records = static_cast<double>(message_count * sizes.batch);
  std::printf(
      "AddRecords, %llu streams, %llu records to a message: %.0f records/s, server CPU %.1f us "
      "a record, %.0f MiB in memory\n",
      static_cast<unsigned long long>(sizes.streams), static_cast<unsigned long long>(sizes.batch),
      records / seconds, (server.CpuSeconds() - cpu) / records * 1e6, server.ResidentMiB());
  std::fflush(stdout);
  for (const auto& stream : streams) stream->Cancel();
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) {
  }
}

double MillisecondsOf(const std::function<void()>& act) {
  const auto begin = SteadyClock::now();
  act();
  return SecondsSince(begin) * 1e3;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void MeasureOneCaller(const ServerProcess& server, std::uint64_t* next_record) {
  const auto channel =
      grpc::CreateChannel(server.admin_address(), grpc::InsecureChannelCredentials());
  const auto admin = v1::Admin::NewStub(channel);
  const auto log = v1::Log::NewStub(channel);
  const std::string path = (std::filesystem::temp_directory_path() / "sumlog-bench-sync").string();
  const int file = open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  CHECK(file >= 0);
  const std::string block(4096, 'x');
  std::vector<double> syncs, empties, adds;
  for (int i = 0; i < kWaits; ++i) {
    syncs.push_back(MillisecondsOf([&] {
      CHECK(write(file, block.data(), block.size()) == static_cast<ssize_t>(block.size()));
      CHECK(fdatasync(file) == 0);
    }));
    empties.push_back(MillisecondsOf([&] {
      grpc::ClientContext context;
      v1::GetSignedHeadResponse response;
      CHECK(log->GetSignedHead(&context, {}, &response).ok());
    }));
    v1::AddRecordBatchRequest request;
    Fill((*next_record)++, request.add_records());
    adds.push_back(MillisecondsOf([&] {
      grpc::ClientContext context;
      v1::AddRecordBatchResponse response;
      CHECK(admin->AddRecordBatch(&context, request, &response).ok());
    }));
  }
  close(file);
  std::filesystem::remove(path);
  const double floor = Median(syncs) + Median(empties);
  std::printf(
      "one caller, one record, p50: %.2f ms; fdatasync of 4 KiB %.2f ms + small call %.2f ms; "
      "ratio %.1f\n",
      Median(adds), Median(syncs), Median(empties), Median(adds) / floor);
  std::fflush(stdout);
}

void MeasureStreamingOut(const ServerProcess& server, const Sizes& sizes) {
  const auto log =
      v1::Log::NewStub(grpc::CreateChannel(server.address(), grpc::InsecureChannelCredentials()));
  const double before = server.ResidentMiB();
  double most = before;
  std::uint64_t streamed = 0;
  const auto begin = SteadyClock::now();
  while (streamed < sizes.streamed) {
    grpc::ClientContext context;
    const auto reader = log->StreamRecords(&context, {});
    v1::StreamRecordsResponse response;
    while (reader->Read(&response)) {
      streamed += static_cast<std::uint64_t>(response.texts_size());
    }
    CHECK(reader->Finish().ok());
    most = std::max(most, server.ResidentMiB());
  }
  std::printf(
      "StreamRecords: %.1f million records, %.0f/s; server %.0f MiB before, %.0f at most, "
      "%.0f after\n",
      static_cast<double>(streamed) / 1e6, static_cast<double>(streamed) / SecondsSince(begin),
      before, most, server.ResidentMiB());
}

int Measure(const Sizes& sizes) {
  const ServerProcess server(/*record_count=*/0);
  std::uint64_t next_record = 0;
  Sizes warm_up = sizes;
  warm_up.records = sizes.records / 10;
  MeasureStreams(server, warm_up, &next_record);
  MeasureStreams(server, sizes, &next_record);
  MeasureOneCaller(server, &next_record);
  MeasureStreamingOut(server, sizes);
  return 0;
}

}  // namespace
}  // namespace sumlog::bench

int main(int argc, char** argv) {
  if (sumlog::bench::ServeIfAsked(argc, argv)) return 0;
  sumlog::bench::Sizes sizes;
  const struct {
    const char* name;
    std::uint64_t* value;
  } flags[] = {{"--streams=", &sizes.streams},
               {"--batch=", &sizes.batch},
               {"--records=", &sizes.records},
               {"--streamed=", &sizes.streamed}};
  for (int i = 1; i < argc; ++i) {
    for (const auto& each : flags) {
      absl::string_view flag = argv[i];
      if (absl::ConsumePrefix(&flag, each.name)) CHECK(absl::SimpleAtoi(flag, each.value));
    }
  }
  return sumlog::bench::Measure(sizes);
}
