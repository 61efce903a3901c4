// Goal: a log reaches a place without a network in bundles, and is served there under its own key;
// damage, a gap, another key or another log is named and changes nothing.
// Method: a log of this machine is exported in pieces, and imported into a mirror beside it.

#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/log_folder.h"
#include "cli/verb_run.h"
#include "client/file_fetcher.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "sumlog/client/sumdb_client.h"

namespace sumlog::cli {
namespace {

using ::testing::HasSubstr;

class BundleVerbTest : public ::testing::Test {
 protected:
  BundleVerbTest() {
    log_.Fill(0, 300);
    log_.Fill(300, 700);
  }

  std::string mirror_dir() const { return log_.Path("mirror"); }

  std::string Export(const std::string& name, int from, int to) const {
    const VerbRun run = log_.Run({"bundle", "export", log_.Path(name), "--from", absl::StrCat(from),
                                  "--to", absl::StrCat(to)});
    EXPECT_EQ(run.exit_code, kGood) << run.err;
    return log_.Path(name);
  }

  VerbRun Import(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"bundle", "import"});
    arguments.insert(arguments.end(), {"--dir", mirror_dir()});
    return RunVerb(arguments);
  }

  std::string ReadAll(const std::string& path) const {
    std::ostringstream content;
    content << std::ifstream(path, std::ios::binary).rdbuf();
    return content.str();
  }

  const LogFolder log_;
};

TEST_F(BundleVerbTest, CarriesALogToWhereNoNetworkIs) {
  const std::string first = Export("first", 0, 300);
  const std::string second = Export("second", 300, 700);
  const VerbRun made = Import({first, "--key", log_.key()});
  EXPECT_EQ(made.exit_code, kGood) << made.err;
  EXPECT_EQ(made.out, "imported: " + first + ", 300 records new, tree 300\n");
  EXPECT_THAT(made.err, HasSubstr("sumlog serve --dir " + mirror_dir()));
  const VerbRun grown = Import({first, second});  // what is there is skipped
  EXPECT_EQ(grown.exit_code, kGood) << grown.err;
  EXPECT_THAT(grown.out, HasSubstr("first, 0 records new, tree 300\n"));
  EXPECT_THAT(grown.out, HasSubstr("second, 400 records new, tree 700\n"));

  const VerbRun exported = RunVerb(
      {"export", "static", log_.Path("web"), "--dir", mirror_dir(), "--log", "sum.example.com"});
  ASSERT_EQ(exported.exit_code, kGood) << exported.err;
  const auto files = client::NewFileFetcher(log_.Path("web/sumdb/sum.example.com"));
  const auto client = client::SumdbClient::Create(
      {.key = *tlog::VerifierKey::Parse(log_.key()), .fetcher = files.get()});
  for (int i = 0; i < 700; i += 99) {
    const auto record =
        client->Lookup({.path = absl::StrCat("example.com/m", i), .version = "v1.0.0"});
    ASSERT_TRUE(record.ok()) << record.status();
    EXPECT_EQ(record->text, ZipLine(i) + ModLine(i));
  }
}

TEST_F(BundleVerbTest, GoesOnFromAMirrorToTheNext) {
  ASSERT_EQ(Import({Export("first", 0, 700), "--key", log_.key()}).exit_code, kGood);
  const VerbRun again = RunVerb({"bundle", "export", log_.Path("again"), "--dir", mirror_dir()});
  ASSERT_EQ(again.exit_code, kGood) << again.err;
  EXPECT_EQ(ReadAll(log_.Path("first")), ReadAll(log_.Path("again")));
}

TEST_F(BundleVerbTest, EndsAtASignedHead) {
  const VerbRun run = log_.Run({"bundle", "export", log_.Path("b"), "--from", "10", "--to", "650"});
  EXPECT_EQ(run.exit_code, kGood) << run.err;
  EXPECT_EQ(run.out,
            "exported: " + log_.Path("b") + ", 290 records of sum.example.com from 10 to 300\n");
  EXPECT_THAT(run.err, HasSubstr("nobody has signed that size"));
  EXPECT_THAT(run.err, HasSubstr("sumlog bundle export FILE --from 300"));
}

TEST_F(BundleVerbTest, SaysWhatABundleIs) {
  const std::string bundle = Export("b", 300, 700);
  const VerbRun plain = RunVerb({"bundle", "inspect", bundle});
  EXPECT_EQ(plain.exit_code, kGood) << plain.err;
  EXPECT_EQ(plain.out, "bundle of sum.example.com, 400 records from 300 to 700\n");
  EXPECT_THAT(plain.err, HasSubstr("only --key can tell"));
  const VerbRun checked = RunVerb({"bundle", "inspect", bundle, "--key", log_.key(), "--json"});
  EXPECT_EQ(checked.exit_code, kGood) << checked.err;
  const auto json = nlohmann::json::parse(checked.out);
  EXPECT_EQ(json["from"], 300);
  EXPECT_EQ(json["to"], 700);
  EXPECT_EQ(json["signature_checked"], true);
  const LogFolder other;  // of the same name, with another key
  EXPECT_EQ(RunVerb({"bundle", "inspect", bundle, "--key", other.key()}).exit_code, kTampering);
}

TEST_F(BundleVerbTest, FindsDamageBeforeAnythingIsTakenIn) {
  std::string bytes = ReadAll(Export("b", 0, 700));
  bytes[bytes.size() / 2] ^= 1;
  const std::string damaged = log_.Write("damaged", bytes);
  EXPECT_EQ(RunVerb({"bundle", "inspect", damaged}).exit_code, kFoundWrong);
  const VerbRun run = Import({damaged, "--key", log_.key()});
  EXPECT_EQ(run.exit_code, kFoundWrong) << run.err;
  EXPECT_THAT(run.err, HasSubstr("carry it over again"));
  EXPECT_FALSE(std::filesystem::exists(mirror_dir()));
  EXPECT_EQ(RunVerb({"bundle", "inspect", log_.Path("nowhere")}).exit_code, kUnreachable);
}

TEST_F(BundleVerbTest, NamesAGap) {
  ASSERT_EQ(Import({Export("first", 0, 300), "--key", log_.key()}).exit_code, kGood);
  const VerbRun run = Import({Export("later", 400, 700)});
  EXPECT_EQ(run.exit_code, kUnreachable);
  EXPECT_THAT(run.err, HasSubstr("records 300 to 399 are missing"));
  EXPECT_THAT(run.err, HasSubstr("fix   import the bundles before it first"));
}

TEST_F(BundleVerbTest, KeepsWhatShowsAnotherHistory) {
  const LogFolder log;  // and a twin with the same key, which goes another way after 300 records
  log.Fill(0, 300);
  const std::string twin = log.Path("twin");
  std::filesystem::copy(log.dir(), twin, std::filesystem::copy_options::recursive);
  log.Fill(300, 310);
  ASSERT_EQ(RunVerb({"import", "--dir", twin, log.Write("twin.sum", GoSum(1000, 1020))}).exit_code,
            kGood);
  const auto export_from = [&](const std::string& dir, const std::string& name) {
    const VerbRun run = RunVerb({"bundle", "export", log.Path(name), "--dir", dir});
    EXPECT_EQ(run.exit_code, kGood) << run.err;
    return log.Path(name);
  };
  ASSERT_EQ(Import({export_from(log.dir(), "true"), "--key", log.key()}).exit_code, kGood);
  const VerbRun run = Import({export_from(twin, "forked")});
  EXPECT_EQ(run.exit_code, kTampering) << run.err;
  const std::string kept = mirror_dir() + "/evidence/mirrors/sum.example.com/";
  ASSERT_TRUE(std::filesystem::is_directory(kept)) << run.err;
  const std::string file = std::filesystem::directory_iterator(kept)->path().string();
  EXPECT_THAT(run.err, HasSubstr("what came is kept in " + file));
  const std::string evidence = ReadAll(file);
  EXPECT_THAT(evidence, HasSubstr("answer: /latest\n"));
  EXPECT_THAT(evidence, HasSubstr("answer: two signed heads\n"));
  EXPECT_THAT(evidence, HasSubstr("| 310\n"));
  EXPECT_THAT(evidence, HasSubstr("| 320\n"));
  EXPECT_THAT(Import({log.Path("true")}).out, HasSubstr("0 records new, tree 310\n"));
}

TEST_F(BundleVerbTest, WantsTheKeyTheFirstTimeAndNoOtherLater) {
  const std::string bundle = Export("b", 0, 300);
  const VerbRun keyless = Import({bundle});
  EXPECT_EQ(keyless.exit_code, kWrongUse);
  EXPECT_THAT(keyless.err, HasSubstr("--key VKEY"));
  const LogFolder other;
  const VerbRun forged = Import({bundle, "--key", other.key()});
  EXPECT_EQ(forged.exit_code, kTampering) << forged.err;
  std::filesystem::remove_all(mirror_dir());
  ASSERT_EQ(Import({bundle, "--key", log_.key()}).exit_code, kGood);
  const std::string config = ReadAll(mirror_dir() + "/sumlog.toml");
  EXPECT_THAT(config, HasSubstr("mode = \"bundles\""));
  const VerbRun changed = Import({bundle, "--key", other.key()});
  EXPECT_EQ(changed.exit_code, kWrongUse);
  EXPECT_THAT(changed.err, HasSubstr("has another key"));
  EXPECT_EQ(ReadAll(mirror_dir() + "/sumlog.toml"), config);
}

TEST_F(BundleVerbTest, RefusesTheOriginLogItself) {
  const VerbRun run = log_.Run({"bundle", "import", Export("b", 0, 300)});
  EXPECT_EQ(run.exit_code, kWrongUse);
  EXPECT_THAT(run.err, HasSubstr("is the origin log of"));
}

TEST_F(BundleVerbTest, LeavesAFileThatIsThereAlone) {
  const std::string bundle = log_.Write("mine", "mine");
  const VerbRun run = log_.Run({"bundle", "export", bundle});
  EXPECT_EQ(run.exit_code, kWrongUse);
  EXPECT_THAT(run.err, HasSubstr("fix   name another file"));
  EXPECT_EQ(ReadAll(bundle), "mine");
}

}  // namespace
}  // namespace sumlog::cli
