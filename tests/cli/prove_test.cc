// Goal: what prove prints verifies, at every size, signed or not; what cannot be proved is refused.
// Method: a log that grew in three steps; the printed JSON is verified again here. Texts of sizes
// that were never signed hold no signature, and so are the same in every run: those are compared
// with golden files.

#include <sys/stat.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "cli/log_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "sumlog/tlog/consistency.h"
#include "sumlog/tlog/inclusion.h"

namespace sumlog::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

tlog::Hash HashOf(const nlohmann::json& json) { return *tlog::ParseHash(json.get<std::string>()); }

tlog::TreeHead HeadOf(const nlohmann::json& json) {
  return {.size = json["size"], .root = HashOf(json["root"])};
}

std::vector<tlog::Hash> PathOf(const nlohmann::json& json) {
  std::vector<tlog::Hash> path;
  for (const nlohmann::json& hash : json) path.push_back(HashOf(hash));
  return path;
}

class ProveTest : public ::testing::Test {
 protected:
  ProveTest() {
    log_.Fill(0, 2);
    log_.Fill(2, 5);
    log_.Fill(5, 300);  // more than one tile
  }

  nlohmann::json Json(std::vector<std::string> arguments) const {
    arguments.push_back("--json");
    const VerbRun run = log_.Run(arguments);
    EXPECT_EQ(run.exit_code, kGood) << run.err;
    return nlohmann::json::parse(run.out);
  }

  LogFolder log_;
};

TEST_F(ProveTest, PrintsInclusionAtASizeThatWasNeverSigned) {
  const VerbRun run = log_.Run({"prove", "inclusion", "example.com/m2@v1.0.0", "--size", "4"});
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_EQ(run.out, Golden("prove_inclusion.txt"));
  EXPECT_THAT(run.err, HasSubstr("no signed head of 4 records is known"));
  EXPECT_THAT(run.err, HasSubstr("proof verified: 2 hashes"));
}

TEST_F(ProveTest, PrintsConsistencyOfSizesThatWereNeverSigned) {
  const VerbRun run = log_.Run({"prove", "consistency", "--from", "3", "--to", "7"});
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_EQ(run.out, Golden("prove_consistency.txt"));
  EXPECT_THAT(run.err, HasSubstr("no signed head of 3 records"));
  EXPECT_THAT(run.err, HasSubstr("no signed head of 7 records"));
}

TEST_F(ProveTest, ProvesInclusionThatVerifies) {
  for (const char* size : {"5", "257", "300"}) {
    const nlohmann::json proof = Json({"prove", "inclusion", "--record", "4", "--size", size});
    EXPECT_EQ(tlog::VerifyInclusion(HeadOf(proof["head"]), 4,
                                    tlog::LeafHash(ZipLine(4) + ModLine(4)), PathOf(proof["path"])),
              absl::OkStatus());
  }
}

TEST_F(ProveTest, AddsTheSignedHeadWhereOneIsKept) {
  const nlohmann::json kept = Json({"prove", "inclusion", "--record", "4", "--size", "5"});
  EXPECT_EQ(kept["head"]["signed"], true);
  EXPECT_THAT(kept["head"]["note"].get<std::string>(), HasSubstr("go.sum database tree\n5\n"));
  EXPECT_EQ(Json({"prove", "inclusion", "--record", "4", "--size", "6"})["head"]["signed"], false);
  const VerbRun text = log_.Run({"prove", "inclusion", "--record", "4"});
  EXPECT_THAT(text.out, HasSubstr("\nsigned head\ngo.sum database tree\n300\n"));
  EXPECT_THAT(text.err, Not(HasSubstr("no signed head")));
}

TEST_F(ProveTest, ProvesConsistencyThatVerifies) {
  for (const char* from : {"0", "1", "2", "5", "256", "300"}) {
    const nlohmann::json proof = Json({"prove", "consistency", "--from", from});
    EXPECT_EQ(proof["to"]["size"], 300);
    EXPECT_EQ(
        tlog::VerifyConsistency(HeadOf(proof["from"]), HeadOf(proof["to"]), PathOf(proof["path"])),
        absl::OkStatus())
        << from;
  }
}

TEST_F(ProveTest, ProvesTheSameThroughAServer) {
  const auto server = log_.Serve();
  const std::vector<std::string> remote = {"--server", "http://" + server->http_address(), "--key",
                                           log_.key()};
  for (std::vector<std::string> question :
       {std::vector<std::string>{"prove", "inclusion", "example.com/m299@v1.0.0", "--json"},
        std::vector<std::string>{"prove", "inclusion", "--record", "7", "--size", "9"},
        std::vector<std::string>{"prove", "consistency", "--from", "7", "--to", "270"}}) {
    const VerbRun local = log_.Run(question);
    question.insert(question.end(), remote.begin(), remote.end());
    const VerbRun run = RunVerb(question);
    EXPECT_EQ(run.exit_code, kGood) << run.err;
    EXPECT_EQ(run.out, local.out);
  }
}

TEST_F(ProveTest, RefusesWhatMakesNoSense) {
  EXPECT_EQ(log_.Run({"prove", "inclusion"}).exit_code, kWrongUse);
  EXPECT_EQ(log_.Run({"prove", "inclusion", "a.com/b@v1.0.0", "--record", "1"}).exit_code,
            kWrongUse);
  const VerbRun beyond = log_.Run({"prove", "inclusion", "--record", "300"});
  EXPECT_EQ(beyond.exit_code, kWrongUse);
  EXPECT_THAT(beyond.err, HasSubstr("record number 300 is outside a tree of 300 records"));
  const VerbRun outside = log_.Run({"prove", "inclusion", "--record", "4", "--size", "4"});
  EXPECT_EQ(outside.exit_code, kWrongUse);
  const VerbRun future = log_.Run({"prove", "inclusion", "--record", "4", "--size", "301"});
  EXPECT_EQ(future.exit_code, kWrongUse);
  EXPECT_THAT(future.err, HasSubstr("there is no tree of 301 records yet"));
  EXPECT_EQ(log_.Run({"prove", "consistency"}).exit_code, kWrongUse);
  const VerbRun backwards = log_.Run({"prove", "consistency", "--from", "5", "--to", "2"});
  EXPECT_EQ(backwards.exit_code, kWrongUse);
  EXPECT_THAT(backwards.err, HasSubstr("--from 5 is above --to 2"));
}

TEST_F(ProveTest, WritesToAFileOrSaysThatItIsNone) {
  const std::string file = log_.Path("m1.proof"), folder = log_.Path("folder");
  const std::vector<std::string> prove = {"prove", "inclusion", "--record", "1", "--out"};
  const auto run = [&](const std::string& out, bool force) {
    std::vector<std::string> arguments = prove;
    arguments.push_back(out);
    if (force) arguments.push_back("--force");
    return log_.Run(arguments);
  };
  EXPECT_EQ(run(file, false).exit_code, kGood);
  EXPECT_EQ(run(file, true).exit_code, kGood);
  std::filesystem::create_directories(folder);
  ASSERT_EQ(::mkfifo(log_.Path("pipe").c_str(), 0600), 0);
  std::filesystem::create_symlink(log_.Path("pipe"), log_.Path("link"));
  for (const std::string& none :
       {std::string(), std::string("-"), folder, log_.Path("pipe"), log_.Path("link")}) {
    const VerbRun refused = run(none, true);
    EXPECT_EQ(refused.exit_code, kWrongUse) << none << refused.err;
    EXPECT_EQ(refused.out, "");
    EXPECT_THAT(refused.err, HasSubstr("\nfix   "));
  }
  EXPECT_TRUE(std::filesystem::is_fifo(log_.Path("pipe")));
  EXPECT_FALSE(std::filesystem::exists("-"));
}

TEST_F(ProveTest, SaysWhenTheLogDoesNotHaveTheModule) {
  EXPECT_EQ(log_.Run({"prove", "inclusion", "example.com/none@v1.0.0"}).exit_code, kFoundWrong);
}

TEST(Prove, RefusesRecordsOfAnEmptyLog) {
  const LogFolder log;
  EXPECT_EQ(log.Run({"prove", "inclusion", "--record", "0"}).exit_code, kWrongUse);
  EXPECT_EQ(log.Run({"prove", "consistency", "--from", "0"}).exit_code, kGood);
}

}  // namespace
}  // namespace sumlog::cli
