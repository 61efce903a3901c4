// Goal: `mirror status` and `status` show each mirror of a directory as it is: how far, how it goes
// with its upstream, and what is wrong.
// Method: mirrors filled from bundles of a log of the test; the state that a follower keeps is
// written as one would.

#include <filesystem>
#include <fstream>

#include "cli/log_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/follower_state.h"
#include "nlohmann/json.hpp"
#include "support/small_sumdb.h"

namespace sumlog::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class MirrorStatusTest : public ::testing::Test {
 protected:
  MirrorStatusTest() { log_.Fill(0, 300); }

  std::string dir() const { return log_.Path("mirror"); }

  // A mirror of the log, with its 300 records.
  void Import() {
    ASSERT_EQ(log_.Run({"bundle", "export", log_.Path("b")}).exit_code, kGood);
    const VerbRun run =
        RunVerb({"bundle", "import", log_.Path("b"), "--key", log_.key(), "--dir", dir()});
    ASSERT_EQ(run.exit_code, kGood) << run.err;
  }

  void AddMirror(const std::string& folder, const std::string& mode) {
    std::filesystem::create_directories(folder);
    std::ofstream(folder + "/sumlog.toml", std::ios::app)
        << "\n[[mirror]]\nkey = \""
        << testing::TestSigner("sum.other.example").verifier().ToString()
        << "\"\nupstream = [\"https://user:secret@a.example\"]\nmode = \"" << mode << "\"\n";
  }

  void Keep(const mirror::FollowerState& state) {
    std::filesystem::create_directories(dir() + "/rounds");
    std::ofstream(dir() + "/rounds/sum.example.com") << mirror::FormatFollowerState(state);
  }

  VerbRun Run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--dir", dir()});
    return RunVerb(arguments);
  }
  nlohmann::json Json(std::vector<std::string> arguments) const {
    arguments.push_back("--json");
    return nlohmann::json::parse(Run(std::move(arguments)).out);
  }

  const LogFolder log_;
};

TEST_F(MirrorStatusTest, ShowsHowFarEachMirrorIs) {
  Import();
  AddMirror(dir(), "full");
  mirror::FollowerState state;
  state.last_contact = absl::Now() - absl::Hours(2);
  state.upstream_size = 1300;
  state.odd_records = 2;
  Keep(state);
  const VerbRun run = Run({"mirror", "status"});
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_THAT(run.out, HasSubstr("sum.example.com\n"));
  EXPECT_THAT(run.out, HasSubstr("  mode      bundles\n"));
  EXPECT_THAT(run.out, HasSubstr("  served    tree 300, verified\n"));
  EXPECT_THAT(run.out, HasSubstr("  missing   1,000 of the 1,300 records"));
  EXPECT_THAT(run.out, HasSubstr("  odd       2 signed records"));
  EXPECT_THAT(run.out, HasSubstr(", 2h"));
  EXPECT_THAT(run.out, HasSubstr("sum.other.example\n"));
  EXPECT_THAT(run.out, HasSubstr("  served    nothing yet\n  contact   never\n"));
  EXPECT_THAT(run.out, Not(HasSubstr("secret")));
}

TEST_F(MirrorStatusTest, IsWrongWhileAnUpstreamContradictsItself) {
  Import();
  const absl::Time now = absl::Now();
  mirror::FollowerState state;
  state.last_complete = now - absl::Hours(2);
  state.failures = 3;
  state.error_at = now;
  state.error = "a tile is wrong";
  state.contradiction_at = now - absl::Hours(1);
  state.evidence = "/d/evidence/x";
  Keep(state);
  const VerbRun run = Run({"mirror", "status"});
  EXPECT_EQ(run.exit_code, kFoundWrong);
  EXPECT_THAT(run.out, HasSubstr("  error     a tile is wrong\n"));
  EXPECT_THAT(run.out, HasSubstr("  evidence  /d/evidence/x\n"));
  EXPECT_EQ(Run({"status"}).exit_code, kFoundWrong);
  EXPECT_THAT(Run({"status"}).out, HasSubstr(", contradicted by its upstream\n"));
  state.failures = 0;
  state.last_complete = now;
  Keep(state);
  EXPECT_EQ(Run({"mirror", "status"}).exit_code, kGood);
  EXPECT_EQ(Run({"status"}).exit_code, kGood);
}

TEST_F(MirrorStatusTest, WantsAMirror) {
  const VerbRun run = log_.Run({"mirror", "status"});
  EXPECT_EQ(run.exit_code, kWrongUse);
  EXPECT_THAT(run.err, HasSubstr("no mirror is configured"));
}

TEST_F(MirrorStatusTest, StatusNamesTheMirrorsOfADirectoryWithoutALog) {
  Import();
  AddMirror(dir(), "lookup-through");
  mirror::FollowerState state;
  state.last_contact = absl::Now() - absl::Hours(2);
  state.failures = 1;
  Keep(state);
  const VerbRun run = Run({"status"});
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_THAT(run.out, HasSubstr("mirror     sum.example.com, bundles, tree 300, contact 2h"));
  EXPECT_THAT(run.out, HasSubstr(" ago, failing since then\n"));
  EXPECT_THAT(run.out, HasSubstr("mirror     sum.other.example, lookup-through, nothing yet\n"));
  EXPECT_THAT(run.out, HasSubstr("directory  " + dir() + "\n"));
  nlohmann::json json = Json({"status"});
  nlohmann::json mirrors = Json({"mirror", "status"})["mirrors"];
  ASSERT_EQ(json["mirrors"].size(), 2u);
  for (nlohmann::json* const list : {&json["mirrors"], &mirrors}) {
    for (nlohmann::json& mirror : *list)
      mirror.erase("disk_free_bytes");  // others use the disk too
  }
  EXPECT_EQ(json["mirrors"], mirrors);
  EXPECT_EQ(json["mirrors"][0]["head"]["size"], 300);
  EXPECT_FALSE(json.contains("name"));
}

TEST_F(MirrorStatusTest, StatusNamesTheMirrorsBesideALog) {
  EXPECT_THAT(log_.Run({"status"}).out, Not(HasSubstr("mirror ")));
  AddMirror(log_.dir(), "full");
  const VerbRun run = log_.Run({"status"});
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_THAT(run.out, HasSubstr("size       300 records\n"));
  EXPECT_THAT(run.out, HasSubstr("mirror     sum.other.example, full, nothing yet\n"));
  const auto json = nlohmann::json::parse(log_.Run({"status", "--json"}).out);
  EXPECT_EQ(json["size"], 300);
  EXPECT_EQ(json["mirrors"][0]["name"], "sum.other.example");
}

TEST_F(MirrorStatusTest, StatusKnowsTheHeadThatLookupsAreAnsweredUnder) {
  AddMirror(dir(), "lookup-through");
  testing::SmallSumdb upstream(testing::TestSigner("sum.other.example"));
  upstream.AppendMadeUp(42);
  std::filesystem::create_directories(dir() + "/heads");
  std::ofstream(dir() + "/heads/sum.other.example") << upstream.Note(42);
  EXPECT_THAT(Run({"status"}).out,
              HasSubstr("mirror     sum.other.example, lookup-through, tree 42\n"));
  std::ofstream(dir() + "/heads/sum.other.example") << "no head\n";
  EXPECT_EQ(Run({"status"}).exit_code, kFoundWrong);
}

}  // namespace
}  // namespace sumlog::cli
