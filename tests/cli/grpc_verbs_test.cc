// Goal: lookup, prove and status say over gRPC what they say of the directory itself, and fail with
// the documented exit codes.
// Method: a server in this process, asked over its socket and over its readers' port; what each
// verb prints compared with what it prints of the directory.

#include <filesystem>
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

using Arguments = std::vector<std::string>;
using Json = nlohmann::json;

constexpr char kOtherKey[] = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

class GrpcVerbs : public ::testing::Test {
 protected:
  GrpcVerbs() {
    log_.Fill(0, 2);
    log_.Fill(2, 300);
    ops::Config config = log_.config();
    config.listen_grpc = "127.0.0.1:0";
    server_ = server::Server::Start(config, {}).value();
  }

  std::vector<std::string> Servers() const {
    return {server_->admin_address(), "grpc://" + server_->grpc_address()};
  }

  VerbRun Ask(Arguments question, const std::string& server, VerbSurroundings more = {}) const {
    question.insert(question.end(), {"--server", server, "--key", log_.key(), "--evidence-dir",
                                     log_.Path("evidence")});
    return RunVerb(question, std::move(more));
  }

  LogFolder log_;
  std::unique_ptr<server::Server> server_;
};

TEST_F(GrpcVerbs, SayWhatTheDirectorySays) {
  const std::string leaf =
      Json::parse(log_.Run({"prove", "inclusion", "--record", "7", "--json"}).out)["leaf"];
  const std::vector<Arguments> questions = {
      {"lookup", "example.com/m1@v1.0.0"},
      {"lookup", "example.com/m299@v1.0.0", "--json"},
      {"prove", "inclusion", "example.com/m299@v1.0.0"},
      {"prove", "inclusion", "--record", "7", "--size", "9"},
      {"prove", "inclusion", "--number", "0", "--size", "1", "--json"},
      {"prove", "inclusion", "--leaf", leaf},
      {"prove", "inclusion", "--leaf", leaf, "--size", "257"},
      {"prove", "consistency", "--from", "0"},
      {"prove", "consistency", "--from", "2"},
      {"prove", "consistency", "--from", "7", "--to", "270", "--json"},
      {"prove", "consistency", "--from", "300"},
  };
  for (const Arguments& question : questions) {
    const VerbRun local = log_.Run(question);
    ASSERT_EQ(local.exit_code, kGood) << local.err;
    for (const std::string& server : Servers()) {
      const VerbRun run = Ask(question, server);
      EXPECT_EQ(run.exit_code, kGood) << run.err;
      EXPECT_EQ(run.out, local.out) << ::testing::PrintToString(question);
    }
  }
}

TEST_F(GrpcVerbs, TellHowARecordCameInOnTheServersWord) {
  EXPECT_THAT(
      Ask({"lookup", "example.com/m1@v1.0.0"}, Servers()[0]).err,
      HasSubstr(absl::StrCat("by import from ", log_.Path("fill.sum"), ", says the server\n")));
}

TEST_F(GrpcVerbs, WriteTheSameProofFiles) {
  for (const std::string& server : Servers()) {
    const std::string file = log_.Path("remote"), local = log_.Path("local");
    const Arguments to_file = {"prove", "inclusion", "--record", "70", "--force", "--out"};
    Arguments remote_question = to_file, local_question = to_file;
    remote_question.push_back(file);
    local_question.push_back(local);
    EXPECT_EQ(Ask(remote_question, server).exit_code, kGood);
    EXPECT_EQ(log_.Run(local_question).exit_code, kGood);
    EXPECT_EQ(ReadText(file), ReadText(local));
    EXPECT_EQ(RunVerb({"prove", "check", file, "--key", log_.key()}).exit_code, kGood);
  }
}

TEST_F(GrpcVerbs, SayWhatIsNotThere) {
  for (const std::string& server : Servers()) {
    const VerbRun none = Ask({"lookup", "example.com/none@v1.0.0"}, server);
    EXPECT_EQ(none.exit_code, kFoundWrong);
    EXPECT_THAT(none.err, HasSubstr("is not in log sum.example.com of 300 records"));
    const std::string leaf = tlog::FormatHash(tlog::Hash{});
    EXPECT_EQ(Ask({"prove", "inclusion", "--leaf", leaf}, server).exit_code, kFoundWrong);
    EXPECT_EQ(log_.Run({"prove", "inclusion", "--leaf", leaf}).exit_code, kFoundWrong);
    EXPECT_EQ(Ask({"prove", "inclusion", "--leaf", "AAAA"}, server).exit_code, kWrongUse);
    EXPECT_EQ(Ask({"prove", "inclusion", "--record", "300"}, server).exit_code, kWrongUse);
    EXPECT_EQ(Ask({"prove", "consistency", "--from", "1", "--to", "301"}, server).exit_code,
              kWrongUse);
  }
  EXPECT_EQ(Ask({"prove", "inclusion", "--leaf", tlog::FormatHash(tlog::Hash{})},
                "http://" + server_->http_address())
                .exit_code,
            kWrongUse);
}

TEST_F(GrpcVerbs, ShowTheReasonOfABlockOverEveryDoor) {
  ASSERT_EQ(log_.Run({"block", "example.com/m1@v1.0.0", "--reason", "leaks keys"}).exit_code,
            kGood);
  std::vector<std::string> doors = Servers();
  doors.push_back("http://" + server_->http_address());
  for (const std::string& server : doors) {
    const VerbRun run = Ask({"lookup", "example.com/m1@v1.0.0"}, server);
    EXPECT_EQ(run.exit_code, kFoundWrong) << run.err;
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, AllOf(HasSubstr("example.com/m1@v1.0.0 is blocked in log "),
                               HasSubstr("leaks keys")));
  }
}

TEST_F(GrpcVerbs, KeepTheEvidenceOfAnotherKey) {
  for (const Arguments& question :
       {Arguments{"lookup", "example.com/m1@v1.0.0"},
        Arguments{"prove", "inclusion", "--record", "1"}, Arguments{"status"}}) {
    Arguments arguments = question;
    arguments.insert(arguments.end(), {"--server", Servers()[0], "--key", kOtherKey,
                                       "--evidence-dir", log_.Path("evidence")});
    const VerbRun run = RunVerb(arguments);
    EXPECT_EQ(run.exit_code, kTampering) << run.err;
    EXPECT_THAT(run.err, AllOf(HasSubstr("the head is not signed by sum.golang.org+033de0ae\n"),
                               HasSubstr("what came is kept in " + log_.Path("evidence"))));
  }
  for (const auto& entry : std::filesystem::directory_iterator(log_.Path("evidence"))) {
    EXPECT_THAT(ReadText(entry.path().string()),
                AllOf(HasSubstr("answer: sumlog.v1.Log/"), HasSubstr("| go.sum database tree\n")));
  }
}

TEST_F(GrpcVerbs, StatusAsksAdministrationWhereItMay) {
  const VerbRun admin = Ask({"status"}, Servers()[0]);
  EXPECT_EQ(admin.exit_code, kGood) << admin.err;
  EXPECT_THAT(admin.out,
              AllOf(HasSubstr("size       300 records\n"), HasSubstr("signature  verified\n"),
                    HasSubstr("frozen     no\n"), HasSubstr("blocked    0 module versions\n")));
  const VerbRun reader = Ask({"status"}, Servers()[1]);
  EXPECT_EQ(reader.exit_code, kGood) << reader.err;
  EXPECT_THAT(reader.out, AllOf(HasSubstr("size       300 records\n"), Not(HasSubstr("frozen"))));

  ASSERT_EQ(log_.Run({"freeze", "--reason", "key ceremony"}).exit_code, kGood);
  EXPECT_THAT(Ask({"status"}, Servers()[0]).out, HasSubstr("by local-socket: key ceremony\n"));
  const Json json = Json::parse(Ask({"status", "--json"}, Servers()[0]).out);
  EXPECT_EQ(json["service"]["frozen"]["reason"], "key ceremony");
  EXPECT_EQ(json["verified"], true);
}

TEST_F(GrpcVerbs, StatusShowsAHeadWithoutAKeyAndSaysSo) {
  for (const std::string& server : Servers()) {
    const VerbRun run = RunVerb({"status", "--server", server});
    EXPECT_EQ(run.exit_code, kGood) << run.err;
    EXPECT_THAT(run.out, AllOf(HasSubstr("key        sum.example.com+"),
                               HasSubstr("not verified: no --key was given")));
  }
}

TEST_F(GrpcVerbs, NeedNoTokenAndSendNoneInTheClear) {
  for (const char* const token : {"slt.ci.0123abcd", "no header\ncan hold this"}) {
    for (const std::string& server : Servers()) {
      for (const Arguments& question : {Arguments{"lookup", "example.com/m1@v1.0.0"},
                                        Arguments{"prove", "inclusion", "--record", "1"}}) {
        const VerbRun run = Ask(question, server, {.environment = {{"SUMLOG_TOKEN", token}}});
        EXPECT_EQ(run.exit_code, kGood) << run.err;
      }
    }
  }
  const VerbRun shown =
      Ask({"lookup", "example.com/m1@v1.0.0", "--token-file", log_.Write("token", "slt.ci.0123")},
          Servers()[1]);
  EXPECT_EQ(shown.exit_code, kWrongUse);
  EXPECT_THAT(shown.err, AllOf(HasSubstr("not sent in the clear"), Not(HasSubstr("0123"))));
}

TEST_F(GrpcVerbs, SayWhenNobodyAnswers) {
  const std::string socket = server_->admin_address();
  server_.reset();
  for (const Arguments& question :
       {Arguments{"lookup", "example.com/m1@v1.0.0"},
        Arguments{"prove", "consistency", "--from", "1"}, Arguments{"status"}}) {
    EXPECT_EQ(Ask(question, socket).exit_code, kUnreachable);
    EXPECT_EQ(Ask(question, "unix:").exit_code, kWrongUse);
    EXPECT_EQ(Ask(question, "grpc://nowhere").exit_code, kWrongUse);
  }
  for (const char* const timeout : {"soon", "0s", "-1s", "inf", "48h"}) {
    EXPECT_EQ(Ask({"status", "--timeout", timeout}, socket).exit_code, kWrongUse) << timeout;
  }
  EXPECT_EQ(RunVerb({"lookup", "example.com/m1@v1.0.0", "--server", socket}).exit_code, kWrongUse);
}

}  // namespace
}  // namespace sumlog::cli
