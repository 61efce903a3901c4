// Goal: keys show prints the verifier key and nothing else, keys new makes a pair that works and
// keeps its private half private.
// Method: the program in this process; keys are parsed back and sign something.

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "cli/verb_run.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sumlog/tlog/note.h"
#include "support/temp_folder.h"

namespace sumlog::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string ReadText(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class KeysTest : public ::testing::Test {
 protected:
  std::string path() const { return folder_.path() + "/new.key"; }

  testing::TempFolder folder_;
};

TEST_F(KeysTest, ShowPrintsTheKeyOfTheLog) {
  const std::string dir = folder_.path() + "/log";
  const std::string made = RunVerb({"init", "--dir", dir, "--name", "localhost"}).out;
  const VerbRun run = RunVerb({"keys", "show", "--dir", dir});
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_EQ(run.out, made);
  EXPECT_EQ(run.err, "");

  const auto json = nlohmann::json::parse(RunVerb({"keys", "show", "--dir", dir, "--json"}).out);
  EXPECT_EQ(std::string(json["verifier_key"]) + "\n", made);
  EXPECT_EQ(json["name"], "localhost");
  EXPECT_EQ("localhost+" + std::string(json["key_hash"]), made.substr(0, 18));
}

TEST_F(KeysTest, ShowSaysThatThereIsNoLog) {
  const VerbRun run = RunVerb({"keys", "show", "--dir", folder_.path() + "/none"});
  EXPECT_EQ(run.exit_code, kWrongUse);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, HasSubstr("sumlog init --dir"));
}

TEST_F(KeysTest, ShowSaysThatTheKeyFileIsGone) {
  const std::string dir = folder_.path() + "/log";
  ASSERT_EQ(RunVerb({"init", "--dir", dir, "--name", "localhost"}).exit_code, kGood);
  std::filesystem::remove(dir + "/keys/localhost.key");
  const VerbRun run = RunVerb({"keys", "show", "--dir", dir});
  EXPECT_EQ(run.exit_code, kUnreachable);
  EXPECT_THAT(run.err, HasSubstr("localhost.key"));
}

TEST_F(KeysTest, NewMakesAPairThatWorks) {
  const VerbRun run = RunVerb({"keys", "new", "--name", "sum.example.com", "--out", path()});
  ASSERT_EQ(run.exit_code, kGood) << run.err;
  const auto key = tlog::VerifierKey::Parse(absl::StripSuffix(run.out, "\n"));
  ASSERT_TRUE(key.ok()) << key.status();
  const auto signer = tlog::Signer::Parse(absl::StripSuffix(ReadText(path()), "\n"));
  ASSERT_TRUE(signer.ok()) << signer.status();
  EXPECT_TRUE(key->Verify("text", signer->Sign("text")));
}

TEST_F(KeysTest, NewKeepsThePrivateKeyPrivate) {
  const VerbRun run = RunVerb({"keys", "new", "--name", "localhost", "--out", path()});
  ASSERT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_THAT(run.out + run.err, Not(HasSubstr("PRIVATE+KEY")));
  struct stat info = {};
  ASSERT_EQ(::stat(path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(KeysTest, NewRefusesToOverwrite) {
  std::ofstream(path()) << "precious";
  const VerbRun run = RunVerb({"keys", "new", "--name", "localhost", "--out", path()});
  EXPECT_EQ(run.exit_code, kWrongUse);
  EXPECT_EQ(run.out, "");
  EXPECT_EQ(ReadText(path()), "precious");
}

TEST_F(KeysTest, NewRefusesWhatCannotBe) {
  EXPECT_EQ(RunVerb({"keys", "new", "--name", "A B", "--out", path()}).exit_code, kWrongUse);
  EXPECT_EQ(RunVerb({"keys", "new", "--out", path()}).exit_code, kWrongUse);
  EXPECT_EQ(RunVerb({"keys", "new", "--name", "a", "--out", path() + "/x/y"}).exit_code, kWrongUse);
  EXPECT_FALSE(std::filesystem::exists(path()));
  EXPECT_EQ(RunVerb({"keys"}).exit_code, kWrongUse);
}

}  // namespace
}  // namespace sumlog::cli
