// Goal: a mirror opens in a directory without origin log, makes what is missing, and is refused
// when what is there is not what its key has signed.
// Method: real databases in a folder of the test, filled by a made-up upstream that signs with a
// key of its own; then one thing is changed at a time.

#include "server/mirror_directory.h"

#include <filesystem>
#include <set>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/log_directory.h"
#include "support/signed_log.h"
#include "support/small_sumdb.h"
#include "support/temp_folder.h"

namespace sumlog::server {
namespace {

using ::testing::HasSubstr;

class MirrorDirectoryTest : public ::testing::Test {
 protected:
  ops::Config Config() const {
    return *ops::LoadConfig({.dir = folder_.path(), .file = "", .environment = {}, .flags = {}});
  }

  static ops::MirrorConfig Mirror(const tlog::Signer& signer) {
    return {.where = "",
            .key = signer.verifier(),
            .upstream = {"https://sum.example.com"},
            .mode = ops::MirrorMode::kFull,
            .interval = absl::Minutes(1)};
  }
  static ops::MirrorConfig Mirror() { return Mirror(testing::TestSigner(testing::kSignedLogName)); }

  std::string database() const { return folder_.path() + "/db/sum.example.com"; }

  // A mirror with 300 records.
  void Fill() {
    auto opened = OpenMirror(Config(), Mirror(), lock_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    testing::SignedLog(*opened->store).AppendMadeUp(300);
  }

  testing::TempFolder folder_;
  FileLock lock_ = *LockDirectory(folder_.path());
};

TEST(MirrorFileName, KeepsHostNamesAndEscapesTheRest) {
  EXPECT_EQ(*MirrorFileName("sum.golang.org"), "sum.golang.org");
  EXPECT_EQ(*MirrorFileName("go.sum database/tree"), "go.sum%20database%2Ftree");
  EXPECT_EQ(*MirrorFileName(".."), "%2E.");
  EXPECT_EQ(*MirrorFileName("A%61"), "%41%2561");
  EXPECT_EQ(*MirrorFileName("a.lock"), "a%2Elock");
  EXPECT_EQ(*MirrorFileName("a.lock.b"), "a.lock.b");
}

TEST(MirrorFileName, RefusesWhatNoFileMayBeNamed) {
  EXPECT_FALSE(MirrorFileName("").ok());
  EXPECT_TRUE(MirrorFileName(std::string(200, 'a')).ok());
  EXPECT_FALSE(MirrorFileName(std::string(201, 'a')).ok());
}

TEST_F(MirrorDirectoryTest, MakesWhatIsMissingAndOpensItAgain) {
  Fill();
  const auto again = OpenMirror(Config(), Mirror(), lock_);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->store->SignedHead()->size, 300u);
  EXPECT_TRUE(std::filesystem::is_directory(database()));
  ASSERT_TRUE(again->memory->Replace(std::nullopt, "a note").ok());
  EXPECT_TRUE(std::filesystem::is_regular_file(folder_.path() + "/heads/sum.example.com"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() + "/anchor"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() + "/keys"));
}

TEST_F(MirrorDirectoryTest, OpensAMirrorThatHasNoHeadYet) {
  ASSERT_TRUE(OpenMirror(Config(), Mirror(), lock_).ok());
  EXPECT_TRUE(OpenMirror(Config(), Mirror(), lock_).ok());
  EXPECT_TRUE(OpenMirrorReadOnly(Config(), Mirror()).ok());
}

TEST_F(MirrorDirectoryTest, ReadsBesideAWriter) {
  Fill();
  const auto writer = OpenMirror(Config(), Mirror(), lock_);
  ASSERT_TRUE(writer.ok()) << writer.status();
  const auto reader = OpenMirrorReadOnly(Config(), Mirror());
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ((*reader)->SignedHead()->size, 300u);
}

TEST_F(MirrorDirectoryTest, SaysThatNothingWasMirroredYet) {
  const absl::Status status = OpenMirrorReadOnly(Config(), Mirror()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("fix: sumlog mirror run --dir "));
}

TEST_F(MirrorDirectoryTest, RefusesAnotherKeyOfTheSameName) {
  Fill();
  tlog::Ed25519Seed seed = {};
  seed[5] = 5;
  const auto other = Mirror(*tlog::Signer::FromSeed(testing::kSignedLogName, seed));
  EXPECT_EQ(OpenMirror(Config(), other, lock_).status().code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(OpenMirrorReadOnly(Config(), other).status().code(),
            absl::StatusCode::kUnauthenticated);
}

TEST_F(MirrorDirectoryTest, RefusesADatabaseThatWasThere) {
  {
    const auto opened = OpenMirror(Config(), Mirror(), lock_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    ASSERT_TRUE(opened->memory->Replace(std::nullopt, "a note").ok());
  }
  std::filesystem::remove_all(database());
  const absl::Status status = OpenMirror(Config(), Mirror(), lock_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("fix: mount it"));
  EXPECT_FALSE(std::filesystem::exists(database()));
}

TEST_F(MirrorDirectoryTest, RefusesADatabaseThatCannotBeRead) {
  Fill();
  for (const auto& entry : std::filesystem::directory_iterator(database())) {
    if (entry.path().filename().string().rfind("MANIFEST", 0) == 0) {
      std::filesystem::resize_file(entry.path(), 10);
    }
  }
  EXPECT_EQ(OpenMirror(Config(), Mirror(), lock_).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace sumlog::server
