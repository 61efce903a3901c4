// Goal: a directory's mirrors are served beside its origin log, or without one, and a mirror that
// is damaged, or of another key than the configured one, stops nothing else.
// Method: databases filled as a mirror fills them, and real servers over them on port 0.

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/sync.h"
#include "ops/address.h"
#include "server/mirror_directory.h"
#include "server/new_log.h"
#include "server/server.h"
#include "support/raw_http_client.h"
#include "support/small_sumdb.h"
#include "support/temp_folder.h"

namespace sumlog::server {
namespace {

using ::sumlog::testing::SmallSumdb;
using ::sumlog::testing::TestSigner;
using ::testing::HasSubstr;
using ::testing::Not;

// Port 1 of this machine: nobody answers, and it is known at once.
constexpr char kNobody[] = "http://127.0.0.1:1";

class MirrorsTest : public ::testing::Test {
 protected:
  std::string dir() const { return folder_.path() + "/d"; }

  void MakeOriginLog() {
    ASSERT_TRUE(CreateLog({.dir = dir(), .name = "sum.origin.example"}).ok());
  }

  void AddMirror(const tlog::VerifierKey& key, const std::string& more = "") {
    std::filesystem::create_directories(dir());
    std::ofstream(dir() + "/sumlog.toml", std::ios::app)
        << "\n[[mirror]]\nkey = \"" << key.ToString() << "\"\nupstream = [\"" << kNobody << "\"]\n"
        << more;
  }

  absl::StatusOr<ops::Config> TryLoad(std::map<std::string, std::string> flags = {}) const {
    flags.emplace("listen.http", "127.0.0.1:0");
    return ops::LoadConfig(
        {.dir = dir(), .file = "", .environment = {}, .flags = std::move(flags)});
  }
  ops::Config Load() const { return *TryLoad(); }

  // Fills the mirror of `upstream`'s name, as "mirror run" would have.
  void Fill(const tlog::VerifierKey& key, SmallSumdb& upstream) {
    const ops::Config config = Load();
    const auto lock = LockDirectory(dir());
    ASSERT_TRUE(lock.ok()) << lock.status();
    for (const ops::MirrorConfig& mirror : config.mirrors) {
      if (mirror.name() != key.name()) continue;
      const auto opened = OpenMirror(config, mirror, *lock);
      ASSERT_TRUE(opened.ok()) << opened.status();
      const auto client = client::SumdbClient::Create({.key = key, .fetcher = &upstream});
      const auto report = mirror::Sync({.store = opened->store.get(),
                                        .client = client.get(),
                                        .fetcher = &upstream,
                                        .from = kNobody});
      ASSERT_TRUE(report.ok()) << report.status();
    }
  }

  void Serve() {
    server_.reset();
    log_.str("");
    auto server = Server::Start(Load(), {}, logger_.get());
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  RawResponse Get(const std::string& target) {
    return RawHttpClient(ops::ParseAddress(server_->http_address())->port).Get(target);
  }

  testing::TempFolder folder_;
  std::ostringstream log_;
  const std::unique_ptr<ops::Logger> logger_ = ops::Logger::ToStream(&log_, {});
  const tlog::Signer signer_ = TestSigner("sum.upstream.example");
  SmallSumdb upstream_{signer_};
  std::unique_ptr<Server> server_;
};

TEST_F(MirrorsTest, AreServedWithoutAnOriginLog) {
  AddMirror(signer_.verifier());
  upstream_.AppendMadeUp(300);
  Fill(signer_.verifier(), upstream_);
  Serve();
  EXPECT_EQ(server_->origin_log(), nullptr);
  EXPECT_EQ(server_->admin_address(), "");
  EXPECT_EQ(server_->grpc_address(), "");
  EXPECT_FALSE(std::filesystem::exists(dir() + "/admin.sock"));
  EXPECT_FALSE(std::filesystem::exists(dir() + "/anchor"));
  EXPECT_EQ(Get("/readyz").status, 200);
  for (const char* prefix : {"", "/sumdb/sum.upstream.example"}) {
    EXPECT_EQ(Get(absl::StrCat(prefix, "/latest")).body, upstream_.Note(300));
    EXPECT_EQ(Get(absl::StrCat(prefix, "/lookup/example.com/m299@v1.0.0")).body,
              absl::StrCat("299\n", upstream_.text(299), "\n", upstream_.Note(300)));
  }
  EXPECT_EQ(Get("/sumdb/sum.upstream.example/supported").status, 200);
  EXPECT_TRUE(server_->Reload(Load()).ok());
  EXPECT_THAT(log_.str(), HasSubstr("\"records\":\"300\""));
  server_->Drain(absl::Seconds(5));
  server_.reset();
  Serve();  // the directory is free
}

TEST_F(MirrorsTest, AreServedBesideAnOriginLog) {
  MakeOriginLog();
  AddMirror(signer_.verifier());
  upstream_.AppendMadeUp(3);
  Fill(signer_.verifier(), upstream_);
  Serve();
  EXPECT_THAT(Get("/latest").body, HasSubstr("sum.origin.example"));
  EXPECT_EQ(Get("/sumdb/sum.upstream.example/latest").body, upstream_.Note(3));
  EXPECT_THAT(server_->admin_address(), HasSubstr("admin.sock"));
}

TEST_F(MirrorsTest, AreNotReadyBeforeThereIsAnythingAndDoNotKeepTheOriginLogFromBeingSo) {
  AddMirror(signer_.verifier());
  Serve();
  const RawResponse ready = Get("/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_THAT(ready.body, HasSubstr("sum.upstream.example"));
  EXPECT_EQ(Get("/supported").status, 404);
  EXPECT_EQ(Get("/sumdb/sum.upstream.example/supported").status, 503);
  EXPECT_EQ(Get("/healthz").status, 200);
  server_.reset();
  std::filesystem::remove_all(dir());
  MakeOriginLog();
  AddMirror(signer_.verifier());
  Serve();
  const RawResponse beside = Get("/readyz");
  EXPECT_EQ(beside.status, 200);
  EXPECT_THAT(beside.body, HasSubstr("ok\nthe mirror of sum.upstream.example: nothing"));
}

TEST_F(MirrorsTest, AreServedWhenAnotherOneCannotBeOpened) {
  const tlog::Signer other = TestSigner("sum.other.example");
  AddMirror(other.verifier());
  AddMirror(signer_.verifier());
  upstream_.AppendMadeUp(3);
  Fill(signer_.verifier(), upstream_);
  std::filesystem::create_directories(dir() + "/db/sum.other.example");
  std::ofstream(dir() + "/db/sum.other.example/CURRENT") << "no database\n";
  Serve();
  EXPECT_EQ(Get("/sumdb/sum.upstream.example/latest").body, upstream_.Note(3));
  const RawResponse broken = Get("/sumdb/sum.other.example/latest");
  EXPECT_EQ(broken.status / 100, 5);
  EXPECT_THAT(broken.body, HasSubstr("sum.other.example"));
  EXPECT_THAT(broken.body, Not(HasSubstr(dir())));
  EXPECT_THAT(Get("/readyz").body, HasSubstr("the mirror of sum.other.example: it cannot be"));
  EXPECT_THAT(log_.str(), HasSubstr("a mirror cannot be opened"));
}

TEST_F(MirrorsTest, StopTheServerOnlyWhenThereIsNothingElse) {
  AddMirror(signer_.verifier());
  std::filesystem::create_directories(dir() + "/db/sum.upstream.example");
  std::ofstream(dir() + "/db/sum.upstream.example/CURRENT") << "no database\n";
  EXPECT_FALSE(Server::Start(Load(), {}).ok());
}

TEST_F(MirrorsTest, HaveNoGrpc) {
  AddMirror(signer_.verifier());
  for (const char* key : {"listen.grpc", "listen.admin"}) {
    const auto server =
        Server::Start(*TryLoad({{key, absl::StrCat("unix:", folder_.path(), "/s")}}), {});
    EXPECT_EQ(server.status().code(), absl::StatusCode::kInvalidArgument) << server.status();
    EXPECT_THAT(std::string(server.status().message()), HasSubstr(key));
  }
}

}  // namespace
}  // namespace sumlog::server
