// Goal: what was looked up once is answered for ever, with all that a client needs to verify it and
// with nobody to ask; what cannot be verified is neither kept nor answered; and a slow or dead
// upstream costs only those who need it.
// Method: an upstream in memory that is slow, dead or lying as a test tells it to. The mirror's
// answers are verified by a client of their own, which can ask nobody but the mirror.

#include "mirror/lookup_through.h"

#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "client/paced_fetcher.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/memory/memory_store.h"
#include "support/fake_clock.h"
#include "support/small_sumdb.h"
#include "support/temp_folder.h"

namespace sumlog::mirror {
namespace {

using ::sumlog::testing::SmallSumdb;
using ::sumlog::testing::TestModule;
using ::testing::HasSubstr;

// Stands between the mirror and its upstream.
class Wire final : public client::Fetcher {
 public:
  explicit Wire(client::Fetcher* upstream) : upstream_(upstream) {}

  absl::StatusOr<std::string> Fetch(absl::string_view path, std::size_t max_bytes) override {
    MutexLock lock(&mu_);
    ++asked_;
    changed_.NotifyAll();
    while (is_held_) changed_.Wait(&mu_);
    if (is_cut_) return absl::UnavailableError("cut");
    return upstream_->Fetch(path, max_bytes);
  }

  void Cut(bool cut) {
    MutexLock lock(&mu_);
    is_cut_ = cut;
  }
  void Hold(bool hold) {
    MutexLock lock(&mu_);
    is_held_ = hold;
    changed_.NotifyAll();
  }
  void Use(client::Fetcher* upstream) {
    MutexLock lock(&mu_);
    upstream_ = upstream;
  }
  int asked() {
    MutexLock lock(&mu_);
    return asked_;
  }
  void WaitUntilAsked(int count) {
    MutexLock lock(&mu_);
    while (asked_ < count) changed_.Wait(&mu_);
  }

 private:
  Mutex mu_;
  CondVar changed_;
  client::Fetcher* upstream_ ABSL_GUARDED_BY(mu_);
  int asked_ ABSL_GUARDED_BY(mu_) = 0;
  bool is_cut_ ABSL_GUARDED_BY(mu_) = false;
  bool is_held_ ABSL_GUARDED_BY(mu_) = false;
};

class KeptHead final : public client::HeadMemory {
 public:
  absl::StatusOr<std::optional<std::string>> Recall() override {
    MutexLock lock(&mu_);
    return note_;
  }
  absl::Status Replace(const std::optional<std::string>& old, const std::string& next) override {
    MutexLock lock(&mu_);
    if (note_ != old) return absl::AbortedError("something else is kept");
    note_ = next;
    return absl::OkStatus();
  }

 private:
  Mutex mu_;
  std::optional<std::string> note_ ABSL_GUARDED_BY(mu_);
};

absl::StatusOr<log::DistantAnswer> Ask(log::DistantLog& log, const gosum::ModuleVersion& module) {
  std::promise<absl::StatusOr<log::DistantAnswer>> answer;
  log.Lookup(module, [&](absl::StatusOr<log::DistantAnswer> got) { answer.set_value(got); });
  return answer.get_future().get();
}

absl::StatusOr<std::vector<tlog::Hash>> AskTile(log::DistantLog& log, const tlog::TileId& tile) {
  std::promise<absl::StatusOr<std::vector<tlog::Hash>>> answer;
  log.HashTile(tile, [&](absl::StatusOr<std::vector<tlog::Hash>> got) { answer.set_value(got); });
  return answer.get_future().get();
}

// What a client sees that can ask the mirror alone.
class ThroughMirror final : public client::Fetcher {
 public:
  explicit ThroughMirror(log::DistantLog* log) : log_(*log) {}

  absl::StatusOr<std::string> Fetch(absl::string_view path, std::size_t) override {
    if (absl::ConsumePrefix(&path, "/lookup/")) {
      const auto module = gosum::ParseEscapedModuleVersion(path);
      if (!module.ok()) return module.status();
      const auto answer = Ask(log_, *module);
      if (!answer.ok()) return answer.status();
      return absl::StrCat(answer->number, "\n", answer->record_text, "\n", answer->head.note);
    }
    const auto tile = tlog::ParseTilePath(path.substr(1));
    if (!tile.ok()) return tile.status();
    const auto hashes = AskTile(log_, *tile);
    if (!hashes.ok()) return hashes.status();
    return std::string(tlog::HashesAsBytes(*hashes));
  }

 private:
  log::DistantLog& log_;
};

class LookupThroughTest : public ::testing::Test {
 protected:
  LookupThroughTest() {
    upstream_.AppendMadeUp(300);
    Restart();
  }
  ~LookupThroughTest() override {
    wire_.Hold(false);
    mirror_.reset();
  }

  // As a new process would.
  void Restart(FetchQueue::Options queue = {}) {
    mirror_.reset();
    auto opened =
        LookupThrough::Open({.key = signer_.verifier(),
                             .store = store_.get(),
                             .memory = &head_,
                             .fetcher = way_,
                             .upstream = "https://sum.example.com",
                             .evidence_dir = folder_.path() + "/evidence",
                             .is_private = *gosum::ModulePatterns::Parse("example.com/m7"),
                             .queue = queue,
                             .clock = &clock_});
    ASSERT_TRUE(opened.ok()) << opened.status();
    mirror_ = *std::move(opened);
  }

  // By a client that has seen nothing, or what `memory` holds.
  absl::StatusOr<client::VerifiedRecord> Verify(std::uint64_t number,
                                                client::HeadMemory* memory = nullptr) {
    ThroughMirror way(mirror_.get());
    return client::SumdbClient::Create(
               {.key = signer_.verifier(), .fetcher = &way, .memory = memory})
        ->Lookup(TestModule(number));
  }

  bool HasEvidence() const { return std::filesystem::exists(folder_.path() + "/evidence"); }

  testing::TempFolder folder_;
  testing::FakeClock clock_;
  const tlog::Signer signer_ = testing::TestSigner("sum.example.com");
  SmallSumdb upstream_{signer_};
  Wire wire_{&upstream_};
  std::unique_ptr<client::Fetcher> paced_;  // a way of its own, where a test wants one
  client::Fetcher* way_ = &wire_;
  KeptHead head_;
  const std::unique_ptr<storage::LogStore> store_ = storage::NewMemoryStore();
  std::unique_ptr<LookupThrough> mirror_;
};

TEST_F(LookupThroughTest, AnswersAndProvesWithNobodyToAskWhatWasAskedOnce) {
  KeptHead of_a_client;
  // The tree grows past tiles of both levels between the questions, so what was at its edge is not.
  std::vector<std::uint64_t> asked;
  for (const std::uint64_t growth : {0u, 1u, 200u, 56u, 700u, 3u, 64'700u, 40u}) {
    upstream_.AppendMadeUp(growth);
    asked.push_back(upstream_.size() - 1);
    asked.push_back(upstream_.size() / 3);
    for (std::size_t i = asked.size() - 2; i < asked.size(); ++i) {
      const auto record = Verify(asked[i], asked.size() % 4 == 0 ? &of_a_client : nullptr);
      ASSERT_TRUE(record.ok()) << asked[i] << record.status();
    }
  }
  for (const bool is_restarted : {false, true}) {
    if (is_restarted) Restart();
    wire_.Cut(true);
    for (const std::uint64_t number : asked) {
      const auto record = Verify(number);
      ASSERT_TRUE(record.ok()) << number << record.status();
      EXPECT_EQ(record->text, upstream_.text(number));
      EXPECT_TRUE(Verify(number, &of_a_client).ok()) << number;
    }
  }
  EXPECT_TRUE(absl::IsUnavailable(Verify(5).status()));
  wire_.Cut(false);
  clock_.Advance(absl::Minutes(1));
  EXPECT_TRUE(Verify(5).ok());
}

TEST_F(LookupThroughTest, AsksOnceForAllWhoWait) {
  wire_.Hold(true);
  std::vector<std::future<absl::StatusOr<log::DistantAnswer>>> answers;
  for (int i = 0; i < 20; ++i) {
    auto answer = std::make_shared<std::promise<absl::StatusOr<log::DistantAnswer>>>();
    answers.push_back(answer->get_future());
    mirror_->Lookup(TestModule(1), [answer](absl::StatusOr<log::DistantAnswer> got) {
      answer->set_value(std::move(got));
    });
  }
  wire_.WaitUntilAsked(1);
  wire_.Hold(false);
  for (auto& answer : answers) EXPECT_TRUE(answer.get().ok());
  int lookups = 0;
  for (const std::string& path : upstream_.TakeAsked())
    lookups += absl::StartsWith(path, "/lookup");
  EXPECT_EQ(lookups, 1);
}

TEST_F(LookupThroughTest, LetsASlowUpstreamKeepNobodyWhoNeedsNothingOfIt) {
  ASSERT_TRUE(Verify(1).ok());
  Restart({.threads = 1, .answer_within = absl::Milliseconds(1)});
  wire_.Hold(true);
  EXPECT_TRUE(absl::IsDeadlineExceeded(Ask(*mirror_, TestModule(2)).status()));
  EXPECT_TRUE(Verify(1).ok());
  // What was begun goes on.
  wire_.Hold(false);
  while (!Ask(*mirror_, TestModule(2)).ok()) {
  }
}

TEST_F(LookupThroughTest, LetsNobodyWaitTooLongForATurnAtTheUpstream) {
  ASSERT_TRUE(Verify(1).ok());
  std::promise<void> second;
  paced_ = client::NewPacedFetcher(std::make_unique<Wire>(&upstream_),
                                   {.max_requests_per_second = 1,
                                    .clock = &clock_,
                                    .wait = [over = second.get_future().share()](absl::Duration) {
                                      over.wait();
                                      return true;
                                    }});
  way_ = paced_.get();
  Restart({.threads = 1, .answer_within = absl::Milliseconds(1)});
  EXPECT_TRUE(paced_->Fetch("/latest", 1000).ok());  // this second's turn
  EXPECT_TRUE(absl::IsDeadlineExceeded(Ask(*mirror_, TestModule(2)).status()));
  EXPECT_TRUE(Verify(1).ok());
  second.set_value();
  while (!Ask(*mirror_, TestModule(2)).ok()) {
  }
}

TEST_F(LookupThroughTest, RefusesWhatItHasNoRoomFor) {
  Restart({.threads = 1, .max_jobs = 1, .max_waiters = 2});
  wire_.Hold(true);
  mirror_->Lookup(TestModule(1), [](absl::StatusOr<log::DistantAnswer>) {});
  wire_.WaitUntilAsked(1);
  EXPECT_TRUE(absl::IsResourceExhausted(Ask(*mirror_, TestModule(2)).status()));
  mirror_->Lookup(TestModule(1), [](absl::StatusOr<log::DistantAnswer>) {});
  EXPECT_TRUE(absl::IsResourceExhausted(Ask(*mirror_, TestModule(1)).status()));
}

TEST_F(LookupThroughTest, BelievesForAWhileThatAVersionIsMissing) {
  EXPECT_TRUE(absl::IsNotFound(Ask(*mirror_, TestModule(300)).status()));
  const int asked = wire_.asked();
  EXPECT_TRUE(absl::IsNotFound(Ask(*mirror_, TestModule(300)).status()));
  EXPECT_EQ(wire_.asked(), asked);
  upstream_.AppendMadeUp(1);
  clock_.Advance(absl::Minutes(1));
  EXPECT_TRUE(Verify(300).ok());
}

TEST_F(LookupThroughTest, NeverAsksForPrivateNames) {
  EXPECT_TRUE(absl::IsFailedPrecondition(Ask(*mirror_, TestModule(7)).status()));
  EXPECT_EQ(wire_.asked(), 0);
  EXPECT_TRUE(Verify(8).ok());
}

TEST_F(LookupThroughTest, GivesAClientWithANewerHeadTheTilesOfIt) {
  KeptHead roaming;
  ASSERT_TRUE(Verify(1).ok());
  upstream_.AppendMadeUp(1000);
  ASSERT_TRUE(client::SumdbClient::Create(
                  {.key = signer_.verifier(), .fetcher = &upstream_, .memory = &roaming})
                  ->Lookup(TestModule(1200))
                  .ok());
  wire_.Cut(true);
  EXPECT_FALSE(Verify(1, &roaming).ok());
  wire_.Cut(false);
  clock_.Advance(absl::Minutes(1));
  EXPECT_TRUE(Verify(1, &roaming).ok());
  wire_.Cut(true);
  EXPECT_TRUE(Verify(1, &roaming).ok());
}

TEST_F(LookupThroughTest, AsksForATileBeyondTheTreeNoMoreThanNowAndThen) {
  for (std::uint64_t index = 50; index < 60; ++index) {
    EXPECT_TRUE(
        absl::IsNotFound(AskTile(*mirror_, {.level = 0, .index = index, .width = 256}).status()));
  }
  EXPECT_EQ(wire_.asked(), 1);
}

TEST_F(LookupThroughTest, KeepsNothingOfALieAndGoesOnAfterIt) {
  for (const char* part : {"/tile/8/0/000", "/tile/8/1/000.p/1", "/lookup/example.com/m9@"}) {
    SCOPED_TRACE(part);
    Restart();
    upstream_.Damage([part](const std::string& path, absl::StatusOr<std::string> answer) {
      if (!answer.ok() || !absl::StartsWith(path, part)) return answer;
      (*answer)[answer->size() / 3] ^= 1;
      return answer;
    });
    const auto lie = Ask(*mirror_, TestModule(9));
    ASSERT_FALSE(lie.ok());
    EXPECT_FALSE(absl::IsNotFound(lie.status())) << lie.status();
    wire_.Cut(true);
    clock_.Advance(absl::Minutes(1));
    EXPECT_TRUE(absl::IsUnavailable(Ask(*mirror_, TestModule(9)).status()));
    wire_.Cut(false);
    upstream_.Damage(nullptr);
  }
  EXPECT_TRUE(HasEvidence());
  clock_.Advance(absl::Minutes(1));
  EXPECT_TRUE(Verify(9).ok());
}

TEST_F(LookupThroughTest, KeepsItsHistoryWhenTheUpstreamShowsAnother) {
  ASSERT_TRUE(Verify(1).ok());
  SmallSumdb fork(signer_);
  fork.Append("another record\n");
  fork.AppendMadeUp(900);
  wire_.Use(&fork);
  const auto forked = Ask(*mirror_, TestModule(500));
  EXPECT_TRUE(absl::IsDataLoss(forked.status())) << forked.status();
  EXPECT_TRUE(HasEvidence());
  wire_.Use(&upstream_);
  upstream_.AppendMadeUp(601);  // tiles in the same places as the fork's
  clock_.Advance(absl::Minutes(1));
  EXPECT_TRUE(Verify(500).ok());
  EXPECT_TRUE(Verify(1).ok());
}

TEST_F(LookupThroughTest, AnswersWhoWaitsWhenItStops) {
  wire_.Hold(true);
  std::promise<absl::Status> answer;
  mirror_->Lookup(TestModule(1), [&](absl::StatusOr<log::DistantAnswer> got) {
    answer.set_value(got.status());
    wire_.Hold(false);  // what is under way ends by itself
  });
  wire_.WaitUntilAsked(1);
  mirror_->Stop();
  EXPECT_TRUE(absl::IsCancelled(answer.get_future().get()));
  EXPECT_TRUE(absl::IsCancelled(Ask(*mirror_, TestModule(2)).status()));
}

TEST_F(LookupThroughTest, RefusesTheHeadOfAnotherKey) {
  ASSERT_TRUE(Verify(1).ok());
  const tlog::Signer other = *tlog::Signer::FromSeed("sum.example.com", tlog::Ed25519Seed{9});
  const auto opened = LookupThrough::Open({.key = other.verifier(),
                                           .store = store_.get(),
                                           .memory = &head_,
                                           .fetcher = &wire_,
                                           .upstream = "",
                                           .evidence_dir = "",
                                           .is_private = {},
                                           .queue = {}});
  EXPECT_TRUE(absl::IsFailedPrecondition(opened.status())) << opened.status();
}

}  // namespace
}  // namespace sumlog::mirror
