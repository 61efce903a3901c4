// Goal: CheckModulePath and CheckModuleVersion take exactly what x/mod's module.CheckPath and
// module.Check take (with canonical versions only), and say what is wrong with the rest.
// Method: tables of the cases that x/mod documents and of the nearest broken inputs of each rule.
// tests/interop/gosum compares the same functions with x/mod itself on generated inputs.

#include "sumlog/gosum/module_path.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace sumlog::gosum {
namespace {

std::string PathOfSize(std::size_t size_bytes) {
  return absl::StrCat("x.y/", std::string(size_bytes - 4, 'a'));
}

TEST(CheckModulePath, AcceptsValidPaths) {
  for (const char* path : {"x.y/z",
                           "x.y",
                           "x..y/z",
                           "x.y-/z",
                           "x.y/z-",
                           "x.y/-z",
                           "x.y/z.t",
                           "x.y/z/t",
                           "x.y/z_",
                           "x.y/z~",
                           "x.y/x.foo",
                           "x.y/prn2",
                           "x.y/com",
                           "x.y/com0",
                           "x.y/com10",
                           "x.y/calm1",
                           "x.y/z09",
                           "x.y/z09~",
                           "x.y/z09~09z",
                           "x.y/z.a~1",
                           "x.y/xaux",
                           "0.1/a",
                           "github.com/A/B",
                           "golang.org/toolchain",
                           "x.y/v",
                           "x.y/v2",
                           "x.y/z/v2",
                           "x.y/z/v10",
                           "x.y/z/v2/w",
                           "x.y/v1/w",
                           "x.y/vv1",
                           "v1.2",
                           "gopkg.in",
                           "gopkg.in/a.v0",
                           "gopkg.in/a.v1",
                           "gopkg.in/u/a.v22",
                           "gopkg.in/a.v1-unstable",
                           "gopkg.in/a.v-unstable",
                           "xgopkg.in/a",
                           "x.y/~",
                           "x.y/a~b"}) {
    EXPECT_EQ(CheckModulePath(path), absl::OkStatus()) << path;
  }
}

TEST(CheckModulePath, RefusesEachBrokenRule) {
  struct Case {
    absl::string_view path;
    absl::string_view message;
  };
  const Case cases[] = {
      {"", "module path is empty"},
      {"/x.y/z", "module path \"/x.y/z\" begins with a slash"},
      {"x.y/z/", "module path \"x.y/z/\" ends with a slash"},
      {"x.y//z", "module path \"x.y//z\" has two slashes in a row"},
      {"/", "module path \"/\" begins with a slash"},
      {"x./z", "module path \"x./z\": element \"x.\" ends with a dot"},
      {"x.y/z/../w", "module path \"x.y/z/../w\": element \"..\" ends with a dot"},
      {".x/z", "module path \".x/z\": element \".x\" begins with a dot"},
      {"x.y/.z", "module path \"x.y/.z\": element \".z\" begins with a dot"},
      {"x.y/a b", "module path \"x.y/a b\": element \"a b\" contains ' '"},
      {"x.y/\xFFz", "module path \"x.y/\\xffz\": element \"\\xffz\" contains byte 0xff"},
      {"x.y/aux.foo",
       "module path \"x.y/aux.foo\": element \"aux.foo\" is \"aux\", reserved on Windows"},
      {"x.y/z~0",
       "module path \"x.y/z~0\": element \"z~0\" looks like a Windows short name ('~' and digits)"},
      {"xy/z",
       "module path \"xy/z\" has no dot in its first element \"xy\", want a host name like "
       "\"example.com\""},
      {"-x.y/z", "module path \"-x.y/z\" begins with a dash"},
      {"X.y/z",
       "module path \"X.y/z\" has 'X' in its first element, want lower-case letters, digits, '-' "
       "and '.'"},
      {"x.y/z/v1", "module path \"x.y/z/v1\" ends in \"/v1\"; want \"/v2\" or above, or nothing"},
      {"x.y/z/v0", "module path \"x.y/z/v0\" ends in \"/v0\"; want \"/v2\" or above, or nothing"},
      {"x.y/z/v02",
       "module path \"x.y/z/v02\" ends in \"/v02\"; want \"/v2\" or above, or nothing"},
      {"x.y/z/v2.0", "module path \"x.y/z/v2.0\" ends in \"/v2.0\"; want the major version alone"},
      {"gopkg.in/yaml",
       "module path \"gopkg.in/yaml\" does not end in \".vN\", as every path on gopkg.in must"},
      {"gopkg.in/yaml.v", "module path \"gopkg.in/yaml.v\" ends in \".v\" without a number"},
      {"gopkg.in/yaml.v02",
       "module path \"gopkg.in/yaml.v02\" ends in \".v02\", a major version with a leading zero"},
  };
  for (const Case& c : cases) {
    const absl::Status status = CheckModulePath(c.path);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.path;
    EXPECT_EQ(status.message(), c.message);
  }
}

TEST(CheckModulePath, RefusesMorePathsThatGoRefuses) {
  for (const char* path : {"_x.y/z",
                           "x.y_/z",
                           "x.y~/z",
                           "x.y/z//w",
                           "../x",
                           "./y",
                           "x:y",
                           "\\temp\\foo",
                           ".gitignore",
                           ".github/ISSUE_TEMPLATE",
                           "x.y/z~09",
                           "x.y/z09~09z~09",
                           "x.y/prn",
                           "x.y/COM1",
                           "x.y/Lpt9.txt",
                           "x.y/nUl",
                           "x.y/con.",
                           "aux.com/a",
                           "x.y/испытание",
                           "x☺y",
                           "gopkg.in/",
                           "gopkg.in/v1",
                           "gopkg.in/a/v2",
                           "gopkg.in/a.v01",
                           "gopkg.in/a.v0-unstable",
                           "gopkg.in/a.v2-Unstable",
                           "gopkg.in/a.v2.3",
                           "x.y/z@v1",
                           "x.y/z/v2."}) {
    EXPECT_EQ(CheckModulePath(path).code(), absl::StatusCode::kInvalidArgument) << path;
  }
  EXPECT_FALSE(CheckModulePath(absl::string_view("x.y/a\0b", 7)).ok());
}

TEST(CheckModulePath, JudgesEveryByteOfAnElement) {
  for (int code = 0; code < 256; ++code) {
    const char c = static_cast<char>(code);
    const bool is_letter_or_digit =
        ('0' <= c && c <= '9') || ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z');
    const bool is_fine = is_letter_or_digit || c == '-' || c == '.' || c == '_' || c == '~' ||
                         c == '/';  // which ends the element
    const std::string path = absl::StrCat("x.y/a", std::string(1, c), "b");
    EXPECT_EQ(CheckModulePath(path).ok(), is_fine) << "byte " << code;

    const bool is_fine_in_host =
        (is_letter_or_digit && !('A' <= c && c <= 'Z')) || c == '-' || c == '.' || c == '/';
    const std::string host = absl::StrCat("x.y", std::string(1, c), "b");
    EXPECT_EQ(CheckModulePath(host).ok(), is_fine_in_host) << "byte " << code;
  }
}

TEST(CheckModulePath, HasABoundOnItsSize) {
  EXPECT_EQ(CheckModulePath(PathOfSize(kMaxPathSizeBytes)), absl::OkStatus());
  const absl::Status status = CheckModulePath(PathOfSize(kMaxPathSizeBytes + 1));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("has 1025 bytes, want at most 1024"), std::string::npos);
  EXPECT_LT(status.message().size(), 300u) << "the path is cut";
}

TEST(IsCanonicalVersion, AcceptsOnlyTheCanonicalForm) {
  for (const char* version :
       {"v0.0.0", "v1.2.3", "v1.0.0-alpha", "v1.0.0-alpha.beta.11", "v1.2.3-456-789", "v1.2.3-456a",
        "v1.2.3-0", "v1.2.3--", "v1.2.3-0a", "v2.0.0+incompatible", "v2.0.0-rc.1+incompatible",
        "v0.0.0-20160102150405-abcdef123456", "v0.0.1-go1.26.8.linux-amd64",
        "v99999999999999999999999999.0.1"}) {
    EXPECT_TRUE(IsCanonicalVersion(version)) << version;
  }
  for (const char* version : {"",
                              "v",
                              "bad",
                              "1.2.3",
                              "V1.2.3",
                              "v1",
                              "v1.2",
                              "v1.2.",
                              "v1..2",
                              "v.1.2",
                              "v1.2.3.4",
                              "v01.2.3",
                              "v1.02.3",
                              "v1.2.03",
                              "v1.2.3-",
                              "v1.2.3-01",
                              "v1.2.3-a..b",
                              "v1.2.3-.a",
                              "v1.2.3-a.",
                              "v1.2.3-a_b",
                              "v1-alpha",
                              "v1.2-pre",
                              "v1+meta",
                              "v1.2.3+",
                              "v1.2.3+meta",
                              "v1.2.3+incompatible.1",
                              "v1.2.3+Incompatible",
                              "v1.2.3-pre+meta",
                              "v1.2.3+a..b",
                              "v1.2.3+incompatible ",
                              " v1.2.3",
                              "v1.2.3\n",
                              "v-1.2.3",
                              "v1.2.3+incompatible+incompatible",
                              "v1.2.3/go.mod"}) {
    EXPECT_FALSE(IsCanonicalVersion(version)) << version;
  }
}

TEST(CheckModuleVersion, AcceptsVersionsThatFitThePath) {
  const std::pair<const char*, const char*> pairs[] = {
      {"github.com/go-yaml/yaml", "v0.8.0"},
      {"github.com/go-yaml/yaml", "v1.0.0"},
      {"github.com/go-yaml/yaml/v2", "v2.1.5"},
      {"github.com/go-yaml/yaml/v2", "v2.1.5+incompatible"},
      {"rsc.io/quote", "v17.0.0+incompatible"},
      {"rsc.io/quote", "v1.0.0+incompatible"},
      {"gopkg.in/yaml.v0", "v0.8.0"},
      {"gopkg.in/yaml.v1", "v1.0.0"},
      {"gopkg.in/yaml.v2-unstable", "v2.1.5"},
      {"gopkg.in/check.v1", "v0.0.0-20160102150405-abcdef123456"},
      {"gopkg.in/check.v1-unstable", "v0.0.0-20160102150405-abcdef123456"},
      {"golang.org/toolchain", "v0.0.1-go1.26.8.linux-amd64"},
  };
  for (const auto& [path, version] : pairs) {
    EXPECT_EQ(CheckModuleVersion(path, version), absl::OkStatus()) << path << "@" << version;
  }
}

TEST(CheckModuleVersion, RefusesVersionsThatDoNot) {
  const std::pair<const char*, const char*> pairs[] = {
      {"rsc.io/quote", "0.1.0"},
      {"rsc io/quote", "v1.0.0"},
      {"github.com/go-yaml/yaml", "v2.0.0"},
      {"github.com/go-yaml/yaml/v2", "v1.0.0"},
      {"github.com/go-yaml/yaml/v2", "v3.0.0"},
      {"github.com/go-yaml/yaml/v2", "v20.0.0"},
      {"github.com/go-yaml/yaml/v2", "v3.0.0+incompatible"},
      {"gopkg.in/yaml.v0", "v1.0.0"},
      {"gopkg.in/yaml.v1", "v0.8.0"},
      {"gopkg.in/check.v1", "v0.0.0"},
      {"gopkg.in/yaml.v2", "v0.0.0-20160102150405-abcdef123456"},
      {"gopkg.in/yaml.v2", "v3.0.0+incompatible"},
      {"gopkg.in/yaml.v-unstable", "v0.0.0"},
      {"rsc.io/quote", "v17.0.0"},
      // module.Check takes these three; go.sum and lookups never name them.
      {"rsc.io/quote", "v1"},
      {"rsc.io/quote", "v1.2"},
      {"rsc.io/quote", "v1.2.3+meta"},
  };
  for (const auto& [path, version] : pairs) {
    EXPECT_EQ(CheckModuleVersion(path, version).code(), absl::StatusCode::kInvalidArgument)
        << path << "@" << version;
  }
}

TEST(CheckModuleVersion, SaysWhatItGotAndWhatItWants) {
  EXPECT_EQ(CheckModuleVersion("rsc.io/quote", "1.0.0").message(),
            "version \"1.0.0\" of \"rsc.io/quote\" is not a semantic version like \"v1.2.3\"");
  EXPECT_EQ(CheckModuleVersion("rsc.io/quote", "v1.0").message(),
            "version \"v1.0\" of \"rsc.io/quote\" is not canonical, want all three numbers and no "
            "build metadata but \"+incompatible\"");
  EXPECT_EQ(CheckModuleVersion("rsc.io/quote", "v3.0.0").message(),
            "module \"rsc.io/quote\": version \"v3.0.0\" has major version v3, want v0 or v1 (or "
            "\"+incompatible\" at the end) for a path without \"/v3\"");
  EXPECT_EQ(CheckModuleVersion("rsc.io/quote/v2", "v3.0.0").message(),
            "module \"rsc.io/quote/v2\": version \"v3.0.0\" has major version v3, want v2 for a "
            "path that ends in \"/v2\"");
}

TEST(CheckModuleVersion, HasABoundOnTheVersion) {
  const std::string longest = absl::StrCat("v1.0.0-", std::string(kMaxVersionSizeBytes - 7, 'a'));
  EXPECT_EQ(CheckModuleVersion("x.y", longest), absl::OkStatus());
  EXPECT_TRUE(IsCanonicalVersion(longest));
  EXPECT_FALSE(CheckModuleVersion("x.y", longest + "a").ok());
  EXPECT_FALSE(IsCanonicalVersion(longest + "a"));
}

}  // namespace
}  // namespace sumlog::gosum
