// Goal: an anchor always gives the newest note that Store returned OK for, whatever a crash leaves.
// Method: real files; damage is done to their bytes, a crash is what a torn slot looks like.

#include "log/anchor.h"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

#include "gtest/gtest.h"
#include "support/temp_folder.h"

namespace sumlog::log {
namespace {

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
    const auto anchor = Anchor::Open(path());
    return anchor.ok() ? (*anchor)->note() : anchor.status().ToString();
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
  }
}

TEST_F(AnchorTest, DoesNotBelieveASlotInTheOthersPlace) {
  auto anchor = Anchor::Create(path(), "first");
  ASSERT_TRUE(anchor.ok());
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

}  // namespace
}  // namespace sumlog::log
