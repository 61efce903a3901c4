// Goal: an anchor always gives the newest note that Store returned OK for, whatever a crash leaves.
// Method: real files; damage is done to their bytes, a crash is what a torn slot looks like.

#include "log/anchor.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/temp_folder.h"

namespace sumlog::log {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::size_t kSlot = 4096;

class AnchorTest : public ::testing::Test {
 protected:
  std::string path() const { return folder_.path() + "/anchor"; }

  std::string ReadAll() const {
    std::ifstream file(path(), std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
  }

  void WriteAll(const std::string& content) const {
    std::ofstream(path(), std::ios::binary | std::ios::trunc) << content;
  }

  std::string NoteNow() const {
    const auto content = ReadAnchor(path());
    return content.ok() ? content->note : content.status().ToString();
  }

  testing::TempFolder folder_;
};

TEST_F(AnchorTest, KeepsTheFirstNote) {
  const auto anchor = Anchor::Create(path(), "first");
  ASSERT_TRUE(anchor.ok()) << anchor.status();
  EXPECT_EQ((*anchor)->note(), "first");
  EXPECT_EQ((*anchor)->path(), path());
  EXPECT_EQ(NoteNow(), "first");
  EXPECT_EQ(ReadAll().size(), 2 * kSlot);
}

TEST_F(AnchorTest, RefusesToReplaceAFile) {
  ASSERT_TRUE(Anchor::Create(path(), "first").ok());
  EXPECT_TRUE(absl::IsAlreadyExists(Anchor::Create(path(), "second").status()));
  EXPECT_EQ(NoteNow(), "first");
}

TEST_F(AnchorTest, CreatesAgainAfterACrashInTheMiddle) {
  std::ofstream(path() + ".new") << "half";
  EXPECT_TRUE(Anchor::Create(path(), "first").ok());
  EXPECT_NE(::access((path() + ".new").c_str(), F_OK), 0);
}

TEST_F(AnchorTest, SaysWhenAFileOrAFolderIsMissing) {
  EXPECT_TRUE(absl::IsNotFound(Anchor::Open(path()).status()));
  EXPECT_TRUE(absl::IsNotFound(ReadAnchor(path()).status()));
  EXPECT_TRUE(absl::IsNotFound(Anchor::Create(folder_.path() + "/no/anchor", "x").status()));
}

TEST_F(AnchorTest, StoresNoteAfterNote) {
  auto anchor = Anchor::Create(path(), "first");
  ASSERT_TRUE(anchor.ok());
  for (int i = 0; i < 5; ++i) {
    const std::string note = "note " + std::to_string(i);
    ASSERT_EQ((*anchor)->Store(note), absl::OkStatus());
    EXPECT_EQ((*anchor)->note(), note);
    EXPECT_EQ(NoteNow(), note);
    EXPECT_EQ(ReadAll().size(), 2 * kSlot);
  }
  anchor->reset();
  auto reopened = Anchor::Open(path());
  ASSERT_TRUE(reopened.ok());
  ASSERT_EQ((*reopened)->Store("after opening"), absl::OkStatus());
  EXPECT_EQ(NoteNow(), "after opening");
}

TEST_F(AnchorTest, TakesNotesUpToItsLimit) {
  auto anchor = Anchor::Create(path(), "first");
  ASSERT_TRUE(anchor.ok());
  const std::string longest(kMaxAnchorNoteBytes, 'n');
  EXPECT_EQ((*anchor)->Store(longest), absl::OkStatus());
  EXPECT_EQ(NoteNow(), longest);
  EXPECT_TRUE(absl::IsInvalidArgument((*anchor)->Store(longest + "n")));
  EXPECT_EQ((*anchor)->note(), longest);
  EXPECT_TRUE(absl::IsInvalidArgument(Anchor::Create(path() + "2", longest + "n").status()));
}

TEST_F(AnchorTest, KeepsTheOldNoteWhenTheNewSlotIsTornAnywhere) {
  auto anchor = Anchor::Create(path(), "first");
  ASSERT_TRUE(anchor.ok());
  ASSERT_EQ((*anchor)->Store("old"), absl::OkStatus());
  const std::string before = ReadAll();
  ASSERT_EQ((*anchor)->Store("new"), absl::OkStatus());
  const std::string after = ReadAll();
  // The slot that changed, torn after each byte that differs, from both ends.
  int torn = 0;
  for (std::size_t i = 0; i <= after.size(); ++i) {
    if (i < after.size() && before[i] == after[i]) continue;
    for (const std::string& mixed :
         {after.substr(0, i) + before.substr(i), before.substr(0, i) + after.substr(i)}) {
      WriteAll(mixed);
      EXPECT_EQ(NoteNow(), mixed == after ? "new" : "old") << i;
      ++torn;
    }
  }
  EXPECT_GT(torn, 60);
}

TEST_F(AnchorTest, FindsEveryFlippedBitOfItsOnlyWholeSlot) {
  ASSERT_TRUE(Anchor::Create(path(), "first").ok());
  std::string content = ReadAll();
  content.replace(0, kSlot, kSlot, '\0');
  WriteAll(content);
  EXPECT_EQ(NoteNow(), "first");
  for (std::size_t i = kSlot; i < content.size(); i += 97) {
    content[i] = static_cast<char>(content[i] ^ 1);
    WriteAll(content);
    EXPECT_TRUE(absl::IsDataLoss(Anchor::Open(path()).status())) << i;
    content[i] = static_cast<char>(content[i] ^ 1);
  }
}

TEST_F(AnchorTest, CallsAFileWithoutAWholeSlotDamaged) {
  for (const std::string& content :
       {std::string(), std::string("not an anchor"), std::string(2 * kSlot, '\0')}) {
    WriteAll(content);
    EXPECT_TRUE(absl::IsDataLoss(Anchor::Open(path()).status()));
    EXPECT_TRUE(absl::IsDataLoss(ReadAnchor(path()).status()));
  }
}

TEST_F(AnchorTest, DoesNotBelieveASlotInTheOthersPlace) {
  ASSERT_TRUE(Anchor::Create(path(), "first").ok());
  const std::string first = ReadAll();
  WriteAll(first.substr(kSlot) + first.substr(0, kSlot));
  EXPECT_TRUE(absl::IsDataLoss(Anchor::Open(path()).status()));
}

TEST_F(AnchorTest, OpensAFileThatLostItsSecondSlot) {
  ASSERT_TRUE(Anchor::Create(path(), "first").ok());
  WriteAll(ReadAll().substr(0, kSlot));
  auto anchor = Anchor::Open(path());
  ASSERT_TRUE(anchor.ok()) << anchor.status();
  EXPECT_EQ((*anchor)->note(), "first");
  ASSERT_EQ((*anchor)->Store("second"), absl::OkStatus());
  EXPECT_EQ(NoteNow(), "second");
}

TEST_F(AnchorTest, HasOneHolderAndAnyNumberOfReaders) {
  auto first = Anchor::Create(path(), "first");
  ASSERT_TRUE(first.ok());
  const absl::Status second = Anchor::Open(path()).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(second)) << second;
  EXPECT_THAT(std::string(second.message()),
              AllOf(HasSubstr("another process has the anchor " + path()), HasSubstr("\nwhy: "),
                    HasSubstr("\nfix: ")));
  EXPECT_EQ(NoteNow(), "first");
  ASSERT_EQ((*first)->Store("still writing"), absl::OkStatus());
  first->reset();
  EXPECT_TRUE(Anchor::Open(path()).ok());
}

TEST_F(AnchorTest, IsReadWithoutARightToWrite) {
  ASSERT_TRUE(Anchor::Create(path(), "first").ok());
  ASSERT_EQ(::chmod(path().c_str(), 0444), 0);
  EXPECT_EQ(NoteNow(), "first");
}

// The lock keeps writers of this program out; whatever comes round it must be seen.
TEST_F(AnchorTest, RefusesToWriteAFileThatSomebodyElseWrote) {
  for (int stores = 1; stores <= 3; ++stores) {
    SCOPED_TRACE(stores);
    ::unlink(path().c_str());
    auto anchor = Anchor::Create(path(), "first");
    ASSERT_TRUE(anchor.ok());
    const std::string before = ReadAll();
    // What another process would leave after so many stores of its own.
    anchor->reset();
    auto other = Anchor::Open(path());
    ASSERT_TRUE(other.ok());
    for (int i = 0; i < stores; ++i) ASSERT_EQ((*other)->Store("other"), absl::OkStatus());
    const std::string others = ReadAll();
    other->reset();
    WriteAll(before);
    anchor = Anchor::Open(path());
    ASSERT_TRUE(anchor.ok());
    WriteAll(others);
    const absl::Status refused = (*anchor)->Store("mine");
    EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
    EXPECT_THAT(std::string(refused.message()), HasSubstr("was written by somebody else"));
    EXPECT_EQ(ReadAll(), others);
  }
}

TEST_F(AnchorTest, RefusesToWriteAnOlderCopyOrAnotherNoteOfTheSameSequence) {
  auto anchor = Anchor::Create(path(), "first");
  ASSERT_TRUE(anchor.ok());
  const std::string created = ReadAll();
  ASSERT_EQ((*anchor)->Store("second"), absl::OkStatus());
  ASSERT_EQ((*anchor)->Store("third"), absl::OkStatus());
  const std::string newest = ReadAll();
  WriteAll(created);
  EXPECT_TRUE(absl::IsFailedPrecondition((*anchor)->Store("fourth")));
  EXPECT_EQ(ReadAll(), created);
  WriteAll(newest);
  EXPECT_EQ((*anchor)->Store("fourth"), absl::OkStatus());
}

TEST_F(AnchorTest, RefusesToWriteAFileThatWasReplacedRemovedOrDamaged) {
  auto anchor = Anchor::Create(path(), "first");
  ASSERT_TRUE(anchor.ok());
  const std::string aside = path() + ".aside";
  ASSERT_EQ(::rename(path().c_str(), aside.c_str()), 0);
  EXPECT_TRUE(absl::IsFailedPrecondition((*anchor)->Store("second")));
  ASSERT_TRUE(Anchor::Create(path(), "of somebody else").ok());
  EXPECT_TRUE(absl::IsFailedPrecondition((*anchor)->Store("second")));
  EXPECT_EQ(NoteNow(), "of somebody else");
  ASSERT_EQ(::rename(aside.c_str(), path().c_str()), 0);
  const std::string whole = ReadAll();
  std::string damaged = whole;
  damaged[kSlot + 100] = static_cast<char>(damaged[kSlot + 100] ^ 1);
  WriteAll(damaged);
  EXPECT_TRUE(absl::IsDataLoss((*anchor)->Store("second")));
  WriteAll(whole);
  EXPECT_EQ((*anchor)->Store("second"), absl::OkStatus());
}

// A write that failed, or was torn, is no other writer: it is made again.
TEST_F(AnchorTest, GoesOnAfterAStoreThatFailedHalfWay) {
  auto anchor = Anchor::Create(path(), "first");
  ASSERT_TRUE(anchor.ok());
  const std::string before = ReadAll();
  rlimit unlimited = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &unlimited), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  // The next slot is the first one: the system takes 1000 bytes of it and no more.
  rlimit small = unlimited;
  small.rlim_cur = 1000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status failed = (*anchor)->Store("second");
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &unlimited), 0);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_TRUE(absl::IsUnavailable(failed)) << failed;
  EXPECT_NE(ReadAll(), before);
  EXPECT_EQ((*anchor)->note(), "first");
  EXPECT_EQ(NoteNow(), "first");
  EXPECT_EQ((*anchor)->Store("second"), absl::OkStatus());
  EXPECT_EQ(NoteNow(), "second");
}

}  // namespace
}  // namespace sumlog::log
