// Goal: the escaped forms are those of x/mod, go back to what they came from, and nothing else
// unescapes.
// Method: x/mod's documented cases, every ASCII byte in a version, and the nearest broken escapes.

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sumlog/gosum/module_path.h"

namespace sumlog::gosum {
namespace {

TEST(EscapePath, WritesUpperCaseAsBangAndLowerCase) {
  EXPECT_EQ(*EscapePath("github.com/GoogleCloudPlatform/omega"),
            "github.com/!google!cloud!platform/omega");
  EXPECT_EQ(*EscapePath("ascii.com/abcdefghijklmnopqrstuvwxyz.-/~_0123456789"),
            "ascii.com/abcdefghijklmnopqrstuvwxyz.-/~_0123456789");
}

TEST(EscapePath, RefusesWhatIsNoModulePath) {
  for (const char* path : {"", "x.y/a!b", "X.y/z", "x.y/z/v1", "x.y/испытание"}) {
    EXPECT_EQ(EscapePath(path).status().code(), absl::StatusCode::kInvalidArgument) << path;
  }
}

TEST(UnescapePath, UndoesEscapePath) {
  for (const char* path :
       {"github.com/GoogleCloudPlatform/omega", "x.y/ABCXYZ", "x.y/z", "gopkg.in/A.v2"}) {
    EXPECT_EQ(*UnescapePath(*EscapePath(path)), path);
  }
}

TEST(UnescapePath, RefusesWhatNoEscapeReturns) {
  for (const char* escaped :
       {"github.com/GoogleCloudPlatform/omega", "github.com/!google!cloud!platform!/omega",
        "github.com/!0google", "github.com/!_google", "github.com/!!google", "github.com/!Google",
        "github.com/google!", "!github.com/a", "", "x.y/a@b", "x.y/z/v1", "x.y/!c!o!n",
        "x.y/\xFF"}) {
    EXPECT_EQ(UnescapePath(escaped).status().code(), absl::StatusCode::kInvalidArgument) << escaped;
  }
}

TEST(UnescapePath, SaysWhatIsWrong) {
  EXPECT_EQ(UnescapePath("x.y/!1").status().message(),
            "escaped module path \"x.y/!1\" has '1' after '!', want a lower-case letter");
  EXPECT_EQ(UnescapePath("x.y/A").status().message(),
            "escaped module path \"x.y/A\" has an upper-case 'A', want '!' and the lower-case "
            "letter");
  EXPECT_EQ(UnescapePath("x.y/a!").status().message(),
            "escaped module path \"x.y/a!\" ends with '!', want a lower-case letter");
}

TEST(UnescapePath, TakesTheLongestPathInCapitals) {
  const std::string longest = absl::StrCat("x.y/", std::string(kMaxPathSizeBytes - 4, 'A'));
  EXPECT_EQ(*UnescapePath(*EscapePath(longest)), longest);
  EXPECT_FALSE(UnescapePath(absl::StrCat(*EscapePath(longest), "a")).ok());
  EXPECT_FALSE(UnescapePath(std::string(1 << 20, '!')).ok());
}

TEST(EscapeVersion, TakesFileNamesAndNothingElse) {
  EXPECT_EQ(*EscapeVersion("v1.2.3-RC1+incompatible"), "v1.2.3-!r!c1+incompatible");
  EXPECT_EQ(*EscapeVersion("Master"), "!master");
  EXPECT_EQ(*EscapeVersion(".x"), ".x");
  for (const char* version :
       {"", ".", "...", "v1.", "con", "AUX.1", "a/b", "v1!", "é", "a\xFF", "a\nb"}) {
    EXPECT_EQ(EscapeVersion(version).status().code(), absl::StatusCode::kInvalidArgument)
        << version;
  }
}

TEST(EscapeVersion, JudgesEveryByte) {
  constexpr absl::string_view kPunctuation = "#$%&()+,-.=@[]^_{}~ ";
  for (int code = 0; code < 256; ++code) {
    const std::string version = absl::StrCat("v", std::string(1, static_cast<char>(code)), "1");
    const bool is_fine = absl::ascii_isalnum(static_cast<unsigned char>(code)) ||
                         absl::StrContains(kPunctuation, version[1]);
    ASSERT_EQ(EscapeVersion(version).ok(), is_fine) << "byte " << code;
    if (is_fine) {
      EXPECT_EQ(*UnescapeVersion(*EscapeVersion(version)), version);
    }
  }
}

TEST(UnescapeVersion, RefusesWhatNoEscapeReturns) {
  for (const char* escaped :
       {"", "V1", "v1!", "v1!!", "v1!1", "!c!o!n", "v1.", "v1/2", "\xC3\xA9"}) {
    EXPECT_EQ(UnescapeVersion(escaped).status().code(), absl::StatusCode::kInvalidArgument)
        << escaped;
  }
}

TEST(UnescapeVersion, HasABound) {
  const std::string longest(kMaxVersionSizeBytes, 'V');
  EXPECT_EQ(*UnescapeVersion(*EscapeVersion(longest)), longest);
  EXPECT_FALSE(EscapeVersion(longest + "V").ok());
  EXPECT_FALSE(UnescapeVersion(*EscapeVersion(longest) + "v").ok());
  EXPECT_FALSE(UnescapeVersion(std::string(kMaxVersionSizeBytes + 1, 'v')).ok());
}

}  // namespace
}  // namespace sumlog::gosum
