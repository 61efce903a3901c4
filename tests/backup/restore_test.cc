// Goal: a restore never forks the log, never deletes a database, and goes on after it was killed at
// any step.
// Method: one log on disk with backups of several ages and an anchor that has seen more; a child
// process is killed at each call of the watch, which is also asked between the renames.

#include "backup/restore.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "backup/lacking_records.h"
#include "backup_home.h"
#include "client/http_fetcher.h"
#include "doctor/fsck.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "log/frozen_state.h"
#include "log/head_check.h"
#include "sumlog/client/failure_details.h"

namespace sumlog::backup {
namespace {

using ::sumlog::testing::BackupHome;
using ::sumlog::testing::MakeSigner;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

class RestoreTest : public ::testing::Test {
 protected:
  // Backups "old" of 300 and "new" of 700 records; the database and its anchor have 1000.
  RestoreTest() {
    home_.Add(0, 300);
    CHECK(home_.Make("old").ok());
    home_.Add(300, 400);
    CHECK(home_.Make("new").ok());
    home_.Add(700, 300);
    fs::copy(home_.database(), home_.Path("elsewhere"), fs::copy_options::recursive);
  }

  void LoseDatabase() { fs::remove_all(home_.database()); }

  RestoreOptions Options(const std::string& label) {
    RestoreOptions options{.database_path = home_.database(), .key = home_.signer.verifier()};
    if (!label.empty()) options.copy = home_.BackupPath(label);
    options.clock = &home_.clock;
    return options;
  }

  // With the anchor locked, as the verb does.
  absl::StatusOr<RestoreReport> Run(RestoreOptions options) {
    auto anchor = log::Anchor::Open(home_.anchor_path());
    if (!anchor.ok()) return anchor.status();
    options.anchor = anchor->get();
    return Restore(options);
  }

  absl::StatusOr<RestoreReport> RunForward(const std::string& label, const std::string& source_path,
                                           bool replace = false) {
    auto source = OpenDatabaseSource(source_path, home_.signer.verifier());
    if (!source.ok()) return source.status();
    RestoreOptions options = Options(label);
    options.source = source->get();
    options.replace = replace;
    return Run(std::move(options));
  }

  std::optional<log::FrozenState> Frozen() {
    const auto store = storage::OpenRocksDbStore({.path = home_.database(), .read_only = true});
    CHECK(store.ok());
    return *log::LoadFrozenState(**store);
  }

  // The log is whole, goes on, and its older heads are beginnings of it.
  void ExpectLogGoesOn(std::uint64_t size) {
    {
      const auto store = storage::OpenRocksDbStore({.path = home_.database(), .read_only = true});
      ASSERT_TRUE(store.ok()) << store.status();
      doctor::FsckOptions options;
      options.keys = {home_.signer.verifier()};
      const auto report = doctor::Fsck(**store, options);
      ASSERT_TRUE(report.ok()) << report.status();
      EXPECT_EQ(report->problem_count, 0u);
      EXPECT_EQ(report->tree_size, size);
    }
    ASSERT_EQ(home_.Open(), absl::OkStatus());
    EXPECT_EQ(home_.log->frozen(), std::nullopt);
    for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{299}, size - 1}) {
      EXPECT_EQ(*home_.log->reader().store().Record(number),
                gosum::FormatRecordText(testing::MakeRecord(number)));
    }
    home_.Add(size, 5);
    EXPECT_EQ(home_.log->reader().Newest()->signed_head.head.size, size + 5);
    home_.Close();
  }

  void ExpectNoScratch() const { EXPECT_FALSE(fs::exists(home_.database() + kRestoringSuffix)); }

  BackupHome home_;
};

TEST_F(RestoreTest, OfACopyAtItsAnchorGoesOn) {
  ASSERT_TRUE(home_.Make("newest").ok());
  LoseDatabase();
  const auto report = Run(Options("newest"));
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_FALSE(report->lacking.has_value());
  EXPECT_TRUE(report->changed);
  ExpectNoScratch();
  ExpectLogGoesOn(1000);
}

TEST_F(RestoreTest, OfACopyAheadOfItsAnchorBringsTheAnchorForward) {
  ASSERT_TRUE(home_.Make("newest").ok());
  LoseDatabase();
  fs::remove(home_.anchor_path());
  {
    const auto older =
        *storage::OpenRocksDbStore({.path = home_.BackupPath("old") + "/db", .read_only = true});
    ASSERT_TRUE(log::Anchor::Create(home_.anchor_path(), older->SignedHead()->note).ok());
  }
  const auto report = Run(Options("newest"));
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(log::ReadAnchor(home_.anchor_path())->note, report->head.note);
  ExpectLogGoesOn(1000);
}

TEST_F(RestoreTest, OfAnOlderCopyIsFrozenAndNeverSigns) {
  LoseDatabase();
  const auto report = Run(Options("new"));
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_TRUE(report->lacking.has_value());
  EXPECT_EQ(report->head.head.size, 700u);
  EXPECT_EQ(report->lacking->size, 1000u);
  ASSERT_TRUE(Frozen().has_value());
  EXPECT_EQ(Frozen()->who, kRestoreWho);
  EXPECT_EQ(Frozen()->reason, "the restored database lacks records 700 to 999");
  EXPECT_TRUE(absl::IsFailedPrecondition(home_.Open()));
  EXPECT_THAT(std::string(home_.Open().message()), HasSubstr("--forward-from SRC"));

  // The command that goes on, from a directory.
  const auto forward = RunForward("", home_.Path("elsewhere"));
  ASSERT_TRUE(forward.ok()) << forward.status();
  EXPECT_FALSE(forward->lacking.has_value());
  EXPECT_EQ(forward->base_size, 700u);
  EXPECT_TRUE(fs::exists(forward->moved_aside));
  ExpectNoScratch();
  ExpectLogGoesOn(1000);
}

TEST_F(RestoreTest, OfAnOlderCopyIsBroughtForwardAtOnce) {
  LoseDatabase();
  const auto report = RunForward("old", home_.Path("elsewhere"));
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->base_size, 300u);
  EXPECT_EQ(report->head.head.size, 1000u);
  EXPECT_EQ(report->moved_aside, "");
  ExpectLogGoesOn(1000);
}

TEST_F(RestoreTest, FromASourceThatEndsTooEarlyGoesAsFarAsItGoes) {
  LoseDatabase();
  const auto report = RunForward("old", home_.BackupPath("new") + "/db");
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->head.head.size, 700u);
  EXPECT_EQ(report->source_size, 700u);
  ASSERT_TRUE(report->lacking.has_value());
  EXPECT_TRUE(Frozen().has_value());
  // One that is older still changes nothing more, and says the same.
  const auto again = RunForward("", home_.BackupPath("old") + "/db");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_FALSE(again->changed);
  EXPECT_TRUE(again->lacking.has_value());
  ASSERT_TRUE(RunForward("", home_.Path("elsewhere")).ok());
  ExpectLogGoesOn(1000);
}

TEST_F(RestoreTest, KeepsAnOperatorsFreeze) {
  LoseDatabase();
  fs::copy(home_.Path("elsewhere"), home_.database(), fs::copy_options::recursive);
  ASSERT_EQ(home_.Open(), absl::OkStatus());
  ASSERT_EQ(home_.log->Freeze({.reason = "audit", .who = "ann", .when = home_.clock.Now()}),
            absl::OkStatus());
  ASSERT_TRUE(home_.Make("frozen").ok());
  ASSERT_EQ(home_.log->Thaw(), absl::OkStatus());
  home_.Add(1000, 10);
  home_.Close();
  fs::copy(home_.database(), home_.Path("newest"), fs::copy_options::recursive);
  LoseDatabase();
  ASSERT_TRUE(Run(Options("frozen")).ok());
  EXPECT_EQ(Frozen()->who, "ann");
  ASSERT_TRUE(RunForward("", home_.Path("newest")).ok());
  EXPECT_EQ(Frozen()->who, "ann");
}

TEST_F(RestoreTest, NeverTakesADatabasesPlaceUnasked) {
  const auto before = testing::BytesBelow(home_.database());
  const auto refused = Run(Options("new"));
  EXPECT_TRUE(absl::IsAlreadyExists(refused.status())) << refused.status();
  EXPECT_EQ(testing::BytesBelow(home_.database()), before);
  RestoreOptions options = Options("new");
  options.replace = true;
  const auto report = Run(options);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->lacking.has_value());
  std::map<std::string, std::string> aside;
  for (const auto& [path, bytes] : testing::BytesBelow(report->moved_aside)) {
    aside[home_.database() + path.substr(report->moved_aside.size())] = bytes;
  }
  EXPECT_EQ(aside, before);
}

TEST_F(RestoreTest, ForgetsNoHeadOfTheDatabaseThatItReplaces) {
  // The anchor is lost: only the database itself tells that a tree of 1000 was signed.
  fs::remove(home_.anchor_path());
  RestoreOptions options = Options("new");
  options.replace = true;
  options.make_anchor = [&](const std::string& note) {
    return log::Anchor::Create(home_.anchor_path(), note);
  };
  const auto report = Restore(options);
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_TRUE(report->lacking.has_value());
  EXPECT_EQ(report->lacking->size, 1000u);
  EXPECT_TRUE(Frozen().has_value());
  EXPECT_THAT(log::ReadAnchor(home_.anchor_path())->note, HasSubstr("\n1000\n"));
  ASSERT_TRUE(RunForward("", report->moved_aside).ok());
  ExpectLogGoesOn(1000);
}

TEST_F(RestoreTest, BringsAnAnchorThatIsBehindToWhatItReplaces) {
  fs::remove(home_.anchor_path());
  {
    const auto old =
        *storage::OpenRocksDbStore({.path = home_.BackupPath("old") + "/db", .read_only = true});
    ASSERT_TRUE(log::Anchor::Create(home_.anchor_path(), old->SignedHead()->note).ok());
  }
  RestoreOptions options = Options("new");
  options.replace = true;
  const auto report = Run(options);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->lacking->size, 1000u);
  EXPECT_THAT(log::ReadAnchor(home_.anchor_path())->note, HasSubstr("\n1000\n"));
  EXPECT_TRUE(absl::IsFailedPrecondition(home_.Open()));
}

TEST_F(RestoreTest, MakesTheAnchorOfADatabaseThatNeedsNothingElse) {
  fs::remove(home_.anchor_path());
  auto source = OpenDatabaseSource(home_.Path("elsewhere"), home_.signer.verifier());
  RestoreOptions options = Options("");
  options.source = source->get();
  options.make_anchor = [&](const std::string& note) {
    return log::Anchor::Create(home_.anchor_path(), note);
  };
  const auto report = Restore(options);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->changed);
  ExpectLogGoesOn(1000);
}

TEST_F(RestoreTest, FreezesADatabaseThatNobodyBringsForward) {
  LoseDatabase();
  fs::copy(home_.BackupPath("old") + "/db", home_.database(), fs::copy_options::recursive);
  const auto report = RunForward("", home_.BackupPath("old") + "/db");
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_FALSE(report->changed);
  EXPECT_EQ(report->lacking->size, 1000u);
  ASSERT_TRUE(Frozen().has_value());
  EXPECT_EQ(Frozen()->who, kRestoreWho);
}

TEST_F(RestoreTest, KeepsWhatWasDecidedInTheSource) {
  {
    const auto elsewhere = *storage::OpenRocksDbStore({.path = home_.Path("elsewhere")});
    ASSERT_EQ(elsewhere->PutState("block/a.b/c@v1.0.0", "kept"), absl::OkStatus());
  }
  LoseDatabase();
  ASSERT_TRUE(RunForward("new", home_.Path("elsewhere")).ok());
  const auto store = *storage::OpenRocksDbStore({.path = home_.database(), .read_only = true});
  EXPECT_EQ(*store->GetState("block/a.b/c@v1.0.0"), "kept");
}

TEST_F(RestoreTest, BelievesNoHalfOfAnAnchor) {
  {
    const auto old =
        *storage::OpenRocksDbStore({.path = home_.BackupPath("old") + "/db", .read_only = true});
    const auto newest = *storage::OpenRocksDbStore({.path = home_.database(), .read_only = true});
    fs::remove(home_.anchor_path());
    const auto anchor = *log::Anchor::Create(home_.anchor_path(), old->SignedHead()->note);
    ASSERT_EQ(anchor->Store(newest->SignedHead()->note), absl::OkStatus());
  }
  const auto break_newest_slot = [&] {  // the first one: it has the even sequence
    std::fstream file(home_.anchor_path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(100);
    file.put('?');
  };
  break_newest_slot();
  ASSERT_TRUE(log::ReadAnchor(home_.anchor_path())->has_broken_slot);
  // The database has more than the whole slot: a crash may have torn the other one.
  EXPECT_EQ(home_.Open(), absl::OkStatus());
  home_.Close();
  EXPECT_FALSE(log::ReadAnchor(home_.anchor_path())->has_broken_slot);

  // A backup is not what a crash leaves, however much it has; nor is a database that has no more.
  break_newest_slot();
  LoseDatabase();
  for (const char* const label : {"old", "new"}) {
    const absl::Status status = Run(Options(label)).status();
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("--accept-new-anchor"));
  }
  fs::copy(home_.BackupPath("old") + "/db", home_.database(), fs::copy_options::recursive);
  EXPECT_TRUE(absl::IsFailedPrecondition(home_.Open()));
}

TEST_F(RestoreTest, WaitsForNoPipeInPlaceOfAManifest) {
  fs::create_directories(home_.BackupPath("pipe"));
  ASSERT_EQ(::mkfifo((home_.BackupPath("pipe") + "/manifest").c_str(), 0600), 0);
  LoseDatabase();
  EXPECT_TRUE(absl::IsInvalidArgument(Run(Options("pipe")).status()));
}

TEST_F(RestoreTest, PutsNothingInPlaceThatTheAnchorContradicts) {
  // The same key in another place has gone on from record 300 in its own way.
  BackupHome fork;
  fork.Add(0, 300);
  fork.Add(300, 800, "other");
  ASSERT_TRUE(fork.Make("fork").ok());
  LoseDatabase();
  RestoreOptions options = Options("");
  options.copy = fork.BackupPath("fork");
  const auto refused = Run(options);
  EXPECT_TRUE(absl::IsDataLoss(refused.status())) << refused.status();
  EXPECT_THAT(client::ForkedNotesOf(refused.status()), HasSubstr("go.sum database tree\n1000\n"));
  EXPECT_FALSE(fs::exists(home_.database()));

  // Nor one that the source contradicts, nor a source that the anchor contradicts.
  const auto source = RunForward("new", fork.database());
  EXPECT_TRUE(absl::IsDataLoss(source.status())) << source.status();
  const auto beyond = RunForward("old", fork.database());
  EXPECT_TRUE(absl::IsDataLoss(beyond.status())) << beyond.status();
  EXPECT_FALSE(client::ForkedNotesOf(beyond.status()).empty());
  EXPECT_FALSE(fs::exists(home_.database()));
  EXPECT_TRUE(RunForward("old", home_.Path("elsewhere")).ok());
  ExpectLogGoesOn(1000);
}

TEST_F(RestoreTest, PutsNothingInPlaceThatIsDamagedOrAnothersOrMissing) {
  LoseDatabase();
  std::string table;
  for (const auto& entry : fs::directory_iterator(home_.BackupPath("new") + "/db")) {
    if (entry.path().extension() == ".sst" || table.empty()) table = entry.path();
  }
  const std::string bytes = testing::BytesBelow(home_.BackupPath("new"))[table];
  fs::remove(table);
  std::ofstream(table) << bytes.substr(0, bytes.size() - 1) << '?';
  const auto damaged = Run(Options("new"));
  EXPECT_TRUE(absl::IsDataLoss(damaged.status())) << damaged.status();
  EXPECT_THAT(std::string(damaged.status().message()),
              HasSubstr(fs::path(table).filename().string()));
  EXPECT_FALSE(fs::exists(home_.database()));
  ExpectNoScratch();

  BackupHome other(MakeSigner("sum.example.com", 9));
  ASSERT_TRUE(other.Make("a").ok());
  RestoreOptions options = Options("");
  options.copy = other.BackupPath("a");
  EXPECT_TRUE(absl::IsUnauthenticated(Run(options).status()));
  options.copy = home_.Path("none");
  EXPECT_TRUE(absl::IsNotFound(Run(options).status()));
  EXPECT_TRUE(absl::IsNotFound(RunForward("", home_.Path("elsewhere")).status()));
  EXPECT_FALSE(fs::exists(home_.database()));
}

TEST_F(RestoreTest, WithoutAnAnchorBelievesTheCopy) {
  LoseDatabase();
  const auto report = Restore(Options("new"));  // the caller has accepted that
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_FALSE(report->lacking.has_value());
  EXPECT_EQ(Frozen(), std::nullopt);
}

class KilledRestore : public RestoreTest {
 protected:
  // Runs the restore in a child that is killed at call number `at` of the watch; false: it has
  // fewer, and came to its end.
  bool RunKilledAt(int at, const std::string& label) {
    int calls = 0;
    return RunKilled(label, [&](const Step&) { return ++calls == at; });
  }

  // The same before the first rename (0), between the two (1), or after the second.
  void RunKilledAtRename(std::uint64_t renames, const std::string& label) {
    CHECK(RunKilled(label, [renames](const Step& step) {
      return step.stage == "put in place" && step.done == renames;
    }));
  }

  std::string source_path_ = home_.Path("elsewhere");

 private:
  bool RunKilled(const std::string& label, const std::function<bool(const Step&)>& is_end) {
    const pid_t child = ::fork();
    if (child == 0) {
      auto source = OpenDatabaseSource(source_path_, home_.signer.verifier());
      RestoreOptions options = Options(label);
      options.source = source->get();
      options.watch = [&](const Step& step) {
        if (is_end(step)) ::raise(SIGKILL);
        return absl::OkStatus();
      };
      const auto report = Run(options);
      ::_exit(report.ok() ? 0 : 1);
    }
    int status = 0;
    CHECK(::waitpid(child, &status, 0) == child);
    EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    return WIFSIGNALED(status);
  }
};

TEST_F(KilledRestore, GoesOnFromAnyStep) {
  LoseDatabase();
  int kills = 0;
  for (int at = 1; RunKilledAt(at, "old"); ++at) {
    ++kills;
    EXPECT_FALSE(fs::exists(home_.database()));
    ASSERT_LT(at, 1000);
  }
  EXPECT_GT(kills, 3);
  ExpectNoScratch();
  ExpectLogGoesOn(1000);
}

TEST_F(KilledRestore, OfADatabaseInPlaceKeepsTheOldOneUntilTheEnd) {
  LoseDatabase();
  ASSERT_TRUE(Run(Options("old")).ok());
  int kills = 0;
  for (int at = 1; RunKilledAt(at, ""); ++at) {
    ++kills;
    const auto store = storage::OpenRocksDbStore({.path = home_.database(), .read_only = true});
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_EQ((*store)->SignedHead()->size, 300u);
    ASSERT_LT(at, 1000);
  }
  EXPECT_GT(kills, 2);
  ExpectLogGoesOn(1000);
}

TEST_F(KilledRestore, GoesOnBetweenTheRenames) {
  LoseDatabase();
  ASSERT_TRUE(Run(Options("old")).ok());
  fs::copy(home_.database(), home_.Path("kept"), fs::copy_options::recursive);
  for (const std::uint64_t renames : {0u, 1u, 2u}) {
    SCOPED_TRACE(renames);
    LoseDatabase();
    fs::copy(home_.Path("kept"), home_.database(), fs::copy_options::recursive);
    RunKilledAtRename(renames, "");
    EXPECT_EQ(fs::exists(home_.database()), renames != 1);
    const auto report = RunForward("", home_.Path("elsewhere"));
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_TRUE(report->changed);
    EXPECT_EQ(report->head.head.size, 1000u);
    ExpectNoScratch();
  }
  ExpectLogGoesOn(1000);
}

TEST_F(KilledRestore, IsFinishedBehindTheAnchorToo) {
  LoseDatabase();
  source_path_ = home_.BackupPath("new") + "/db";
  RunKilledAtRename(2, "new");
  const auto report = RunForward("new", source_path_);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->lacking->size, 1000u);
  EXPECT_TRUE(Frozen().has_value());
  ExpectNoScratch();
}

// A kill after the second rename, whose last trace is the state beside the database.
class FinishedRestore : public KilledRestore {
 protected:
  FinishedRestore() {
    LoseDatabase();
    RunKilledAtRename(2, "new");
    CHECK(fs::exists(home_.database() + kRestoringSuffix + "/state"));
  }
};

TEST_F(FinishedRestore, IsFinishedByTheSameCall) {
  const auto report = RunForward("new", home_.Path("elsewhere"));
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->changed);
  EXPECT_EQ(report->base_size, 700u);
  EXPECT_TRUE(report->has_old_decisions);
  ExpectNoScratch();
  ExpectLogGoesOn(1000);
}

TEST_F(FinishedRestore, HasNothingToDoOnceItsLastTraceIsGone) {
  ASSERT_TRUE(RunForward("new", home_.Path("elsewhere")).ok());
  const auto again = RunForward("new", home_.Path("elsewhere"));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_FALSE(again->changed);
  EXPECT_FALSE(again->lacking.has_value());
  EXPECT_TRUE(absl::IsAlreadyExists(Run(Options("new")).status()));
}

TEST_F(FinishedRestore, DoesNotSpeakForADatabaseThatWasLostLater) {
  home_.Add(1000, 10);
  LoseDatabase();
  EXPECT_TRUE(absl::IsNotFound(RunForward("", home_.Path("none")).status()));
  const auto report = Run(Options("new"));
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->head.head.size, 700u);
  EXPECT_EQ(report->lacking->size, 1010u);
}

TEST_F(FinishedRestore, DoesNotSpeakForAnOlderSnapshotThatWasLaidOverIt) {
  LoseDatabase();
  fs::copy(home_.BackupPath("old") + "/db", home_.database(), fs::copy_options::recursive);
  const auto report = RunForward("", home_.Path("elsewhere"));
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->base_size, 300u);
  ExpectNoScratch();
  ExpectLogGoesOn(1000);
}

TEST_F(KilledRestore, GoesOnFromAnySource) {
  BackupHome fork;
  fork.Add(0, 700);
  fork.Add(700, 800, "other");
  LoseDatabase();
  fs::remove(home_.anchor_path());
  const auto without_anchor = [&](const std::string& path) {
    auto source = OpenDatabaseSource(path, home_.signer.verifier());
    RestoreOptions options = Options("new");
    options.source = source->get();
    return options;
  };
  // Stopped when records of a wrong source are in the copy already.
  auto wrong = OpenDatabaseSource(fork.database(), home_.signer.verifier());
  RestoreOptions options = without_anchor(fork.database());
  options.source = wrong->get();
  options.watch = [](const Step& step) {
    return step.stage == "put in place" ? absl::CancelledError("stop") : absl::OkStatus();
  };
  EXPECT_TRUE(absl::IsCancelled(Restore(options).status()));
  const std::string state = home_.database() + kRestoringSuffix + "/state";
  ASSERT_TRUE(fs::exists(state));
  {
    // As a kill between two pieces leaves it: behind the last one there is no signed head yet.
    const auto made =
        *storage::OpenRocksDbStore({.path = home_.database() + kRestoringSuffix + "/db"});
    storage::CommitBatch batch;
    batch.expected_size = 1500;
    batch.head = *made->SignedHead();
    batch.head.note.clear();
    ASSERT_EQ(made->Commit(batch), absl::OkStatus());
  }
  auto right = OpenDatabaseSource(home_.Path("elsewhere"), home_.signer.verifier());
  options = without_anchor(home_.Path("elsewhere"));
  options.source = right->get();
  options.watch = {};
  const auto report = Restore(options);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->head.head.size, 1000u);
}

TEST_F(KilledRestore, TakesOverWhatWasDecidedMeanwhile) {
  LoseDatabase();
  fs::copy(home_.BackupPath("old") + "/db", home_.database(), fs::copy_options::recursive);
  fs::remove(home_.anchor_path());
  {
    const auto store = *storage::OpenRocksDbStore({.path = home_.database(), .read_only = true});
    ASSERT_TRUE(log::Anchor::Create(home_.anchor_path(), store->SignedHead()->note).ok());
  }
  // Stopped when its copy is ready; the log of before goes on serving.
  auto source = OpenDatabaseSource(home_.Path("elsewhere"), home_.signer.verifier());
  RestoreOptions options = Options("");
  options.source = source->get();
  options.watch = [](const Step& step) {
    return step.stage == "put in place" ? absl::CancelledError("stop") : absl::OkStatus();
  };
  EXPECT_TRUE(absl::IsCancelled(Run(options).status()));
  ASSERT_EQ(home_.Open(), absl::OkStatus());
  const log::Decision decision = {.reason = "stolen", .who = "ann", .when = home_.clock.Now()};
  ASSERT_EQ(home_.log->Freeze(decision), absl::OkStatus());
  ASSERT_EQ(home_.store->PutState("block/a.b/c@v1.0.0", "kept"), absl::OkStatus());
  home_.Close();

  EXPECT_FALSE(RunForward("", home_.Path("elsewhere"))->has_old_decisions);
  EXPECT_EQ(Frozen()->reason, "stolen");
  const auto store = *storage::OpenRocksDbStore({.path = home_.database(), .read_only = true});
  EXPECT_EQ(store->SignedHead()->size, 1000u);
  EXPECT_EQ(*store->GetState("block/a.b/c@v1.0.0"), "kept");
}

}  // namespace
}  // namespace sumlog::backup
