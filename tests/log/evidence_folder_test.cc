// Goal: what a keeper has kept is found, newest first, page by page, and nothing else of the disk.
// Method: files with times that the test sets; other files, links and names beside them.

#include "log/evidence_folder.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "log/evidence.h"
#include "support/test_log.h"

namespace sumlog::log {
namespace {

using ::sumlog::testing::MakeRecord;
using ::sumlog::testing::TempFolder;
using ::sumlog::testing::TestLog;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Id(char digit) { return std::string(32, digit); }

class EvidenceFolderTest : public ::testing::Test {
 protected:
  EvidenceFolderTest() { std::filesystem::create_directories(dir_.path() + "/conflicts"); }

  std::string Path(const std::string& name) const { return dir_.path() + "/conflicts/" + name; }

  void Put(const std::string& name, const std::string& text, int age_minutes) const {
    std::ofstream(Path(name)) << text;
    std::filesystem::last_write_time(Path(name), std::filesystem::file_time_type::clock::now() -
                                                     std::chrono::minutes(age_minutes));
  }

  std::vector<std::string> Ids(std::size_t limit, std::string* token) const {
    std::vector<std::string> ids;
    const auto page = folder_.List(limit, *token);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok()) return ids;
    for (const EvidenceEntry& entry : page->entries) ids.push_back(entry.id);
    *token = page->next_token;
    return ids;
  }

  TempFolder dir_;
  const EvidenceFolder folder_{dir_.path()};
};

TEST_F(EvidenceFolderTest, ListsTheNewestFirstPageByPage) {
  std::string token;
  EXPECT_THAT(Ids(10, &token), IsEmpty());
  EXPECT_EQ(token, "");
  for (const char digit : {'3', '1', 'a', '2', 'f'}) {
    const int age = digit >= 'a' ? 9 : digit - '0';  // a and f are of about one time
    Put(Id(digit) + ".txt", absl::StrCat("sumlog conflict 1\nmodule version: m", age, "\n"), age);
  }
  const auto time = std::filesystem::last_write_time(Path(Id('a') + ".txt"));
  std::filesystem::last_write_time(Path(Id('f') + ".txt"), time);
  EXPECT_THAT(Ids(10, &token), ElementsAre(Id('1'), Id('2'), Id('3'), Id('f'), Id('a')));
  EXPECT_EQ(token, "");
  EXPECT_THAT(Ids(2, &token), ElementsAre(Id('1'), Id('2')));
  EXPECT_NE(token, "");
  Put(Id('0') + ".txt", "newer than the page before", 0);
  EXPECT_THAT(Ids(2, &token), ElementsAre(Id('3'), Id('f')));
  EXPECT_THAT(Ids(2, &token), ElementsAre(Id('a')));
  EXPECT_EQ(token, "");
  EXPECT_THAT(Ids(6, &token), ElementsAre(Id('0'), Id('1'), Id('2'), Id('3'), Id('f'), Id('a')));
  EXPECT_EQ(token, "");
}

TEST_F(EvidenceFolderTest, SaysWhatEachIsAbout) {
  Put(Id('1') + ".txt", "sumlog conflict 1\nmodule version: example.com/m@v1.0.0\nrest\n", 1);
  Put(Id('2') + ".txt", "something else", 2);
  const auto page = folder_.List(10, "");
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->entries.size(), 2u);
  EXPECT_EQ(page->entries[0].module_version, "example.com/m@v1.0.0");
  EXPECT_EQ(page->entries[1].module_version, "");
  const auto one = folder_.Read(Id('1'));
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(one->entry.module_version, "example.com/m@v1.0.0");
  EXPECT_EQ(one->entry.kept_at, page->entries[0].kept_at);
  EXPECT_THAT(one->text, HasSubstr("rest\n"));
}

TEST_F(EvidenceFolderTest, LooksAtNothingThatNoKeeperWrites) {
  Put(Id('1') + ".txt.new", "half", 1);
  Put(Id('A') + ".txt", "upper case", 1);
  Put(Id('1').substr(1) + ".txt", "short", 1);
  Put("notes", "by hand", 1);
  std::ofstream(dir_.path() + "/secret") << "secret";
  std::filesystem::create_symlink(dir_.path() + "/secret", Path(Id('2') + ".txt"));
  std::filesystem::create_directory(Path(Id('3') + ".txt"));
  std::string token;
  EXPECT_THAT(Ids(10, &token), IsEmpty());
  EXPECT_TRUE(absl::IsNotFound(folder_.Read(Id('2')).status()));
  EXPECT_TRUE(absl::IsNotFound(folder_.Read(Id('3')).status()));
  EXPECT_TRUE(absl::IsNotFound(folder_.Read(Id('4')).status()));
}

TEST_F(EvidenceFolderTest, RefusesWhatIsNoIdNoTokenAndNoPage) {
  for (const std::string& id : {std::string(), std::string("../../secret"), Id('1') + "1", Id('A'),
                                Id('1').substr(1), Id('g'), Id('/'), std::string(32, '\0')}) {
    EXPECT_TRUE(absl::IsInvalidArgument(folder_.Read(id).status())) << id;
    EXPECT_TRUE(absl::IsInvalidArgument(CheckEvidenceId(id)));
  }
  for (const std::string& token :
       {std::string("1"), "x-" + Id('1'), "1-" + Id('g'), " 1-" + Id('1'), "01-" + Id('1'),
        "99999999999999999999-" + Id('1'), "1-" + Id('1') + " "}) {
    EXPECT_TRUE(absl::IsInvalidArgument(folder_.List(10, token).status())) << token;
  }
  EXPECT_TRUE(absl::IsInvalidArgument(folder_.List(0, "").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(folder_.List(kMaxEvidencePage + 1, "").status()));
}

TEST(EvidenceOfALog, IsReadWhileMoreIsKept) {
  TestLog log;
  ASSERT_EQ(log.Open(), absl::OkStatus());
  EXPECT_THAT(log->evidence().List(10, "")->entries, IsEmpty());
  ASSERT_TRUE(log.Add({MakeRecord(1)}).ok());
  std::string last;
  {
    std::jthread reader([&] {
      while (true) {
        const auto page = log->evidence().List(100, "");
        ASSERT_TRUE(page.ok()) << page.status();
        for (const EvidenceEntry& entry : page->entries) {
          EXPECT_EQ(entry.module_version, "example.com/m1@v1.0.0");
        }
        if (page->entries.size() == 30) return;
      }
    });
    for (int i = 0; i < 30; ++i) {
      const auto answer = log.Add({MakeRecord(1, absl::StrCat("other ", i))});
      ASSERT_TRUE(answer.ok());
      last = answer->results[0].evidence_id;
    }
  }
  EXPECT_THAT(log->evidence().Read(last)->text, HasSubstr("\nrefused at: "));
}

}  // namespace
}  // namespace sumlog::log
