// Goal: the client accepts what an honest database says, and finds every lie next to it.
// Method: a small database in process that lies in one way at a time; one flipped bit in every byte
// of every answer.

#include "sumlog/client/sumdb_client.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sumlog/client/failure_details.h"
#include "sumlog/tlog/inclusion.h"
#include "support/batch_builder.h"
#include "support/small_sumdb.h"

namespace sumlog::client {
namespace {

using ::sumlog::testing::SmallSumdb;
using ::sumlog::testing::TestModule;
using ::sumlog::testing::TestSigner;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kName[] = "sum.example.com";

std::unique_ptr<SumdbClient> NewClient(SmallSumdb& sumdb) {
  return SumdbClient::Create({.key = TestSigner(kName).verifier(), .fetcher = &sumdb});
}

std::string Message(const absl::Status& status) { return std::string(status.message()); }

TEST(SumdbClient, LooksUpEveryRecordOfEveryTree) {
  SmallSumdb sumdb(TestSigner(kName));
  for (const std::uint64_t size : {1u, 2u, 3u, 255u, 256u, 257u, 600u}) {
    sumdb.AppendMadeUp(size - sumdb.size());
    const auto client = NewClient(sumdb);
    for (std::uint64_t number = 0; number < size; ++number) {
      const auto record = client->Lookup(TestModule(number));
      ASSERT_TRUE(record.ok()) << number << " of " << size << ": " << record.status();
      EXPECT_EQ(record->number, number);
      EXPECT_EQ(record->text, sumdb.text(number));
      EXPECT_EQ(record->head.note, sumdb.Note(size));
      EXPECT_EQ(tlog::VerifyInclusion(record->head.head, number, tlog::LeafHash(record->text),
                                      record->path),
                absl::OkStatus());
    }
  }
}

TEST(SumdbClient, KeepsVerifiedTiles) {
  SmallSumdb sumdb(TestSigner(kName));
  sumdb.AppendMadeUp(300);
  const auto client = NewClient(sumdb);
  ASSERT_TRUE(client->Lookup(TestModule(0)).ok());
  EXPECT_THAT(sumdb.TakeAsked(), ElementsAre("/lookup/example.com/m0@v1.0.0", "/tile/8/0/001.p/44",
                                             "/tile/8/1/000.p/1", "/tile/8/0/000"));
  ASSERT_TRUE(client->Lookup(TestModule(299)).ok());
  EXPECT_THAT(sumdb.TakeAsked(), ElementsAre("/lookup/example.com/m299@v1.0.0"));
}

TEST(SumdbClient, EscapesUpperCase) {
  SmallSumdb sumdb(TestSigner(kName));
  sumdb.AppendMadeUp(1);
  const auto client = NewClient(sumdb);
  EXPECT_TRUE(absl::IsNotFound(
      client->Lookup({.path = "github.com/BurntSushi/toml", .version = "v1.0.0"}).status()));
  EXPECT_THAT(sumdb.TakeAsked(), ElementsAre("/lookup/github.com/!burnt!sushi/toml@v1.0.0"));
}

TEST(SumdbClient, AsksNothingForWhatIsNoModule) {
  SmallSumdb sumdb(TestSigner(kName));
  sumdb.AppendMadeUp(1);
  EXPECT_TRUE(absl::IsInvalidArgument(
      NewClient(sumdb)->Lookup({.path = "../latest", .version = "v1.0.0"}).status()));
  EXPECT_THAT(sumdb.TakeAsked(), IsEmpty());
}

TEST(SumdbClient, HandsOnWhatTheServerSaysOfAnUnknownModule) {
  SmallSumdb sumdb(TestSigner(kName));
  sumdb.AppendMadeUp(3);
  const absl::Status status = NewClient(sumdb)->Lookup(TestModule(7)).status();
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_THAT(Message(status), HasSubstr("not here"));
}

TEST(SumdbClient, FollowsAGrowingTree) {
  SmallSumdb sumdb(TestSigner(kName));
  const auto client = NewClient(sumdb);
  for (const std::uint64_t size : {1u, 2u, 7u, 256u, 257u, 300u, 511u, 512u, 513u, 900u}) {
    sumdb.AppendMadeUp(size - sumdb.size());
    const auto latest = client->Latest();
    ASSERT_TRUE(latest.ok()) << size << ": " << latest.status();
    EXPECT_EQ(latest->head.size, size);
    ASSERT_TRUE(client->Lookup(TestModule(size / 2)).ok()) << size;
  }
}

TEST(SumdbClient, AcceptsAnOlderHeadAndProvesUnderTheNewest) {
  SmallSumdb sumdb(TestSigner(kName));
  sumdb.AppendMadeUp(600);
  const auto client = NewClient(sumdb);
  ASSERT_TRUE(client->Latest().ok());
  for (const std::uint64_t size : {599u, 512u, 300u, 256u, 4u, 1u}) {
    sumdb.AnswerWithHeadOf(size);
    const auto record = client->Lookup(TestModule(0));
    ASSERT_TRUE(record.ok()) << size << ": " << record.status();
    EXPECT_EQ(record->head.head.size, 600u);
    EXPECT_EQ(client->Latest()->head.size, size);
  }
}

TEST(SumdbClient, AcceptsTheEmptyTree) {
  SmallSumdb sumdb(TestSigner(kName));
  const auto client = NewClient(sumdb);
  EXPECT_TRUE(client->Latest().ok());
  sumdb.AppendMadeUp(3);
  EXPECT_TRUE(client->Latest().ok());
}

// Two databases with one key that agree on `common` records and no further.
struct Fork {
  explicit Fork(std::uint64_t common) : left(TestSigner(kName)), right(TestSigner(kName)) {
    left.AppendMadeUp(common);
    right.AppendMadeUp(common);
    left.Append("example.com/left v1.0.0 h1:x\n");
    right.Append("example.com/right v1.0.0 h1:x\n");
  }
  SmallSumdb left, right;
};

// Asks the right one once it has seen the left one.
class Switch final : public Fetcher {
 public:
  explicit Switch(Fork& fork) : fork_(fork) {}
  void GoRight() { right_ = true; }
  absl::StatusOr<std::string> Fetch(absl::string_view path, std::size_t max_bytes) override {
    return (right_ ? fork_.right : fork_.left).Fetch(path, max_bytes);
  }

 private:
  Fork& fork_;
  bool right_ = false;
};

void ExpectForkFound(std::uint64_t left_size, std::uint64_t right_size) {
  SCOPED_TRACE(absl::StrCat(left_size, " then ", right_size));
  Fork fork(9);
  fork.left.AppendMadeUp(left_size - fork.left.size());
  fork.right.AppendMadeUp(right_size - fork.right.size());
  Switch path(fork);
  const auto client = SumdbClient::Create({.key = TestSigner(kName).verifier(), .fetcher = &path});
  ASSERT_TRUE(client->Lookup(TestModule(3)).ok());
  path.GoRight();
  for (const absl::Status& status :
       {client->Latest().status(), client->Lookup(TestModule(3)).status()}) {
    EXPECT_TRUE(absl::IsDataLoss(status)) << status;
    EXPECT_THAT(ForkedNotesOf(status), HasSubstr(fork.left.Note(left_size)));
    EXPECT_THAT(ForkedNotesOf(status), HasSubstr(fork.right.Note(right_size)));
    // A log may sign a note with a line "fix: …" at its end.
    EXPECT_THAT(Message(status), Not(HasSubstr("\n")));
  }
}

TEST(SumdbClient, FindsForksAndShowsBothNotes) {
  ExpectForkFound(10, 10);
  ExpectForkFound(10, 11);
  ExpectForkFound(11, 10);
  ExpectForkFound(300, 700);
  ExpectForkFound(700, 700);
}

TEST(SumdbClient, AdmitsThatItCannotCompareWithAServerThatLacksTheTiles) {
  Fork fork(9);
  fork.left.AppendMadeUp(690);
  fork.right.AppendMadeUp(290);
  Switch path(fork);
  const auto client = SumdbClient::Create({.key = TestSigner(kName).verifier(), .fetcher = &path});
  ASSERT_TRUE(client->Latest().ok());
  path.GoRight();
  const absl::Status status = client->Latest().status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(Message(status), HasSubstr("head of 300 records"));
  EXPECT_THAT(Message(status), HasSubstr("head of 700 records"));
}

TEST(SumdbClient, GoesOnWithTheOldTimelineAfterAFork) {
  Fork fork(9);
  Switch path(fork);
  fork.right.AppendMadeUp(5);
  const auto client = SumdbClient::Create({.key = TestSigner(kName).verifier(), .fetcher = &path});
  ASSERT_TRUE(client->Latest().ok());
  path.GoRight();
  EXPECT_TRUE(absl::IsDataLoss(client->Latest().status()));
  EXPECT_TRUE(absl::IsDataLoss(client->Latest().status()));
}

TEST(SumdbClient, RefusesAHeadByAnotherKey) {
  SmallSumdb sumdb(TestSigner("other.example.com"));
  sumdb.AppendMadeUp(3);
  for (const absl::Status& status :
       {NewClient(sumdb)->Latest().status(), NewClient(sumdb)->Lookup(TestModule(0)).status()}) {
    EXPECT_TRUE(absl::IsUnauthenticated(status)) << status;
    EXPECT_THAT(Message(status), HasSubstr("not signed by sum.example.com+"));
  }
}

TEST(SumdbClient, RefusesWhatIsNoAnswer) {
  SmallSumdb sumdb(TestSigner(kName));
  sumdb.AppendMadeUp(3);
  for (const char* const body : {"", "<html>Sign in to the WiFi</html>", "null", "\n\n\n", "3\n"}) {
    sumdb.Damage([body](const std::string&, absl::StatusOr<std::string>) { return body; });
    EXPECT_TRUE(absl::IsInvalidArgument(NewClient(sumdb)->Lookup(TestModule(0)).status())) << body;
    EXPECT_TRUE(absl::IsInvalidArgument(NewClient(sumdb)->Latest().status())) << body;
  }
}

TEST(SumdbClient, RefusesAnOversizedAnswer) {
  SmallSumdb sumdb(TestSigner(kName));
  sumdb.AppendMadeUp(3);
  sumdb.Damage([](const std::string&, absl::StatusOr<std::string> answer) {
    return *answer + std::string(2u << 20, 'x');
  });
  EXPECT_TRUE(absl::IsResourceExhausted(NewClient(sumdb)->Lookup(TestModule(0)).status()));
  EXPECT_TRUE(absl::IsResourceExhausted(NewClient(sumdb)->Latest().status()));
}

TEST(SumdbClient, FindsEveryTruncation) {
  SmallSumdb sumdb(TestSigner(kName));
  sumdb.AppendMadeUp(5);
  for (std::size_t length = 0;; ++length) {
    bool is_whole = false;
    sumdb.Damage([&](const std::string& path, absl::StatusOr<std::string> answer) {
      if (!absl::StartsWith(path, "/lookup/")) return answer;
      is_whole = length >= answer->size();
      return absl::StatusOr<std::string>(answer->substr(0, length));
    });
    EXPECT_EQ(NewClient(sumdb)->Lookup(TestModule(0)).ok(), is_whole) << length;
    if (is_whole) break;
  }
}

TEST(SumdbClient, FindsARecordOfAnotherModule) {
  SmallSumdb sumdb(TestSigner(kName));
  sumdb.AppendMadeUp(5);
  sumdb.AnswerEveryLookupWith(2);
  EXPECT_TRUE(NewClient(sumdb)->Lookup(TestModule(2)).ok());
  const absl::Status status = NewClient(sumdb)->Lookup(TestModule(3)).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(Message(status), HasSubstr("checksum missing"));
}

TEST(SumdbClient, FindsHalfARecordEvenWhenItIsInTheTree) {
  const std::string whole = testing::TestRecord(0);
  const std::size_t half = whole.find('\n') + 1;
  for (const std::string& text : {whole.substr(0, half), whole.substr(half)}) {
    SmallSumdb sumdb(TestSigner(kName));
    sumdb.Append(text);
    EXPECT_TRUE(absl::IsDataLoss(NewClient(sumdb)->Lookup(TestModule(0)).status())) << text;
  }
}

TEST(SumdbClient, FindsANumberThatIsNotTheRecords) {
  SmallSumdb sumdb(TestSigner(kName));
  sumdb.AppendMadeUp(5);
  for (const char* const number : {"0", "1", "2", "4", "5", "900"}) {
    sumdb.Damage([number](const std::string& path, absl::StatusOr<std::string> answer) {
      if (absl::StartsWith(path, "/lookup/")) answer->replace(0, 1, number);
      return answer;
    });
    EXPECT_TRUE(absl::IsDataLoss(NewClient(sumdb)->Lookup(TestModule(3)).status())) << number;
  }
}

TEST(SumdbClient, BelievesNoLineThatIsNotInTheTree) {
  SmallSumdb sumdb(TestSigner(kName));
  sumdb.AppendMadeUp(5);
  const std::string line =
      "example.com/m3 v1.0.0 h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
  // At the end of the record: another leaf. After the blank line: another signed text.
  for (const bool in_record : {true, false}) {
    sumdb.Damage([&](const std::string& path, absl::StatusOr<std::string> answer) {
      if (absl::StartsWith(path, "/lookup/")) {
        answer->insert(answer->find("\n\n") + (in_record ? 1 : 2), line);
      }
      return answer;
    });
    const absl::Status status = NewClient(sumdb)->Lookup(TestModule(3)).status();
    EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  }
}

TEST(SumdbClient, CallsATileThatTheServerLacksUnavailable) {
  SmallSumdb sumdb(TestSigner(kName));
  sumdb.AppendMadeUp(5);
  sumdb.Damage([](const std::string& path, absl::StatusOr<std::string> answer) {
    if (absl::StartsWith(path, "/tile/")) {
      return absl::StatusOr<std::string>(absl::NotFoundError("gone"));
    }
    return answer;
  });
  EXPECT_TRUE(absl::IsUnavailable(NewClient(sumdb)->Lookup(TestModule(3)).status()));
}

TEST(SumdbClient, CallsATileOfAnotherSizeTampering) {
  SmallSumdb sumdb(TestSigner(kName));
  sumdb.AppendMadeUp(300);
  const auto client = NewClient(sumdb);
  const auto head = client->Latest();
  ASSERT_TRUE(head.ok()) << head.status();
  for (const int change : {-10'000, -32, -1, 1, 32, 100'000}) {
    sumdb.Damage([change](const std::string& path, absl::StatusOr<std::string> answer) {
      if (!absl::StartsWith(path, "/tile/")) return answer;
      const int size = static_cast<int>(answer->size()) + change;
      answer->resize(static_cast<std::size_t>(std::max(size, 0)));
      return answer;
    });
    const absl::Status lookup = NewClient(sumdb)->Lookup(TestModule(3)).status();
    EXPECT_TRUE(absl::IsDataLoss(lookup)) << change << ": " << lookup;
    const absl::Status proof =
        tlog::ProveInclusion({.index = 7, .tree_size = 300}, *client->Tiles(head->head)).status();
    EXPECT_TRUE(absl::IsDataLoss(proof)) << change << ": " << proof;
  }
}

TEST(SumdbClient, CallsATileThatIsRefusedUnavailable) {
  SmallSumdb sumdb(TestSigner(kName));
  sumdb.AppendMadeUp(5);
  sumdb.Damage([](const std::string& path, absl::StatusOr<std::string> answer) {
    if (!absl::StartsWith(path, "/tile/")) return answer;
    return absl::StatusOr<std::string>(
        WithServerText(absl::InvalidArgumentError("status 403"), "go away"));
  });
  const absl::Status status = NewClient(sumdb)->Lookup(TestModule(3)).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_EQ(ServerTextOf(status), "go away");
}

TEST(SumdbClient, ForgetsABadTile) {
  SmallSumdb sumdb(TestSigner(kName));
  sumdb.AppendMadeUp(5);
  sumdb.Damage([](const std::string& path, absl::StatusOr<std::string> answer) {
    if (absl::StartsWith(path, "/tile/")) answer->at(0) ^= 1;
    return answer;
  });
  const auto client = NewClient(sumdb);
  EXPECT_TRUE(absl::IsDataLoss(client->Lookup(TestModule(3)).status()));
  sumdb.Damage(nullptr);
  EXPECT_TRUE(client->Lookup(TestModule(3)).ok());
}

// Flips bit number `bit` (or, when it is 8, one bit that depends on the place) of every byte of
// every answer to one question, and expects that it is found, never as "not here".
template <typename Ask>
void ExpectEveryFlipFound(SmallSumdb& sumdb, int bit, Ask ask) {
  sumdb.Damage(nullptr);
  sumdb.TakeAsked();
  ASSERT_TRUE(ask(*NewClient(sumdb)).ok());
  for (const std::string& asked : sumdb.TakeAsked()) {
    bool past_the_end = false;
    for (std::size_t place = 0; !past_the_end; ++place) {
      sumdb.Damage([&](const std::string& path, absl::StatusOr<std::string> answer) {
        if (path != asked || !answer.ok()) return answer;
        past_the_end = place >= answer->size();
        if (past_the_end) return answer;
        const std::size_t flipped = bit < 8 ? static_cast<std::size_t>(bit) : place % 8;
        answer->at(place) = static_cast<char>(answer->at(place) ^ (1 << flipped));
        return answer;
      });
      const absl::Status status = ask(*NewClient(sumdb));
      ASSERT_EQ(status.ok(), past_the_end) << asked << " byte " << place << ": " << status;
      ASSERT_FALSE(absl::IsNotFound(status)) << asked << " byte " << place << ": " << status;
    }
  }
}

TEST(SumdbClient, FindsEveryFlippedBitOfASmallLog) {
  SmallSumdb sumdb(TestSigner(kName));
  sumdb.AppendMadeUp(5);
  for (int bit = 0; bit < 8; ++bit) {
    ExpectEveryFlipFound(sumdb, bit,
                         [](SumdbClient& client) { return client.Lookup(TestModule(3)).status(); });
    ExpectEveryFlipFound(sumdb, bit, [](SumdbClient& client) { return client.Latest().status(); });
  }
}

TEST(SumdbClient, FindsAFlippedBitInAnyByteOfALogWithFullTiles) {
  SmallSumdb sumdb(TestSigner(kName));
  sumdb.AppendMadeUp(300);
  ExpectEveryFlipFound(sumdb, 8,
                       [](SumdbClient& client) { return client.Lookup(TestModule(3)).status(); });
}

TEST(SumdbClient, IsSafeFromSeveralThreads) {
  SmallSumdb sumdb(TestSigner(kName));
  sumdb.AppendMadeUp(600);
  const auto client = NewClient(sumdb);
  std::vector<std::jthread> threads;
  for (std::uint64_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&client, thread] {
      for (std::uint64_t i = 0; i < 50; ++i) {
        EXPECT_TRUE(client->Lookup(TestModule((thread * 151 + i * 7) % 600)).ok());
      }
    });
  }
}

TEST(SumdbClient, GivesVerifiedTilesOfAHead) {
  SmallSumdb sumdb(TestSigner(kName));
  sumdb.AppendMadeUp(300);
  const auto client = NewClient(sumdb);
  const auto head = client->Latest();
  ASSERT_TRUE(head.ok());
  const auto tiles = client->Tiles(head->head);
  const auto path = tlog::ProveInclusion({.index = 7, .tree_size = 300}, *tiles);
  ASSERT_TRUE(path.ok()) << path.status();
  EXPECT_EQ(tlog::VerifyInclusion(head->head, 7, tlog::LeafHash(sumdb.text(7)), *path),
            absl::OkStatus());
}

}  // namespace
}  // namespace sumlog::client
