// Goal: from another machine, over TLS, every verb that talks to administrators' listener shows who
// calls with each of its calls, proves what it does, and says who is not let in and how to get in.
// Method: a server in this process, configured by its file; callers with a token or a certificate,
// named by flags or by the environment; strangers of every kind.

#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "cli/log_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "support/certificates.h"

namespace sumlog::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

using Arguments = std::vector<std::string>;
using Json = nlohmann::json;

// How a caller says who it is.
struct Caller {
  std::string name;
  Arguments flags = {};
  std::map<std::string, std::string> environment = {};
};

class AdminTls : public ::testing::Test {
 protected:
  AdminTls() {
    log_.Fill(0, 2);
    {
      const auto server = log_.Serve();  // tokens are made over its socket
      token_ = MakeToken("release");
      ended_token_ = MakeToken("ended");
      CHECK(log_.Run({"token", "revoke", "ended"}).exit_code == kGood);
      operator_token_ = log_.Run({"token", "create", "ops", "--scope", "operate"}).out;
    }
    WritePair("server", testing::MakeTlsPair("server"));
    WritePair("client", testing::MakeTlsPair({.names = "DNS:release.example"}, &authority_));
    WritePair("other", testing::MakeTlsPair({.names = "DNS:other.example"}, &authority_));
    log_.Write("authority.pem", authority_.cert_pem);
    const std::string file = log_.dir() + "/sumlog.toml";
    const std::string settings = absl::StrReplaceAll(
        ReadText(file),
        {{"[listen]\n",
          absl::StrCat("[listen]\ngrpc = \"127.0.0.1:0\"\n", "admin = \"127.0.0.1:0\"\n",
                       "tls_cert = \"../server.pem\"\n", "tls_key = \"../server.key\"\n",
                       "client_ca = \"../authority.pem\"\n")}});
    log_.Write("log/sumlog.toml", settings +
                                      "\n[[client_cert]]\nname = \"job\"\n"
                                      "san = \"release.example\"\nscopes = [\"ingest\", \"read\"]\n"
                                      "modules = [\"example.com\"]\n");
    server_ = server::Server::Start(log_.config(), {}).value();
  }

  // One that may add and read; a line.
  std::string MakeToken(const std::string& name) const {
    return log_.Run({"token", "create", name, "--scope", "ingest,read", "--modules", "example.com"})
        .out;
  }

  void WritePair(const std::string& name, const testing::TlsPair& pair) const {
    log_.Write(name + ".pem", pair.cert_pem);
    log_.Write(name + ".key", pair.key_pem);
  }

  static std::string WithoutNewline(const std::string& line) {
    return line.substr(0, line.find('\n'));
  }

  Caller WithToken(const std::string& line) const {
    return {.name = "--token-file", .flags = {"--token-file", log_.Write("token", line)}};
  }

  Caller WithCertificate(const std::string& name) const {
    return {.name = "--cert",
            .flags = {"--cert", log_.Path(name + ".pem"), "--cert-key", log_.Path(name + ".key")}};
  }

  // Each of whom may add and read.
  std::vector<Caller> Callers() const {
    return {WithToken(token_),
            {.name = "SUMLOG_TOKEN", .environment = {{"SUMLOG_TOKEN", WithoutNewline(token_)}}},
            WithCertificate("client"),
            {.name = "SUMLOG_CERT",
             .environment = {{"SUMLOG_CERT", log_.Path("client.pem")},
                             {"SUMLOG_CERT_KEY", log_.Path("client.key")}}}};
  }

  std::string Address() const { return "grpcs://" + server_->admin_address(); }

  VerbRun Ask(Arguments arguments, const Caller& caller, const std::string& server) const {
    arguments.insert(arguments.end(), caller.flags.begin(), caller.flags.end());
    arguments.insert(arguments.end(), {"--server", server, "--ca", log_.Path("server.pem")});
    return RunVerb(arguments, {.environment = caller.environment});
  }

  // With the log's key.
  VerbRun Prove(Arguments arguments, const Caller& caller) const {
    arguments.insert(arguments.end(),
                     {"--key", log_.key(), "--evidence-dir", log_.Path("evidence")});
    return Ask(arguments, caller, Address());
  }

  static Arguments AddOf(int i, const std::string& salt = "") {
    return {"add",       absl::StrCat("example.com/m", i, "@v1.0.0"),
            "--sum",     MadeUpHash(absl::StrCat("zip", i, salt)),
            "--mod-sum", MadeUpHash(absl::StrCat("mod", i, salt))};
  }

  // What a verb asks a listener, without changing the log.
  static std::vector<Arguments> Questions() {
    return {{"lookup", "example.com/m1@v1.0.0"},
            {"prove", "inclusion", "--record", "1"},
            {"prove", "inclusion", "example.com/m1@v1.0.0"},
            {"prove", "consistency", "--from", "1"},
            {"status"}};
  }

  std::uint64_t TreeSize() {
    return server_->origin_log()->reader().Newest()->signed_head.head.size;
  }

  // That it says who is not let in, and how to get in; never that a retry may help.
  static void ExpectNotLetIn(const VerbRun& run, const std::string& what,
                             const std::string& reason) {
    EXPECT_EQ(run.exit_code, kUnreachable) << run.err;
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, AllOf(HasSubstr(what), HasSubstr("      | "), HasSubstr(reason),
                               HasSubstr("fix   a token that is valid, in SUMLOG_TOKEN or "
                                         "--token-file F, or a certificate that is granted"),
                               Not(HasSubstr("retry")), Not(HasSubstr("\\x0a"))));
  }

  LogFolder log_;
  const testing::TlsPair authority_ = testing::MakeAuthority("authority");
  std::string token_, ended_token_, operator_token_;  // lines
  std::unique_ptr<server::Server> server_;
};

TEST_F(AdminTls, AddAndImportProveForEveryKindOfCaller) {
  int next = 2;
  for (const Caller& caller : Callers()) {
    SCOPED_TRACE(caller.name);
    const VerbRun added = Prove(AddOf(next), caller);
    EXPECT_EQ(added.exit_code, kGood) << added.err;
    EXPECT_THAT(added.out, HasSubstr(absl::StrCat("appended: example.com/m", next)));
    EXPECT_THAT(added.err, HasSubstr("proof  verified"));

    const VerbRun imported =
        Prove({"import", log_.Write("go.sum", GoSum(next, next + 2)), "--json"}, caller);
    EXPECT_EQ(imported.exit_code, kGood) << imported.err;
    EXPECT_EQ(Json::parse(imported.out)["appended"], 1);
    EXPECT_EQ(Json::parse(imported.out)["already_there"], 1);
    next += 2;
  }
  EXPECT_EQ(TreeSize(), static_cast<std::uint64_t>(next));
}

TEST_F(AdminTls, AConflictIsProvedAndItsEvidenceNamed) {
  for (const Caller& caller : Callers()) {
    SCOPED_TRACE(caller.name);
    const VerbRun run = Prove(AddOf(1, "!"), caller);
    EXPECT_EQ(run.exit_code, kFoundWrong) << run.err;
    EXPECT_THAT(run.out, AllOf(HasSubstr("conflict: example.com/m1@v1.0.0, record 1\n"),
                               HasSubstr(MadeUpHash("zip1")), HasSubstr("  evidence  ")));
  }
}

TEST_F(AdminTls, QuestionsAreAnsweredForEveryKindOfCaller) {
  for (const Caller& caller : Callers()) {
    SCOPED_TRACE(caller.name);
    for (const Arguments& question : Questions()) {
      const VerbRun run = Prove(question, caller);
      EXPECT_EQ(run.exit_code, kGood) << ::testing::PrintToString(question) << run.err;
    }
    const VerbRun unproved = Ask({"status"}, caller, Address());
    EXPECT_EQ(unproved.exit_code, kGood) << unproved.err;
    EXPECT_THAT(unproved.out, AllOf(HasSubstr("size       2 records\n"), HasSubstr("not verified"),
                                    HasSubstr("frozen     no\n")));
  }
}

TEST_F(AdminTls, SaysThatATokenIsMissingOrNoGood) {
  const std::vector<std::pair<Caller, std::string>> strangers = {
      {{.name = "nobody"}, "no token and no client certificate"},
      {WithToken("slt.release." + std::string(64, '0')), "token"},
      {WithToken(ended_token_), "token"}};
  for (const auto& [caller, reason] : strangers) {
    SCOPED_TRACE(reason);
    std::vector<Arguments> all = Questions();
    all.push_back(AddOf(2));
    all.push_back({"import", log_.Write("go.sum", GoSum(2, 3))});
    for (const Arguments& arguments : all) {
      const VerbRun run = Prove(arguments, caller);
      if (arguments[0] == "import") {  // also says how to go on, and what it has counted
        EXPECT_EQ(run.exit_code, kUnreachable);
        EXPECT_THAT(run.err, HasSubstr("does not know who asks"));
      } else {
        ExpectNotLetIn(run, "does not know who asks", reason);
      }
      EXPECT_THAT(run.err, Not(HasSubstr(std::string(64, '0'))));
    }
    ExpectNotLetIn(Ask({"status"}, caller, Address()), "does not know who asks", reason);
  }
  EXPECT_EQ(TreeSize(), 2u);
}

TEST_F(AdminTls, SaysThatATokenHasExpired) {
  const VerbRun made = Ask({"token", "create", "short", "--scope", "read", "--expires", "1s"},
                           WithToken(operator_token_), Address());
  ASSERT_EQ(made.exit_code, kGood) << made.err;
  VerbRun run;
  do {  // good until its time has come
    run = Prove({"lookup", "example.com/m1@v1.0.0"}, WithToken(made.out));
  } while (run.exit_code == kGood);
  ExpectNotLetIn(run, "does not know who asks", "expired");
}

TEST_F(AdminTls, SaysThatACertificateIsGrantedNothing) {
  for (const Arguments& question : Questions()) {
    ExpectNotLetIn(Prove(question, WithCertificate("other")), "does not allow it", "other.example");
  }
  ExpectNotLetIn(Ask({"status"}, WithCertificate("other"), Address()), "does not allow it",
                 "other.example");
}

TEST_F(AdminTls, ReadersAreAskedForNothing) {
  const std::string readers = "grpcs://" + server_->grpc_address();
  const std::vector<Caller> callers = {
      {.name = "nobody"}, WithToken(token_), WithToken(ended_token_), WithCertificate("other")};
  for (const Caller& caller : callers) {
    SCOPED_TRACE(caller.name);
    for (Arguments question : Questions()) {
      question.insert(question.end(), {"--key", log_.key()});
      const VerbRun run = Ask(question, caller, readers);
      EXPECT_EQ(run.exit_code, kGood) << ::testing::PrintToString(question) << run.err;
    }
  }
}

TEST_F(AdminTls, NoServerIsBelievedWithoutItsAuthority) {
  Arguments arguments = AddOf(2);
  arguments.insert(arguments.end(),
                   {"--server", Address(), "--key", log_.key(), "--ca", log_.Path("authority.pem"),
                    "--token-file", log_.Write("token", token_)});
  const VerbRun run = RunVerb(arguments);
  EXPECT_EQ(run.exit_code, kUnreachable);
  EXPECT_THAT(run.err, HasSubstr("no connection over TLS"));
  EXPECT_EQ(TreeSize(), 2u);
}

}  // namespace
}  // namespace sumlog::cli
