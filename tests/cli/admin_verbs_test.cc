// Goal: the verbs that change a served log do what they say, print what the server has done and
// nothing else, and fail with the documented exit codes.
// Method: a server in this process, asked over its real socket; each good case with the nearest
// broken ones.

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/log_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "support/zip_builder.h"

namespace sumlog::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using Json = nlohmann::json;

class AdminVerbs : public ::testing::Test {
 protected:
  AdminVerbs() {
    log_.Fill(0, 2);
    server_ = log_.Serve();
  }

  VerbRun Run(std::vector<std::string> arguments) { return log_.Run(std::move(arguments)); }

  // "add" of record `i` with hashes of `salt`.
  VerbRun Add(int i, const std::string& salt = "", std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"add",       absl::StrCat("example.com/m", i, "@v1.0.0"),
                                          "--sum",     MadeUpHash(absl::StrCat("zip", i, salt)),
                                          "--mod-sum", MadeUpHash(absl::StrCat("mod", i, salt))};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments);
  }

  std::uint64_t TreeSize() {
    return server_->origin_log()->reader().Newest()->signed_head.head.size;
  }

  LogFolder log_;
  std::unique_ptr<server::Server> server_;
};

TEST_F(AdminVerbs, AddAppendsAndProvesTheRecord) {
  const VerbRun run = Add(2);
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_EQ(run.out, absl::StrCat("appended: example.com/m2@v1.0.0, record 2\n  zip     ",
                                  MadeUpHash("zip2"), "\n  go.mod  ", MadeUpHash("mod2"), "\n"));
  EXPECT_THAT(run.err, AllOf(HasSubstr("head   tree 3, signed by sum.example.com+"),
                             HasSubstr("proof  verified")));
  EXPECT_EQ(TreeSize(), 3u);
}

TEST_F(AdminVerbs, AddSaysWhatIsThereAlready) {
  const VerbRun run = Add(1);
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_THAT(run.out, HasSubstr("already there: example.com/m1@v1.0.0, record 1\n"));
  EXPECT_EQ(TreeSize(), 2u);
}

TEST_F(AdminVerbs, AddDryRunWritesNothing) {
  const VerbRun fresh = Add(2, "", {"--dry-run"});
  EXPECT_EQ(fresh.exit_code, kGood) << fresh.err;
  EXPECT_THAT(fresh.out, HasSubstr("would be appended: example.com/m2@v1.0.0\n"));
  const VerbRun held = Add(1, "", {"--dry-run"});
  EXPECT_THAT(held.out, HasSubstr("already there: example.com/m1@v1.0.0, record 1\n"));
  const VerbRun other = Add(1, "!", {"--dry-run"});
  EXPECT_EQ(other.exit_code, kFoundWrong);
  EXPECT_THAT(other.out, HasSubstr("evidence  not kept"));
  EXPECT_EQ(TreeSize(), 2u);
}

TEST_F(AdminVerbs, AddShowsBothHashesOfAConflictAndItsEvidence) {
  const VerbRun run = Add(1, "!");
  EXPECT_EQ(run.exit_code, kFoundWrong);
  EXPECT_THAT(run.out, AllOf(HasSubstr("conflict: example.com/m1@v1.0.0, record 1\n"),
                             HasSubstr(absl::StrCat("  log       ", MadeUpHash("zip1"),
                                                    "  /go.mod ", MadeUpHash("mod1"), "\n")),
                             HasSubstr(absl::StrCat("  given     ", MadeUpHash("zip1!"),
                                                    "  /go.mod ", MadeUpHash("mod1!"), "\n"))));
  EXPECT_THAT(run.err, HasSubstr("error: cannot add example.com/m1@v1.0.0: the log holds other"));
  EXPECT_EQ(TreeSize(), 2u);

  const Json json = Json::parse(Add(1, "!", {"--json"}).out);
  EXPECT_EQ(json["outcome"], "refused");
  EXPECT_EQ(json["refusal"], "conflict");
  EXPECT_EQ(json["record"], 1);
  const std::string id = json["evidence"];
  EXPECT_THAT(run.err, HasSubstr(absl::StrCat("fix   look at the evidence: sumlog conflicts ", id,
                                              " --dir ", log_.dir(), "\n")));

  const VerbRun list = Run({"conflicts"});
  EXPECT_EQ(list.exit_code, kGood) << list.err;
  EXPECT_THAT(list.out, AllOf(HasSubstr(id), HasSubstr("example.com/m1@v1.0.0")));
  EXPECT_EQ(Json::parse(Run({"conflicts", "--json"}).out)["conflicts"].size(), 1u);
  const VerbRun one = Run({"conflicts", id});
  EXPECT_EQ(one.exit_code, kGood) << one.err;
  EXPECT_THAT(one.out, AllOf(HasSubstr(MadeUpHash("zip1")), HasSubstr(MadeUpHash("zip1!"))));
}

TEST_F(AdminVerbs, ConflictsSaysWhenThereIsNone) {
  const VerbRun none = Run({"conflicts"});
  EXPECT_EQ(none.exit_code, kGood);
  EXPECT_EQ(none.out, "");
  EXPECT_EQ(none.err, "no conflict is kept\n");
  EXPECT_EQ(Run({"conflicts", std::string(32, '0')}).exit_code, kFoundWrong);
  EXPECT_EQ(Run({"conflicts", "no-id"}).exit_code, kWrongUse);
  EXPECT_EQ(Run({"conflicts", "--limit", "0"}).exit_code, kWrongUse);
}

TEST_F(AdminVerbs, AddRefusesHalfARecordAndTwoWaysToGiveOne) {
  const std::string module = "example.com/m2@v1.0.0", hash = MadeUpHash("x");
  const std::vector<std::vector<std::string>> wrong = {
      {"add"},
      {"add", module},
      {"add", module, "--sum", hash},
      {"add", module, "--mod-sum", hash},
      {"add", module, "--sum", hash, "--mod-sum", "h1:short"},
      {"add", module, "--sum", "h2:" + hash.substr(3), "--mod-sum", hash},
      {"add", module, "--sum", hash, "--mod-sum", hash, "--from-zip", "x.zip"},
      {"add", module, "--sum", hash, "--mod-sum", hash, "--mod", "go.mod"},
      {"add", "example.com/m2", "--sum", hash, "--mod-sum", hash},
      {"add", "example.com/\x1b[2Jm@v1.0.0", "--sum", hash, "--mod-sum", hash},
      {"add", module, "--sum", hash, "--mod-sum", hash, "--key", "no key"},
  };
  for (const std::vector<std::string>& arguments : wrong) {
    const VerbRun run = Run(arguments);
    EXPECT_EQ(run.exit_code, kWrongUse) << ::testing::PrintToString(arguments);
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, AllOf(HasSubstr("error: "), Not(HasSubstr("\x1b"))));
  }
  EXPECT_EQ(TreeSize(), 2u);
}

TEST_F(AdminVerbs, AddHashesAZip) {
  const std::string folder =
      absl::StrCat(SUMLOG_TESTDATA, "/../../deploy/quickstart-data/proxy/rsc.io/quote/@v/v1.5.2");
  const VerbRun run =
      Run({"add", "rsc.io/quote@v1.5.2", "--from-zip", folder + ".zip", "--mod", folder + ".mod"});
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("h1:w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Y="),
                             HasSubstr("h1:LzX7hefJvL54yjefDEDHNONDjII0t9xZLPXsUe+TKr0=")));
  EXPECT_THAT(run.err, Not(HasSubstr("warning")));
  EXPECT_EQ(TreeSize(), 3u);
}

TEST_F(AdminVerbs, AddWarnsOfAGoModThatIsNotTheZips) {
  const std::string zip =
      log_.Write("m.zip", testing::BuildZip({{"x.y/z@v1.0.0/go.mod", "module x.y/z\n"}}).bytes);
  const std::string mod = log_.Write("go.mod", "module x.y/z\n\ngo 1.20\n");
  const VerbRun run = Run({"add", "x.y/z@v1.0.0", "--from-zip", zip, "--mod", mod, "--dry-run"});
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_THAT(run.err, HasSubstr("go.mod differs from the go.mod in the zip"));
}

TEST_F(AdminVerbs, AddRefusesABadZipAndAMissingOne) {
  const std::string other =
      log_.Write("m.zip", testing::BuildZip({{"x.y/z@v1.0.1/go.mod", "module x.y/z\n"}}).bytes);
  const VerbRun bad = Run({"add", "x.y/z@v1.0.0", "--from-zip", other});
  EXPECT_EQ(bad.exit_code, kWrongUse);
  EXPECT_THAT(bad.err, AllOf(HasSubstr("m.zip: "), HasSubstr("x.y/z@v1.0.1/go.mod")));
  const std::string junk = log_.Write("junk.zip", "no zip at all");
  EXPECT_EQ(Run({"add", "x.y/z@v1.0.0", "--from-zip", junk}).exit_code, kWrongUse);
  EXPECT_EQ(Run({"add", "x.y/z@v1.0.0", "--from-zip", log_.Path("none")}).exit_code, kUnreachable);
  EXPECT_EQ(TreeSize(), 2u);
}

TEST_F(AdminVerbs, AddFindsAnotherLogsKey) {
  const LogFolder other;
  const VerbRun run = Add(2, "", {"--key", other.key(), "--evidence-dir", log_.Path("evidence")});
  EXPECT_EQ(run.exit_code, kTampering);
  EXPECT_THAT(run.err, AllOf(HasSubstr("not signed by"),
                             HasSubstr("what came is kept in " + log_.Path("evidence"))));
}

TEST_F(AdminVerbs, AddToANamedServerSaysThatNothingIsVerifiedWithoutAKey) {
  const std::vector<std::string> add = {
      "add",       "example.com/m2@v1.0.0", "--sum",    MadeUpHash("zip2"),
      "--mod-sum", MadeUpHash("mod2"),      "--server", server_->admin_address()};
  const VerbRun run = RunVerb(add);
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_THAT(run.err, HasSubstr("not verified: --key KEY"));
  std::vector<std::string> with_key = add;
  with_key.insert(with_key.end(), {"--key", log_.key(), "--json"});
  const Json json = Json::parse(RunVerb(with_key).out);
  EXPECT_EQ(json["head_verified"], true);
  EXPECT_EQ(json["proof_verified"], true);
}

TEST_F(AdminVerbs, FreezeRefusesRecordsUntilThaw) {
  const VerbRun frozen = Run({"freeze", "--reason", "key ceremony"});
  EXPECT_EQ(frozen.exit_code, kGood) << frozen.err;
  EXPECT_EQ(frozen.out, "frozen: nothing is added after tree 2\n");

  const VerbRun refused = Add(2);
  EXPECT_EQ(refused.exit_code, kFoundWrong);
  EXPECT_EQ(refused.out, "");
  EXPECT_THAT(refused.err, AllOf(HasSubstr("the log takes no records"), HasSubstr("      | "),
                                 HasSubstr("key ceremony")));

  EXPECT_EQ(Run({"thaw"}).exit_code, kGood);
  EXPECT_EQ(Add(2).exit_code, kGood);
  const VerbRun again = Run({"thaw"});
  EXPECT_EQ(again.exit_code, kFoundWrong);
  EXPECT_THAT(again.err, HasSubstr("not frozen"));
}

TEST_F(AdminVerbs, RefuseReasonsThatAreNotText) {
  const std::vector<std::string> wrong = {"", "two\nlines", "\x1b[31mred", "\xff",
                                          std::string(401, 'x')};
  for (const std::string& reason : wrong) {
    for (const std::vector<std::string>& verb :
         {std::vector<std::string>{"freeze"}, {"block", "example.com/m1@v1.0.0"}}) {
      std::vector<std::string> arguments = verb;
      arguments.insert(arguments.end(), {"--reason", reason});
      const VerbRun run = Run(arguments);
      EXPECT_EQ(run.exit_code, kWrongUse) << reason << run.err;
      EXPECT_THAT(run.err, Not(HasSubstr("\x1b")));
    }
  }
  EXPECT_EQ(Run({"freeze"}).exit_code, kWrongUse);
  EXPECT_EQ(Run({"block", "example.com/m1@v1.0.0"}).exit_code, kWrongUse);
}

TEST_F(AdminVerbs, BlockUnblockAndBlocksAgree) {
  EXPECT_EQ(Run({"blocks"}).err, "nothing is blocked\n");
  const VerbRun run = Run({"block", "example.com/m1@v1.0.0", "--reason", "leaks keys"});
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_EQ(run.out, "blocked: example.com/m1@v1.0.0\n");

  EXPECT_THAT(Run({"blocks"}).out, AllOf(HasSubstr("example.com/m1@v1.0.0  "),
                                         HasSubstr("  local-socket  leaks keys\n")));
  const Json json = Json::parse(Run({"blocks", "--json"}).out);
  ASSERT_EQ(json.size(), 1u);
  EXPECT_EQ(json[0]["reason"], "leaks keys");

  EXPECT_EQ(Run({"unblock", "example.com/m1@v1.0.0"}).out, "unblocked: example.com/m1@v1.0.0\n");
  EXPECT_EQ(Run({"unblock", "example.com/m1@v1.0.0"}).exit_code, kFoundWrong);
  EXPECT_EQ(Run({"block", "example.com/m1", "--reason", "x"}).exit_code, kWrongUse);
}

TEST_F(AdminVerbs, TokenSecretsAreSaidOnceAndAlone) {
  const VerbRun made = Run({"token", "create", "ci", "--scope", "ingest,read", "--modules",
                            "example.com,*.corp/x", "--expires", "720h"});
  EXPECT_EQ(made.exit_code, kGood) << made.err;
  EXPECT_THAT(made.out, ::testing::MatchesRegex("slt\\.ci\\.[0-9a-f]+\n"));
  const std::string digits = made.out.substr(7, 64);
  EXPECT_THAT(made.err, AllOf(HasSubstr("ci  ingest,read  example.com,*.corp/x  until 2"),
                              Not(HasSubstr(digits))));

  const VerbRun list = Run({"token", "list"});
  EXPECT_THAT(list.out, AllOf(HasSubstr("ci  ingest,read  example.com,*.corp/x  until "),
                              Not(HasSubstr(digits))));
  EXPECT_THAT(Run({"token", "list", "--json"}).out, Not(HasSubstr(digits)));
  EXPECT_EQ(Run({"token", "create", "ci", "--scope", "read"}).exit_code, kWrongUse);

  EXPECT_EQ(Run({"token", "revoke", "ci"}).out, "revoked: ci\n");
  EXPECT_EQ(Run({"token", "revoke", "ci"}).exit_code, kFoundWrong);
  EXPECT_EQ(Run({"token", "list"}).err, "there is no token\n");
}

TEST_F(AdminVerbs, TokenCreateRefusesWhatIsNoGrant) {
  const std::vector<std::vector<std::string>> wrong = {
      {"token"},
      {"token", "create", "ci"},
      {"token", "create", "ci", "--scope", "everything"},
      {"token", "create", "ci", "--scope", ","},
      {"token", "create", "ci", "--scope", "ingest"},
      {"token", "create", "c i", "--scope", "read"},
      {"token", "create", "\xff", "--scope", "read"},
      {"token", "create", "ci", "--scope", "read", "--expires", "soon"},
      {"token", "create", "ci", "--scope", "read", "--expires", "-1h"},
      {"token", "create", "ci", "--scope", "read", "--expires", "0"},
      {"token", "create", "ci", "--scope", "read", "--expires", "inf"},
      {"token", "create", "ci", "--scope", "read", "--expires", "876001h"},
      {"token", "create", "ci", "--scope", "read", "--expires", "10000000000000000h"},
  };
  for (const std::vector<std::string>& arguments : wrong) {
    const VerbRun run = Run(arguments);
    EXPECT_EQ(run.exit_code, kWrongUse) << ::testing::PrintToString(arguments) << run.err;
    EXPECT_EQ(run.out, "");
  }
  EXPECT_EQ(Run({"token", "list"}).out, "");
}

TEST_F(AdminVerbs, SayWhenNobodyServes) {
  server_.reset();
  const std::vector<std::vector<std::string>> verbs = {{"freeze", "--reason", "x"},
                                                       {"thaw"},
                                                       {"block", "a.b/c@v1.0.0", "--reason", "x"},
                                                       {"unblock", "a.b/c@v1.0.0"},
                                                       {"blocks"},
                                                       {"conflicts"},
                                                       {"token", "list"},
                                                       {"token", "revoke", "ci"}};
  for (const std::vector<std::string>& arguments : verbs) {
    const VerbRun run = Run(arguments);
    EXPECT_EQ(run.exit_code, kUnreachable) << ::testing::PrintToString(arguments);
    EXPECT_THAT(run.err, AllOf(HasSubstr("No such file or directory"),
                               HasSubstr("fix   start it: sumlog serve")));
  }
  EXPECT_EQ(Add(2).exit_code, kUnreachable);
}

TEST_F(AdminVerbs, NameTheFlagThatFindsAServerWithAnotherSocket) {
  server_.reset();
  ops::Config config = log_.config();
  config.listen_admin = "unix:" + log_.Path("other.sock");
  server_ = server::Server::Start(config, {}).value();
  const VerbRun lost = Add(2);
  EXPECT_EQ(lost.exit_code, kUnreachable);
  EXPECT_THAT(lost.err, HasSubstr("behind admin=: --server ADDRESS\n"));

  const VerbRun conflict = Add(1, "!", {"--server", server_->admin_address()});
  EXPECT_EQ(conflict.exit_code, kFoundWrong) << conflict.err;
  EXPECT_THAT(conflict.err, HasSubstr(" --server " + server_->admin_address() + "\n"));
}

TEST_F(AdminVerbs, RefuseServersThatCannotBeMeant) {
  const auto run = [](const std::string& server) {
    return RunVerb({"blocks", "--server", server});
  };
  EXPECT_EQ(run("https://sum.example.com").exit_code, kWrongUse);
  EXPECT_THAT(run("https://sum.example.com").err, HasSubstr("is for readers"));
  EXPECT_EQ(run("sum.example.com:8443").exit_code, kWrongUse);
  EXPECT_EQ(RunVerb({"blocks"}).exit_code, kWrongUse);
  const std::string off = log_.Write("off.toml",
                                     "[log]\nname = \"sum.example.com\"\n"
                                     "[listen]\nadmin = \"off\"\n");
  const VerbRun none = Run({"blocks", "--config", off});
  EXPECT_EQ(none.exit_code, kWrongUse);
  EXPECT_THAT(none.err, HasSubstr("listen.admin"));
}

TEST_F(AdminVerbs, NeverSendATokenInTheClear) {
  const VerbRun run = RunVerb({"blocks", "--server", "grpc://127.0.0.1:1"},
                              {.environment = {{"SUMLOG_TOKEN", "slt.ci.0123abcd"}}});
  EXPECT_EQ(run.exit_code, kWrongUse);
  EXPECT_THAT(run.err, AllOf(HasSubstr("not sent in the clear"), Not(HasSubstr("0123abcd"))));
}

TEST_F(AdminVerbs, RefuseTokensThatNoHeaderCanHold) {
  const VerbRun run = log_.Run({"blocks"}, {.environment = {{"SUMLOG_TOKEN", "slt.ci.01\n23"}}});
  EXPECT_EQ(run.exit_code, kWrongUse);
  EXPECT_THAT(run.err, Not(HasSubstr("slt.ci")));
  EXPECT_EQ(Run({"blocks", "--token-file", log_.Write("empty", "\n")}).exit_code, kWrongUse);
  EXPECT_EQ(Run({"blocks", "--token-file", log_.Path("none")}).exit_code, kUnreachable);
  EXPECT_EQ(Run({"blocks", "--token-file", log_.Write("t", "slt.ci.0\n")}).exit_code, kGood);
}

TEST_F(AdminVerbs, RefuseACaFileWithoutCertificates) {
  const VerbRun run =
      RunVerb({"blocks", "--server", "grpcs://127.0.0.1:1", "--ca", log_.Write("ca.pem", "")});
  EXPECT_EQ(run.exit_code, kWrongUse);
  EXPECT_THAT(run.err, HasSubstr("holds no PEM certificate"));
}

}  // namespace
}  // namespace sumlog::cli
