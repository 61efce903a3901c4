// Goal: a start that is refused changes no byte of the directory, has the documented exit code, and
// says how to go on; damage of the disk is not called tampering.
// Method: a log of 700 records in several files of the database, damaged in the ways of disks and
// operators; then serve and import, and every file compared; then the verbs that only read.

#include <filesystem>
#include <functional>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "cli/log_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sumlog::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::AnyOf;
using ::testing::HasSubstr;

std::map<std::string, std::string> FilesOf(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    files[entry.path().string()] = entry.is_regular_file() ? ReadText(entry.path()) : "";
  }
  return files;
}

std::size_t LinesWith(const std::string& text, absl::string_view begin) {
  std::size_t count = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::StartsWith(line, begin)) ++count;
  }
  return count;
}

class RefusedStart : public ::testing::Test {
 protected:
  RefusedStart() {
    log_.Fill(0, 300);
    log_.Fill(300, 500);
    fs::copy(Database(), log_.Path("older"), fs::copy_options::recursive);
    log_.Fill(500, 700);
    import_file_ = log_.Write("more.sum", GoSum(700, 710));
  }

  std::string Database() const { return server::DatabasePath(log_.config()); }
  std::string Anchor() const { return log_.config().log_anchor; }

  // The files of the database with this beginning or end of their name; at least one.
  std::vector<fs::path> Files(const std::string& begin, const std::string& end) const {
    std::vector<fs::path> found;
    for (const fs::directory_entry& entry : fs::directory_iterator(Database())) {
      const std::string name = entry.path().filename().string();
      if (absl::StartsWith(name, begin) && absl::EndsWith(name, end)) found.push_back(entry.path());
    }
    CHECK(!found.empty());
    return found;
  }
  fs::path Manifest() const { return Files("MANIFEST-", "").front(); }

  static void FlipByte(const fs::path& path, std::size_t at) {
    std::string bytes = ReadText(path);
    bytes.at(at) = static_cast<char>(bytes.at(at) ^ 1);
    std::ofstream(path, std::ios::binary) << bytes;
  }

  void ExpectRefused(const char* what, int exit_code) const {
    SCOPED_TRACE(what);
    const std::map<std::string, std::string> before = FilesOf(log_.dir());
    for (const char* const verb : {"import", "serve"}) {
      const VerbRun run = verb == std::string("import") ? log_.Run({verb, import_file_})
                                                        : log_.Run({verb, "--http", "127.0.0.1:0"});
      ASSERT_NE(run.exit_code, kGood) << run.err;  // or serve would go on for ever
      EXPECT_EQ(run.exit_code, exit_code) << run.err;
      EXPECT_EQ(LinesWith(run.err, "fix   "), 1u) << run.err;
      EXPECT_EQ(LinesWith(run.err, "why   "), 1u) << run.err;
      EXPECT_TRUE(FilesOf(log_.dir()) == before) << run.err;
    }
  }

  // The verbs that read: exit 3, and the way out; those that judge: exit 1.
  void ExpectReadersSeeDamage() const {
    for (const VerbRun& run : {log_.Run({"lookup", "example.com/m1@v1.0.0"}),
                               log_.Run({"prove", "inclusion", "example.com/m1@v1.0.0"})}) {
      EXPECT_EQ(run.exit_code, kUnreachable) << run.err;
      EXPECT_THAT(run.err, HasSubstr("why   the data on disk is damaged\n"));
      EXPECT_THAT(run.err, HasSubstr("fix   keep the data as it is, run sumlog fsck, restore from "
                                     "a backup\n"));
    }
    EXPECT_EQ(log_.Run({"fsck"}).exit_code, kFoundWrong);
  }

  LogFolder log_;
  std::string import_file_;
};

TEST_F(RefusedStart, WithAnOlderDatabase) {
  fs::remove_all(Database());
  fs::rename(log_.Path("older"), Database());
  ExpectRefused("older", kUnreachable);
}

TEST_F(RefusedStart, WithATruncatedManifest) {
  fs::resize_file(Manifest(), 800);
  ExpectRefused("truncated", kUnreachable);
}

TEST_F(RefusedStart, WithAnyTruncationOfTheManifest) {
  const std::string whole = ReadText(Manifest());
  const fs::path manifest = Manifest();
  for (std::size_t size = whole.size() / 8; size + 8 < whole.size(); size += whole.size() / 8) {
    std::ofstream(manifest, std::ios::binary) << whole.substr(0, size);
    ExpectRefused("truncated", kUnreachable);
  }
}

TEST_F(RefusedStart, WithThePartsOfAnOlderCopy) {
  for (const fs::directory_entry& entry : fs::directory_iterator(log_.Path("older"))) {
    const std::string name = entry.path().filename().string();
    if (name != "CURRENT" && !absl::StartsWith(name, "MANIFEST-")) continue;
    fs::copy_file(entry.path(), Database() + "/" + name, fs::copy_options::overwrite_existing);
  }
  ExpectRefused("partial restore", kUnreachable);
}

TEST_F(RefusedStart, WithoutAFileOfTheDatabase) {
  fs::remove(Files("", ".sst").front());
  ExpectRefused("missing sst", kUnreachable);
  ExpectReadersSeeDamage();
  EXPECT_EQ(log_.Run({"status"}).exit_code, kFoundWrong);
}

TEST_F(RefusedStart, WithACutFileOfTheDatabase) {
  const fs::path file = Files("", ".sst").front();
  fs::resize_file(file, fs::file_size(file) - 1);
  ExpectRefused("cut sst", kUnreachable);
  ExpectReadersSeeDamage();
}

TEST_F(RefusedStart, WithoutAManifest) {
  fs::remove(Manifest());
  ExpectRefused("no manifest", kUnreachable);
  ExpectReadersSeeDamage();
  EXPECT_EQ(log_.Run({"status"}).exit_code, kFoundWrong);
}

TEST_F(RefusedStart, WithAContradictingAnchor) {
  const LogFolder other;
  other.ContradictAnchor(700, 600);
  const std::map<std::string, std::string> before = FilesOf(other.dir());
  for (const VerbRun& run : {other.Run({"serve"}), other.Run({"import", import_file_})}) {
    EXPECT_EQ(run.exit_code, kTampering) << run.err;
    EXPECT_EQ(LinesWith(run.err, "fix   "), 1u) << run.err;
    EXPECT_TRUE(FilesOf(other.dir()) == before);
  }
}

TEST_F(RefusedStart, WithAWrongKey) {
  std::ofstream(log_.config().log_key_file)
      << server::NewSigner("sum.example.com")->ToSecretString() << "\n";
  ExpectRefused("key of another log of that name", kTampering);
  std::ofstream(log_.config().log_key_file)
      << server::NewSigner("other.example.com")->ToSecretString() << "\n";
  ExpectRefused("key of another name", kWrongUse);
}

TEST_F(RefusedStart, WithoutAKey) {
  fs::remove(log_.config().log_key_file);
  ExpectRefused("no key", kUnreachable);
}

TEST_F(RefusedStart, WithoutADatabase) {
  fs::remove_all(Database());
  ExpectRefused("no database", kUnreachable);
}

TEST_F(RefusedStart, WithoutAnAnchor) {
  fs::remove(Anchor());
  ExpectRefused("no anchor", kUnreachable);
}

TEST_F(RefusedStart, WithADamagedAnchor) {
  fs::resize_file(Anchor(), 0);
  ExpectRefused("empty anchor", kUnreachable);
  const VerbRun status = log_.Run({"status"});
  EXPECT_EQ(status.exit_code, kFoundWrong);
  EXPECT_THAT(status.err, HasSubstr("--accept-new-anchor"));
}

TEST_F(RefusedStart, EndsWhenANewAnchorIsAccepted) {
  std::string damaged = ReadText(Anchor());
  damaged[100] = static_cast<char>(damaged[100] ^ 1);
  damaged[5000] = static_cast<char>(damaged[5000] ^ 1);
  std::ofstream(Anchor(), std::ios::binary) << damaged;
  ExpectRefused("flipped anchor", kUnreachable);

  ASSERT_TRUE(server::Server::Start(log_.config(), {.accept_new_anchor = true}).ok());
  EXPECT_TRUE(server::Server::Start(log_.config(), {}).ok());
  std::vector<std::string> kept;
  for (const fs::directory_entry& entry : fs::directory_iterator(fs::path(Anchor()).parent_path()))
    if (entry.path() != Anchor()) kept.push_back(entry.path().string());
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_THAT(kept.front(), HasSubstr(Anchor() + ".damaged-"));
  EXPECT_EQ(ReadText(kept.front()), damaged);
}

// No flip of the disk may be called tampering.
TEST_F(RefusedStart, CallsAFlippedByteDamage) {
  bool any_reader_failed = false;
  bool any_fsck_failed = false;
  for (const fs::path& file : Files("", ".sst")) {
    const std::string whole = ReadText(file);
    FlipByte(file, whole.size() / 3);
    // Kept bytes that nobody asks for, such as statistics of a file, do no harm.
    const int fsck = log_.Run({"fsck"}).exit_code;
    EXPECT_THAT(fsck, AnyOf(kGood, kFoundWrong)) << file;
    any_fsck_failed |= fsck == kFoundWrong;
    EXPECT_THAT(log_.Run({"status"}).exit_code, AnyOf(kGood, kFoundWrong)) << file;
    const VerbRun run = log_.Run({"lookup", "example.com/m1@v1.0.0"});
    EXPECT_THAT(run.exit_code, AnyOf(kGood, kUnreachable)) << file << run.err;
    any_reader_failed |= run.exit_code == kUnreachable;
    std::ofstream(file, std::ios::binary) << whole;
  }
  EXPECT_TRUE(any_reader_failed);
  EXPECT_TRUE(any_fsck_failed);
}

}  // namespace
}  // namespace sumlog::cli
