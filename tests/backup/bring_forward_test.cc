// Goal: a database is brought forward to exactly the source's head with exactly its records, in
// bounded pieces that an interruption does not spoil; a source that lies brings nothing.
// Method: two databases of one log on disk, and a server in memory that answers as a test says; the
// result is compared with the longer one and checked by fsck.

#include "backup/bring_forward.h"

#include "backup_home.h"
#include "doctor/fsck.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/batch_builder.h"
#include "support/signed_log.h"
#include "support/small_sumdb.h"
#include "support/store_compare.h"

namespace sumlog::backup {
namespace {

using ::sumlog::testing::BackupHome;
using ::sumlog::testing::MakeSigner;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::size_t kPiece = 512;

class BringForwardTest : public ::testing::Test {
 protected:
  // The log in long_ has 1500 records, its copy the first 700 of them.
  BringForwardTest() {
    long_.Add(0, 700);
    std::filesystem::copy(long_.database(), copy(), std::filesystem::copy_options::recursive);
    long_.Add(700, 500);
    long_.Add(1200, 300);
    source_ = *OpenDatabaseSource(long_.database(), key());
    store_ = *storage::OpenRocksDbStore({.path = copy()});
  }

  std::string copy() const { return long_.Path("copy"); }
  const tlog::VerifierKey& key() const { return long_.signer.verifier(); }

  absl::StatusOr<std::uint64_t> Forward(RecordSource& source, Watch watch = {}) {
    return BringForward({.store = store_.get(),
                         .source = &source,
                         .base_size = 700,
                         .piece_records = kPiece,
                         .watch = std::move(watch)});
  }

  // What the copy must look like in the end: the long database, but for heads of history between.
  void ExpectWhole(std::uint64_t size) {
    doctor::FsckOptions options;
    options.keys = {key()};
    const auto report = doctor::Fsck(*store_, options);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->problem_count, 0u)
        << report->problems[0].thing << ": " << report->problems[0].what;
    EXPECT_EQ(report->records_checked, size);
    EXPECT_EQ(store_->SignedHeads(701, size - 1, 100)->size(), 0u);
  }

  BackupHome long_;
  std::unique_ptr<RecordSource> source_;
  std::unique_ptr<storage::RocksDbStore> store_;
};

TEST_F(BringForwardTest, TakesRecordsProvenanceAndTheSignedNoteOfADirectory) {
  const auto count = Forward(*source_);
  ASSERT_TRUE(count.ok()) << count.status();
  EXPECT_EQ(*count, 800u);
  ExpectWhole(1500);
  EXPECT_EQ(*store_->SignedHead(), (storage::StoredHead{.size = 1500,
                                                        .note = source_->newest().signed_head.note,
                                                        .signed_at = source_->newest().signed_at}));
  const auto original = *storage::OpenRocksDbStore({.path = long_.database(), .read_only = true});
  for (const std::uint64_t number : {0u, 699u, 700u, 1199u, 1200u, 1499u}) {
    EXPECT_EQ(*store_->Record(number), *original->Record(number));
    EXPECT_EQ(*store_->Provenance(number), *original->Provenance(number)) << number;
  }
  EXPECT_EQ(*Forward(*source_), 0u);
}

TEST_F(BringForwardTest, GoesOnWhereItWasStopped) {
  for (std::uint64_t stop = 0; stop < 4; ++stop) {
    std::uint64_t tiles = 0;
    const auto stopped = Forward(*source_, [&](const Step& step) {
      EXPECT_EQ(step.total, 800u);
      return ++tiles > stop * 2 ? absl::CancelledError("enough") : absl::OkStatus();
    });
    if (stopped.ok()) break;
    EXPECT_TRUE(absl::IsCancelled(stopped.status())) << stopped.status();
    store_.reset();  // as after a crash
    store_ = *storage::OpenRocksDbStore({.path = copy()});
  }
  ASSERT_TRUE(Forward(*source_).ok());
  ExpectWhole(1500);
}

TEST_F(BringForwardTest, LeavesADatabaseThatIsAheadAlone) {
  std::filesystem::create_directories(long_.Path("ahead"));
  store_.reset();
  store_ = *storage::OpenRocksDbStore({.path = long_.database()});
  const auto shorter = *OpenDatabaseSource(copy(), key());
  EXPECT_EQ(*Forward(*shorter), 0u);
  EXPECT_EQ(store_->SignedHead()->size, 1500u);
}

TEST_F(BringForwardTest, RefusesATreeThatDoesNotBeginWithTheDatabases) {
  BackupHome fork;
  fork.Add(0, 300);
  fork.Add(300, 900, "other");
  const auto source = *OpenDatabaseSource(fork.database(), key());
  const auto refused = Forward(*source);
  EXPECT_TRUE(absl::IsDataLoss(refused.status())) << refused.status();
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("the first 700 records of "));
  EXPECT_EQ(store_->SignedHead()->size, 700u);
}

TEST_F(BringForwardTest, KnowsNoSourceOfAnotherKey) {
  BackupHome other(MakeSigner("sum.example.com", 7));
  other.Add(0, 800);
  EXPECT_TRUE(absl::IsUnauthenticated(OpenDatabaseSource(other.database(), key()).status()));
  EXPECT_TRUE(absl::IsNotFound(OpenDatabaseSource(long_.Path("none"), key()).status()));
}

TEST(FindDatabase, FindsADataDirectoryAndABackup) {
  BackupHome home;
  const auto made = home.Make("a");
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(*FindDatabase(home.Path(""), "sum.example.com"), home.Path("/db/sum.example.com"));
  EXPECT_EQ(*FindDatabase(made->path, "sum.example.com"), made->path + "/db");
  EXPECT_TRUE(absl::IsNotFound(FindDatabase(home.Path("none"), "sum.example.com").status()));
  EXPECT_TRUE(absl::IsNotFound(FindDatabase(home.backups(), "sum.example.com").status()));
}

class ServerSourceTest : public ::testing::Test {
 protected:
  // The server has 1100 records, the database the first 300.
  ServerSourceTest() : server_(testing::TestSigner(testing::kSignedLogName)) {
    for (std::uint64_t i = 0; i < 1100; ++i) {
      server_.Append(gosum::FormatRecordText(testing::MakeRecord(i)));
    }
    store_ = *storage::OpenRocksDbStore({.path = folder_.path() + "/db", .create = true});
    testing::SignedLog log(*store_);
    std::vector<std::string> texts;
    for (std::uint64_t i = 0; i < 300; ++i) texts.push_back(server_.text(i));
    log.Append(texts);
  }

  absl::StatusOr<std::uint64_t> Forward() {
    const tlog::VerifierKey key = testing::TestSigner(testing::kSignedLogName).verifier();
    auto source = OpenServerSource(server_, "http://mirror", key, &clock_);
    if (!source.ok()) return source.status();
    return BringForward({.store = store_.get(),
                         .source = source->get(),
                         .base_size = 300,
                         .piece_records = kPiece});
  }

  testing::TempFolder folder_;
  testing::FakeClock clock_;
  testing::SmallSumdb server_;
  std::unique_ptr<storage::RocksDbStore> store_;
};

TEST_F(ServerSourceTest, TakesRecordsFromAServerAndSaysSo) {
  const auto count = Forward();
  ASSERT_TRUE(count.ok()) << count.status();
  EXPECT_EQ(*count, 800u);
  EXPECT_EQ(store_->SignedHead()->note, server_.Note(1100));
  EXPECT_EQ(store_->Provenance(300)->how, "restored");
  EXPECT_EQ(store_->Provenance(1099)->from, "http://mirror");
  EXPECT_EQ(*store_->Record(1099), server_.text(1099));
  EXPECT_EQ(*store_->Find("example.com/m1099@v1.0.0"), 1099u);
}

TEST_F(ServerSourceTest, TakesFullTilesWhereThereAreNoPartialOnes) {
  server_.AnswerWithHeadOf(1000);
  server_.Damage([](const std::string& path, absl::StatusOr<std::string> answer) {
    const bool is_partial_data =
        path.find("/data/") != std::string::npos && path.find(".p/") != std::string::npos;
    return is_partial_data ? absl::StatusOr<std::string>(absl::NotFoundError("404")) : answer;
  });
  const auto count = Forward();
  ASSERT_TRUE(count.ok()) << count.status();
  EXPECT_EQ(store_->SignedHead()->note, server_.Note(1000));
  EXPECT_EQ(*store_->Record(999), server_.text(999));
}

TEST_F(ServerSourceTest, BelievesNoLieOfAServer) {
  using Answer = absl::StatusOr<std::string>;
  const std::vector<std::pair<const char*, std::function<Answer(const std::string&, Answer)>>>
      lies = {
          {"another record",
           [](const std::string& path, Answer answer) {
             if (path.find("/data/") == std::string::npos) return answer;
             (*answer)[answer->size() / 2] ^= 1;
             return answer;
           }},
          {"a truncated data tile",
           [](const std::string& path, Answer answer) {
             if (path.find("/data/") != std::string::npos) answer->resize(answer->size() / 2);
             return answer;
           }},
          {"an empty data tile",
           [](const std::string& path, Answer answer) {
             if (path.find("/data/") != std::string::npos) answer->clear();
             return answer;
           }},
          {"a wrong hash tile",
           [](const std::string& path, Answer answer) {
             if (path.find("/tile/8/0/") != std::string::npos) (*answer)[5] ^= 1;
             return answer;
           }},
          {"no data tile",
           [](const std::string& path, Answer answer) -> Answer {
             if (path.find("/data/") != std::string::npos) return absl::NotFoundError("404");
             return answer;
           }},
          {"a head of another key",
           [](const std::string& path, Answer answer) -> Answer {
             if (path != "/latest") return answer;
             return tlog::SignTreeHead({.size = 2000, .root = tlog::EmptyRoot()},
                                       {testing::MakeSigner("sum.example.com", 9)})
                 ->note;
           }},
          {"a head with a wrong signature",
           [](const std::string& path, Answer answer) {
             if (path == "/latest") (*answer)[25] ^= 1;
             return answer;
           }},
      };
  for (const auto& [name, lie] : lies) {
    server_.Damage(lie);
    const auto refused = Forward();
    EXPECT_FALSE(refused.ok()) << name;
    EXPECT_TRUE(absl::IsDataLoss(refused.status()) || absl::IsUnavailable(refused.status()) ||
                absl::IsUnauthenticated(refused.status()))
        << name << ": " << refused.status();
    EXPECT_EQ(store_->SignedHead()->size, 300u) << name;
  }
  server_.Damage(nullptr);
  EXPECT_TRUE(Forward().ok());
}

TEST_F(ServerSourceTest, AccusesNobodyOfAFileThatWasCut) {
  const std::string whole = *server_.Fetch("/tile/8/data/001", 1 << 20);
  const std::size_t half = whole.find("\n\n", whole.size() / 2) + 1;  // the end of a record
  for (const std::size_t size : {std::size_t{0}, half, half - 10, whole.size() - 1}) {
    server_.Damage([&](const std::string& path, absl::StatusOr<std::string> answer) {
      if (path == "/tile/8/data/001") answer->resize(size);
      return answer;
    });
    const absl::Status cut = Forward().status();
    EXPECT_TRUE(absl::IsUnavailable(cut)) << size << ": " << cut;
    EXPECT_THAT(std::string(cut.message()),
                AllOf(HasSubstr("tile/8/data/001 of http://mirror "),
                      HasSubstr("\nwhy: it was cut on its way"), HasSubstr("\nfix: ")));
  }
}

TEST_F(ServerSourceTest, SaysWhatToDoAboutAChangedRecord) {
  server_.Damage([](const std::string& path, absl::StatusOr<std::string> answer) {
    if (path == "/tile/8/data/001") (*answer)[answer->find("v1.0.0") + 1] = '2';
    return answer;
  });
  const absl::Status changed = Forward().status();
  EXPECT_TRUE(absl::IsDataLoss(changed)) << changed;
  EXPECT_THAT(std::string(changed.message()),
              AllOf(HasSubstr("record 256 of http://mirror has leaf hash "), HasSubstr(", want "),
                    HasSubstr("\nwhy: the source, or somebody"), HasSubstr("\nfix: take nothing")));
}

}  // namespace
}  // namespace sumlog::backup
