// Goal: StreamRecords and WatchHeads give everything in order, at the reader's pace, in bounded
// memory, and neither a lost client nor one that never reads is in anybody's way.
// Method: real channels to a log in memory; clients that read, that stop, that go away.

#include <string>
#include <vector>

#include "base/clock.h"
#include "rpc_fixture.h"
#include "support/damaging_store.h"

namespace sumlog::rpc {
namespace {

using grpc::StatusCode;

class StreamsTest : public RpcTest {
 protected:
  // Reads a range to its end.
  grpc::Status ReadAll(const v1::StreamRecordsRequest& request, std::vector<std::string>* texts) {
    grpc::ClientContext context;
    const auto reader = stub_->StreamRecords(&context, request);
    v1::StreamRecordsResponse batch;
    while (reader->Read(&batch)) {
      EXPECT_EQ(batch.first(), request.first() + texts->size());
      EXPECT_GE(batch.texts_size(), 1);
      EXPECT_LE(batch.texts_size(), 256);
      texts->insert(texts->end(), batch.texts().begin(), batch.texts().end());
    }
    return reader->Finish();
  }

  static v1::StreamRecordsRequest Range(std::uint64_t first, std::uint64_t end) {
    v1::StreamRecordsRequest request;
    request.set_first(first);
    request.set_end(end);
    return request;
  }

  // Adds records until a stream of all of them cannot fit into any window: some MiB.
  void MakeLong() {
    for (int i = 0; i < 5; ++i) Grow(4000);
  }
};

TEST_F(StreamsTest, GivesEveryRangeInOrder) {
  Start();
  const struct {
    std::uint64_t first, end;
  } ranges[] = {{0, 600}, {0, 1}, {599, 600}, {255, 257}, {256, 512}, {1, 599}, {7, 7}, {600, 600}};
  for (const auto& range : ranges) {
    std::vector<std::string> texts;
    ASSERT_TRUE(ReadAll(Range(range.first, range.end), &texts).ok());
    EXPECT_TRUE(std::equal(texts.begin(), texts.end(), texts_.begin() + long(range.first),
                           texts_.begin() + long(range.end)));
  }
  std::vector<std::string> all;
  ASSERT_TRUE(ReadAll(v1::StreamRecordsRequest(), &all).ok());
  EXPECT_EQ(all, texts_);
}

TEST_F(StreamsTest, RefusesRangesBeyondTheHeadOrBackwards) {
  Start();
  const std::uint64_t huge = ~std::uint64_t{0};
  std::vector<std::string> texts;
  ExpectStatus(ReadAll(Range(5, 4), &texts), StatusCode::INVALID_ARGUMENT,
               "the range begins at 5 and ends at 4");
  ExpectStatus(ReadAll(Range(huge, 0), &texts), StatusCode::INVALID_ARGUMENT, "and ends at 0");
  ExpectStatus(ReadAll(Range(0, 601), &texts), StatusCode::OUT_OF_RANGE,
               "the range reaches to 601, the newest head covers 600 records");
  ExpectStatus(ReadAll(Range(0, huge), &texts), StatusCode::OUT_OF_RANGE, "covers 600 records");
  v1::StreamRecordsRequest open;
  open.set_first(601);
  ExpectStatus(ReadAll(open, &texts), StatusCode::OUT_OF_RANGE, "the range reaches to 601");
  open.set_first(huge);
  ExpectStatus(ReadAll(open, &texts), StatusCode::OUT_OF_RANGE, "covers 600 records");
  EXPECT_TRUE(texts.empty());
}

TEST_F(StreamsTest, EndsAtTheHeadOfWhenTheCallBegan) {
  Start();
  grpc::ClientContext context;
  const auto reader = stub_->StreamRecords(&context, v1::StreamRecordsRequest());
  v1::StreamRecordsResponse batch;
  ASSERT_TRUE(reader->Read(&batch));
  Grow(300);
  int count = batch.texts_size();
  while (reader->Read(&batch)) count += batch.texts_size();
  EXPECT_EQ(count, 600);
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(StreamsTest, TellsWhatTheStoreMeetsInTheMiddle) {
  testing::DamagingStore damaging(log_.store->wrapped());
  damaging.data_tiles[1] = [](std::vector<std::string>&) {
    return absl::UnavailableError("the disk does not answer");
  };
  const log::LogReader reader(&damaging, log_->reader().Newest(), {}, SystemClock());
  const auto server = RpcServer::Start({.reader = &reader, .addresses = {"127.0.0.1:0"}}).value();
  stub_ = Connect(server->addresses().front());
  std::vector<std::string> texts;
  ExpectStatus(ReadAll(v1::StreamRecordsRequest(), &texts), StatusCode::UNAVAILABLE,
               "the disk does not answer");
  EXPECT_EQ(texts.size(), 256u);
}

TEST_F(StreamsTest, ServesOthersWhileOneNeverReads) {
  Start();
  MakeLong();
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<v1::StreamRecordsResponse>>> silent;
  const auto lazy = Connect(server_->addresses().front());
  for (int i = 0; i < 20; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    silent.push_back(lazy->StreamRecords(contexts.back().get(), v1::StreamRecordsRequest()));
  }
  for (int i = 0; i < 20; ++i) {
    std::vector<std::string> texts;
    ASSERT_TRUE(ReadAll(v1::StreamRecordsRequest(), &texts).ok());
    ASSERT_EQ(texts, texts_);
  }
  for (const auto& context : contexts) context->TryCancel();
  for (const auto& reader : silent) EXPECT_FALSE(reader->Finish().ok());
}

TEST_F(StreamsTest, CancelsAStreamWhoseClientTakesNothing) {
  Start({.max_stall = absl::Milliseconds(100)});
  MakeLong();
  grpc::ClientContext context;
  const auto reader = stub_->StreamRecords(&context, v1::StreamRecordsRequest());
  // Nothing is read until the server has given up, which ends the call on this side too.
  grpc::Status status;
  v1::StreamRecordsResponse batch;
  ASSERT_TRUE(reader->Read(&batch));
  absl::SleepFor(absl::Milliseconds(500));
  std::size_t count = static_cast<std::size_t>(batch.texts_size());
  while (reader->Read(&batch)) count += static_cast<std::size_t>(batch.texts_size());
  EXPECT_EQ(reader->Finish().error_code(), StatusCode::CANCELLED);
  EXPECT_LT(count, texts_.size());
}

TEST_F(StreamsTest, SurvivesClientsThatGoAway) {
  Start({.max_streams = 4});
  MakeLong();
  for (int i = 0; i < 40; ++i) {
    const auto stub = Connect(server_->addresses().front());
    grpc::ClientContext context;
    v1::StreamRecordsResponse batch;
    v1::WatchHeadsResponse head;
    if (i % 2 == 0) {
      const auto reader = stub->StreamRecords(&context, v1::StreamRecordsRequest());
      reader->Read(&batch);  // refused while streams of before are still being cleaned up
      context.TryCancel();
      EXPECT_FALSE(reader->Finish().ok());
    } else {
      const auto reader = stub->WatchHeads(&context, v1::WatchHeadsRequest());
      reader->Read(&head);
      context.TryCancel();
      EXPECT_FALSE(reader->Finish().ok());
    }
  }
  // Their places become free again.
  grpc::Status status;
  do {
    std::vector<std::string> texts;
    status = ReadAll(v1::StreamRecordsRequest(), &texts);
  } while (status.error_code() == StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST_F(StreamsTest, KeepsToADeadline) {
  Start();
  grpc::ClientContext context;
  context.AddMetadata("grpc-timeout", "50m");  // to the server alone: there is no timer here
  const auto reader = stub_->WatchHeads(&context, v1::WatchHeadsRequest());
  v1::WatchHeadsResponse head;
  while (reader->Read(&head)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(StreamsTest, RefusesStreamsBeyondTheLimit) {
  Start({.max_streams = 2});
  grpc::ClientContext contexts[3];
  v1::WatchHeadsResponse head;
  const auto first = stub_->WatchHeads(&contexts[0], v1::WatchHeadsRequest());
  ASSERT_TRUE(first->Read(&head));
  const auto second = stub_->WatchHeads(&contexts[1], v1::WatchHeadsRequest());
  ASSERT_TRUE(second->Read(&head));
  const auto third = stub_->WatchHeads(&contexts[2], v1::WatchHeadsRequest());
  EXPECT_FALSE(third->Read(&head));
  ExpectStatus(third->Finish(), StatusCode::RESOURCE_EXHAUSTED,
               "the server has 2 such streams open, the most it takes");
  // Other calls go on.
  v1::GetSignedHeadResponse newest;
  EXPECT_TRUE(Call(&v1::Log::Stub::GetSignedHead, v1::GetSignedHeadRequest(), &newest).ok());
  contexts[0].TryCancel();
  contexts[1].TryCancel();
  first->Finish();
  second->Finish();
}

TEST_F(StreamsTest, GivesAnotherHostAPlaceOfTheOneThatHasThemAll) {
  const std::string socket = "unix:" + log_.folder.path() + "/log.sock";
  server_ = StartAt({"127.0.0.1:0", socket}, {.max_streams = 2}).value();
  const auto crowd = Connect(server_->addresses()[0]);
  const auto other = Connect(socket);
  grpc::ClientContext contexts[3];
  v1::WatchHeadsResponse head;
  const auto first = crowd->WatchHeads(&contexts[0], v1::WatchHeadsRequest());
  ASSERT_TRUE(first->Read(&head));
  const auto second = crowd->WatchHeads(&contexts[1], v1::WatchHeadsRequest());
  ASSERT_TRUE(second->Read(&head));
  const auto third = other->WatchHeads(&contexts[2], v1::WatchHeadsRequest());
  EXPECT_TRUE(third->Read(&head));
  EXPECT_FALSE(second->Read(&head));
  ExpectStatus(second->Finish(), StatusCode::RESOURCE_EXHAUSTED,
               "most of them are of your address");
  Grow(1);
  EXPECT_TRUE(first->Read(&head));
  EXPECT_TRUE(third->Read(&head));
  contexts[0].TryCancel();
  contexts[2].TryCancel();
  first->Finish();
  third->Finish();
}

TEST_F(StreamsTest, ShowsEachHeadToAWatcherThatKeepsUp) {
  Start();
  grpc::ClientContext context;
  const auto reader = stub_->WatchHeads(&context, v1::WatchHeadsRequest());
  v1::WatchHeadsResponse head;
  ASSERT_TRUE(reader->Read(&head));
  EXPECT_EQ(ToHead(head.head().tree_head()), NewestHead());
  for (int i = 0; i < 10; ++i) {
    Grow(3);
    ASSERT_TRUE(reader->Read(&head));
    EXPECT_EQ(ToHead(head.head().tree_head()), NewestHead());
    EXPECT_EQ(head.head().note(), log_->reader().Newest()->signed_head.note);
  }
  context.TryCancel();
  EXPECT_EQ(reader->Finish().error_code(), StatusCode::CANCELLED);
}

TEST_F(StreamsTest, ShowsTheNewestHeadToASlowWatcherAtLast) {
  Start();
  grpc::ClientContext context;
  const auto reader = stub_->WatchHeads(&context, v1::WatchHeadsRequest());
  for (int i = 0; i < 200; ++i) Grow(1);
  v1::WatchHeadsResponse head;
  std::uint64_t last = 0;
  while (last != size_ && reader->Read(&head)) {
    EXPECT_GE(head.head().tree_head().size(), last);
    last = head.head().tree_head().size();
  }
  EXPECT_EQ(last, size_);
  context.TryCancel();
  reader->Finish();
}

}  // namespace
}  // namespace sumlog::rpc
