// Goal: every message that was put is journalled and then answered, in order, and none is forgotten
// when the thread stops.
// Method: messages of one record, with answers as the sequencer would give them; the journal is
// looked at from within the answers.

#include "rpc/add_answers.h"

#include "admin_fixture.h"

namespace sumlog::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class AddAnswersTest : public AdminTest {
 protected:
  std::size_t JournalLineCount() const { return JournalLines().size(); }

  std::vector<std::string> JournalLines() const {
    return absl::StrSplit(*ReadFile(journal_path(), 1 << 20), '\n', absl::SkipEmpty());
  }

  // A message of record `number`, counted as under way.
  std::shared_ptr<AddedMessage> MakeMessage(std::uint64_t number, AddReplyDone done) {
    pending_.Begin();
    const v1::AddRecordsRequest request = AddRequestOf({testing::MakeRecord(number)});
    return std::make_shared<AddedMessage>(AddedMessage{
        .who = "ci",
        .peer = "unix:",
        .batch = *AddBatch::Read(request.records(), *gosum::ModulePatterns::Parse("*")),
        .done = std::move(done)});
  }

  log::AddAnswer Appended(std::uint64_t number) {
    return {.results = {{.outcome = log::AddResult::Outcome::kAppended,
                         .number = number,
                         .evidence_id = {}}},
            .head = log_->reader().Newest()};
  }

  const AdminContext context_ = Context();
  PendingAdds pending_;
};

TEST_F(AddAnswersTest, AnswersInOrderEachAfterItsLine) {
  constexpr std::uint64_t kMessages = 200;
  std::vector<std::uint64_t> numbers;  // of the thread of the answers, until they are gone
  {
    AddAnswers answers(&context_, &pending_);
    for (std::uint64_t i = 0; i < kMessages; ++i) {
      answers.Put(MakeMessage(i,
                              [&numbers, this](const absl::StatusOr<AddReply>& reply) {
                                ASSERT_TRUE(reply.ok()) << reply.status();
                                EXPECT_NE(reply->head, nullptr);
                                numbers.push_back(reply->results[0].number());
                                EXPECT_GE(JournalLineCount(), numbers.size());
                              }),
                  Appended(i));
    }
  }
  ASSERT_EQ(numbers.size(), kMessages);
  for (std::uint64_t i = 0; i < kMessages; ++i) EXPECT_EQ(numbers[i], i);
  const std::vector<std::string> lines = JournalLines();
  ASSERT_EQ(lines.size(), kMessages);
  EXPECT_THAT(lines[7], HasSubstr("example.com/m7@v1.0.0"));
}

TEST_F(AddAnswersTest, FlushWaitsForWhatWasPut) {
  AddAnswers answers(&context_, &pending_);
  for (std::uint64_t i = 0; i < 50; ++i) {
    bool is_answered = false;
    answers.Put(MakeMessage(i, [&is_answered](const auto&) { is_answered = true; }), Appended(i));
    answers.Flush();
    EXPECT_TRUE(is_answered);
  }
  answers.Flush();  // nothing waits
}

TEST_F(AddAnswersTest, HandsOnTheSequencersErrors) {
  std::vector<absl::StatusCode> codes;
  {
    AddAnswers answers(&context_, &pending_);
    const auto keep_code = [&codes](const absl::StatusOr<AddReply>& reply) {
      codes.push_back(reply.status().code());
    };
    answers.Put(MakeMessage(1, keep_code), absl::ResourceExhaustedError("the queue is full"));
    answers.Put(MakeMessage(2, keep_code), Appended(2));
  }
  EXPECT_THAT(codes, ElementsAre(absl::StatusCode::kResourceExhausted, absl::StatusCode::kOk));
  EXPECT_THAT(JournalLines()[0], HasSubstr("RESOURCE_EXHAUSTED: the queue is full"));
}

TEST_F(AddAnswersTest, SaysOfEachMessageThatItCouldNotBeJournalled) {
  const std::string folder = log_.folder.path() + "/journal";
  ASSERT_EQ(::rename(folder.c_str(), (folder + ".old").c_str()), 0);
  std::vector<absl::Status> statuses;
  {
    AddAnswers answers(&context_, &pending_);
    const auto keep_status = [&statuses](const absl::StatusOr<AddReply>& reply) {
      statuses.push_back(reply.status());
    };
    for (std::uint64_t i = 0; i < 3; ++i) answers.Put(MakeMessage(i, keep_status), Appended(i));
  }
  ASSERT_EQ(statuses.size(), 3u);
  for (const absl::Status& status : statuses) {
    EXPECT_TRUE(absl::IsUnavailable(status));
    EXPECT_THAT(std::string(status.message()), HasSubstr("it was done, but could not be"));
  }
}

}  // namespace
}  // namespace sumlog::rpc
