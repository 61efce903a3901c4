// Goal: verification names each broken thing of a backup, and changes none of its bytes.
// Method: one backup with bulk-made table files and a write-ahead log; each kind of file is damaged
// in turn, then files are missing, added, or something else than files.

#include "backup/verify_backup.h"

#include <sys/stat.h>

#include "backup_home.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sumlog::backup {
namespace {

using ::sumlog::testing::BackupHome;
using ::sumlog::testing::MakeSigner;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

MATCHER_P(Names, thing, "") { return arg.thing == thing; }

class VerifyBackupTest : public ::testing::Test {
 protected:
  VerifyBackupTest() {
    home_.Add(0, 600);
    // Opened again, the database turns its write-ahead log into table files.
    home_.Add(600, 5);
    CHECK(home_.Make("a").ok());
  }

  std::string path() const { return home_.BackupPath("a"); }

  absl::StatusOr<VerifyReport> Verify() const {
    return VerifyBackup({.path = path(), .key = home_.signer.verifier()});
  }

  static void FlipByte(const std::string& file) {
    std::string bytes;
    {
      std::ifstream in(file, std::ios::binary);
      bytes.assign(std::istreambuf_iterator<char>(in), {});
    }
    ASSERT_FALSE(bytes.empty()) << file;
    fs::remove(file);  // it may be a second name of the database's own file
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x10);
    std::ofstream(file, std::ios::binary) << bytes;
  }

  BackupHome home_;
};

TEST_F(VerifyBackupTest, FindsAGoodOneGoodAndChangesNothing) {
  const auto before = testing::BytesBelow(path());
  const auto report = Verify();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->good());
  EXPECT_EQ(report->log->records_checked, 605u);
  EXPECT_EQ(testing::BytesBelow(path()), before);
}

TEST_F(VerifyBackupTest, NamesAFlippedByteInEachFile) {
  bool had_table = false;
  for (const auto& [file, bytes] : testing::BytesBelow(path() + "/db")) {
    if (bytes.empty()) continue;
    had_table |= file.ends_with(".sst");
    const std::string kept = home_.Path("kept");
    fs::rename(file, kept);
    fs::copy_file(kept, file);
    FlipByte(file);
    const auto report = Verify();
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_THAT(report->problems, ElementsAre(Names("db/" + fs::path(file).filename().string())));
    EXPECT_FALSE(report->log.has_value());
    fs::rename(kept, file);
  }
  EXPECT_TRUE(had_table);
  EXPECT_TRUE(Verify()->good());
}

TEST_F(VerifyBackupTest, NamesADamagedAMissingAndAMalformedManifest) {
  const std::string manifest = path() + "/manifest";
  const std::string good = testing::BytesBelow(path())[manifest];
  FlipByte(manifest);
  EXPECT_THAT(Verify()->problems, ElementsAre(Names("manifest")));
  EXPECT_FALSE(Verify()->manifest.has_value());
  fs::remove(manifest);
  EXPECT_THAT(Verify()->problems, ElementsAre(Names("manifest")));
  std::ofstream(manifest) << "no manifest";
  EXPECT_THAT(Verify()->problems, ElementsAre(Names("manifest")));
  std::ofstream(manifest) << std::string(2'000'000, 'x');
  EXPECT_THAT(Verify()->problems, ElementsAre(Names("manifest")));
  std::ofstream(manifest) << good;
  EXPECT_TRUE(Verify()->good());
}

TEST_F(VerifyBackupTest, NamesMissingExtraAndShortenedFiles) {
  fs::remove(path() + "/db/CURRENT");
  std::ofstream(path() + "/db/999999.sst") << "x";
  std::ofstream(path() + "/extra") << "x";
  std::string table;
  for (const auto& entry : fs::directory_iterator(path() + "/db")) {
    if (entry.path().filename().string().starts_with("MANIFEST")) table = entry.path();
  }
  fs::resize_file(table, fs::file_size(table) - 1);
  const auto report = Verify();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(report->problems, ElementsAre(Names("extra"), Names("db/CURRENT"),
                                            Names("db/" + fs::path(table).filename().string()),
                                            Names("db/999999.sst")));
}

TEST_F(VerifyBackupTest, FollowsNoLinkAndWaitsForNoPipe) {
  const std::string current = path() + "/db/CURRENT";
  fs::rename(current, home_.Path("CURRENT"));
  fs::create_symlink(home_.Path("CURRENT"), current);
  EXPECT_THAT(Verify()->problems, ElementsAre(Names("db/CURRENT")));
  fs::remove(current);
  ASSERT_EQ(::mkfifo(current.c_str(), 0600), 0);
  EXPECT_THAT(Verify()->problems, ElementsAre(Names("db/CURRENT")));
  fs::remove(current);
  fs::rename(home_.Path("CURRENT"), current);

  fs::rename(path() + "/db", home_.Path("moved"));
  fs::create_directory_symlink(home_.Path("moved"), path() + "/db");
  EXPECT_THAT(Verify()->problems, ElementsAre(Names("db")));
  fs::remove(path() + "/db");
  fs::rename(home_.Path("moved"), path() + "/db");
  fs::rename(path() + "/manifest", home_.Path("manifest"));
  fs::create_symlink(home_.Path("manifest"), path() + "/manifest");
  EXPECT_THAT(Verify()->problems, ElementsAre(Names("manifest")));
}

TEST_F(VerifyBackupTest, TakesALinkToAWholeBackup) {
  fs::create_directory_symlink(path(), home_.Path("latest"));
  const auto report = VerifyBackup({.path = home_.Path("latest"), .key = home_.signer.verifier()});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->good());
}

TEST_F(VerifyBackupTest, FindsAnotherKeysBackupNotOurs) {
  const auto other =
      VerifyBackup({.path = path(), .key = MakeSigner("sum.example.com", 9).verifier()});
  EXPECT_TRUE(absl::IsUnauthenticated(other.status())) << other.status();
  EXPECT_TRUE(absl::IsNotFound(
      VerifyBackup({.path = home_.Path("none"), .key = home_.signer.verifier()}).status()));
}

// Whoever has the key signs a manifest over files that hold no good log.
TEST_F(VerifyBackupTest, ChecksTheLogUnderASignedManifest) {
  auto report = Verify();
  Manifest manifest = *report->manifest;
  const tlog::SignedTreeHead lie = *tlog::SignTreeHead(
      {.size = 604, .root = manifest.head.head.root}, absl::MakeConstSpan(&home_.signer, 1));
  manifest.head = lie;
  std::ofstream(path() + "/manifest") << *SignManifest(manifest, home_.signer);
  report = Verify();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(report->problems.empty());
  EXPECT_FALSE(report->good());
  ASSERT_EQ(report->log->problem_count, 1u);
  EXPECT_EQ(report->log->problems[0].thing, "head");
}

TEST_F(VerifyBackupTest, StopsWhenItIsTold) {
  const auto stopped =
      VerifyBackup({.path = path(), .key = home_.signer.verifier(), .watch = [](const Step&) {
                      return absl::CancelledError("enough");
                    }});
  EXPECT_TRUE(absl::IsCancelled(stopped.status())) << stopped.status();
}

}  // namespace
}  // namespace sumlog::backup
