// Goal: a proof file is written whole or not at all, and checking it tells apart a true one, one
// about something else, a false one and what is no proof file.
// Method: a log of the test; the file it writes, changed in one place at a time; files as other
// tools write them, without the record.

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "cli/log_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "sumlog/tlog/proof_file.h"

namespace sumlog::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr char kOtherKey[] = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

class ProveCheckTest : public ::testing::Test {
 protected:
  ProveCheckTest() : file_(log_.Path("m3.tlog-proof")) {
    log_.Fill(0, 2);
    log_.Fill(2, 5);
    const VerbRun run = log_.Run({"prove", "inclusion", "example.com/m3@v1.0.0", "--out", file_});
    CHECK(run.exit_code == kGood);
    said_ = run.err;
  }

  VerbRun Check(const std::string& file, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"prove", "check", file, "--key", log_.key()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunVerb(arguments);
  }

  // Checks the file with `from` replaced by `to`.
  VerbRun CheckChanged(const std::string& from, const std::string& to) const {
    const std::string text = ReadText(file_);
    const std::string changed = absl::StrReplaceAll(text, {{from, to}});
    EXPECT_NE(changed, text) << from;
    return Check(log_.Write("changed.tlog-proof", changed));
  }

  // The proof of record 3 as a tool that knows no `extra` would write it.
  std::string BareFile() const {
    tlog::ProofFile file = *tlog::ParseProofFile(ReadText(file_));
    file.extra.clear();
    return log_.Write("bare.tlog-proof", *tlog::FormatProofFile(file));
  }

  LogFolder log_;
  const std::string file_;
  std::string said_;
};

TEST_F(ProveCheckTest, AcceptsWhatWasWritten) {
  EXPECT_THAT(said_, AllOf(HasSubstr("proof verified: 3 hashes\n"),
                           HasSubstr("sumlog prove check " + file_ + " --key " + log_.key())));
  const VerbRun run = Check(file_);
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_EQ(run.out, absl::StrCat("proved: example.com/m3@v1.0.0, record 3\n  zip     ",
                                  MadeUpHash("zip3"), "\n  go.mod  ", MadeUpHash("mod3"), "\n"));
  EXPECT_THAT(run.err, AllOf(HasSubstr("head   tree 5, signed by sum.example.com+"),
                             HasSubstr("proof  verified, 3 hashes\n")));
  EXPECT_EQ(Check(file_, {"--record", "example.com/m3@v1.0.0"}).exit_code, kGood);
  const nlohmann::json json = nlohmann::json::parse(Check(file_, {"--json"}).out);
  EXPECT_EQ(json["module"], "example.com/m3@v1.0.0");
  EXPECT_EQ(json["record"], 3);
  EXPECT_EQ(json["zip"], MadeUpHash("zip3"));
  EXPECT_EQ(json["head"]["size"], 5);
  EXPECT_EQ(json["proof_verified"], true);
}

TEST_F(ProveCheckTest, TakesTheKeyOfADirectory) {
  EXPECT_EQ(log_.Run({"prove", "check", file_}).exit_code, kGood);
  const VerbRun without = RunVerb({"prove", "check", file_});
  EXPECT_EQ(without.exit_code, kWrongUse);
  EXPECT_THAT(without.err, HasSubstr("no key is given"));
}

TEST_F(ProveCheckTest, SaysWhenItIsAboutSomethingElse) {
  const VerbRun run = Check(file_, {"--record", "example.com/m4@v1.0.0"});
  EXPECT_EQ(run.exit_code, kFoundWrong);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, HasSubstr("it proves example.com/m3@v1.0.0 as record 3, not "
                                 "example.com/m4@v1.0.0"));
  EXPECT_EQ(Check(file_, {"--record", "nonsense"}).exit_code, kWrongUse);
}

TEST_F(ProveCheckTest, CallsAContradictionTampering) {
  const tlog::ProofFile good = *tlog::ParseProofFile(ReadText(file_));
  std::vector<tlog::ProofFile> false_files(4, good);
  false_files[0].path[1][0] ^= 1;
  false_files[1].path.pop_back();
  false_files[2].index = 2;
  false_files[3].extra = ZipLine(4) + ModLine(4);
  for (const tlog::ProofFile& file : false_files) {
    const VerbRun run = Check(log_.Write("false", *tlog::FormatProofFile(file)));
    EXPECT_EQ(run.exit_code, kTampering) << run.err;
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, AllOf(HasSubstr("why   "), HasSubstr("fix   believe nothing in it")));
  }
  const VerbRun head = CheckChanged("tree\n5\n", "tree\n6\n");
  EXPECT_EQ(head.exit_code, kTampering);
  EXPECT_THAT(head.err, HasSubstr("wrong signature by known key sum.example.com+"));
}

TEST_F(ProveCheckTest, TellsAnotherKey) {
  const VerbRun run = RunVerb({"prove", "check", file_, "--key", kOtherKey});
  EXPECT_EQ(run.exit_code, kTampering);
  EXPECT_THAT(run.err, HasSubstr("the head is not signed by sum.golang.org+033de0ae"));
  EXPECT_EQ(RunVerb({"prove", "check", file_, "--key", "nonsense"}).exit_code, kWrongUse);
}

TEST_F(ProveCheckTest, RefusesWhatIsNoProofFile) {
  const VerbRun version = CheckChanged("proof@v1", "proof@v2");
  EXPECT_EQ(version.exit_code, kWrongUse);
  EXPECT_THAT(version.err, HasSubstr("malformed proof file: "));
  EXPECT_EQ(CheckChanged("index 3", "index 03").exit_code, kWrongUse);
  EXPECT_EQ(Check(log_.Write("empty", "")).exit_code, kWrongUse);
  EXPECT_EQ(Check(log_.Write("long", std::string(tlog::kMaxProofFileBytes + 1, 'x'))).exit_code,
            kWrongUse);
  EXPECT_EQ(Check(log_.Path("none")).exit_code, kUnreachable);
}

TEST_F(ProveCheckTest, TakesTheRecordFromElsewhereWhenTheFileLacksIt) {
  const std::string bare = BareFile();
  const VerbRun lacking = Check(bare);
  EXPECT_EQ(lacking.exit_code, kWrongUse);
  EXPECT_THAT(lacking.err, AllOf(HasSubstr("does not hold the record"),
                                 HasSubstr("fix   give it: --record-file F")));
  const std::string right = log_.Write("right", ZipLine(3) + ModLine(3));
  const std::string wrong = log_.Write("wrong", ZipLine(4) + ModLine(4));
  EXPECT_EQ(Check(bare, {"--record-file", right}).exit_code, kGood);
  const VerbRun other = Check(bare, {"--record-file", wrong});
  EXPECT_EQ(other.exit_code, kFoundWrong);
  EXPECT_THAT(other.err, HasSubstr("does not prove the record that was given"));

  const std::vector<std::string> hashes = {"--sum", MadeUpHash("zip3"), "--mod-sum",
                                           MadeUpHash("mod3")};
  std::vector<std::string> whole = hashes;
  whole.insert(whole.end(), {"--record", "example.com/m3@v1.0.0"});
  EXPECT_EQ(Check(bare, whole).exit_code, kGood);
  EXPECT_EQ(Check(bare, hashes).exit_code, kWrongUse);
  whole.insert(whole.end(), {"--record-file", right});
  EXPECT_EQ(Check(bare, whole).exit_code, kWrongUse);
  EXPECT_EQ(Check(bare, {"--record-file", log_.Path("none")}).exit_code, kUnreachable);
}

TEST_F(ProveCheckTest, SaysThatExtraDataOfAnotherToolIsNoRecord) {
  tlog::ProofFile file = *tlog::ParseProofFile(ReadText(file_));
  file.extra = "release.tar.gz";
  const std::string path = log_.Write("other", *tlog::FormatProofFile(file));
  const VerbRun run = Check(path);
  EXPECT_EQ(run.exit_code, kWrongUse);
  EXPECT_THAT(run.err, HasSubstr("extra data is no record"));
  EXPECT_EQ(Check(path, {"--record-file", log_.Write("right", ZipLine(3) + ModLine(3))}).exit_code,
            kGood);
}

TEST_F(ProveCheckTest, AcceptsCosignaturesAndNamesThem) {
  tlog::ProofFile file = *tlog::ParseProofFile(ReadText(file_));
  const auto witness = tlog::Signer::FromSeed("witness.example", {1});
  const std::string cosigned = *tlog::SignNote("any text\n", absl::MakeConstSpan(&*witness, 1));
  file.note += cosigned.substr(cosigned.find("\n\n") + 2);
  const VerbRun run = Check(log_.Write("cosigned", *tlog::FormatProofFile(file)));
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_THAT(run.err, HasSubstr("not checked are the signatures of witness.example\n"));
}

TEST_F(ProveCheckTest, ReplacesNoFileUnasked) {
  const std::string before = ReadText(file_);
  const std::vector<std::string> prove = {"prove", "inclusion", "--record", "1", "--out", file_};
  const VerbRun refused = log_.Run(prove);
  EXPECT_EQ(refused.exit_code, kWrongUse);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("is there already"), HasSubstr("--force")));
  EXPECT_EQ(ReadText(file_), before);
  std::vector<std::string> forced = prove;
  forced.push_back("--force");
  EXPECT_EQ(log_.Run(forced).exit_code, kGood);
  EXPECT_THAT(Check(file_).out, HasSubstr("example.com/m1@v1.0.0, record 1"));
  EXPECT_EQ(log_.Run({"prove", "inclusion", "--record", "1", "--force"}).exit_code, kWrongUse);
}

TEST_F(ProveCheckTest, LeavesNothingBehindWhereItCannotWrite) {
  EXPECT_EQ(log_.Run({"prove", "inclusion", "--record", "1", "--out", log_.Path("no/f")}).exit_code,
            kUnreachable);
  std::filesystem::create_symlink(log_.Path("nowhere"), log_.Path("link"));
  EXPECT_EQ(log_.Run({"prove", "inclusion", "--record", "1", "--out", log_.Path("link")}).exit_code,
            kWrongUse);
  for (const auto& entry : std::filesystem::directory_iterator(log_.Path(""))) {
    EXPECT_EQ(entry.path().string().find(".partial"), std::string::npos) << entry.path();
  }
}

TEST_F(ProveCheckTest, NeedsASignedHead) {
  const VerbRun unsigned_size =
      log_.Run({"prove", "inclusion", "--record", "1", "--size", "4", "--out", log_.Path("four")});
  EXPECT_EQ(unsigned_size.exit_code, kWrongUse);
  EXPECT_THAT(unsigned_size.err, HasSubstr("no signed head of 4 records is known"));
  EXPECT_FALSE(std::filesystem::exists(log_.Path("four")));
  EXPECT_EQ(
      log_.Run({"prove", "inclusion", "--record", "1", "--size", "2", "--out", log_.Path("two")})
          .exit_code,
      kGood);
  EXPECT_THAT(Check(log_.Path("two")).err, HasSubstr("head   tree 2, signed by"));
}

}  // namespace
}  // namespace sumlog::cli
