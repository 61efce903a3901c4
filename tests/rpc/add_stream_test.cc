// Goal: AddRecords answers every message, in order, whatever its neighbours hold; holds a bounded
// number of them; and leaves nothing half done when a stream is cut.
// Method: real streams over a Unix socket; many of them with the same records at once.

#include <atomic>
#include <map>
#include <thread>

#include "admin_fixture.h"

namespace sumlog::rpc {
namespace {

using grpc::StatusCode;
using ::testing::HasSubstr;
using Stream = grpc::ClientReaderWriter<v1::AddRecordsRequest, v1::AddRecordsResponse>;

class AddStreamTest : public AdminTest {
 protected:
  AddStreamTest() : AdminTest(0) { StartAtSocket(); }

  // Another server in place of the first one.
  void StartWith(RpcLimits limits) {
    RpcServer::Options options = AdminOptions("unix:" + log_.folder.path() + "/other.sock");
    limits.max_request_bytes = options.limits.max_request_bytes;
    options.limits = limits;
    server_ = RpcServer::Start(options).value();
    admin_ = ConnectAdmin(grpc::InsecureChannelCredentials());
  }

  // The answer to one message in a stream of its own, for which there will be a place soon.
  v1::AddRecordsResponse AddInAStream(const std::vector<gosum::Record>& records) {
    v1::AddRecordsResponse response;
    grpc::Status status;
    do {
      grpc::ClientContext context;
      const std::unique_ptr<Stream> stream = admin_->AddRecords(&context);
      stream->Write(AddRequestOf(records));
      stream->Read(&response);
      stream->WritesDone();
      status = stream->Finish();
    } while (status.error_code() == StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
};

TEST_F(AddStreamTest, AnswersEachMessageInOrder) {
  grpc::ClientContext context;
  const std::unique_ptr<Stream> stream = admin_->AddRecords(&context);
  constexpr std::uint64_t kMessages = 100;
  constexpr std::uint64_t kRecords = 7;
  std::jthread writer([&stream] {
    for (std::uint64_t i = 0; i < kMessages; ++i) {
      stream->Write(AddRequestOf(testing::MakeRecords(i * kRecords, kRecords)));
    }
    stream->WritesDone();
  });
  v1::AddRecordsResponse response;
  std::uint64_t next = 0;
  while (stream->Read(&response)) {
    ASSERT_EQ(response.results_size(), static_cast<int>(kRecords));
    for (const v1::AddResult& result : response.results()) {
      EXPECT_EQ(result.outcome(), v1::AddResult::OUTCOME_APPENDED);
      EXPECT_EQ(result.number(), next++);
      EXPECT_GT(response.head().tree_head().size(), result.number());
    }
  }
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_EQ(next, kMessages * kRecords);
}

TEST_F(AddStreamTest, GoesOnAfterARefusedRecord) {
  grpc::ClientContext context;
  const std::unique_ptr<Stream> stream = admin_->AddRecords(&context);
  gosum::Record half = testing::MakeRecord(1);
  half.zip_hash.clear();
  v1::AddRecordsResponse response;
  ASSERT_TRUE(stream->Write(AddRequestOf({half})));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.results(0).refusal(), v1::AddResult::REFUSAL_INVALID);
  ASSERT_TRUE(stream->Write(AddRequestOf({testing::MakeRecord(1)})));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.results(0).outcome(), v1::AddResult::OUTCOME_APPENDED);
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(AddStreamTest, EndsAtAMessageWithoutRecordsAfterAnsweringThoseBefore) {
  grpc::ClientContext context;
  const std::unique_ptr<Stream> stream = admin_->AddRecords(&context);
  stream->Write(AddRequestOf({testing::MakeRecord(1)}));
  stream->Write(v1::AddRecordsRequest());
  v1::AddRecordsResponse response;
  EXPECT_TRUE(stream->Read(&response));
  EXPECT_FALSE(stream->Read(&response));
  ExpectStatus(stream->Finish(), StatusCode::INVALID_ARGUMENT, "0 records");
  EXPECT_EQ(NewestHead().size, 1);
}

TEST_F(AddStreamTest, RefusesMessagesOverTheLimit) {
  grpc::ClientContext context;
  const std::unique_ptr<Stream> stream = admin_->AddRecords(&context);
  v1::AddRecordsRequest request = AddRequestOf({testing::MakeRecord(1)});
  request.mutable_records(0)->set_zip_hash(std::string(10 << 20, 'x'));
  stream->Write(request);
  ExpectStatus(stream->Finish(), StatusCode::RESOURCE_EXHAUSTED, "");
  EXPECT_EQ(NewestHead().size, 0);
}

// The client sends and never reads: the server takes a bounded number of messages and no more, and
// others are served.
TEST_F(AddStreamTest, DoesNotReadOnForAClientThatDoesNotRead) {
  grpc::ClientContext context;
  const std::unique_ptr<Stream> stream = admin_->AddRecords(&context);
  constexpr std::uint64_t kMessages = 20'000;
  std::atomic<std::uint64_t> written = 0;
  std::jthread writer([&] {
    for (std::uint64_t i = 0; i < kMessages; ++i) {
      if (!stream->Write(AddRequestOf(testing::MakeRecords(i * 16, 16)))) return;
      ++written;
    }
  });
  // Ends when the other one is stuck: this one goes on all the same.
  for (std::uint64_t i = 0; i < 50; ++i) {
    EXPECT_EQ(AddBatchOf({testing::MakeRecord(1'000'000 + i)}).results(0).outcome(),
              v1::AddResult::OUTCOME_APPENDED);
  }
  context.TryCancel();
  writer.join();
  EXPECT_LT(written, kMessages);
  stream->Finish();
}

TEST_F(AddStreamTest, KeepsWhatItHasTakenWhenTheStreamIsCut) {
  for (int round = 0; round < 20; ++round) {
    grpc::ClientContext context;
    const std::unique_ptr<Stream> stream = admin_->AddRecords(&context);
    const auto first = static_cast<std::uint64_t>(round) * 100;
    for (std::uint64_t i = 0; i < 10; ++i) {
      stream->Write(AddRequestOf(testing::MakeRecords(first + i * 10, 10)));
    }
    v1::AddRecordsResponse response;
    ASSERT_TRUE(stream->Read(&response));
    context.TryCancel();
    stream->Finish();
    for (const v1::AddResult& result : response.results()) {  // what was answered is there
      EXPECT_LT(result.number(), NewestHead().size);
      EXPECT_TRUE(log_->reader().store().Record(result.number()).ok());
    }
  }
  // Messages are taken whole: ten records each.
  server_->Drain(absl::Seconds(5));
  log_->Drain();
  EXPECT_EQ(NewestHead().size % 10, 0);
}

TEST_F(AddStreamTest, GivesEachModuleVersionOneNumberAmong64Streams) {
  constexpr int kStreams = 64;
  constexpr std::uint64_t kRecords = 60;
  Mutex mu;
  std::map<std::uint64_t, std::uint64_t> number_of;  // of record i
  std::uint64_t appended = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kStreams; ++t) {
      threads.emplace_back([&, t] {
        grpc::ClientContext context;
        const std::unique_ptr<Stream> stream = admin_->AddRecords(&context);
        v1::AddRecordsResponse response;
        for (std::uint64_t i = 0; i < kRecords; i += 6) {
          const std::uint64_t first = (i + static_cast<std::uint64_t>(t) * 6) % kRecords;
          ASSERT_TRUE(stream->Write(AddRequestOf(testing::MakeRecords(first, 6))));
          ASSERT_TRUE(stream->Read(&response));
          MutexLock lock(&mu);
          for (std::uint64_t j = 0; j < 6; ++j) {
            const v1::AddResult& result = response.results(static_cast<int>(j));
            if (result.outcome() == v1::AddResult::OUTCOME_APPENDED) ++appended;
            const auto [known, is_new] = number_of.emplace(first + j, result.number());
            EXPECT_EQ(known->second, result.number());
          }
        }
        stream->WritesDone();
        EXPECT_TRUE(stream->Finish().ok());
      });
    }
  }
  EXPECT_EQ(appended, kRecords);
  EXPECT_EQ(number_of.size(), kRecords);
  EXPECT_EQ(NewestHead().size, kRecords);
}

TEST_F(AddStreamTest, HasPlacesApartFromThoseOfReaders) {
  StartWith({.max_streams = 1, .max_add_streams = 1});
  const auto readers = Connect(server_->addresses().front());
  grpc::ClientContext contexts[3];
  const auto watcher = readers->WatchHeads(&contexts[0], v1::WatchHeadsRequest());
  v1::WatchHeadsResponse head;
  ASSERT_TRUE(watcher->Read(&head));

  const std::unique_ptr<Stream> stream = admin_->AddRecords(&contexts[1]);
  v1::AddRecordsResponse response;
  ASSERT_TRUE(stream->Write(AddRequestOf({testing::MakeRecord(1)})));
  EXPECT_TRUE(stream->Read(&response));
  const std::unique_ptr<Stream> further = admin_->AddRecords(&contexts[2]);
  EXPECT_FALSE(further->Read(&response));
  ExpectStatus(further->Finish(), StatusCode::RESOURCE_EXHAUSTED,
               "the server has 1 such streams open, the most it takes");
  contexts[0].TryCancel();
  watcher->Finish();
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

// The deadline goes to the server alone: this side sets no timer.
TEST_F(AddStreamTest, GivesItsPlaceBackAtTheDeadlineWhileTheDiskHolds) {
  StartWith({.max_add_streams = 1});
  log_.store->HoldCommits();
  const std::size_t commits = log_.store->notes().size();
  for (int milliseconds = 20; log_.store->notes().size() == commits;) {
    grpc::ClientContext context;
    context.AddMetadata("grpc-timeout", absl::StrCat(milliseconds, "m"));
    const std::unique_ptr<Stream> stream = admin_->AddRecords(&context);
    stream->Write(AddRequestOf(testing::MakeRecords(0, 3)));
    v1::AddRecordsResponse response;
    EXPECT_FALSE(stream->Read(&response));
    const grpc::Status status = stream->Finish();
    // The stream before may be on its way out still.
    if (status.error_code() == StatusCode::RESOURCE_EXHAUSTED) continue;
    ASSERT_EQ(status.error_code(), StatusCode::DEADLINE_EXCEEDED) << status.error_message();
    milliseconds *= 2;  // until the server has the time to begin
  }
  log_.store->LetCommitsGo();
  const v1::AddRecordsResponse again = AddInAStream(testing::MakeRecords(0, 3));
  ASSERT_EQ(again.results_size(), 3);
  for (const v1::AddResult& result : again.results()) {
    EXPECT_EQ(result.outcome(), v1::AddResult::OUTCOME_ALREADY_THERE);
  }
  EXPECT_EQ(NewestHead().size, 3);
}

TEST_F(AddStreamTest, EndsAStreamOnWhichNothingComes) {
  StartWith({.max_add_streams = 1, .max_add_idle = absl::Milliseconds(1)});
  for (int ended_count = 0; ended_count < 2;) {  // the place of the first one gets free
    grpc::ClientContext context;
    const std::unique_ptr<Stream> stream = admin_->AddRecords(&context);
    v1::AddRecordsResponse response;
    EXPECT_FALSE(stream->Read(&response));
    const grpc::Status status = stream->Finish();
    if (status.error_code() == StatusCode::RESOURCE_EXHAUSTED) continue;
    ASSERT_EQ(status.error_code(), StatusCode::DEADLINE_EXCEEDED);
    EXPECT_EQ(status.error_message(),
              "nothing came for 1ms and every answer was given; open a new stream");
    ++ended_count;
  }
}

TEST_F(AddStreamTest, IsNotIdleWhileAnAnswerIsOwed) {
  StartWith({.max_add_idle = absl::Milliseconds(20)});
  log_.store->HoldCommits();
  const std::size_t commits = log_.store->notes().size();
  v1::AddRecordsResponse owed;
  std::jthread adder([&] {
    bool is_answered = false;
    while (!is_answered) {  // the message may be slower than the limit
      grpc::ClientContext context;
      const std::unique_ptr<Stream> stream = admin_->AddRecords(&context);
      stream->Write(AddRequestOf({testing::MakeRecord(1)}));
      is_answered = stream->Read(&owed);
      context.TryCancel();
      stream->Finish();
    }
  });
  log_.store->AwaitCommits(commits + 1);
  for (int i = 0; i < 2; ++i) {  // the owed one is looked at as often as these
    grpc::ClientContext context;
    const std::unique_ptr<Stream> idle = admin_->AddRecords(&context);
    v1::AddRecordsResponse response;
    EXPECT_FALSE(idle->Read(&response));
    EXPECT_EQ(idle->Finish().error_code(), StatusCode::DEADLINE_EXCEEDED);
  }
  log_.store->LetCommitsGo();
  adder.join();
  // By its first stream: another one would have found it there.
  EXPECT_EQ(owed.results(0).outcome(), v1::AddResult::OUTCOME_APPENDED);
}

TEST_F(AddStreamTest, EndsOpenStreamsWhenTheServerDrains) {
  grpc::ClientContext context;
  const std::unique_ptr<Stream> stream = admin_->AddRecords(&context);
  ASSERT_TRUE(stream->Write(AddRequestOf({testing::MakeRecord(1)})));
  v1::AddRecordsResponse response;
  ASSERT_TRUE(stream->Read(&response));
  server_->Drain(absl::InfiniteDuration());
  EXPECT_FALSE(stream->Read(&response));
  ExpectStatus(stream->Finish(), StatusCode::UNAVAILABLE, "stopping");
}

}  // namespace
}  // namespace sumlog::rpc
