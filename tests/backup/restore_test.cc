// Goal: a restore never forks the log, never deletes a database, and goes on after it was killed at
// any step.
// Method: one log on disk with backups of several ages and an anchor that has seen more; a child
// process is killed at each call of the watch and at each file that the restore keeps of its state.

#include "backup/restore.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

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

// Runs the restore in a child that is killed at call number `at` of the watch, or just before the
// end when it has fewer; false in that case.
class KilledRestore : public RestoreTest {
 protected:
  bool RunKilledAt(int at, const std::string& label, bool replace) {
    const pid_t child = ::fork();
    if (child == 0) {
      int calls = 0;
      auto source = OpenDatabaseSource(home_.Path("elsewhere"), home_.signer.verifier());
      RestoreOptions options = Options(label);
      options.source = source->get();
      options.replace = replace;
      options.watch = [&](const Step&) {
        if (++calls == at) ::raise(SIGKILL);
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
  for (int at = 1; RunKilledAt(at, "old", false); at += 2) {
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
  for (int at = 1; RunKilledAt(at, "", false); at += 2) {
    ++kills;
    const auto store = storage::OpenRocksDbStore({.path = home_.database(), .read_only = true});
    ASSERT_TRUE(store.ok()) << store.status();
    EXPECT_EQ((*store)->SignedHead()->size, 300u);
    ASSERT_LT(at, 1000);
  }
  EXPECT_GT(kills, 2);
  ExpectLogGoesOn(1000);
}

// The steps after the last call of the watch, each state made by hand as a kill leaves it.
TEST_F(KilledRestore, GoesOnBetweenTheRenames) {
  LoseDatabase();
  ASSERT_TRUE(Run(Options("old")).ok());
  const std::string work = home_.database() + kRestoringSuffix;
  const std::string kept = home_.Path("kept");
  const std::string old = home_.Path("old-database");
  fs::copy(home_.database(), old, fs::copy_options::recursive);

  // What a kill after the last check leaves: the state of this restore, and what it comes to.
  ASSERT_TRUE(RunKilledAt(1, "", false));
  std::string state;
  {
    std::ifstream in(work + "/state");
    state.assign(std::istreambuf_iterator<char>(in), {});
  }
  ASSERT_THAT(state, HasSubstr("step copying\n"));
  ASSERT_FALSE(RunKilledAt(1'000'000, "", false));
  fs::create_directory(kept);
  fs::copy(home_.database(), kept + "/db", fs::copy_options::recursive);
  std::ofstream(kept + "/state") << state.replace(state.find("copying"), 7, "ready");

  // Killed before the first rename, between the two, and after the second.
  for (const int renames : {0, 1, 2}) {
    SCOPED_TRACE(renames);
    fs::remove_all(home_.database());
    fs::remove_all(work);
    fs::copy(kept, work, fs::copy_options::recursive);
    if (renames == 0) fs::copy(old, home_.database(), fs::copy_options::recursive);
    if (renames == 2) fs::rename(work + "/db", home_.database());
    const auto report = RunForward("", home_.Path("elsewhere"));
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->head.head.size, 1000u);
    ExpectNoScratch();
    if (renames == 2) ExpectLogGoesOn(1000);
  }
}

}  // namespace
}  // namespace sumlog::backup
