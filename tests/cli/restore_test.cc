// Goal: backup restore puts a log back in a way that cannot fork it, says what is missing, and goes
// on from a directory, a backup or a server; exit codes and words are the documented ones.
// Method: real directories; the surviving copy is a directory, then a server in this process asked
// over HTTP, honest or of another history.

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/log_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace sumlog::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr char kOldTokens[] =
    "warning: tokens and blocks are those of the copy: a token that was revoked since is valid "
    "again; look: sumlog token list\n";

class RestoreVerb : public ::testing::Test {
 protected:
  // A backup "a" of 300 records; database and anchor have 500. A copy of the directory survives.
  RestoreVerb() {
    log_.Fill(0, 300);
    CHECK(log_.Run({"backup", "create", "a"}).exit_code == kGood);
    log_.Fill(300, 500);
    fs::copy(log_.dir(), survivor(), fs::copy_options::recursive);
  }

  std::string survivor() const { return log_.Path("survivor"); }
  std::string backup() const { return log_.dir() + "/backup/a"; }
  std::string database() const { return server::DatabasePath(log_.config()); }
  void LoseDatabase() const { fs::remove_all(database()); }

  // A server of the directory `dir`.
  static std::unique_ptr<server::Server> ServeCopy(const std::string& dir) {
    const auto config =
        *ops::LoadConfig({.dir = dir,
                          .file = "",
                          .environment = {},
                          .flags = {{"listen.http", "127.0.0.1:0"}, {"listen.admin", "off"}}});
    auto server = server::Server::Start(config, {});
    CHECK(server.ok());
    return *std::move(server);
  }

  void ExpectGoesOn() {
    EXPECT_EQ(log_.Run({"fsck"}).exit_code, kGood);
    log_.Fill(500, 510);
    EXPECT_EQ(log_.Run({"lookup", "example.com/m7@v1.0.0"}).exit_code, kGood);
    EXPECT_EQ(log_.Run({"lookup", "example.com/m509@v1.0.0"}).exit_code, kGood);
  }

  // A directory with the same key, used in another place from record 300 on: it has records 1000 up
  // to `end` instead.
  std::string MakeFork(int end) const {
    const std::string fork = log_.Path("fork");
    fs::copy(log_.dir(), fork, fs::copy_options::recursive);
    fs::remove_all(fork + "/db/sum.example.com");
    fs::copy(backup() + "/db", fork + "/db/sum.example.com", fs::copy_options::recursive);
    fs::remove(fork + "/anchor/sum.example.com");
    {
      const auto config =
          *ops::LoadConfig({.dir = fork, .file = "", .environment = {}, .flags = {}});
      CHECK(server::OpenLog(config, {.accept_new_anchor = true}).ok());
    }
    const std::string other = log_.Write("fork.sum", GoSum(1000, end));
    CHECK(RunVerb({"import", "--dir", fork, other}).exit_code == kGood);
    return fork;
  }

  LogFolder log_;
};

TEST_F(RestoreVerb, OfAnOlderBackupSaysWhatIsMissingAndGoesOnFromADirectory) {
  LoseDatabase();
  const VerbRun restored = log_.Run({"backup", "restore", backup()});
  EXPECT_EQ(restored.exit_code, kFoundWrong);
  EXPECT_EQ(restored.out, absl::StrCat("restored: ", database(), ", tree 300\n"));
  EXPECT_THAT(restored.err,
              AllOf(HasSubstr("records 300 to 499 are missing: clients have seen tree 500"),
                    HasSubstr(absl::StrCat("sumlog backup restore --dir ", log_.dir(),
                                           " --forward-from SRC")),
                    HasSubstr(kOldTokens)));
  const VerbRun refused = log_.Run({"import", log_.Write("x.sum", GoSum(600, 601))});
  EXPECT_NE(refused.exit_code, kGood);
  EXPECT_THAT(refused.err, HasSubstr("--forward-from SRC"));

  const VerbRun forward = log_.Run({"backup", "restore", "--forward-from", survivor()});
  EXPECT_EQ(forward.exit_code, kGood) << forward.err;
  EXPECT_THAT(forward.out,
              AllOf(HasSubstr(absl::StrCat("restored: ", database(), ", tree 500\n")),
                    HasSubstr("  records 300 to 499 came from "), HasSubstr("moved aside: ")));
  EXPECT_THAT(forward.err, Not(HasSubstr(kOldTokens)));
  ExpectGoesOn();
}

TEST_F(RestoreVerb, GoesOnFromAServer) {
  LoseDatabase();
  const auto server = ServeCopy(survivor());
  const std::string url = absl::StrCat("http://", server->http_address());
  const VerbRun run = log_.Run({"backup", "restore", backup(), "--forward-from", url, "--json"});
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  const Json json = Json::parse(run.out);
  EXPECT_EQ(json["head"]["size"], 500);
  EXPECT_EQ(json["copied_size"], 300);
  EXPECT_EQ(json["frozen"], false);
  EXPECT_EQ(json["old_decisions"], true);
  EXPECT_THAT(run.err, HasSubstr(kOldTokens));
  const VerbRun lookup = log_.Run({"lookup", "example.com/m400@v1.0.0", "--json"});
  EXPECT_THAT(lookup.out, HasSubstr("restored"));
  ExpectGoesOn();

  // The same under /sumdb/<name>, when there is nothing to do any more.
  const VerbRun again = log_.Run(
      {"backup", "restore", "--forward-from", absl::StrCat(url, "/sumdb/sum.example.com")});
  EXPECT_EQ(again.exit_code, kGood) << again.err;
  EXPECT_THAT(again.out, HasSubstr("nothing to do: "));
}

TEST_F(RestoreVerb, WithoutABackupBringsTheDatabaseForward) {
  // An older snapshot was laid over the database.
  LoseDatabase();
  fs::copy(backup() + "/db", database(), fs::copy_options::recursive);
  EXPECT_EQ(log_.Run({"backup", "create", "b"}).exit_code, kUnreachable);
  const VerbRun run = log_.Run({"backup", "restore", "--forward-from", survivor()});
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  ExpectGoesOn();
}

TEST_F(RestoreVerb, SaysWhenASourceEndsTooEarly) {
  LoseDatabase();
  ASSERT_EQ(log_.Run({"backup", "restore", backup()}).exit_code, kFoundWrong);
  const VerbRun run = log_.Run({"backup", "restore", "--forward-from", backup(), "--json"});
  EXPECT_EQ(run.exit_code, kFoundWrong);
  EXPECT_EQ(Json::parse(run.out)["lacking"]["first"], 300);
  EXPECT_EQ(Json::parse(run.out)["lacking"]["last"], 499);
  EXPECT_THAT(run.err, HasSubstr("ends at tree 300"));
}

TEST_F(RestoreVerb, KeepsADatabaseUnlessToldToMoveItAside) {
  const VerbRun refused = log_.Run({"backup", "restore", backup()});
  EXPECT_EQ(refused.exit_code, kWrongUse);
  EXPECT_THAT(refused.err, HasSubstr("--replace moves it aside and deletes nothing"));
  const VerbRun replaced =
      log_.Run({"backup", "restore", backup(), "--replace", "--forward-from", survivor()});
  EXPECT_EQ(replaced.exit_code, kGood) << replaced.err;
  EXPECT_THAT(replaced.out, HasSubstr("moved aside: "));
  EXPECT_THAT(replaced.err, Not(HasSubstr(kOldTokens)));
  ExpectGoesOn();
}

TEST_F(RestoreVerb, KeepsEvidenceOfTwoHistories) {
  const std::string fork = MakeFork(1400);
  LoseDatabase();
  for (const bool by_server : {false, true}) {
    const auto server = by_server ? ServeCopy(fork) : nullptr;
    const std::string source = by_server ? absl::StrCat("http://", server->http_address()) : fork;
    const VerbRun run = log_.Run({"backup", "restore", backup(), "--forward-from", source});
    EXPECT_EQ(run.exit_code, kTampering) << run.err;
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, AllOf(HasSubstr("two histories are signed"),
                               HasSubstr(log_.dir() + "/evidence/sumlog-evidence-")));
    EXPECT_FALSE(fs::exists(database()));
  }
}

TEST_F(RestoreVerb, RefusesALyingServerAndAnotherLogs) {
  LoseDatabase();
  const LogFolder other;
  other.Fill(0, 600);
  const auto server = other.Serve();
  const VerbRun run = log_.Run({"backup", "restore", backup(), "--forward-from",
                                absl::StrCat("http://", server->http_address())});
  EXPECT_EQ(run.exit_code, kTampering);
  EXPECT_THAT(run.err, HasSubstr("not signed by"));
  EXPECT_EQ(log_.Run({"backup", "restore", backup(), "--forward-from", other.dir()}).exit_code,
            kTampering);
  EXPECT_EQ(
      log_.Run({"backup", "restore", backup(), "--forward-from", "http://127.0.0.1:1"}).exit_code,
      kUnreachable);
  EXPECT_FALSE(fs::exists(database()));
}

TEST_F(RestoreVerb, RefusesWrongUse) {
  EXPECT_EQ(log_.Run({"backup", "restore"}).exit_code, kWrongUse);
  LoseDatabase();
  EXPECT_EQ(log_.Run({"backup", "restore", log_.Path("none")}).exit_code, kUnreachable);
  EXPECT_EQ(log_.Run({"backup", "restore", "--forward-from", survivor()}).exit_code, kUnreachable);
  EXPECT_EQ(
      log_.Run({"backup", "restore", backup(), "--forward-from", log_.Path("none")}).exit_code,
      kUnreachable);
  const VerbRun scheme =
      log_.Run({"backup", "restore", backup(), "--forward-from", "ftp://user:secret@host/"});
  EXPECT_EQ(scheme.exit_code, kWrongUse);
  EXPECT_THAT(scheme.err, Not(HasSubstr("secret")));
  EXPECT_FALSE(fs::exists(database()));
}

TEST_F(RestoreVerb, InterruptedIsNamedByServe) {
  LoseDatabase();
  fs::create_directory(database() + ".restoring");
  const VerbRun run = log_.Run({"import", log_.Write("x.sum", GoSum(600, 601))});
  EXPECT_EQ(run.exit_code, kUnreachable);
  EXPECT_THAT(run.err, HasSubstr("the same \"sumlog backup restore\" again"));
}

TEST_F(RestoreVerb, FollowsADatabaseOnAnotherDisk) {
  LoseDatabase();
  fs::create_directory(log_.Path("disk"));
  fs::copy(backup() + "/db", log_.Path("disk/database"), fs::copy_options::recursive);
  fs::create_directory_symlink(log_.Path("disk/database"), database());
  const VerbRun run = log_.Run({"backup", "restore", "--forward-from", survivor()});
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_TRUE(fs::is_symlink(database()));
  ExpectGoesOn();
}

TEST_F(RestoreVerb, RefusesADirectoryInUse) {
  const auto server = log_.Serve();
  const VerbRun run = log_.Run({"backup", "restore", backup(), "--replace"});
  EXPECT_EQ(run.exit_code, kUnreachable);
  EXPECT_THAT(run.err, HasSubstr("another process has"));
}

TEST_F(RestoreVerb, WithoutAnAnchorNeedsToBeTold) {
  LoseDatabase();
  fs::remove(log_.config().log_anchor);
  const VerbRun refused = log_.Run({"backup", "restore", backup()});
  EXPECT_EQ(refused.exit_code, kUnreachable);
  EXPECT_THAT(refused.err, HasSubstr("--accept-new-anchor"));
  EXPECT_FALSE(fs::exists(database()));
  const VerbRun accepted = log_.Run({"backup", "restore", backup(), "--accept-new-anchor"});
  EXPECT_EQ(accepted.exit_code, kGood) << accepted.err;
  EXPECT_THAT(accepted.err, HasSubstr("warning: the anchor was made anew"));
  EXPECT_EQ(log_.Run({"fsck"}).exit_code, kGood);
}

// A database that has all already needs its anchor no less.
TEST_F(RestoreVerb, MakesTheAnchorAnewWhenOnlyThatWasLost) {
  fs::remove(log_.config().log_anchor);
  const std::vector<std::string> forward = {"backup", "restore", "--forward-from", survivor()};
  EXPECT_EQ(log_.Run(forward).exit_code, kUnreachable);
  std::vector<std::string> accepting = forward;
  accepting.push_back("--accept-new-anchor");
  const VerbRun accepted = log_.Run(accepting);
  EXPECT_EQ(accepted.exit_code, kGood) << accepted.err;
  EXPECT_THAT(accepted.out, HasSubstr("restored: "));
  EXPECT_THAT(accepted.err, HasSubstr("warning: the anchor was made anew"));
  EXPECT_THAT(log_.Run(forward).out, HasSubstr("nothing to do: "));
  ExpectGoesOn();
}

// A source may have less than the database and contradict it all the same.
TEST_F(RestoreVerb, MakesNoAnchorForAHistoryThatIsContradicted) {
  const std::string fork = MakeFork(1050);
  fs::remove(log_.config().log_anchor);
  const VerbRun run =
      log_.Run({"backup", "restore", "--forward-from", fork, "--accept-new-anchor"});
  EXPECT_EQ(run.exit_code, kTampering) << run.err;
  EXPECT_FALSE(fs::exists(log_.config().log_anchor));
}

}  // namespace
}  // namespace sumlog::cli
