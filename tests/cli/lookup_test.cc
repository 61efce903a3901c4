// Goal: lookup prints the two go.sum lines only after they were proved, and its exit code says what
// went wrong.
// Method: a log of the test, read in place, through its server, and through a copy of the server's
// answers on disk that is then damaged.

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "cli/log_folder.h"
#include "client/http_fetcher.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace sumlog::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kModule[] = "example.com/m1@v1.0.0";
constexpr char kOtherKey[] = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

class LookupTest : public ::testing::Test {
 protected:
  LookupTest() { log_.Fill(0, 5); }

  VerbRun Lookup(const std::string& module, const std::string& server, const std::string& key,
                 std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {
        "lookup", module, "--server",       server,
        "--key",  key,    "--evidence-dir", log_.Path("evidence")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunVerb(arguments);
  }

  // Copies what a lookup of kModule asks the server for; returns the URL of the copy.
  std::string CopyAnswers(const std::string& server) const {
    client::HttpFetcherOptions options;
    options.base_url = server;
    const auto fetcher = client::NewHttpFetcher(options);
    CHECK(fetcher.ok());
    for (const std::string path :
         {"/latest", "/lookup/example.com/m1@v1.0.0", "/tile/8/0/000.p/5"}) {
      const auto body = (*fetcher)->Fetch(path, 1 << 20);
      CHECK(body.ok());
      const std::string file = log_.Path("copy") + path;
      std::filesystem::create_directories(std::filesystem::path(file).parent_path());
      std::ofstream(file, std::ios::binary) << *body;
    }
    return "file://" + log_.Path("copy");
  }

  LogFolder log_;
};

TEST_F(LookupTest, PrintsTheLinesOnStdoutAndTheProofOnStderr) {
  const auto server = log_.Serve();
  const VerbRun run = Lookup(kModule, "http://" + server->http_address(), log_.key());
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_EQ(run.out, ZipLine(1) + ModLine(1));
  EXPECT_THAT(run.err, HasSubstr("record 1 of tree 5\n"));
  EXPECT_THAT(run.err, HasSubstr("proof  verified, 3 hashes up to the signed head\n"));
  EXPECT_THAT(run.err, HasSubstr("key    sum.example.com+"));
}

TEST_F(LookupTest, TakesUrlForServerAndSpeaksJson) {
  const auto server = log_.Serve();
  const VerbRun run = RunVerb({"lookup", kModule, "--url", "http://" + server->http_address(),
                               "--key", log_.key(), "--json"});
  ASSERT_EQ(run.exit_code, kGood) << run.err;
  const auto json = nlohmann::json::parse(run.out);
  EXPECT_EQ(json["module"], kModule);
  EXPECT_EQ(json["record"], 1);
  EXPECT_EQ(json["lines"][0].get<std::string>() + "\n", ZipLine(1));
  EXPECT_EQ(json["head"]["size"], 5);
  EXPECT_EQ(json["proof_verified"], true);
}

TEST_F(LookupTest, ReadsADirectoryBesideItsServerAndShowsTheProvenance) {
  const auto server = log_.Serve();
  const VerbRun run = log_.Run({"lookup", kModule});
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_EQ(run.out, ZipLine(1) + ModLine(1));
  EXPECT_THAT(run.err, HasSubstr(" by import from " + log_.Path("fill.sum")));
}

TEST_F(LookupTest, PrintsTheServersWordsWhenTheLogDoesNotHaveIt) {
  const auto server = log_.Serve();
  const VerbRun run =
      Lookup("example.com/none@v1.0.0", "http://" + server->http_address(), log_.key());
  EXPECT_EQ(run.exit_code, kFoundWrong);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, HasSubstr("none@v1.0.0 is not in log sum.example.com of 5 records"));
  EXPECT_THAT(run.err, HasSubstr("      the server says:\n      | example.com/none@v1.0.0 is not"));
  EXPECT_EQ(log_.Run({"lookup", "example.com/none@v1.0.0"}).exit_code, kFoundWrong);
}

TEST_F(LookupTest, CallsAWrongKeyTampering) {
  const auto server = log_.Serve();
  const VerbRun run = Lookup(kModule, "http://" + server->http_address(), kOtherKey);
  EXPECT_EQ(run.exit_code, kTampering);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, HasSubstr("not signed by sum.golang.org+033de0ae"));
  EXPECT_EQ(log_.Run({"lookup", kModule, "--key", kOtherKey}).exit_code, kTampering);
}

TEST_F(LookupTest, CallsAChangedRecordOrTileTampering) {
  const auto server = log_.Serve();
  const std::string url = CopyAnswers("http://" + server->http_address());
  ASSERT_EQ(Lookup(kModule, url, log_.key()).exit_code, kGood);

  const std::string answer = log_.Path("copy") + "/lookup/example.com/m1@v1.0.0";
  const std::string honest = ReadText(answer);
  std::string changed = honest;
  const std::string hash = MadeUpHash("zip1");
  changed.replace(changed.find(hash), hash.size(), MadeUpHash("evil"));
  std::ofstream(answer) << changed;
  const VerbRun record = Lookup(kModule, url, log_.key());
  EXPECT_EQ(record.exit_code, kTampering) << record.err;
  EXPECT_EQ(record.out, "");

  std::ofstream(answer) << honest;
  const std::string tile = log_.Path("copy") + "/tile/8/0/000.p/5";
  std::string hashes = ReadText(tile);
  hashes[70] = static_cast<char>(hashes[70] ^ 1);
  std::ofstream(tile, std::ios::binary) << hashes;
  EXPECT_EQ(Lookup(kModule, url, log_.key()).exit_code, kTampering);
}

TEST_F(LookupTest, CallsWhatIsNoAnswerUnreachable) {
  const auto server = log_.Serve();
  const std::string url = CopyAnswers("http://" + server->http_address());
  std::ofstream(log_.Path("copy") + "/lookup/example.com/m1@v1.0.0") << "<html>login</html>";
  const VerbRun run = Lookup(kModule, url, log_.key());
  EXPECT_EQ(run.exit_code, kUnreachable);
  EXPECT_THAT(run.err, HasSubstr("no checksum database answers at"));
}

TEST_F(LookupTest, CallsADeadServerUnreachable) {
  std::string address;
  {
    const auto server = log_.Serve();
    address = server->http_address();
  }
  const VerbRun run = Lookup(kModule, "http://" + address, log_.key());
  EXPECT_EQ(run.exit_code, kUnreachable);
  EXPECT_THAT(run.err, HasSubstr("fix   sumlog status --server http://" + address));
}

TEST_F(LookupTest, WarnsOfADatabaseBehindItsAnchor) {
  const LogFolder log;
  log.FallBehind(3, 5);
  const VerbRun run = log.Run({"lookup", kModule, "--quiet"});
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_EQ(run.out, ZipLine(1) + ModLine(1));
  EXPECT_THAT(run.err, HasSubstr("warning: the database is behind its anchor: 3 records, but 5"));
  EXPECT_THAT(log.Run({"prove", "inclusion", kModule}).err, HasSubstr("behind its anchor"));
}

TEST_F(LookupTest, CallsMalformedArgumentsWrongUse) {
  for (const char* module : {"example.com/m1", "example.com/m1@1.0", "@v1.0.0", "A B@v1.0.0"}) {
    EXPECT_EQ(log_.Run({"lookup", module}).exit_code, kWrongUse) << module;
  }
  EXPECT_EQ(Lookup(kModule, "not a url", log_.key()).exit_code, kWrongUse);
  const VerbRun key = Lookup(kModule, "http://127.0.0.1:1", "sum.example.com+00000000+AAAA");
  EXPECT_EQ(key.exit_code, kWrongUse);
  EXPECT_THAT(key.err, HasSubstr("--key: "));
}

TEST_F(LookupTest, WantsAKeyWithAServerAndOneOfServerAndDirectory) {
  const VerbRun no_key = RunVerb({"lookup", kModule, "--server", "http://127.0.0.1:1"});
  EXPECT_EQ(no_key.exit_code, kWrongUse);
  EXPECT_THAT(no_key.err, HasSubstr("--server needs --key"));
  EXPECT_EQ(RunVerb({"lookup", kModule}).exit_code, kWrongUse);
  EXPECT_EQ(Lookup(kModule, "http://127.0.0.1:1", log_.key(), {"--dir", log_.dir()}).exit_code,
            kWrongUse);
}

TEST_F(LookupTest, LetsTheServerFlagWinOverTheEnvironment) {
  const auto server = log_.Serve();
  const VerbRun run = RunVerb(
      {"lookup", kModule, "--server", "http://" + server->http_address(), "--key", log_.key()},
      {.environment = {{"SUMLOG_DIR", "/does/not/exist"}}, .in = {}});
  EXPECT_EQ(run.exit_code, kGood) << run.err;
}

}  // namespace
}  // namespace sumlog::cli
