// Goal: a process that dies at any moment leaves the store as it was before the commit it was in,
// or as after it, and everything acknowledged is there.
// Method: this program starts itself as a child that commits in both ways and says each size that
// was acknowledged; the parent kills it with SIGKILL at random moments, opens the store and
// compares it with the model. Both derive the same batches from the same numbers. 12 times, or 120
// in the nightly form.

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "storage/memory/memory_store.h"
#include "storage/rocksdb/rocksdb_store.h"
#include "support/batch_builder.h"
#include "support/nightly.h"
#include "support/store_compare.h"
#include "support/temp_folder.h"

namespace sumlog::testing {
namespace {

using storage::CommitBatch;
using storage::LogStore;

constexpr char kFolderVariable[] = "SUMLOG_CRASH_TEST_FOLDER";
constexpr int kRounds = 12;
constexpr int kNightlyRounds = 120;
constexpr int kAckDescriptor = 3;

// The batches of the test, one after the other. Every third is a bulk commit.
class Script {
 public:
  CommitBatch Next() {
    const std::uint64_t turn = turn_++;
    if (turn == 0) return builder_.First();
    return builder_.NextMadeUp(IsBulk(turn) ? 100 + turn * 37 % 900 : turn * 7 % 45);
  }

  // Of the batch that Next returned last.
  bool LastIsBulk() const { return IsBulk(turn_ - 1); }
  std::uint64_t size() const { return builder_.size(); }

 private:
  static bool IsBulk(std::uint64_t turn) { return turn % 3 == 2; }

  BatchBuilder builder_;
  std::uint64_t turn_ = 0;
};

// A batch without records renews the head, so the note and not the size tells batches apart.
std::string NoteOf(const LogStore& store) {
  return store.SignedHead().value_or(storage::StoredHead{}).note;
}

// Not a test: what the child does, until it is killed.
TEST(CrashTestChild, DISABLED_Commits) {
  const char* const folder = std::getenv(kFolderVariable);
  if (folder == nullptr) GTEST_SKIP() << "only for the child of RocksDbCrash";
  storage::RocksDbOptions options{.path = folder};
  absl::StatusOr<std::unique_ptr<LogStore>> store = storage::OpenRocksDbStore(options);
  if (absl::IsNotFound(store.status())) {
    options.create = true;
    store = storage::OpenRocksDbStore(options);
  }
  ASSERT_EQ(store.status(), absl::OkStatus());
  Script script;
  const std::string newest = NoteOf(**store);
  CommitBatch batch = script.Next();
  while (!newest.empty()) {
    const bool is_newest = batch.head.note == newest;
    batch = script.Next();
    if (is_newest) break;
  }
  while (true) {
    ASSERT_EQ(script.LastIsBulk() ? (*store)->CommitBulk(batch) : (*store)->Commit(batch),
              absl::OkStatus());
    const char ack = '.';
    ASSERT_EQ(write(kAckDescriptor, &ack, 1), 1);
    batch = script.Next();
  }
}

class RocksDbCrash : public ::testing::Test {
 protected:
  // Starts the child, lets it commit for a random while and kills it. Returns how many commits it
  // acknowledged.
  std::uint64_t CommitAndKill() {
    std::array<int, 2> pipe_ends = {};
    EXPECT_EQ(pipe(pipe_ends.data()), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], kAckDescriptor);
    std::string program = "/proc/self/exe";
    std::string filter = "--gtest_filter=CrashTestChild.*";
    std::string disabled = "--gtest_also_run_disabled_tests";
    std::array<char*, 4> arguments = {program.data(), filter.data(), disabled.data(), nullptr};
    pid_t child = 0;
    const int spawned =
        posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(pipe_ends[1]);
    CHECK(spawned == 0);

    const std::uint64_t wanted = random_() % 12;
    std::uint64_t acknowledged = 0;
    char ack = 0;
    while (acknowledged < wanted && read(pipe_ends[0], &ack, 1) == 1) ++acknowledged;
    for (std::uint64_t spin = random_() % 3'000'000; spin > 0; --spin) {
      asm volatile("");  // a moment of some length inside the next commit
    }
    kill(child, SIGKILL);
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
    while (read(pipe_ends[0], &ack, 1) == 1) ++acknowledged;
    close(pipe_ends[0]);
    return acknowledged;
  }

  std::mt19937_64 random_{20260101};
};

TEST_F(RocksDbCrash, LeavesWholeCommitsAndAllThatWereAcknowledged) {
  const TempFolder folder;
  const storage::RocksDbOptions options{.path = folder.path() + "/db"};
  ASSERT_EQ(setenv(kFolderVariable, options.path.c_str(), 1), 0);
  const int rounds = IsNightly() ? kNightlyRounds : kRounds;
  Script script;
  const std::unique_ptr<LogStore> model = storage::NewMemoryStore();
  for (int round = 0; round < rounds && !HasFailure(); ++round) {
    SCOPED_TRACE(round);
    const std::uint64_t acknowledged = CommitAndKill();
    const absl::StatusOr<std::unique_ptr<LogStore>> store = storage::OpenRocksDbStore(options);
    if (acknowledged == 0 && absl::IsNotFound(store.status())) continue;
    ASSERT_EQ(store.status(), absl::OkStatus());
    for (std::uint64_t i = 0; i < acknowledged; ++i) {
      ASSERT_EQ(model->Commit(script.Next()), absl::OkStatus());
    }
    if (NoteOf(**store) != NoteOf(*model)) {  // then one more than was acknowledged
      ASSERT_EQ(model->Commit(script.Next()), absl::OkStatus());
    }
    ASSERT_EQ(*(*store)->SignedHead(), *model->SignedHead());
    if (round % 4 == 3 || round + 1 == rounds) {
      EXPECT_TRUE(SameAnswers(**store, *model));
    }
  }
  ASSERT_EQ(unsetenv(kFolderVariable), 0);
}

}  // namespace
}  // namespace sumlog::testing
