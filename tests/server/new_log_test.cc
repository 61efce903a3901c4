// Goal: a log is made whole, where flags and environment say, or nothing is made; what a crash left
// behind is finished, and what anybody may have been served from is refused.
// Method: real directories in a folder of the test. For each step of the making, a directory is
// brought into the state that a crash after that step leaves, and the log made again.

#include "server/new_log.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "log/anchor.h"
#include "server/log_directory.h"
#include "storage/rocksdb/rocksdb_store.h"
#include "support/temp_folder.h"

namespace sumlog::server {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr char kName[] = "sum.example.com";

class NewLogTest : public ::testing::Test {
 protected:
  std::string dir() const { return folder_.path() + "/log"; }
  std::string Path(const std::string& name) const { return absl::StrCat(dir(), "/", name); }

  // Of a log with all defaults.
  std::string KeyPath() const { return Path("keys/sum.example.com.key"); }
  std::string AnchorPath() const { return Path("anchor/sum.example.com"); }
  std::string DatabaseFolder() const { return Path("db/sum.example.com"); }

  ops::Config Load(std::map<std::string, std::string> environment = {}) const {
    return *ops::LoadConfig(
        {.dir = dir(), .file = "", .environment = std::move(environment), .flags = {}});
  }

  absl::StatusOr<MadeLog> Create() const { return CreateLog({.dir = dir(), .name = kName}); }

  absl::Status TryOpen() const { return OpenLog(Load(), {}).status(); }

  // A refusal that changed nothing.
  void ExpectRefused(const NewLog& log, absl::StatusCode code, const std::string& text) {
    const absl::Status status = CreateLog(log).status();
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(text));
  }

  testing::TempFolder folder_;
};

mode_t ModeOf(const std::string& path) {
  struct stat info = {};
  EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 0777;
}

std::string ReadText(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

void CopyTree(const std::string& from, const std::string& to) {
  fs::create_directories(fs::path(to).parent_path());
  fs::copy(from, to, fs::copy_options::recursive);
}

TEST_F(NewLogTest, MakesALogThatOpens) {
  const auto made =
      CreateLog({.dir = dir(), .name = kName, .settings = {{"log.contact", "team@example.com"}}});
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->key.name(), kName);
  EXPECT_FALSE(made->was_finished);
  const ops::Config config = Load();
  EXPECT_EQ(config.log_name, kName);
  EXPECT_EQ(config.log_contact, "team@example.com");
  EXPECT_EQ(config.file, made->config.file);
  EXPECT_EQ(LoadSigner(config)->verifier().ToString(), made->key.ToString());
  EXPECT_FALSE(IsUnfinished(dir()));

  const auto opened = OpenLog(config, {});
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->log->reader().Newest()->signed_head.head.size, 0u);
}

TEST_F(NewLogTest, KeepsThePrivateKeyPrivate) {
  ASSERT_TRUE(Create().ok());
  EXPECT_EQ(ModeOf(KeyPath()), 0600u);
  EXPECT_EQ(ModeOf(Path("keys")), 0700u);
}

TEST_F(NewLogTest, MakesAnotherKeyForEachLog) {
  const auto one = CreateLog({.dir = dir() + "1", .name = kName});
  const auto two = CreateLog({.dir = dir() + "2", .name = kName});
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_NE(one->key.ToString(), two->key.ToString());
}

TEST_F(NewLogTest, RefusesToOverwriteALog) {
  ASSERT_TRUE(Create().ok());
  const std::string key = LoadSigner(Load())->ToSecretString();
  ExpectRefused({.dir = dir(), .name = kName}, absl::StatusCode::kAlreadyExists, "sumlog.toml");
  EXPECT_EQ(LoadSigner(Load())->ToSecretString(), key);
  EXPECT_TRUE(TryOpen().ok());
}

TEST_F(NewLogTest, RefusesADirectoryThatHoldsAnyPartOfALog) {
  ASSERT_TRUE(Create().ok());
  for (const char* part : {"/sumlog.toml", "/keys/sum.example.com.key", "/db/sum.example.com",
                           "/anchor/sum.example.com"}) {
    SCOPED_TRACE(part);
    const std::string other = folder_.path() + "/other";
    CopyTree(dir() + part, other + part);
    ExpectRefused({.dir = other, .name = kName}, absl::StatusCode::kAlreadyExists, part);
    fs::remove_all(other);
  }
}

TEST_F(NewLogTest, RefusesNamesThatAreNoHostNames) {
  const std::string wrong[] = {"",
                               "Sum.example.com",
                               "a b",
                               "a/b",
                               "../x",
                               ".",
                               "a..b",
                               "a.",
                               "-a",
                               "a-",
                               "a:8080",
                               "a+b",
                               "ü.example",
                               "a\n",
                               std::string(254, 'a'),
                               std::string(64, 'a')};
  for (const std::string& name : wrong) {
    ExpectRefused({.dir = dir(), .name = name}, absl::StatusCode::kInvalidArgument, "named");
    EXPECT_FALSE(fs::exists(dir())) << name;
  }
  for (const std::string& name :
       {std::string("localhost"), std::string("a-1.b2"), std::string(63, 'a')}) {
    EXPECT_TRUE(CheckLogName(name).ok()) << name;
  }
}

TEST_F(NewLogTest, RefusesSettingsThatAreNoKeysBeforeItMakesAnything) {
  ExpectRefused({.dir = dir(), .name = kName, .settings = {{"log.colour", "red"}}},
                absl::StatusCode::kInvalidArgument, "log.colour");
  ExpectRefused({.dir = dir(), .name = kName, .environment = {{"SUMLOG_FOO", "1"}}},
                absl::StatusCode::kInvalidArgument, "SUMLOG_FOO");
  ExpectRefused({.dir = dir(), .name = kName, .environment = {{"SUMLOG_LISTEN_HTTP", "8080"}}},
                absl::StatusCode::kInvalidArgument, "SUMLOG_LISTEN_HTTP");
  ExpectRefused({.dir = dir(), .name = kName, .environment = {{"SUMLOG_LOG_NAME", "other"}}},
                absl::StatusCode::kInvalidArgument, "SUMLOG_LOG_NAME names other");
  EXPECT_FALSE(fs::exists(dir()));
}

TEST_F(NewLogTest, PutsKeyAndAnchorWhereItIsTold) {
  const std::string elsewhere = folder_.path() + "/elsewhere";
  const std::map<std::string, std::string> paths = {{"log.anchor", elsewhere + "/anchor"},
                                                    {"log.key_file", elsewhere + "/key"}};
  const std::map<std::string, std::string> variables = {
      {"SUMLOG_LOG_ANCHOR", elsewhere + "/anchor"}, {"SUMLOG_LOG_KEY_FILE", elsewhere + "/key"}};
  for (const NewLog& log : {NewLog{.dir = dir(), .name = kName, .settings = paths},
                            NewLog{.dir = dir(), .name = kName, .environment = variables}}) {
    fs::create_directory(elsewhere);  // it is outside the data directory, so it must be there
    const auto made = CreateLog(log);
    ASSERT_TRUE(made.ok()) << made.status();
    EXPECT_EQ(made->config.log_anchor, elsewhere + "/anchor");
    EXPECT_EQ(made->config.log_key_file, elsewhere + "/key");
    EXPECT_TRUE(fs::exists(elsewhere + "/anchor"));
    EXPECT_TRUE(fs::exists(elsewhere + "/key"));
    EXPECT_FALSE(fs::exists(Path("anchor")));
    EXPECT_FALSE(fs::exists(Path("keys")));
    // The file says it too, for who comes without that environment.
    EXPECT_TRUE(TryOpen().ok()) << TryOpen();
    EXPECT_TRUE(OpenLog(Load(log.environment), {}).ok());
    fs::remove_all(dir());
    fs::remove_all(elsewhere);
  }
}

TEST_F(NewLogTest, TakesRelativePathsOfFlagsFromTheWorkingDirectory) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_.path());
  const auto made =
      CreateLog({.dir = "log", .name = kName, .settings = {{"log.anchor", "./my.anchor"}}});
  fs::current_path(before);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_TRUE(fs::exists(folder_.path() + "/my.anchor"));
  EXPECT_TRUE(TryOpen().ok()) << TryOpen();
}

TEST_F(NewLogTest, WritesTheConfigurationWhereItIsTold) {
  const std::string file = folder_.path() + "/etc/sumlog.toml";
  const auto made = CreateLog({.dir = dir(), .name = kName, .config_file = file});
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_FALSE(fs::exists(Path("sumlog.toml")));
  const auto config = ops::LoadConfig({.dir = dir(), .file = file, .environment = {}, .flags = {}});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_TRUE(OpenLog(*config, {}).ok());
  ExpectRefused({.dir = folder_.path() + "/second", .name = kName, .config_file = file},
                absl::StatusCode::kAlreadyExists, file);
}

// Each step of the making, in order; a crash may come after any of them.
class InterruptedTest : public NewLogTest {
 protected:
  InterruptedTest() {
    // The marker is gone once a log is whole: it is caught while the making cannot go on, because
    // there is a file where the key's folder should be.
    fs::create_directories(dir());
    std::ofstream(Path("keys")) << "in the way\n";
    EXPECT_FALSE(Create().ok());
    marker_ = ReadText(Path("unfinished"));
    fs::remove(Path("keys"));
    EXPECT_THAT(marker_, HasSubstr(kName));
    whole_ = folder_.path() + "/whole";
  }

  std::vector<std::function<void()>> Steps() {
    return {
        [this] { std::ofstream(Path("lock")) << ""; },
        [this] { std::ofstream(Path("unfinished")) << marker_; },
        [this] { fs::create_directory(Path("keys")); },
        [this] { std::ofstream(KeyPath() + ".new") << "PRIVATE+KEY+torn"; },
        [this] { PutKey(); },
        [this] { fs::create_directories(DatabaseFolder()); },
        [this] { ASSERT_TRUE(NewStore().ok()); },
        [this] { PutFirstHead(); },
        [this] { fs::create_directory(Path("anchor")); },
        [this] { std::ofstream(AnchorPath() + ".new") << "torn"; },
        [this] { ASSERT_TRUE(log::Anchor::Create(AnchorPath(), note_).ok()); },
        [this] { std::ofstream(Path("sumlog.toml.new")) << "[lo"; },
        [this] { std::ofstream(Path("sumlog.toml")) << "[log]\nname = \"sum.example.com\"\n"; },
    };
  }

  void PutKey() {
    signer_ = *NewSigner(kName);
    std::ofstream(KeyPath()) << signer_->ToSecretString() << "\n";
    ASSERT_EQ(::chmod(KeyPath().c_str(), 0600), 0);
  }

  absl::StatusOr<std::unique_ptr<storage::LogStore>> NewStore() const {
    return storage::OpenRocksDbStore({.path = DatabaseFolder(), .create = true});
  }

  void PutFirstHead() {
    const auto store = storage::OpenRocksDbStore({.path = DatabaseFolder()});
    ASSERT_TRUE(store.ok()) << store.status();
    note_ = *log::OriginLog::CreateFirstHead(**store, {*signer_}, SystemClock());
  }

  std::string marker_, whole_, note_;
  std::optional<tlog::Signer> signer_;
};

TEST_F(InterruptedTest, IsFinishedAfterEveryStep) {
  const std::vector<std::function<void()>> steps = Steps();
  for (std::size_t count = 0; count <= steps.size(); ++count) {
    SCOPED_TRACE(absl::StrCat("after ", count, " steps"));
    fs::remove_all(dir());
    fs::create_directories(dir());
    signer_.reset();
    for (std::size_t i = 0; i < count; ++i) steps[i]();

    const auto made = Create();
    ASSERT_TRUE(made.ok()) << made.status();
    EXPECT_EQ(made->was_finished, count >= 2);
    if (signer_.has_value()) {
      EXPECT_EQ(made->key.ToString(), signer_->verifier().ToString());
    }
    EXPECT_FALSE(IsUnfinished(dir()));
    EXPECT_EQ(LoadSigner(Load())->verifier().ToString(), made->key.ToString());
    EXPECT_EQ(ModeOf(KeyPath()), 0600u);
    EXPECT_TRUE(TryOpen().ok()) << TryOpen();
    EXPECT_EQ(Create().status().code(), absl::StatusCode::kAlreadyExists);
  }
}

TEST_F(InterruptedTest, IsFinishedInTheSameWayOnly) {
  for (const auto& step : Steps()) step();
  fs::remove(Path("sumlog.toml"));
  ExpectRefused({.dir = dir(), .name = "other.example.com"}, absl::StatusCode::kAlreadyExists,
                absl::StrCat("rm -rf ", KeyPath(), " ", AnchorPath(), " ", DatabaseFolder()));
  ExpectRefused({.dir = dir(), .name = kName, .settings = {{"log.anchor", "/other"}}},
                absl::StatusCode::kAlreadyExists, "the anchor " + AnchorPath());
  EXPECT_TRUE(Create().ok());
}

TEST_F(InterruptedTest, IsNotFinishedWithPartsOfAnotherLog) {
  for (const auto& step : Steps()) step();
  fs::remove(Path("sumlog.toml"));
  PutKey();  // another one
  ExpectRefused({.dir = dir(), .name = kName}, absl::StatusCode::kAlreadyExists,
                "not signed by its key");
}

TEST_F(InterruptedTest, IsNotFinishedOnceItHasRecords) {
  for (const auto& step : Steps()) step();
  {
    auto opened = OpenLog(Load(), {});
    ASSERT_TRUE(opened.ok()) << opened.status();
    const std::string h1 = "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    log::AddRequest request;
    request.records = {
        {.module = {.path = "example.com/m", .version = "v1.0.0"}, .zip_hash = h1, .mod_hash = h1}};
    request.provenance = {.how = "import", .from = "test", .when = absl::UnixEpoch()};
    ASSERT_TRUE(opened->log->sequencer().AddAndWait(std::move(request)).ok());
  }
  ExpectRefused({.dir = dir(), .name = kName}, absl::StatusCode::kAlreadyExists, "1 records");
  // Nor is anybody told to remove it.
  const absl::Status other = CreateLog({.dir = dir(), .name = "other.example.com"}).status();
  EXPECT_EQ(other.code(), absl::StatusCode::kAlreadyExists) << other;
  EXPECT_THAT(std::string(other.message()), ::testing::Not(HasSubstr("rm -rf")));
  EXPECT_TRUE(TryOpen().ok()) << TryOpen();
}

// A lost sumlog.toml must not make room for a second log.
TEST_F(NewLogTest, RefusesBesideALogOfAnotherName) {
  ASSERT_TRUE(Create().ok());
  fs::remove(Path("sumlog.toml"));
  const NewLog other{.dir = dir(), .name = "other.example.com"};
  ExpectRefused(other, absl::StatusCode::kAlreadyExists, "the log sum.example.com in");
  fs::remove_all(Path("db"));
  ExpectRefused(other, absl::StatusCode::kAlreadyExists, "the log sum.example.com in");
  fs::remove_all(Path("keys"));
  EXPECT_TRUE(CreateLog(other).ok());
}

TEST_F(NewLogTest, MakesNothingWhenTheFolderOfItsAnchorIsMissing) {
  const NewLog log{
      .dir = dir(), .name = kName, .settings = {{"log.anchor", folder_.path() + "/disk/anchor"}}};
  ExpectRefused(log, absl::StatusCode::kFailedPrecondition, "is not there");
  EXPECT_FALSE(fs::exists(dir()));
  fs::create_directory(folder_.path() + "/disk");
  EXPECT_TRUE(CreateLog(log).ok());
}

}  // namespace
}  // namespace sumlog::server
