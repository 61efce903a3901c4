// Goal: a target means one page or is malformed, and no spelling reaches what another does not.
// Method: examples of every page in every spelling that `go` uses, and the nearest broken ones.

#include "http/request_target.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace sumlog::http {
namespace {

using Page = Route::Page;

Route Parsed(absl::string_view target) {
  const auto route = ParseRequestTarget(target);
  EXPECT_EQ(route.status(), absl::OkStatus()) << target;
  return route.value_or(Route{Page::kUnknown, "", "malformed"});
}

TEST(ParseRequestTarget, FindsEveryPageAtTheRoot) {
  EXPECT_EQ(Parsed("/lookup/example.com/a@v1.0.0"),
            (Route{Page::kLookup, "", "example.com/a@v1.0.0"}));
  EXPECT_EQ(Parsed("/latest"), (Route{Page::kLatest, "", ""}));
  EXPECT_EQ(Parsed("/tile/8/0/x001/234.p/5"), (Route{Page::kTile, "", "tile/8/0/x001/234.p/5"}));
  EXPECT_EQ(Parsed("/healthz"), (Route{Page::kHealthz, "", ""}));
  EXPECT_EQ(Parsed("/readyz"), (Route{Page::kReadyz, "", ""}));
}

TEST(ParseRequestTarget, FindsEveryPageOfANamedLog) {
  EXPECT_EQ(Parsed("/sumdb/sum.example/supported"), (Route{Page::kSupported, "sum.example", ""}));
  EXPECT_EQ(Parsed("/sumdb/sum.example/latest"), (Route{Page::kLatest, "sum.example", ""}));
  EXPECT_EQ(Parsed("/sumdb/sum.example/lookup/a.b/c@v1.0.0"),
            (Route{Page::kLookup, "sum.example", "a.b/c@v1.0.0"}));
  EXPECT_EQ(Parsed("/sumdb/sum.example/tile/8/0/000"),
            (Route{Page::kTile, "sum.example", "tile/8/0/000"}));
}

TEST(ParseRequestTarget, ReadsEverySpellingOfALookup) {
  const Route want = {Page::kLookup, "", "example.com/!foo!bar@v1.2.3-!r!c1+incompatible"};
  EXPECT_EQ(Parsed("/lookup/example.com/!foo!bar@v1.2.3-!r!c1+incompatible"), want);
  EXPECT_EQ(Parsed("/lookup/example.com/%21foo%21bar@v1.2.3-%21r%21c1+incompatible"), want);
  EXPECT_EQ(Parsed("/lookup/example.com/!foo!bar%40v1.2.3-!r!c1%2Bincompatible"), want);
  EXPECT_EQ(Parsed("/%6Cookup/example%2ecom/%21foo%21bar@v1.2.3-!r!c1%2bincompatible?x=%zz"), want);
}

TEST(ParseRequestTarget, LeavesPagesThatItDoesNotKnow) {
  for (const char* path : {"/", "/lookup", "/latest/", "/Latest", "/tile", "/favicon.ico",
                           "//latest", "/sumdb", "/sumdb/", "/sumdb//supported", "/supported",
                           "/example.com/a/@v/list", "/healthz/", "/..a", "/a.."}) {
    EXPECT_EQ(Parsed(path), (Route{Page::kUnknown, "", path}));
  }
  for (const char* path : {"/sumdb/x", "/sumdb/x/", "/sumdb/x/healthz", "/sumdb/x/supported/"}) {
    EXPECT_EQ(Parsed(path), (Route{Page::kUnknown, "x", path}));
  }
}

TEST(ParseRequestTarget, RefusesWhatMeansNothing) {
  const std::string nul("/a\0b", 4);
  for (const std::string& target : {std::string(""),       std::string("latest"),
                                    std::string("*"),      std::string("?x"),
                                    std::string("/%"),     std::string("/%4"),
                                    std::string("/%4g"),   std::string("/%g4"),
                                    std::string("/% 1"),   std::string("/%+1"),
                                    std::string("/%00"),   std::string("/a%0ab"),
                                    std::string("/%7f"),   std::string("/a%2fb"),
                                    std::string("/a%2Fb"), std::string("/%ff"),
                                    std::string("/%c3"),   std::string("/%ed%a0%80"),
                                    std::string("/\x01"),  nul,
                                    std::string("/a%")}) {
    EXPECT_EQ(ParseRequestTarget(target).status().code(), absl::StatusCode::kInvalidArgument)
        << target;
  }
}

TEST(ParseRequestTarget, RefusesWhatCouldSteerATerminal) {
  for (const char* target : {"/sumdb/e%C2%9B/latest", "/%E2%80%AEabc", "/\xe2\x80\xae", "/%c2%85",
                             "/lookup/a%e2%81%a6b@v1.0.0", "/%d8%9c", "/%e2%80%8b", "/%ef%bb%bf"}) {
    EXPECT_EQ(ParseRequestTarget(target).status().code(), absl::StatusCode::kInvalidArgument)
        << target;
  }
  EXPECT_EQ(ParseRequestTarget("/%E2%80%AEabc").status().message(),
            "the path has the control or invisible character U+202E");
}

TEST(ParseRequestTarget, TakesTextOfAnyScript) {
  EXPECT_EQ(Parsed("/%E6%A8%A1%E5%9D%97"), (Route{Page::kUnknown, "", "/模块"}));
  EXPECT_EQ(Parsed("/sumdb/模块.example/latest"), (Route{Page::kLatest, "模块.example", ""}));
}

TEST(ParseRequestTarget, RefusesTraversal) {
  for (const char* target :
       {"/../etc/passwd", "/tile/../latest", "/tile/8/..", "/.", "/..", "/./latest", "/a/./b",
        "/%2e%2e/etc/passwd", "/%2E./x", "/lookup/%2e%2e/a@v1.0.0", "/sumdb/../latest"}) {
    EXPECT_EQ(ParseRequestTarget(target).status().code(), absl::StatusCode::kInvalidArgument)
        << target;
  }
}

}  // namespace
}  // namespace sumlog::http
