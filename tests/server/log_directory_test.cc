// Goal: a data directory is opened by one writer, and is refused when its key, its anchor or its
// database is not what it must be.
// Method: real directories with real databases in a folder of the test; then one thing is changed
// at a time, in the ways that operators change them.

#include "server/log_directory.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/new_log.h"
#include "support/temp_folder.h"

namespace sumlog::server {
namespace {

using ::testing::HasSubstr;

constexpr char kName[] = "sum.example.com";

class LogDirectoryTest : public ::testing::Test {
 protected:
  std::string dir() const { return folder_.path() + "/log"; }

  ops::Config Load(std::map<std::string, std::string> flags = {}) const {
    return *ops::LoadConfig(
        {.dir = dir(), .file = "", .environment = {}, .flags = std::move(flags)});
  }

  void Create() {
    const auto made = CreateLog({.dir = dir(), .name = kName});
    ASSERT_TRUE(made.ok()) << made.status();
  }

  // Adds one record, so that the log is ahead of where it was.
  static void AddRecord(OpenedLog& opened, int number) {
    const std::string h1 = "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    log::AddRequest request;
    request.records = {
        {.module = {.path = "example.com/m", .version = absl::StrCat("v1.0.", number)},
         .zip_hash = h1,
         .mod_hash = h1}};
    request.provenance = {.how = "import", .from = "test", .when = absl::UnixEpoch()};
    ASSERT_TRUE(opened.log->sequencer().AddAndWait(std::move(request)).ok());
  }

  // Opens and closes; the status.
  absl::Status TryOpen(const OpenLogOptions& options = {}) const {
    return OpenLog(Load(), options).status();
  }

  testing::TempFolder folder_;
};

void WriteFile(const std::string& path, const std::string& content) {
  std::ofstream(path) << content;
}

void CopyTree(const std::string& from, const std::string& to) {
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

TEST_F(LogDirectoryTest, RefusesAKeyThatOthersCanRead) {
  Create();
  const std::string path = dir() + "/keys/sum.example.com.key";
  for (const mode_t mode : {0640u, 0604u, 0610u, 0644u}) {
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    const absl::Status status = TryOpen();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat("chmod 600 ", path)));
  }
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  EXPECT_THAT(std::string(TryOpen().message()), HasSubstr("mode 644"));
  for (const mode_t mode : {0600u, 0400u}) {
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    EXPECT_TRUE(TryOpen().ok());
  }
}

TEST_F(LogDirectoryTest, RefusesAKeyThatIsNotTheLogs) {
  Create();
  const std::string path = dir() + "/keys/sum.example.com.key";
  WriteFile(path, NewSigner("other.example.com")->ToSecretString() + "\n");
  absl::Status status = TryOpen();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("other.example.com"));

  // The right name, but not the key that signed the database.
  WriteFile(path, NewSigner(kName)->ToSecretString() + "\n");
  EXPECT_EQ(TryOpen().code(), absl::StatusCode::kDataLoss);
}

TEST_F(LogDirectoryTest, NeverShowsKeyMaterialInAMessage) {
  Create();
  const std::string secret = LoadSigner(Load())->ToSecretString();
  WriteFile(dir() + "/keys/sum.example.com.key", secret + "A\n");
  const absl::Status status = TryOpen();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_EQ(status.message().find(secret.substr(secret.size() - 20)), absl::string_view::npos);
}

TEST_F(LogDirectoryTest, SaysThatThereIsNoLog) {
  const absl::Status status = TryOpen();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("sumlog init --dir"));
  EXPECT_EQ(OpenStoreReadOnly(Load()).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(LogDirectoryTest, HasOneWriterAtATime) {
  Create();
  {
    const auto opened = OpenLog(Load(), {});
    ASSERT_TRUE(opened.ok()) << opened.status();
    const absl::Status second = TryOpen();
    EXPECT_EQ(second.code(), absl::StatusCode::kFailedPrecondition) << second;
    EXPECT_THAT(std::string(second.message()), HasSubstr("another process has"));
  }
  EXPECT_TRUE(TryOpen().ok());
}

TEST_F(LogDirectoryTest, CanBeReadBesideItsWriter) {
  Create();
  auto opened = OpenLog(Load(), {});
  ASSERT_TRUE(opened.ok()) << opened.status();
  AddRecord(*opened, 1);
  const auto store = OpenStoreReadOnly(Load());
  ASSERT_TRUE(store.ok()) << store.status();
  EXPECT_EQ((*store)->SignedHead()->size, 1u);
}

TEST_F(LogDirectoryTest, KeepsItsRecordsInBulkToo) {
  Create();
  {
    auto opened = OpenLog(Load(), {.bulk = true});
    ASSERT_TRUE(opened.ok()) << opened.status();
    AddRecord(*opened, 1);
  }
  EXPECT_EQ(OpenLog(Load(), {})->log->reader().Newest()->signed_head.head.size, 1u);
}

TEST_F(LogDirectoryTest, RefusesAMissingAnchorUntilItIsToldOtherwise) {
  Create();
  const std::string anchor = dir() + "/anchor/sum.example.com";
  std::filesystem::remove_all(dir() + "/anchor");
  const absl::Status status = TryOpen();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("--accept-new-anchor"));
  EXPECT_FALSE(std::filesystem::exists(anchor));

  EXPECT_TRUE(TryOpen({.accept_new_anchor = true}).ok());
  EXPECT_TRUE(std::filesystem::exists(anchor));
  EXPECT_TRUE(TryOpen().ok());
}

TEST_F(LogDirectoryTest, RefusesADatabaseBehindItsAnchor) {
  Create();
  {
    auto opened = OpenLog(Load(), {});
    AddRecord(*opened, 1);
  }
  CopyTree(dir() + "/db", folder_.path() + "/backup");
  {
    auto opened = OpenLog(Load(), {});
    AddRecord(*opened, 2);
  }
  std::filesystem::remove_all(dir() + "/db");
  CopyTree(folder_.path() + "/backup", dir() + "/db");

  for (const bool accept : {false, true}) {  // the flag is for a missing anchor only
    const absl::Status status = TryOpen({.accept_new_anchor = accept});
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("have  tree 1 "));
    EXPECT_THAT(std::string(status.message()), HasSubstr("seen  tree 2 "));
  }
}

TEST_F(LogDirectoryTest, OpensADatabaseAheadOfItsAnchor) {
  Create();
  CopyTree(dir() + "/anchor", folder_.path() + "/older");
  {
    auto opened = OpenLog(Load(), {});
    AddRecord(*opened, 1);
  }
  std::filesystem::remove_all(dir() + "/anchor");
  CopyTree(folder_.path() + "/older", dir() + "/anchor");
  EXPECT_TRUE(TryOpen().ok());
}

TEST_F(LogDirectoryTest, KnowsWhetherAnchorAndDatabaseShareADisk) {
  Create();
  EXPECT_TRUE(AnchorSharesDisk(Load()));
  struct stat memory = {}, own = {};
  if (::stat("/dev/shm", &memory) != 0 || ::stat(dir().c_str(), &own) != 0 ||
      memory.st_dev == own.st_dev) {
    GTEST_SKIP() << "no second file system here";
  }
  EXPECT_FALSE(AnchorSharesDisk(Load({{"log.anchor", "/dev/shm/."}})));
}

}  // namespace
}  // namespace sumlog::server
