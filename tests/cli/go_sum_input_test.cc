// Goal: a file of any size gives the same records as one parsed at once, and errors name its lines.
// Method: the same made-up file read with room for all of it, for parts of it only, and with no
// memory at all; then damaged.

#include "cli/go_sum_input.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"
#include "cli/log_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sumlog::cli {
namespace {

using ::testing::StartsWith;

// Gives `text` in small pieces.
GoSumSource TextSource(const std::string& text) {
  const auto offset = std::make_shared<std::size_t>(0);
  return {.name = "go.sum", .read = [text, offset](absl::Span<char> space) {
            const std::size_t count =
                std::min({space.size(), text.size() - *offset, std::size_t{1000}});
            std::memcpy(space.data(), text.data() + *offset, count);
            *offset += count;
            return absl::StatusOr<std::size_t>(count);
          }};
}

class GoSumInputTest : public ::testing::Test {
 protected:
  GoSumWorkspace Workspace(std::size_t part_bytes, std::size_t memory_bytes) const {
    return {.max_part_bytes = part_bytes,
            .memory_bytes = memory_bytes,
            .spool = SpoolFile(folder_.path())};
  }

  testing::TempFolder folder_;
};

struct Everything {
  std::vector<std::string> records, incomplete;  // sorted
  std::vector<gosum::GoSumConflict> conflicts;
  int parts = 0;
};

Everything TakeAll(GoSumInput& input) {
  Everything all;
  for (; input.HasPart(); ++all.parts) {
    const absl::StatusOr<gosum::GoSumFile> part = input.TakePart();
    EXPECT_TRUE(part.ok()) << part.status();
    for (const auto& record : part->records) all.records.push_back(FormatRecordText(record));
    for (const auto& module : part->incomplete) all.incomplete.push_back(module.ToString());
    for (const auto& conflict : part->conflicts) all.conflicts.push_back(conflict);
  }
  std::sort(all.records.begin(), all.records.end());
  std::sort(all.incomplete.begin(), all.incomplete.end());
  return all;
}

// All "zip" lines first, then all go.mod lines: no record's lines stand together.
std::string ScatteredGoSum(int count) {
  std::string text = ModLine(count + 1);  // incomplete
  for (int i = 0; i < count; ++i) text += ZipLine(i);
  for (int i = 0; i < count; ++i) text += ModLine(i);
  absl::StrAppend(&text, ModLine(7, "another"), "\n", ModLine(8));
  return text;
}

TEST_F(GoSumInputTest, GivesTheSameWhateverTheMemory) {
  const std::string text = ScatteredGoSum(500);
  GoSumWorkspace roomy = Workspace(1 << 20, 1 << 20);
  const auto whole = GoSumInput::Read(TextSource(text), &roomy);
  ASSERT_TRUE(whole.ok()) << whole.status();
  EXPECT_EQ(roomy.memory_bytes, (1u << 20) - text.size());
  EXPECT_EQ((*whole)->record_estimate(), 499u);
  const Everything want = TakeAll(**whole);
  EXPECT_EQ(want.parts, 1);
  EXPECT_EQ(want.records.size(), 499u);
  EXPECT_EQ(want.incomplete, std::vector<std::string>{"example.com/m501@v1.0.0"});

  GoSumWorkspace narrow = Workspace(4096, 1 << 20);
  GoSumWorkspace full = Workspace(1 << 20, 0);
  for (GoSumWorkspace* workspace : {&narrow, &full}) {
    const auto input = GoSumInput::Read(TextSource(text), workspace);
    ASSERT_TRUE(input.ok()) << input.status();
    const Everything got = TakeAll(**input);
    EXPECT_EQ(got.records, want.records);
    EXPECT_EQ(got.incomplete, want.incomplete);
    ASSERT_EQ(got.conflicts.size(), 1u);
    EXPECT_EQ(got.conflicts[0].module.path, "example.com/m7");
    EXPECT_EQ(got.conflicts[0].first_line, want.conflicts[0].first_line);
    EXPECT_EQ(got.conflicts[0].second_line, 1002u);
    EXPECT_EQ(got.parts, workspace == &narrow ? 128 : 1);
  }
}

TEST_F(GoSumInputTest, LeavesNoFileBehind) {
  GoSumWorkspace narrow = Workspace(4096, 0);
  const auto input = GoSumInput::Read(TextSource(ScatteredGoSum(500)), &narrow);
  ASSERT_TRUE(input.ok()) << input.status();
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(GoSumInputTest, KeepsALastLineWithoutANewline) {
  std::string text = GoSum(0, 300);
  text.pop_back();
  for (const std::size_t part_bytes : {std::size_t{4096}, std::size_t{1} << 20}) {
    GoSumWorkspace workspace = Workspace(part_bytes, 1 << 20);
    const auto input = GoSumInput::Read(TextSource(text), &workspace);
    ASSERT_TRUE(input.ok()) << input.status();
    EXPECT_EQ(TakeAll(**input).records.size(), 300u);
  }
}

TEST_F(GoSumInputTest, NamesTheMalformedLine) {
  std::string text = GoSum(0, 300);
  absl::StrAppend(&text, "example.com/bad v1 h1:x\n", GoSum(300, 310));
  for (const std::size_t part_bytes : {std::size_t{4096}, std::size_t{1} << 20}) {
    GoSumWorkspace workspace = Workspace(part_bytes, 1 << 20);
    const auto input = GoSumInput::Read(TextSource(text), &workspace);
    EXPECT_TRUE(absl::IsInvalidArgument(input.status())) << input.status();
    EXPECT_THAT(std::string(input.status().message()), StartsWith("go.sum:601: "));
  }
}

TEST_F(GoSumInputTest, RefusesALineWithoutAnEnd) {
  GoSumWorkspace workspace = Workspace(4096, 1 << 20);
  const auto input = GoSumInput::Read(TextSource(std::string(9 << 20, 'a')), &workspace);
  EXPECT_TRUE(absl::IsInvalidArgument(input.status())) << input.status();
}

TEST_F(GoSumInputTest, HandsOnWhatTheReaderSays) {
  GoSumWorkspace workspace = Workspace(4096, 1 << 20);
  const GoSumSource broken{.name = "x",
                           .read = [](absl::Span<char>) -> absl::StatusOr<std::size_t> {
                             return absl::UnavailableError("read x: it hurts");
                           }};
  EXPECT_EQ(GoSumInput::Read(broken, &workspace).status(),
            absl::UnavailableError("read x: it hurts"));
}

TEST_F(GoSumInputTest, SaysWhenThereIsNoPlaceToSpool) {
  GoSumWorkspace nowhere{
      .max_part_bytes = 10, .memory_bytes = 0, .spool = SpoolFile("/does/not/exist")};
  const auto input = GoSumInput::Read(TextSource(GoSum(0, 3)), &nowhere);
  EXPECT_TRUE(absl::IsNotFound(input.status())) << input.status();
}

}  // namespace
}  // namespace sumlog::cli
