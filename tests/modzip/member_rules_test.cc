// Goal: a module zip has the members that golang.org/x/mod/zip allows, and no others.
// Method: lists of members, fine ones and each with one thing wrong; sizes at their limits. Names
// that are never laid out in a file, so gigabytes cost nothing.

#include "modzip/member_rules.h"

#include <sys/stat.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "modzip/path_tree.h"

namespace sumlog::modzip {
namespace {

using ::testing::HasSubstr;

const gosum::ModuleVersion& Module() {
  static const gosum::ModuleVersion module{.path = "x.y/z", .version = "v1.0.0"};
  return module;
}

Member Named(const std::string& path, std::uint64_t size_bytes = 1) {
  Member member;
  member.name = absl::StrCat(NamePrefix(Module()), path);
  member.size_bytes = static_cast<std::uint32_t>(member.is_folder() ? 0 : size_bytes);
  return member;
}

absl::Status Check(const std::vector<std::string>& paths) {
  std::vector<Member> members;
  for (const std::string& path : paths) members.push_back(Named(path));
  return CheckMembers(Module(), members);
}

void ExpectRefused(const absl::Status& status, const std::string& message) {
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << message;
  EXPECT_THAT(std::string(status.message()), HasSubstr(message));
}

TEST(CheckMembers, AcceptsFilesAndFolders) {
  EXPECT_TRUE(Check({}).ok());
  EXPECT_TRUE(Check({"", "go.mod", "LICENSE", "d/", "d/a b.go", "d/é/漢", "e/f/g"}).ok());
  EXPECT_TRUE(Check({"d/a", "d/", "go.mod.txt", "x/xgo.mod"}).ok());
}

TEST(CheckMembers, NamesMemberAndReason) {
  EXPECT_EQ(Check({"a", "d/Go.mod"}).message(),
            "zip member \"x.y/z@v1.0.0/d/Go.mod\" is a go.mod outside the module's root");
}

TEST(CheckMembers, RefusesOtherPrefixes) {
  Member member = Named("a");
  for (const char* name : {"", "a", "x.y/z@v1.0.0", "x.y/z@v1.0.1/a", "/x.y/z@v1.0.0/a"}) {
    member.name = name;
    ExpectRefused(CheckMembers(Module(), {member}), "is not below \"x.y/z@v1.0.0/\"");
  }
}

TEST(CheckMembers, RefusesNamesThatMeanTwoThings) {
  ExpectRefused(Check({"a", "a"}), "is there twice");
  ExpectRefused(Check({"d/", "d/"}), "is there twice");
  ExpectRefused(Check({"d/a", "D/b"}), "differs only in case from another one: \"d\"");
  ExpectRefused(Check({"k", "\u212a"}), "differs only in case");
  ExpectRefused(Check({"d", "d/a"}), "both a file and a folder");
  ExpectRefused(Check({"d/a/b", "d/a"}), "both a file and a folder");
}

TEST(CheckMembers, RefusesBadPaths) {
  ExpectRefused(Check({"/"}), "is empty");
  ExpectRefused(Check({"a//b"}), "is empty");
  ExpectRefused(Check({"../a"}), "ends with a dot");
  ExpectRefused(Check({"a\nb"}), "contains byte 0x0a");
  ExpectRefused(Check({"GO.mod"}), "is not spelled \"go.mod\"");
}

TEST(CheckMembers, KeepsSizesToTheirLimits) {
  const auto check = [](const std::vector<Member>& members) {
    return CheckMembers(Module(), members);
  };
  EXPECT_TRUE(check({Named("go.mod", kMaxGoModSizeBytes)}).ok());
  ExpectRefused(check({Named("go.mod", kMaxGoModSizeBytes + 1)}), "want at most 16777216");
  EXPECT_TRUE(check({Named("LICENSE", kMaxLicenseSizeBytes)}).ok());
  ExpectRefused(check({Named("LICENSE", kMaxLicenseSizeBytes + 1)}), "want at most 16777216");
  EXPECT_TRUE(check({Named("d/LICENSE", kMaxLicenseSizeBytes + 1)}).ok());
  EXPECT_TRUE(check({Named("a", kMaxContentSizeBytes - 1), Named("b", 1)}).ok());
  ExpectRefused(check({Named("a", kMaxContentSizeBytes - 1), Named("b", 2)}),
                "brings the content to 524288001 bytes");
  ExpectRefused(check({Named("a", 4'000'000'000), Named("b", 4'000'000'000)}), "want at most");
}

TEST(CheckMembers, RefusesFoldersWithContentAndOddModes) {
  Member folder = Named("d/");
  folder.unix_mode = S_IFDIR | 0755;
  EXPECT_TRUE(CheckMembers(Module(), {folder}).ok());
  folder.size_bytes = 1;
  ExpectRefused(CheckMembers(Module(), {folder}), "is a folder of 1 bytes");
  Member file = Named("a");
  file.unix_mode = S_IFREG | 0644;
  EXPECT_TRUE(CheckMembers(Module(), {file}).ok());
  file.unix_mode = S_IFLNK | 0777;
  ExpectRefused(CheckMembers(Module(), {file}), "is a symbolic link");
  file.unix_mode = S_IFIFO | 0644;
  ExpectRefused(CheckMembers(Module(), {file}), "has mode 11a4 (hex)");
}

TEST(CheckMembers, BoundsTheLengthOfNames) {
  const std::size_t room = kMaxNameSizeBytes - NamePrefix(Module()).size();
  EXPECT_TRUE(Check({std::string(room, 'a')}).ok());
  ExpectRefused(Check({std::string(room + 1, 'a')}), "has a name of 4097 bytes, want at most 4096");
}

TEST(PathTree, HasRoomForItsBound) {
  PathTree tree(3);
  EXPECT_TRUE(tree.Add("d/e/f", false).ok());
  EXPECT_TRUE(tree.Add("d/e", true).ok());
  ExpectRefused(tree.Add("d/g", false), "is one too many, want at most 3 files and folders");
}

}  // namespace
}  // namespace sumlog::modzip
