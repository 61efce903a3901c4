// Goal: "path@version" goes in and out, plain and escaped, and broken texts say which part is
// wrong. Method: round trips, and each way to break the '@', the path, the version and the escapes.

#include "sumlog/gosum/module_version.h"

#include "gtest/gtest.h"

namespace sumlog::gosum {
namespace {

TEST(ParseModuleVersion, SplitsAtTheOnlyAtSign) {
  const auto module = ParseModuleVersion("github.com/BurntSushi/toml@v1.2.0");
  ASSERT_EQ(module.status(), absl::OkStatus());
  EXPECT_EQ(module->path, "github.com/BurntSushi/toml");
  EXPECT_EQ(module->version, "v1.2.0");
  EXPECT_EQ(module->ToString(), "github.com/BurntSushi/toml@v1.2.0");
}

TEST(ParseModuleVersion, SaysWhichPartIsWrong) {
  struct Case {
    absl::string_view text;
    absl::string_view message;
  };
  const Case cases[] = {
      {"", "module version \"\" has no '@', want PATH@VERSION"},
      {"rsc.io/quote", "module version \"rsc.io/quote\" has no '@', want PATH@VERSION"},
      {"rsc.io/quote@v1.0.0@v1.0.0",
       "module version \"rsc.io/quote@v1.0.0@v1.0.0\" has more than one '@', want PATH@VERSION"},
      {"@v1.0.0", "module path is empty"},
      {"rsc.io/quote@",
       "version \"\" of \"rsc.io/quote\" is not a semantic version like \"v1.2.3\""},
      {"rsc.io/quote@latest",
       "version \"latest\" of \"rsc.io/quote\" is not a semantic version like \"v1.2.3\""},
      {"rsc.io//quote@v1.0.0", "module path \"rsc.io//quote\" has two slashes in a row"},
  };
  for (const Case& c : cases) {
    const auto module = ParseModuleVersion(c.text);
    EXPECT_EQ(module.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(module.status().message(), c.message);
  }
}

TEST(ParseEscapedModuleVersion, UndoesEscapeModuleVersion) {
  const ModuleVersion module{.path = "github.com/BurntSushi/toml", .version = "v1.2.0-RC1"};
  const auto escaped = EscapeModuleVersion(module);
  ASSERT_EQ(escaped.status(), absl::OkStatus());
  EXPECT_EQ(*escaped, "github.com/!burnt!sushi/toml@v1.2.0-!r!c1");
  EXPECT_EQ(*ParseEscapedModuleVersion(*escaped), module);
}

TEST(ParseEscapedModuleVersion, RefusesWhatIsNotEscapedOrNotAModuleVersion) {
  for (const char* escaped :
       {"", "rsc.io/quote", "github.com/BurntSushi/toml@v1.2.0", "rsc.io/quote@v1.0.0-RC1",
        "rsc.io/quote@v1.0.0@v1.0.0", "rsc.io/quote@v1.0", "rsc.io/quote@v2.0.0",
        "rsc.io/quote@master", "rsc.io/!@v1.0.0", "rsc.io/quote@v1.0.0-!"}) {
    EXPECT_EQ(ParseEscapedModuleVersion(escaped).status().code(),
              absl::StatusCode::kInvalidArgument)
        << escaped;
  }
}

TEST(EscapeModuleVersion, RefusesAnInvalidModuleVersion) {
  EXPECT_FALSE(EscapeModuleVersion({.path = "rsc.io/quote", .version = "v2.0.0"}).ok());
  EXPECT_FALSE(EscapeModuleVersion({.path = "quote", .version = "v1.0.0"}).ok());
}

}  // namespace
}  // namespace sumlog::gosum
