// Goal: every key can be set from file, environment and flag, in that order of weight, and nothing
// that is misspelt, of the wrong kind or out of range gets through.
// Method: the table itself is walked where a promise is about every key; otherwise small files in a
// folder of the test.

#include "ops/config.h"

#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/temp_folder.h"

namespace sumlog::ops {
namespace {

using ::testing::HasSubstr;

class ConfigTest : public ::testing::Test {
 protected:
  std::string dir() const { return folder_.path(); }

  void WriteFile(absl::string_view content) {
    std::ofstream(dir() + "/sumlog.toml") << std::string(content);
  }

  absl::StatusOr<Config> Load(std::map<std::string, std::string> environment = {},
                              std::map<std::string, std::string> flags = {}) {
    return LoadConfig({.dir = dir(),
                       .file = "",
                       .environment = std::move(environment),
                       .flags = std::move(flags)});
  }

  // The message of the refusal; a test failure when there is none.
  std::string Refusal(std::map<std::string, std::string> environment = {},
                      std::map<std::string, std::string> flags = {}) {
    const absl::Status status = Load(std::move(environment), std::move(flags)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    return std::string(status.message());
  }

 private:
  testing::TempFolder folder_;
};

TEST_F(ConfigTest, HasDefaultsWithoutAFile) {
  const auto config = Load();
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->dir, dir());
  EXPECT_EQ(config->log_name, "");
  EXPECT_EQ(config->listen_http, "127.0.0.1:8080");
  EXPECT_EQ(config->listen_grpc, "off");
  EXPECT_EQ(config->listen_admin, "unix:" + dir() + "/admin.sock");
  EXPECT_EQ(config->log_head_interval, absl::Seconds(1));
  EXPECT_EQ(config->limits_connections, 4096);
}

TEST_F(ConfigTest, TakesSocketsBesideAddresses) {
  WriteFile("[listen]\ngrpc = \"127.0.0.1:0\"\nadmin = \"unix:run/a.sock\"\n");
  const auto config = Load();
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->listen_grpc, "127.0.0.1:0");
  EXPECT_EQ(config->listen_admin, "unix:" + dir() + "/run/a.sock");
  EXPECT_EQ(Load({{"SUMLOG_LISTEN_ADMIN", "off"}})->listen_admin, "off");
  EXPECT_EQ(Load({}, {{"listen.admin", "unix:/run/b.sock"}})->listen_admin, "unix:/run/b.sock");
  for (const char* bad : {"unix:", "OFF", "admin.sock", "unix"}) {
    EXPECT_THAT(Refusal({{"SUMLOG_LISTEN_ADMIN", bad}}, {}), HasSubstr("SUMLOG_LISTEN_ADMIN"));
  }
}

TEST_F(ConfigTest, PutsBackupsBelowTheDirectoryUnlessToldOtherwise) {
  EXPECT_EQ(Load()->backup_dir, dir() + "/backup");
  WriteFile("[backup]\ndir = \"/mnt/other\"\n");
  EXPECT_EQ(Load()->backup_dir, "/mnt/other");
  EXPECT_EQ(Load({{"SUMLOG_BACKUP_DIR", "kept"}})->backup_dir, dir() + "/kept");
}

TEST_F(ConfigTest, DefaultsOfTheTableAreThoseOfTheStruct) {
  std::map<std::string, std::string> flags;
  for (const ConfigKey& key : ConfigKeys()) {
    const bool depends_on_name = absl::StrContains(key.default_value, "<name>");
    if (!depends_on_name && !key.default_value.empty()) flags[key.name] = key.default_value;
  }
  const auto written_out = Load({}, flags);
  ASSERT_TRUE(written_out.ok()) << written_out.status();
  const Config unset;
  EXPECT_EQ(written_out->log_head_interval, unset.log_head_interval);
  EXPECT_EQ(written_out->listen_http, unset.listen_http);
  EXPECT_EQ(written_out->limits_connections, unset.limits_connections);
  EXPECT_EQ(written_out->limits_header_bytes, unset.limits_header_bytes);
  EXPECT_EQ(written_out->limits_header_timeout, unset.limits_header_timeout);
  EXPECT_EQ(written_out->limits_idle_timeout, unset.limits_idle_timeout);
  EXPECT_EQ(written_out->limits_write_timeout, unset.limits_write_timeout);
  EXPECT_EQ(written_out->limits_cache_bytes, unset.limits_cache_bytes);
  EXPECT_EQ(written_out->limits_evidence_bytes, unset.limits_evidence_bytes);
  EXPECT_EQ(written_out->limits_http_threads, unset.limits_http_threads);
}

TEST_F(ConfigTest, FlagWinsOverEnvironmentAndThatOverFile) {
  WriteFile("[listen]\nhttp = \"127.0.0.1:1\"\n");
  EXPECT_EQ(Load()->listen_http, "127.0.0.1:1");
  EXPECT_EQ(Load({{"SUMLOG_LISTEN_HTTP", "127.0.0.1:2"}})->listen_http, "127.0.0.1:2");
  EXPECT_EQ(
      Load({{"SUMLOG_LISTEN_HTTP", "127.0.0.1:2"}}, {{"listen.http", "127.0.0.1:3"}})->listen_http,
      "127.0.0.1:3");
}

TEST_F(ConfigTest, EveryKeyHasItsEnvironmentName) {
  ASSERT_FALSE(ConfigKeys().empty());
  EXPECT_EQ(ConfigKeys().front().environment, "SUMLOG_LOG_NAME");
  for (const ConfigKey& key : ConfigKeys()) {
    EXPECT_FALSE(key.help.empty()) << key.name;
    // A control character is no value of any key, so a key that is heard refuses it by name.
    EXPECT_THAT(Refusal({{key.environment, "\x01"}}),
                HasSubstr(absl::StrCat("environment ", key.environment)));
  }
}

TEST_F(ConfigTest, NamesTheNearestKeyForAnUnknownOneInTheFile) {
  WriteFile("[log]\nname = \"localhost\"\n\n[listen]\nhtpp = \"127.0.0.1:1\"\n");
  const std::string message = Refusal();
  EXPECT_THAT(message, HasSubstr("sumlog.toml:5: unknown key listen.htpp"));
  EXPECT_THAT(message, HasSubstr("did you mean listen.http?"));
}

TEST_F(ConfigTest, NamesTheNearestKeyForAnUnknownVariable) {
  EXPECT_THAT(Refusal({{"SUMLOG_LISTEN_HTPP", "x"}}),
              HasSubstr("unknown key SUMLOG_LISTEN_HTPP; did you mean SUMLOG_LISTEN_HTTP?"));
}

TEST_F(ConfigTest, OffersNoNameWhenNoneIsNear) {
  WriteFile("[log]\nzzzzzzzzzzzzzzzzzzzz = 1\n");
  EXPECT_THAT(Refusal(), ::testing::Not(HasSubstr("did you mean")));
}

TEST_F(ConfigTest, LeavesOtherVariablesAlone) {
  EXPECT_TRUE(Load({{"PATH", "/bin"},
                    {"SUMLOGGER", "x"},
                    {"SUMLOG_DIR", "/x"},
                    {"SUMLOG_CONFIG", "/y"},
                    {"SUMLOG_QUICKSTART_DIR", "/z"},
                    {"SUMLOG_QUICKSTART_HTTP", "127.0.0.1:0"}})
                  .ok());
}

TEST_F(ConfigTest, SaysWhereAValueIsWrong) {
  WriteFile("[log]\nhead_interval = \"fast\"\n");
  EXPECT_THAT(Refusal(), HasSubstr("sumlog.toml:2: log.head_interval: got \"fast\", want a time"));
}

TEST_F(ConfigTest, RefusesValuesOutOfRange) {
  const std::pair<std::string, std::string> wrong[] = {
      {"log.head_interval", "0s"},       {"log.head_interval", "-1s"},
      {"log.head_interval", "25h"},      {"log.head_interval", "inf"},
      {"log.head_interval", "1"},        {"limits.connections", "0"},
      {"limits.connections", "1000001"}, {"limits.connections", "many"},
      {"limits.connections", "4096.0"},  {"limits.header_bytes", "2047"},
      {"limits.http_threads", "257"},    {"limits.cache_bytes", "18446744073709551616"},
      {"listen.http", "8080"},           {"listen.http", "127.0.0.1:65536"},
      {"log.contact", "two\nlines"},     {"log.contact", std::string(201, 'x')},
      {"log.nmae", "localhost"},
  };
  for (const auto& [key, value] : wrong) {
    SCOPED_TRACE(absl::StrCat(key, " = ", value));
    EXPECT_THAT(Refusal({}, {{key, value}}), HasSubstr(key));
  }
}

TEST_F(ConfigTest, AcceptsTheEndsOfEachRange) {
  const std::pair<std::string, std::string> right[] = {
      {"log.head_interval", "1ms"},
      {"log.head_interval", "24h"},
      {"limits.connections", "1"},
      {"limits.connections", "1000000"},
      {"limits.header_bytes", "2048"},
      {"limits.http_threads", "256"},
      {"limits.evidence_bytes", "0"},
      {"log.contact", std::string(200, 'x')},
      {"log.contact", "平台组 platform@corp.example.com"},
  };
  for (const auto& [key, value] : right) {
    EXPECT_TRUE(Load({}, {{key, value}}).ok()) << key << " = " << value;
  }
}

TEST_F(ConfigTest, TakesIntegersWithAndWithoutQuotes) {
  WriteFile("[limits]\nconnections = 7\nhttp_threads = \"3\"\n");
  const auto config = Load();
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->limits_connections, 7);
  EXPECT_EQ(config->limits_http_threads, 3);
}

TEST_F(ConfigTest, TakesPrivatePathsAsAListOrWithCommas) {
  for (const char* const text :
       {"[\"git.corp.example\", \"*.lab.example/x\"]", "\"git.corp.example,*.lab.example/x\""}) {
    WriteFile(absl::StrCat("[policy]\nprivate = ", text, "\n"));
    const auto config = Load();
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_EQ(config->policy_private, "git.corp.example,*.lab.example/x");
  }
  WriteFile("[policy]\nprivate = []\n");
  EXPECT_EQ(Load()->policy_private, "");
  EXPECT_EQ(Load({{"SUMLOG_POLICY_PRIVATE", "a,b"}})->policy_private, "a,b");
  for (const char* const text : {"[policy]\nprivate = [1]\n", "[listen]\nhttp = [\":1\"]\n"}) {
    WriteFile(text);
    EXPECT_FALSE(Load().ok()) << text;
  }
}

TEST_F(ConfigTest, NamesAnIntegerAsItWasWritten) {
  for (const char* const text : {"99999999999999999999999", "-99999999999999999999999"}) {
    WriteFile(absl::StrCat("[limits]\nconnections = ", text, "  # many\n"));
    EXPECT_THAT(Refusal(), HasSubstr(absl::StrCat("got \"", text, "\", want an integer")));
  }
  WriteFile("[limits]\nconnections = 9223372036854775807\n");
  EXPECT_THAT(Refusal(), HasSubstr("got \"9223372036854775807\""));
}

TEST_F(ConfigTest, CallsAFileThatIsTooLargeWrong) {
  WriteFile("x = " + std::string(200'000, '['));
  EXPECT_THAT(Refusal(), HasSubstr("sumlog.toml"));
}

TEST_F(ConfigTest, RefusesTextThatDrivesATerminal) {
  for (const char* const text : {"a\u009b2J", "a\u202eb", "a\u2066b", "a\u2028b", "\xff"}) {
    EXPECT_THAT(Refusal({}, {{"log.contact", text}}), HasSubstr("log.contact: ")) << text;
    EXPECT_THAT(Refusal({{"SUMLOG_LOG_CONTACT", text}}), HasSubstr("log.contact: ")) << text;
  }
  WriteFile("[log]\ncontact = \"\\u009b2J\"\n");
  EXPECT_THAT(Refusal(), HasSubstr("has a control character, U+009B"));
  WriteFile("");
  EXPECT_TRUE(Load({}, {{"log.contact", "平台组 ✓ équipe@example.com"}}).ok());
}

TEST_F(ConfigTest, PathsAreRelativeToTheDirectory) {
  WriteFile(
      "[log]\nname = \"sum.example.com\"\nanchor = \"/mnt/anchor\"\n"
      "[listen]\ntls_cert = \"tls/cert.pem\"\ntls_key = \"../key.pem\"\n");
  const auto config = Load();
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->log_key_file, dir() + "/keys/sum.example.com.key");
  EXPECT_EQ(config->log_anchor, "/mnt/anchor");
  EXPECT_EQ(config->listen_tls_cert, dir() + "/tls/cert.pem");
  EXPECT_EQ(config->listen_tls_key, dir().substr(0, dir().rfind('/')) + "/key.pem");
}

TEST_F(ConfigTest, PathsOfFlagsAreRelativeToTheWorkingDirectory) {
  const std::string here = std::filesystem::current_path().string();
  EXPECT_EQ(Load({}, {{"log.anchor", "./a"}})->log_anchor, here + "/a");
  EXPECT_EQ(Load({{"SUMLOG_LOG_ANCHOR", "./a"}})->log_anchor, dir() + "/a");
}

TEST_F(ConfigTest, SaysWhichFileWasRead) {
  EXPECT_EQ(Load()->file, "");
  WriteFile("");
  EXPECT_EQ(Load()->file, dir() + "/sumlog.toml");
}

TEST_F(ConfigTest, WantsBothTlsFilesOrNone) {
  EXPECT_THAT(Refusal({}, {{"listen.tls_cert", "cert.pem"}}), HasSubstr("listen.tls_key"));
  EXPECT_THAT(Refusal({}, {{"listen.tls_key", "key.pem"}}), HasSubstr("listen.tls_cert"));
}

TEST_F(ConfigTest, ReadsClientCertificatesFromTheFile) {
  WriteFile(
      "[listen]\nclient_ca = \"ca.pem\"\n[[client_cert]]\nname = \"ci\"\nscopes = [\"read\"]\n");
  const auto config = Load();
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->listen_client_ca, dir() + "/ca.pem");
  ASSERT_EQ(config->client_certs.size(), 1);
  EXPECT_EQ(config->client_certs[0].name, "ci");
  EXPECT_THAT(config->client_certs[0].scopes, ::testing::ElementsAre("read"));
  EXPECT_THAT(config->client_certs[0].where, HasSubstr("sumlog.toml:3: "));
}

TEST_F(ConfigTest, NamesTheWrongKeyOfAClientCertificate) {
  const struct {
    std::string content, message;
  } cases[] = {
      {"[[client_cert]]\nnam = \"ci\"\n",
       ":2: client_cert.nam: unknown key; did you mean client_cert.name?"},
      {"[[client_cert]]\nname = [\"ci\"]\n", ":2: client_cert.name: got a list, want text"},
      {"[[client_cert]]\nscopes = \"read\"\n", ":2: client_cert.scopes: got text, want a list"},
      {"[[client_cert]]\nname = \"ci\"\n", ":1: [[client_cert]] without listen.client_ca"},
      {"[client_cert]\nname = \"ci\"\n", ":2: [client_cert], want [[client_cert]]"},
      {"[[log]]\nname = \"x\"\n", ":2: [[log]], want [log], once"},
      {"[mirror]\nkey = \"x\"\n", ":2: [mirror], want [[mirror]]"},
  };
  for (const auto& each : cases) {
    WriteFile(each.content);
    const auto config = Load();
    EXPECT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument) << each.content;
    EXPECT_THAT(std::string(config.status().message()), HasSubstr(each.message));
  }
}

TEST_F(ConfigTest, TakesMirrorsOfOtherLogsThanItsOwn) {
  const std::string mirror =
      "[[mirror]]\nkey = \"sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8\"\n"
      "upstream = [\"https://sum.golang.org\"]\n";
  WriteFile(mirror);
  ASSERT_TRUE(Load().ok()) << Load().status();
  EXPECT_EQ(Load()->mirrors.front().name(), "sum.golang.org");
  WriteFile("[log]\nname = \"sum.golang.org\"\n" + mirror);
  EXPECT_THAT(Refusal(), HasSubstr("sumlog.toml:3: [[mirror]] of sum.golang.org"));
}

TEST_F(ConfigTest, DemandsAFileThatIsNamed) {
  const auto config =
      LoadConfig({.dir = dir(), .file = dir() + "/none.toml", .environment = {}, .flags = {}});
  EXPECT_EQ(config.status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ConfigTest, ReadsTheFileThatIsNamedInsteadOfItsOwn) {
  WriteFile("[log]\nname = \"own\"\n");
  std::ofstream(dir() + "/other.toml") << "[log]\nname = \"other\"\n";
  const auto config =
      LoadConfig({.dir = dir(), .file = dir() + "/other.toml", .environment = {}, .flags = {}});
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->log_name, "other");
}

TEST_F(ConfigTest, NewFileReadsBackAsWhatItWasMadeOf) {
  const std::map<std::string, std::string> values = {{"log.name", "sum.example.com"},
                                                     {"log.contact", "\"we\" \\ 平台组"},
                                                     {"limits.connections", "9"}};
  const auto content = NewConfigFile(values);
  ASSERT_TRUE(content.ok()) << content.status();
  WriteFile(*content);
  const auto config = Load();
  ASSERT_TRUE(config.ok()) << config.status() << "\n" << *content;
  EXPECT_EQ(config->log_name, "sum.example.com");
  EXPECT_EQ(config->log_contact, "\"we\" \\ 平台组");
  EXPECT_EQ(config->limits_connections, 9);
  EXPECT_EQ(config->limits_http_threads, Config().limits_http_threads);
}

TEST_F(ConfigTest, NewFileNamesEveryKey) {
  const auto content = NewConfigFile({});
  ASSERT_TRUE(content.ok());
  for (const ConfigKey& key : ConfigKeys()) {
    EXPECT_THAT(*content, HasSubstr(key.name.substr(key.name.find('.') + 1) + " = "));
  }
}

TEST_F(ConfigTest, NewFileRefusesWhatTomlCannotHold) {
  EXPECT_EQ(NewConfigFile({{"log.contact", "two\nlines"}}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(NewConfigFile({{"log.colour", "red"}}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace sumlog::ops
