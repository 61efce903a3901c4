// A log in a folder of its own, made for one test, and go.sum text to fill it with.

#ifndef SUMLOG_TESTS_CLI_LOG_FOLDER_H_
#define SUMLOG_TESTS_CLI_LOG_FOLDER_H_

#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/base64.h"
#include "base/check.h"
#include "cli/verb_run.h"
#include "crypto/sha256.h"
#include "ops/config.h"
#include "server/log_directory.h"
#include "server/new_log.h"
#include "server/server.h"
#include "support/temp_folder.h"

namespace sumlog::cli {

// Some valid "h1:" hash, always the same one for the same text.
inline std::string MadeUpHash(const std::string& text) {
  const crypto::Digest digest = crypto::Sha256(text);
  return "h1:" + Base64Encode(std::string(digest.begin(), digest.end()));
}

// The lines of module version number `i`, "example.com/m<i>@v1.0.0", in a go.sum file.
inline std::string ZipLine(int i, const std::string& salt = "") {
  return absl::StrCat("example.com/m", i, " v1.0.0 ", MadeUpHash(absl::StrCat("zip", i, salt)),
                      "\n");
}
inline std::string ModLine(int i, const std::string& salt = "") {
  return absl::StrCat("example.com/m", i, " v1.0.0/go.mod ",
                      MadeUpHash(absl::StrCat("mod", i, salt)), "\n");
}
inline std::string GoSum(int first, int end) {
  std::string text;
  for (int i = first; i < end; ++i) absl::StrAppend(&text, ZipLine(i), ModLine(i));
  return text;
}

class LogFolder {
 public:
  LogFolder() {
    const auto made = server::CreateLog({.dir = dir(), .name = "sum.example.com"});
    CHECK(made.ok());
    key_ = made->key.ToString();
  }

  std::string dir() const { return folder_.path() + "/log"; }
  const std::string& key() const { return key_; }
  ops::Config config() const {
    return *ops::LoadConfig(
        {.dir = dir(), .file = "", .environment = {}, .flags = {{"listen.http", "127.0.0.1:0"}}});
  }

  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }

  // Returns the path.
  std::string Write(const std::string& name, const std::string& content) const {
    std::ofstream(Path(name), std::ios::binary) << content;
    return Path(name);
  }

  // Runs a verb on this log.
  VerbRun Run(std::vector<std::string> arguments, VerbSurroundings surroundings = {}) const {
    arguments.insert(arguments.end(), {"--dir", dir()});
    return RunVerb(arguments, std::move(surroundings));
  }

  // Imports records [first, end); each import makes one more signed head.
  void Fill(int first, int end) const {
    const VerbRun run = Run({"import", Write("fill.sum", GoSum(first, end))});
    CHECK(run.exit_code == kGood);
  }

  // Makes the database go back: it holds records [0, had) and its anchor the head of `seen` ones.
  void FallBehind(int had, int seen) const {
    Fill(0, had);
    const std::string database = server::DatabasePath(config());
    std::filesystem::copy(database, Path("old"), std::filesystem::copy_options::recursive);
    Fill(had, seen);
    std::filesystem::remove_all(database);
    std::filesystem::rename(Path("old"), database);
  }

  // Gives the log records [0, count), and the anchor of a log with the same key and
  // `anchored_count` other records.
  void ContradictAnchor(int count, int anchored_count) const {
    const std::string twin = Path("twin");
    std::filesystem::copy(dir(), twin, std::filesystem::copy_options::recursive);
    const std::string other = Write("twin.sum", GoSum(1000, 1000 + anchored_count));
    CHECK(RunVerb({"import", "--dir", twin, other}).exit_code == kGood);
    Fill(0, count);
    std::filesystem::copy_file(twin + "/anchor/sum.example.com", config().log_anchor,
                               std::filesystem::copy_options::overwrite_existing);
  }

  std::unique_ptr<server::Server> Serve() const {
    auto server = server::Server::Start(config(), {});
    CHECK(server.ok());
    return *std::move(server);
  }

 private:
  testing::TempFolder folder_;
  std::string key_;
};

inline std::string ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// A text that the repository holds as tests/golden/<name>.
inline std::string Golden(const std::string& name) {
  return ReadText(absl::StrCat(SUMLOG_TESTDATA, "/../golden/", name));
}

}  // namespace sumlog::cli

#endif  // SUMLOG_TESTS_CLI_LOG_FOLDER_H_
