// Goal: whatever a server says over gRPC of what it did not do, the verbs find out with a key, and
// say so with the right exit code. Method: a server whose readers' service is that of a real log,
// until a test changes an answer, and whose AddRecords says what a test tells it to.

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <sumlog/v1/admin.grpc.pb.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/log_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rpc_client/scripted_log.h"

namespace sumlog::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

using Arguments = std::vector<std::string>;

// Adds nothing, and answers for each record what `result` says of it.
class ScriptedAdmin final : public v1::Admin::Service {
 public:
  std::function<void(int position, v1::AddResult& result)> result;
  std::function<void(v1::SignedHead& head)> head;
  bool was_shown_a_token = false;  // read when no call is under way

  grpc::Status AddRecords(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<v1::AddRecordsResponse, v1::AddRecordsRequest>* stream) override {
    was_shown_a_token = context->client_metadata().count("authorization") > 0;
    v1::AddRecordsRequest request;
    int position = 0;
    while (stream->Read(&request)) {
      v1::AddRecordsResponse response;
      for (int i = 0; i < request.records_size(); ++i) {
        v1::AddResult* const one = response.add_results();
        one->set_outcome(v1::AddResult::OUTCOME_APPENDED);
        result(position++, *one);
      }
      head(*response.mutable_head());
      stream->Write(response);
    }
    return grpc::Status::OK;
  }
};

class LyingGrpcServer : public ::testing::Test {
 protected:
  LyingGrpcServer() {
    log_.Fill(0, 600);
    honest_ = log_.Serve();
    readers_ = std::make_unique<rpc_client::ScriptedLog>(&honest_->origin_log()->reader());
    admin_.head = [this](v1::SignedHead& head) {
      const tlog::SignedTreeHead newest = honest_->origin_log()->reader().Newest()->signed_head;
      head.set_note(newest.note);
      head.mutable_tree_head()->set_size(newest.head.size);
      head.mutable_tree_head()->set_root(std::string(tlog::HashesAsBytes({&newest.head.root, 1})));
    };
    grpc::ServerBuilder builder;
    address_ = "unix:" + log_.Path("liar.sock");
    builder.AddListeningPort(address_, grpc::InsecureServerCredentials());
    builder.RegisterService(readers_.get());
    builder.RegisterService(&admin_);
    server_ = builder.BuildAndStart();
  }
  ~LyingGrpcServer() override { server_->Shutdown(std::chrono::system_clock::now()); }

  VerbRun Ask(Arguments question, bool with_key = true) const {
    question.insert(question.end(), {"--server", address_});
    if (with_key) question.insert(question.end(), {"--key", log_.key()});
    question.insert(question.end(), {"--evidence-dir", log_.Path("evidence")});
    return RunVerb(question);
  }
  VerbRun Add(int i, bool with_key = true) const {
    return Ask(
        {"add", absl::StrCat("example.com/m", i, "@v1.0.0"), "--sum",
         MadeUpHash(absl::StrCat("zip", i)), "--mod-sum", MadeUpHash(absl::StrCat("mod", i))},
        with_key);
  }
  VerbRun Import(int first, int end, bool with_key = true) const {
    return Ask({"import", log_.Write("go.sum", GoSum(first, end))}, with_key);
  }

  // The files of evidence, as text.
  std::vector<std::string> Evidence() const {
    std::vector<std::string> files;
    if (!std::filesystem::exists(log_.Path("evidence"))) return files;
    for (const auto& entry : std::filesystem::directory_iterator(log_.Path("evidence"))) {
      files.push_back(ReadText(entry.path().string()));
    }
    return files;
  }

  // expect: an accusation that names `what`, with its evidence, of which AddRecords' answer is one.
  void ExpectAccused(const VerbRun& run, const std::string& what) const {
    EXPECT_EQ(run.exit_code, kTampering) << run.err;
    EXPECT_THAT(run.err, AllOf(HasSubstr(what), HasSubstr("what came is kept in "),
                               HasSubstr("why   "), HasSubstr("fix   do not retry")));
    EXPECT_THAT(run.err, Not(HasSubstr("proof  verified")));
    EXPECT_THAT(run.out, Not(HasSubstr("conflict:")));
    ASSERT_THAT(Evidence(), SizeIs(1));
    EXPECT_THAT(Evidence()[0], HasSubstr("answer: sumlog.v1.Admin/AddRecords\n"));
    std::filesystem::remove_all(log_.Path("evidence"));
  }

  void AnswerAppended(std::uint64_t first) {
    admin_.result = [first](int position, v1::AddResult& result) {
      result.set_number(first + static_cast<std::uint64_t>(position));
    };
  }
  void AnswerConflictWith(std::uint64_t number) {
    admin_.result = [number](int, v1::AddResult& result) {
      result.set_outcome(v1::AddResult::OUTCOME_REFUSED);
      result.set_refusal(v1::AddResult::REFUSAL_CONFLICT);
      result.set_number(number);
    };
  }

  LogFolder log_;
  std::unique_ptr<server::Server> honest_;
  std::unique_ptr<rpc_client::ScriptedLog> readers_;
  ScriptedAdmin admin_;
  std::string address_;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(LyingGrpcServer, IsBelievedWhileItIsHonest) {
  AnswerAppended(590);
  const VerbRun run = Import(590, 600);
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_THAT(run.out, HasSubstr("appended                10\n"));
  EXPECT_EQ(Add(590).exit_code, kGood);
  EXPECT_THAT(Evidence(), IsEmpty());
}

TEST_F(LyingGrpcServer, LearnsNoTokenAtASocket) {
  AnswerAppended(590);
  const VerbRun run = Ask({"import", log_.Write("go.sum", GoSum(590, 591)), "--token-file",
                           log_.Write("token", "slt.ci.0123abcd\n")});
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_FALSE(admin_.was_shown_a_token);
}

TEST_F(LyingGrpcServer, IsCaughtWhenItHasAppendedNothing) {
  for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{400}}) {
    AnswerAppended(number);
    const VerbRun run = Import(1000, 1003);
    ExpectAccused(run,
                  absl::StrCat("record ", number, " of the signed tree is not example.com/m1000"));
    EXPECT_THAT(run.out, HasSubstr("appended                 0\n"));  // nothing that is not proved
    ExpectAccused(Add(1000), absl::StrCat("record ", number, " of the signed tree is not "));
  }
  // One of many that it has.
  AnswerAppended(0);
  ExpectAccused(
      Ask({"import", log_.Write("go.sum", GoSum(0, 77) + GoSum(1000, 1001) + GoSum(78, 600))}),
      "record 77 of the signed tree is not example.com/m1000");
}

TEST_F(LyingGrpcServer, IsCaughtWhenItNamesNumbersBeyondItsHead) {
  for (const std::uint64_t number : {std::uint64_t{600}, ~std::uint64_t{0}}) {
    AnswerAppended(number);
    ExpectAccused(Import(600, 601), "the head of the answer covers 600 records");
    ExpectAccused(Add(600), "the head of the answer covers 600 records");
    EXPECT_EQ(Import(600, 601, /*with_key=*/false).exit_code, kUnreachable);
    EXPECT_EQ(Add(600, /*with_key=*/false).exit_code, kUnreachable);
  }
}

TEST_F(LyingGrpcServer, IsCaughtWhenItCallsTheRecordOfAnotherModuleAConflict) {
  AnswerConflictWith(7);
  ExpectAccused(Add(1000), "because of record 7, which is no record of it");
  ExpectAccused(Import(1000, 1001), "because of record 7, which is no record of it");
  for (const VerbRun& run : {Add(1000, /*with_key=*/false), Import(1000, 1001, false)}) {
    EXPECT_EQ(run.exit_code, kUnreachable) << run.err;
    EXPECT_THAT(run.err, HasSubstr("what the server answers makes no sense: "));
    EXPECT_THAT(run.out, Not(HasSubstr("conflict:")));
  }
}

TEST_F(LyingGrpcServer, IsCaughtWhenItCallsTheSameHashesAConflict) {
  AnswerConflictWith(7);
  ExpectAccused(Add(7), "because of record 7, which has the same hashes");
  ExpectAccused(Import(7, 8), "because of record 7, which has the same hashes");
}

TEST_F(LyingGrpcServer, IsCaughtWhenItShowsAnotherTextThanTheLogHas) {
  AnswerConflictWith(1000 % 600);
  readers_->on_record = [](v1::GetRecordResponse& answer) {
    std::string* const text = answer.mutable_record()->mutable_text();
    *text = absl::StrCat("example.com/m1000 v1.0.0 ", MadeUpHash("a"),
                         "\nexample.com/m1000 v1.0.0/go.mod ", MadeUpHash("b"), "\n");
    return grpc::Status::OK;
  };
  ExpectAccused(Add(1000), "the text of record 400 is not the one whose leaf was proved");
  ExpectAccused(Import(1000, 1001), "the text of record 400 is not the one whose leaf was proved");
}

TEST_F(LyingGrpcServer, SpeaksOneLineForEachRecordThatItRefuses) {
  admin_.result = [](int, v1::AddResult& result) {
    result.set_outcome(v1::AddResult::OUTCOME_REFUSED);
    result.set_refusal(v1::AddResult::REFUSAL_INVALID);
    result.set_reason(absl::StrCat("no\nfix: evil\x1b[2J\n", std::string(5000, 'x')));
  };
  const VerbRun run = Import(1000, 1002);
  EXPECT_EQ(run.exit_code, kFoundWrong) << run.err;
  EXPECT_THAT(run.out, HasSubstr("refused: example.com/m1000@v1.0.0  ("));
  EXPECT_THAT(run.out, HasSubstr("\n  the server says: no …\n"));
  EXPECT_THAT(run.out, Not(HasSubstr("evil")));
  admin_.result = [](int, v1::AddResult& result) {
    result.set_outcome(v1::AddResult::OUTCOME_REFUSED);
    result.set_refusal(v1::AddResult::REFUSAL_INVALID);
    result.set_reason(absl::StrCat("x", std::string(300, 'y'), "\u6c49"));
  };
  EXPECT_THAT(Import(1000, 1001).out,
              HasSubstr(absl::StrCat("  the server says: x", std::string(199, 'y'), " …\n")));
}

// What it has answered is in the log, most likely: who reads the failure must not take it for lost.
TEST_F(LyingGrpcServer, SaysWhatItHasAddedWhenTheProofCannotBeHad) {
  const std::pair<grpc::StatusCode, std::string> cases[] = {
      {grpc::StatusCode::UNAVAILABLE, "fix   sumlog status --server"},
      {grpc::StatusCode::UNAUTHENTICATED, "fix   a token that is valid"}};
  for (const auto& [code, fix] : cases) {
    readers_->on_tile = [code = code](auto&) { return grpc::Status(code, "no"); };
    AnswerAppended(590);
    const VerbRun add = Add(590);
    EXPECT_EQ(add.exit_code, kUnreachable);
    EXPECT_EQ(add.out, "");
    EXPECT_THAT(add.err, AllOf(HasSubstr("cannot check what became of example.com/m590@v1.0.0: "),
                               HasSubstr("it says: appended, as record 590; adding it again"),
                               HasSubstr(fix)));

    const VerbRun import = Import(590, 600);
    EXPECT_EQ(import.exit_code, kUnreachable) << import.err;
    EXPECT_THAT(import.out,
                AllOf(HasSubstr("appended                 0\n"),
                      HasSubstr("unproven                10  in the log, as the server says"),
                      HasSubstr("tree                   600  records\n")));
    EXPECT_THAT(import.err, HasSubstr(fix));
  }
  EXPECT_THAT(Evidence(), IsEmpty());
}

TEST_F(LyingGrpcServer, IsQuotedOnAConflictThatCannotBeChecked) {
  const std::string id(32, 'a');
  admin_.result = [&id](int position, v1::AddResult& result) {
    result.set_number(580 + static_cast<std::uint64_t>(position));
    if (position != 3) return;
    result.set_outcome(v1::AddResult::OUTCOME_REFUSED);
    result.set_refusal(v1::AddResult::REFUSAL_CONFLICT);
    result.set_evidence_id(id);
  };
  readers_->on_record = [](auto&) { return grpc::Status(grpc::StatusCode::UNAVAILABLE, "no"); };
  const VerbRun import = Import(580, 590);
  EXPECT_EQ(import.exit_code, kUnreachable) << import.err;
  EXPECT_THAT(import.out, AllOf(HasSubstr("appended                 3\n"),
                                HasSubstr("unproven                 6  in the log")));
  EXPECT_THAT(Import(580, 590, /*with_key=*/false).out,
              AllOf(HasSubstr("appended                 9\n"), Not(HasSubstr("unproven"))));

  AnswerConflictWith(7);
  const VerbRun add = Add(1000);
  EXPECT_EQ(add.exit_code, kUnreachable);
  EXPECT_THAT(add.err, HasSubstr("it says: record 7 holds other hashes\n"));
}

TEST_F(LyingGrpcServer, CountsNothingAsAddedAfterAProofThatCouldNotBeHad) {
  admin_.result = [](int position, v1::AddResult& result) {
    result.set_number(static_cast<std::uint64_t>(position % 600));
  };
  readers_->on_tile = [](auto&) { return grpc::Status(grpc::StatusCode::UNAVAILABLE, "no"); };
  const VerbRun run = Import(0, 20'000);  // more than are proved at once
  EXPECT_EQ(run.exit_code, kUnreachable) << run.err;
  EXPECT_THAT(run.out, AllOf(HasSubstr("appended                 0\n"), HasSubstr("unproven  ")));
}

TEST_F(LyingGrpcServer, PutsNoWordsIntoACommandThatPeopleAreToldToRun) {
  for (const std::string& id : {std::string("x; rm -rf ."), std::string(33, 'a')}) {
    admin_.result = [&id](int, v1::AddResult& result) {
      result.set_outcome(v1::AddResult::OUTCOME_REFUSED);
      result.set_refusal(v1::AddResult::REFUSAL_CONFLICT);
      result.set_number(1000 % 600);
      result.set_evidence_id(id);
    };
    const VerbRun run = Add(1000);
    EXPECT_EQ(run.exit_code, kUnreachable);
    EXPECT_THAT(run.out + run.err, AllOf(HasSubstr("evidence id that is not"), Not(HasSubstr(id))));
  }
}

// Somebody at the address who has nothing: a captive portal, a wrong port.
TEST_F(LyingGrpcServer, IsNoLogWhenItRefusesEverything) {
  for (const auto code : {grpc::StatusCode::NOT_FOUND, grpc::StatusCode::PERMISSION_DENIED}) {
    const auto refuse = [code](auto&) { return grpc::Status(code, "no"); };
    readers_->on_head = refuse;
    readers_->on_lookup = refuse;
    readers_->on_inclusion = refuse;
    readers_->on_consistency = refuse;
    readers_->on_record = refuse;
    for (const Arguments& question :
         {Arguments{"lookup", "example.com/m1@v1.0.0"},
          Arguments{"lookup", "example.com/none@v1.0.0"},
          Arguments{"prove", "inclusion", "--record", "3"},
          Arguments{"prove", "inclusion", "--leaf", tlog::FormatHash(tlog::Hash{})},
          Arguments{"prove", "inclusion", "example.com/m1@v1.0.0"},
          Arguments{"prove", "consistency", "--from", "2"}, Arguments{"status"}}) {
      const VerbRun run = Ask(question);
      EXPECT_EQ(run.exit_code, kUnreachable) << run.err;
      EXPECT_THAT(run.err,
                  HasSubstr(code == grpc::StatusCode::NOT_FOUND ? "fix   sumlog status --server"
                                                                : "fix   a token that is valid"));
    }
    // Under a signed head it is no better: the log has that record.
    readers_->on_head = nullptr;
    EXPECT_EQ(Ask({"prove", "inclusion", "--record", "3"}).exit_code, kUnreachable);
    EXPECT_EQ(Ask({"prove", "consistency", "--from", "2"}).exit_code, kUnreachable);
  }
  EXPECT_THAT(Evidence(), IsEmpty());
}

}  // namespace
}  // namespace sumlog::cli
