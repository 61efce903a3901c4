// Goal: client-config prints lines that can be pasted as they are, for each place and both routes,
// and refuses what could not be pasted safely.
// Method: the program in this process, with a key of the test and with a log of the test.

#include <filesystem>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "cli/verb_run.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sumlog/tlog/note.h"
#include "support/temp_folder.h"

namespace sumlog::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Key(absl::string_view name = "sum.example.com") {
  return tlog::Signer::FromSeed(name, {})->verifier().ToString();
}

VerbRun Print(std::vector<std::string> more, const std::string& key = Key(),
              const std::string& server = "https://sum.example.com") {
  std::vector<std::string> arguments = {"client-config", "--key", key, "--server", server};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return RunVerb(arguments);
}

TEST(ClientConfig, PrintsLinesForEachPlace) {
  const std::string sum_db = absl::StrCat("\"", Key(), " https://sum.example.com\"");
  const std::pair<std::string, std::string> places[] = {
      {"shell", absl::StrCat("export GOSUMDB=", sum_db, "\nexport GONOSUMDB=\"none\"\n")},
      {"goenv", absl::StrCat("go env -w GOSUMDB=", sum_db, "\ngo env -w GONOSUMDB=\"none\"\n")},
      {"docker", absl::StrCat("ENV GOSUMDB=", sum_db, "\nENV GONOSUMDB=\"none\"\n")},
      {"github", absl::StrCat("env:\n  GOSUMDB: ", sum_db, "\n  GONOSUMDB: \"none\"\n")},
      {"gitlab", absl::StrCat("variables:\n  GOSUMDB: ", sum_db, "\n  GONOSUMDB: \"none\"\n")},
  };
  for (const auto& [place, lines] : places) {
    const VerbRun run = Print({"--for", place});
    EXPECT_EQ(run.exit_code, kGood) << run.err;
    EXPECT_EQ(run.out, lines);
  }
  EXPECT_EQ(Print({}).out, Print({"--for", "shell"}).out);
}

TEST(ClientConfig, ExplainsTheTrapOnStderr) {
  EXPECT_THAT(Print({}).err, HasSubstr("GOPRIVATE is also the default of GONOSUMDB"));
  EXPECT_THAT(Print({}).err, HasSubstr("golang.org/toolchain"));
  EXPECT_EQ(Print({"--quiet"}).err, "");
}

TEST(ClientConfig, LeavesTheUrlToGoproxyOnThatRoute) {
  const std::string sum_db = absl::StrCat("\"", Key(), "\"\n");
  const VerbRun shell = Print({"--route", "proxy"});
  EXPECT_EQ(shell.exit_code, kGood) << shell.err;
  EXPECT_EQ(shell.out,
            absl::StrCat("export GOSUMDB=", sum_db, "export GONOSUMDB=\"none\"\n",
                         "export GOPROXY=\"https://sum.example.com,$(go env GOPROXY)\"\n"));
  EXPECT_THAT(shell.err, HasSubstr("/supported"));
  EXPECT_EQ(
      Print({"--route", "proxy", "--for", "docker"}).out,
      absl::StrCat("ENV GOSUMDB=", sum_db, "ENV GONOSUMDB=\"none\"\n",
                   "ENV GOPROXY=\"https://sum.example.com,https://proxy.golang.org,direct\"\n"));

  const VerbRun own_proxy = RunVerb({"client-config", "--key", Key(), "--route", "proxy"});
  EXPECT_EQ(own_proxy.exit_code, kGood) << own_proxy.err;
  EXPECT_EQ(own_proxy.out, absl::StrCat("export GOSUMDB=", sum_db, "export GONOSUMDB=\"none\"\n"));
}

TEST(ClientConfig, PrintsJson) {
  const auto json = nlohmann::json::parse(Print({"--json"}).out);
  EXPECT_EQ(json["GOSUMDB"], absl::StrCat(Key(), " https://sum.example.com"));
  EXPECT_EQ(json["GONOSUMDB"], "none");
}

TEST(ClientConfig, CutsTheSlashAtTheEndOfTheUrl) {
  EXPECT_EQ(Print({}, Key(), "https://sum.example.com/").out, Print({}).out);
}

TEST(ClientConfig, KnowsTheLogOfADirectory) {
  const testing::TempFolder folder;
  const std::string dir = folder.path() + "/log";
  const VerbRun made = RunVerb({"init", "--dir", dir, "--name", "localhost"});
  const std::string key(absl::StripSuffix(made.out, "\n"));
  EXPECT_EQ(RunVerb({"client-config", "--dir", dir}).out,
            absl::StrCat("export GOSUMDB=\"", key,
                         " http://127.0.0.1:8080\"\nexport GONOSUMDB=\"none\"\n"));
  const VerbRun guessed = RunVerb({"client-config", "--dir", dir, "--quiet"});
  EXPECT_THAT(guessed.err, HasSubstr("warning: http://127.0.0.1:8080 is only where"));
  EXPECT_THAT(guessed.err, HasSubstr("this machine alone"));
  EXPECT_THAT(guessed.err, HasSubstr("--server URL"));
  EXPECT_THAT(guessed.err, HasSubstr("init --url"));
  EXPECT_EQ(RunVerb({"client-config", "--dir", dir, "--quiet", "--server", "http://a"}).err, "");
  const auto with = [&](const std::string& name, const std::string& value) {
    return RunVerb({"client-config", "--dir", dir},
                   {.environment = {{name, value}}, .err_is_terminal = false, .in = ""});
  };
  EXPECT_THAT(with("SUMLOG_LISTEN_URL", "https://s.example.com").out,
              HasSubstr(" https://s.example.com\""));
  EXPECT_THAT(with("SUMLOG_LISTEN_URL", "https://s.example.com").err,
              ::testing::Not(HasSubstr("warning")));
  for (const char* nowhere : {":8080", "[::]:8080", "127.0.0.1:0"}) {
    const VerbRun run = with("SUMLOG_LISTEN_HTTP", nowhere);
    EXPECT_EQ(run.exit_code, kWrongUse) << nowhere;
    EXPECT_THAT(run.err, HasSubstr("--server"));
  }
}

TEST(ClientConfig, RefusesWhatAShellWouldInterpret) {
  for (const char* server :
       {"sum.example.com", "ftp://sum.example.com", "https://$(id)", "https://a\"b", "https://a b",
        "https://a`b", "https://a\nb", "https://a,b", "https://a|b", ""}) {
    const VerbRun run = Print({}, Key(), server);
    EXPECT_EQ(run.exit_code, kWrongUse) << server;
    EXPECT_EQ(run.out, "");
  }
  for (const char* name : {"$(id)", "a\"b", "a`b", "a\\b"}) {
    const VerbRun run = Print({}, Key(name));
    EXPECT_EQ(run.exit_code, kWrongUse) << name;
    EXPECT_EQ(run.out, "");
  }
}

TEST(ClientConfig, RefusesWhatIsNoUrlAndSaysWhatItWants) {
  for (const char* server :
       {"https://", "http://:80", "http://:80/", "x y", "https:///host", "https://host:99999",
        "https://host:0", "https://host:port", "https://host#x", "https://host?x", "http://[::1",
        "http://user:secret@host", "https://user:se/cret@host"}) {
    const VerbRun run = Print({}, Key(), server);
    EXPECT_EQ(run.exit_code, kWrongUse) << server;
    EXPECT_EQ(run.out, "") << server;
    EXPECT_THAT(run.err, HasSubstr("is no URL for clients: ")) << server;
    EXPECT_THAT(run.err, HasSubstr("fix   give one such as https://")) << server;
    EXPECT_THAT(run.err, Not(HasSubstr("secret"))) << server;
  }
  EXPECT_THAT(Print({}, Key(), "x y").err, HasSubstr("\"x y\" is no URL"));
}

TEST(ClientConfig, AgreesWithInitOnUrls) {
  const testing::TempFolder folder;
  for (const char* url : {"https://", "http://:80", "x y"}) {
    const VerbRun run = RunVerb(
        {"init", "--dir", folder.path() + "/log", "--name", "sum.example.com", "--url", url});
    EXPECT_EQ(run.exit_code, kWrongUse) << url;
    EXPECT_THAT(run.err, HasSubstr("is no URL for clients: ")) << url;
    EXPECT_FALSE(std::filesystem::exists(folder.path() + "/log")) << url;
  }
}

TEST(ClientConfig, TakesEveryUrlThatGoTakes) {
  for (const char* server : {"http://127.0.0.1:8080", "http://[::1]:8080", "https://h/sumdb/name",
                             "http://localhost", "https://a-b_c.example.com:443"}) {
    const VerbRun run = Print({}, Key(), server);
    EXPECT_EQ(run.exit_code, kGood) << run.err;
    EXPECT_THAT(run.out, HasSubstr(absl::StrCat(" ", server, "\"\n")));
  }
}

TEST(ClientConfig, RefusesWrongUse) {
  EXPECT_EQ(Print({}, "sum.example.com").exit_code, kWrongUse);
  EXPECT_EQ(Print({"--for", "windows"}).exit_code, kWrongUse);
  EXPECT_EQ(Print({"--route", "pigeon"}).exit_code, kWrongUse);
  EXPECT_EQ(RunVerb({"client-config"}).exit_code, kWrongUse);
  EXPECT_EQ(RunVerb({"client-config", "--key", Key()}).exit_code, kWrongUse);
}

}  // namespace
}  // namespace sumlog::cli
