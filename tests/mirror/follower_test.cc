// Goal: a follower takes what its upstream has signed, keeps what contradicts it, and goes on when
// the upstream is honest again; it tells of each verified head once, and stops when it is told.
// Method: an upstream in memory that lies as a test tells it to; a store in memory, a head memory
// and evidence in a folder of the test; a clock in the test's hands.

#include "mirror/follower.h"

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "client/borrowed_fetcher.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "log/heads_on_the_way.h"
#include "storage/memory/memory_store.h"
#include "sumlog/client/failure_details.h"
#include "support/damaging_store.h"
#include "support/fake_clock.h"
#include "support/small_sumdb.h"
#include "support/temp_folder.h"

namespace sumlog::mirror {
namespace {

using ::sumlog::testing::SmallSumdb;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class FollowerTest : public ::testing::Test {
 protected:
  FollowerTest() { upstream_.AppendMadeUp(600); }

  // From now on the upstream answers as `other`, which outlives the test's questions.
  void ShowInItsPlace(SmallSumdb& other) {
    upstream_.Damage([&other](const std::string& path, absl::StatusOr<std::string>) {
      return other.Fetch(path, 1u << 20);
    });
  }

  void Start() {
    Follower::Options options{.key = signer_.verifier(),
                              .upstream = {.urls = urls_, .open = {}},
                              .store = store_.get(),
                              .memory = memory_.get(),
                              .evidence_dir = evidence_dir()};
    options.upstream.open =
        [this](const std::string& url,
               std::function<bool()>) -> absl::StatusOr<std::unique_ptr<client::Fetcher>> {
      return std::make_unique<client::BorrowedFetcher>(absl::StrContains(url, "liar") ? liar_
                                                                                      : upstream_);
    };
    options.rounds_file = folder_.path() + "/rounds";
    options.interval = absl::Milliseconds(1);
    options.until = until_;
    options.piece_records = 256;
    options.clock = &clock_;
    options.on_head = [this](const tlog::SignedTreeHead& head) {
      heads_.push_back(head.head.size);
    };
    options.on_round = [this](const Round& round) {
      if (on_round_) on_round_(round);
    };
    auto follower = Follower::Create(std::move(options));
    ASSERT_TRUE(follower.ok()) << follower.status();
    follower_ = *std::move(follower);
  }

  std::string evidence_dir() const { return folder_.path() + "/evidence"; }

  std::uint64_t SignedSize() const {
    const auto head = log::NewestSigned(*store_);
    return head.ok() && head->has_value() ? (*head)->size : 0;
  }

  // Every answer to a path that contains `part` has one bit flipped.
  static void FlipIn(SmallSumdb& database, const std::string& part) {
    database.Damage([part](const std::string& path, absl::StatusOr<std::string> answer) {
      if (absl::StrContains(path, part) && answer.ok()) answer->at(3) ^= 1;
      return answer;
    });
  }

  const tlog::Signer signer_ = testing::TestSigner("sum.example.com");
  SmallSumdb upstream_{signer_};
  SmallSumdb liar_{signer_};
  std::vector<std::string> urls_ = {"https://sum.example.com"};
  testing::TempFolder folder_;
  testing::FakeClock clock_;
  std::unique_ptr<storage::LogStore> store_ = storage::NewMemoryStore();
  std::unique_ptr<client::HeadMemory> memory_ = client::NewHeadFile(folder_.path() + "/head");
  std::uint64_t until_ = ~std::uint64_t{0};
  std::vector<std::uint64_t> heads_;
  std::function<void(const Round&)> on_round_;
  std::unique_ptr<Follower> follower_;
};

TEST_F(FollowerTest, TakesWhatTheUpstreamHasAndTellsOfEachHeadOnce) {
  Start();
  const Round first = follower_->RunRound();
  ASSERT_TRUE(first.status.ok()) << first.status;
  EXPECT_TRUE(first.sync.complete);
  EXPECT_EQ(SignedSize(), 600u);
  EXPECT_TRUE(follower_->RunRound().status.ok());
  upstream_.AppendMadeUp(100);
  EXPECT_TRUE(follower_->RunRound().status.ok());
  EXPECT_THAT(heads_, ElementsAre(600, 700));
  EXPECT_GT(follower_->received_bytes(), 0u);
}

TEST_F(FollowerTest, AsksForTheHeadAloneWhileNothingIsNew) {
  Start();
  ASSERT_TRUE(follower_->RunRound().status.ok());
  upstream_.TakeAsked();
  ASSERT_TRUE(follower_->RunRound().status.ok());
  EXPECT_THAT(upstream_.TakeAsked(), ElementsAre("/latest"));
}

TEST_F(FollowerTest, KeepsItsStateForWhoAsksLater) {
  upstream_.Append("an odd record\n");
  Start();
  ASSERT_TRUE(follower_->RunRound().status.ok());
  const FollowerState kept =
      ParseFollowerState(*ReadFile(folder_.path() + "/rounds", kMaxFollowerStateBytes));
  EXPECT_EQ(kept, follower_->state());
  EXPECT_EQ(kept.upstream, "https://sum.example.com");
  EXPECT_EQ(kept.last_contact, clock_.Now());
  EXPECT_EQ(kept.last_complete, clock_.Now());
  EXPECT_EQ(kept.upstream_size, 601u);
  EXPECT_EQ(kept.odd_records, 1u);
  EXPECT_EQ(kept.failures, 0u);
  Start();  // another process
  EXPECT_EQ(follower_->state(), kept);
}

TEST_F(FollowerTest, NamesTheTileAndKeepsItWhenARecordWasChanged) {
  FlipIn(upstream_, "/data/001");
  Start();
  const Round round = follower_->RunRound();
  EXPECT_EQ(round.status.code(), absl::StatusCode::kDataLoss) << round.status;
  EXPECT_THAT(std::string(round.status.message()), HasSubstr("tile/8/data/001"));
  EXPECT_THAT(std::string(round.status.message()), HasSubstr("600"));
  EXPECT_EQ(SignedSize(), 0u);
  EXPECT_THAT(heads_, IsEmpty());
  const std::string evidence = *ReadFile(round.evidence, 100u << 20);
  EXPECT_THAT(evidence, HasSubstr("answer: /latest"));
  EXPECT_THAT(evidence, HasSubstr("answer: /tile/8/data/001"));
  EXPECT_EQ(follower_->state().evidence, round.evidence);
  EXPECT_EQ(follower_->state().contradiction_at, clock_.Now());
  EXPECT_EQ(follower_->state().failures, 1u);

  upstream_.Damage({});
  EXPECT_TRUE(follower_->RunRound().status.ok());
  EXPECT_EQ(SignedSize(), 600u);
  EXPECT_EQ(follower_->state().failures, 0u);
  EXPECT_EQ(follower_->state().evidence, round.evidence);  // nobody is told that it never was
}

TEST_F(FollowerTest, KeepsBothHeadsOfAFork) {
  Start();
  ASSERT_TRUE(follower_->RunRound().status.ok());
  SmallSumdb forked(signer_);
  forked.Append("another history\n");
  forked.AppendMadeUp(700);
  ShowInItsPlace(forked);
  const Round round = follower_->RunRound();
  EXPECT_EQ(round.status.code(), absl::StatusCode::kDataLoss) << round.status;
  EXPECT_NE(client::ForkedNotesOf(round.status), "");
  const std::string evidence = *ReadFile(round.evidence, 100u << 20);
  EXPECT_THAT(evidence, HasSubstr("answer: two signed heads"));
  EXPECT_THAT(evidence, HasSubstr("answer: the newest head that this mirror holds"));
  EXPECT_THAT(evidence, HasSubstr("answer: /tile/8/"));  // the proof
  EXPECT_EQ(SignedSize(), 600u);
  EXPECT_THAT(heads_, ElementsAre(600));
}

// A server with a smaller tree does not have the tiles that would show it; the mirror does.
TEST_F(FollowerTest, KeepsBothHeadsOfAForkThatIsShorter) {
  Start();
  ASSERT_TRUE(follower_->RunRound().status.ok());
  SmallSumdb forked(signer_);
  forked.Append("another history\n");
  forked.AppendMadeUp(400);
  ShowInItsPlace(forked);
  const Round round = follower_->RunRound();
  EXPECT_EQ(round.status.code(), absl::StatusCode::kDataLoss) << round.status;
  EXPECT_THAT(client::ForkedNotesOf(round.status), HasSubstr(forked.Note(401)));
  const std::string evidence = *ReadFile(round.evidence, 100u << 20);
  EXPECT_THAT(evidence, HasSubstr("answer: two signed heads"));
  EXPECT_THAT(evidence, HasSubstr("answer: /tile/8/0/001 of this mirror"));  // the proof
  EXPECT_EQ(SignedSize(), 600u);
  upstream_.Damage({});
  EXPECT_TRUE(follower_->RunRound().status.ok());
}

TEST_F(FollowerTest, TakesNothingThatAnotherKeySigned) {
  SmallSumdb other(testing::TestSigner("sum.other.example.com"));
  other.AppendMadeUp(10);
  upstream_.Damage([&other](const std::string& path, absl::StatusOr<std::string>) {
    return other.Fetch(path, 1u << 20);
  });
  Start();
  const Round round = follower_->RunRound();
  EXPECT_EQ(round.status.code(), absl::StatusCode::kUnauthenticated) << round.status;
  EXPECT_NE(round.evidence, "");
  EXPECT_TRUE(absl::IsNotFound(store_->SignedHead().status()));
}

TEST_F(FollowerTest, CallsAWebPageNoDatabase) {
  upstream_.Damage([](const std::string&, absl::StatusOr<std::string>) {
    return absl::StatusOr<std::string>("<html>log in</html>");
  });
  Start();
  const Round round = follower_->RunRound();
  EXPECT_EQ(round.status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(round.status.message()), HasSubstr("no checksum database answers"));
  EXPECT_EQ(round.evidence, "");
}

TEST_F(FollowerTest, NoticesAnOlderHead) {
  Start();
  ASSERT_TRUE(follower_->RunRound().status.ok());
  upstream_.AnswerWithHeadOf(500);
  const Round round = follower_->RunRound();
  ASSERT_TRUE(round.status.ok()) << round.status;
  EXPECT_TRUE(round.is_behind);
  EXPECT_EQ(SignedSize(), 600u);
  EXPECT_THAT(heads_, ElementsAre(600));
  EXPECT_EQ(follower_->state().upstream_size, 600u);
}

TEST_F(FollowerTest, NoticesAnOlderHeadOfAServerThatLacksTheRest) {
  Start();
  ASSERT_TRUE(follower_->RunRound().status.ok());
  SmallSumdb late(signer_);
  late.AppendMadeUp(500);
  upstream_.Damage([&late](const std::string& path, absl::StatusOr<std::string>) {
    return late.Fetch(path, 1u << 20);
  });
  const Round round = follower_->RunRound();
  ASSERT_TRUE(round.status.ok()) << round.status;
  EXPECT_TRUE(round.is_behind);
  EXPECT_THAT(late.TakeAsked(), ElementsAre("/latest"));
}

// What the mirror holds is judged as what a server sends: damage of its own accuses nobody.
TEST_F(FollowerTest, AsksTheUpstreamWhereItsOwnTilesAreDamaged) {
  Start();
  ASSERT_TRUE(follower_->RunRound().status.ok());
  const std::unique_ptr<storage::LogStore> whole = std::move(store_);
  auto damaged = std::make_unique<testing::DamagingStore>(*whole);
  damaged->hash_tiles[{0, 1}] = [](std::vector<tlog::Hash>& hashes) {
    hashes[3][0] ^= 1;
    return absl::OkStatus();
  };
  store_ = std::move(damaged);
  Start();
  upstream_.AnswerWithHeadOf(500);
  const Round round = follower_->RunRound();
  EXPECT_TRUE(round.status.ok()) << round.status;
  EXPECT_TRUE(round.is_behind);
}

TEST_F(FollowerTest, NoticesAHeadThatIsOlderThanWhatOnlyItsMemoryHas) {
  Start();
  upstream_.Damage([](const std::string& path, absl::StatusOr<std::string> answer) {
    if (absl::StrContains(path, "/data/"))
      return absl::StatusOr<std::string>(absl::NotFoundError("404"));
    return answer;
  });
  EXPECT_EQ(follower_->RunRound().status.code(), absl::StatusCode::kUnavailable);
  upstream_.Damage({});
  upstream_.AnswerWithHeadOf(500);
  const Round round = follower_->RunRound();
  ASSERT_TRUE(round.status.ok()) << round.status;
  EXPECT_TRUE(round.is_behind);
  EXPECT_THAT(heads_, ElementsAre(500));
}

TEST_F(FollowerTest, HoldsWhatIsVerifiedWithoutServingItUpToASize) {
  until_ = 300;
  Start();
  const Round round = follower_->RunRound();
  ASSERT_TRUE(round.status.ok()) << round.status;
  EXPECT_EQ(round.sync.end, 300u);
  EXPECT_FALSE(round.sync.complete);
  EXPECT_FALSE(round.is_behind);
  EXPECT_THAT(heads_, IsEmpty());
}

TEST_F(FollowerTest, AsksAnotherPlaceAfterOneThatContradictsItself) {
  liar_.AppendMadeUp(600);
  FlipIn(liar_, "/data/");
  urls_ = {"https://liar.example.com", "https://sum.example.com"};
  Start();
  EXPECT_EQ(follower_->RunRound().status.code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(follower_->RunRound().status.ok());
  EXPECT_THAT(liar_.TakeAsked(), Not(IsEmpty()));
  EXPECT_TRUE(follower_->RunRound().status.ok());
  EXPECT_THAT(liar_.TakeAsked(), IsEmpty());
}

TEST_F(FollowerTest, HidesCredentials) {
  urls_ = {"https://user:secret@sum.example.com"};
  Start();
  EXPECT_THAT(follower_->state().upstream, Not(HasSubstr("secret")));
  ASSERT_TRUE(follower_->RunRound().status.ok());
  EXPECT_THAT(store_->Provenance(0)->from, Not(HasSubstr("secret")));
}

TEST_F(FollowerTest, RunsRoundsUntilItIsStopped) {
  int rounds = 0;
  on_round_ = [this, &rounds](const Round&) {
    upstream_.AppendMadeUp(1);
    if (++rounds == 3) follower_->Stop();
  };
  Start();
  follower_->Run();
  EXPECT_THAT(heads_, ElementsAre(600, 601, 602));
  EXPECT_EQ(follower_->RunRound().status.code(), absl::StatusCode::kCancelled);
}

TEST_F(FollowerTest, GoesOnAfterFailures) {
  int rounds = 0;
  FlipIn(upstream_, "/tile/");
  on_round_ = [this, &rounds](const Round& round) {
    if (++rounds == 2) upstream_.Damage({});
    if (round.status.ok()) follower_->Stop();
  };
  Start();
  follower_->Run();
  EXPECT_EQ(rounds, 3);
  EXPECT_THAT(heads_, ElementsAre(600));
}

TEST(FollowerState, ReadsBackAsWhatItWasWritten) {
  FollowerState state;
  EXPECT_EQ(ParseFollowerState(FormatFollowerState(state)), state);
  state = {.upstream = "https://a, https://b",
           .last_contact = absl::FromUnixSeconds(1'700'000'000),
           .last_complete = absl::FromUnixSeconds(1'700'000'001),
           .upstream_size = 1,
           .odd_records = 2,
           .failures = 3,
           .error_at = absl::FromUnixSeconds(1'700'000'002),
           .error = "cannot: x",
           .contradiction_at = absl::FromUnixSeconds(1'700'000'003),
           .evidence = "/srv/evidence"};
  EXPECT_EQ(ParseFollowerState(FormatFollowerState(state)), state);
}

TEST(FollowerState, TakesNothingFromWhatItDoesNotKnow) {
  EXPECT_EQ(ParseFollowerState(""), FollowerState());
  EXPECT_EQ(ParseFollowerState("sumlog rounds 2\nodd records: 7\n"), FollowerState());
  EXPECT_EQ(ParseFollowerState("sumlog rounds 1\nodd records: x\nlast contact: y\n"),
            FollowerState());
}

TEST(FormatFollowerState, KeepsWhatServersSayInOneLine) {
  FollowerState state;
  state.error = "a\nfailures: 9";
  EXPECT_EQ(ParseFollowerState(FormatFollowerState(state)).failures, 0u);
}

}  // namespace
}  // namespace sumlog::mirror
