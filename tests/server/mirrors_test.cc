// Goal: a directory's mirrors are served beside its origin log, or without one, and a mirror that
// is damaged, or of another key than the configured one, stops nothing else.
// Method: databases filled as a mirror fills them, and real servers over them on port 0.

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "mirror/sync.h"
#include "ops/address.h"
#include "server/mirror_directory.h"
#include "server/new_log.h"
#include "server/server.h"
#include "storage/rocksdb/rocksdb_store.h"
#include "support/loopback_listener.h"
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

// Remembers what was logged, from any thread.
class HeardEvents final : public ops::Logger {
 public:
  void Log(ops::LogLevel, absl::string_view event, ops::LogFields fields) override {
    MutexLock lock(&mu_);
    absl::StrAppend(&heard_, event);
    for (const ops::LogField& field : fields) {
      absl::StrAppend(&heard_, " ", field.key, "=", field.value);
    }
    absl::StrAppend(&heard_, "\n");
  }
  std::string str() const {
    MutexLock lock(&mu_);
    return heard_;
  }

 private:
  mutable Mutex mu_;
  std::string heard_ ABSL_GUARDED_BY(mu_);
};

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
    auto server = Server::Start(Load(), {}, &log_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  RawResponse Get(const std::string& target) {
    return RawHttpClient(ops::ParseAddress(server_->http_address())->port).Get(target);
  }

  testing::TempFolder folder_;
  HeardEvents log_;
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
  EXPECT_THAT(log_.str(), HasSubstr("records=300"));
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
  EXPECT_THAT(beside.body, HasSubstr("ok\nthe mirror of sum.upstream.example: "));
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

// An upstream: another server of ours, with a log of its own.
class MirrorsOfAServer : public MirrorsTest {
 protected:
  MirrorsOfAServer() {
    const auto made = CreateLog({.dir = folder_.path() + "/up", .name = "sum.up.example"});
    EXPECT_TRUE(made.ok()) << made.status();
    key_ = made->key.ToString();
    StartUpstream("127.0.0.1:0");
  }

  void StartUpstream(const std::string& address) {
    const auto config = ops::LoadConfig({.dir = folder_.path() + "/up",
                                         .file = "",
                                         .environment = {},
                                         .flags = {{"listen.http", address}}});
    ASSERT_TRUE(config.ok()) << config.status();
    auto server = Server::Start(*config, {});
    ASSERT_TRUE(server.ok()) << server.status();
    up_ = *std::move(server);
  }

  // Adds a record to the upstream; its number is how many there were before.
  void Append() {
    const std::string h1 = "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    log::AddRequest request;
    request.records = {
        {.module = {.path = absl::StrCat("example.com/m", appended_++), .version = "v1.0.0"},
         .zip_hash = h1,
         .mod_hash = h1}};
    request.provenance = {.how = "import", .from = "test", .when = absl::UnixEpoch()};
    ASSERT_TRUE(up_->origin_log()->sequencer().AddAndWait(std::move(request)).ok());
  }

  void ServeMirror(const std::string& address, const std::string& more = "") {
    std::filesystem::create_directories(dir());
    std::ofstream(dir() + "/sumlog.toml")
        << "[[mirror]]\nkey = \"" << key_ << "\"\nupstream = [\"http://" << address
        << "\"]\ninterval = \"1s\"\n"
        << more;
    Serve();
  }

  // Asks until `holds`; each turn waits for an answer, and the test's own time-out is the bound.
  template <typename Holds>
  RawResponse GetUntil(const std::string& target, Holds holds) {
    while (true) {
      RawResponse response = Get(target);
      if (holds(response)) return response;
      std::this_thread::yield();
    }
  }

  std::string key_;
  int appended_ = 0;
  std::unique_ptr<Server> up_;
};

TEST_F(MirrorsOfAServer, FollowItUnderItsOwnKeyAndStayWhenItIsGone) {
  Append();
  ServeMirror(up_->http_address());
  const auto is_200 = [](const RawResponse& response) { return response.status == 200; };
  EXPECT_THAT(GetUntil("/lookup/example.com/m0@v1.0.0", is_200).body,
              HasSubstr("go.sum database tree\n1\n"));
  Append();
  const std::string note =
      RawHttpClient(ops::ParseAddress(up_->http_address())->port).Get("/latest").body;
  EXPECT_THAT(GetUntil("/lookup/example.com/m1@v1.0.0", is_200).body, HasSubstr(note));
  EXPECT_EQ(Get("/readyz").body, "ok\n");

  const std::string address = up_->http_address();
  up_.reset();
  GetUntil("/readyz", [](const RawResponse& response) {
    return response.body.find("sum.up.example: its upstream does not answer") != std::string::npos;
  });
  EXPECT_EQ(Get("/readyz").status, 200);
  EXPECT_EQ(Get("/sumdb/sum.up.example/latest").body, note);
  Serve();  // again, with nobody to ask
  EXPECT_EQ(Get("/sumdb/sum.up.example/latest").body, note);
  StartUpstream(address);
  Append();
  GetUntil("/lookup/example.com/m2@v1.0.0", is_200);
}

TEST_F(MirrorsOfAServer, FetchWhatIsAskedForAndKeepIt) {
  Append();
  Append();
  ServeMirror(up_->http_address(), "mode = \"lookup-through\"\n");
  EXPECT_EQ(Get("/readyz").body, "ok\n");
  EXPECT_EQ(Get("/sumdb/sum.up.example/supported").status, 200);
  const RawResponse first = Get("/sumdb/sum.up.example/lookup/example.com/m1@v1.0.0");
  EXPECT_EQ(first.status, 200);
  EXPECT_THAT(first.body, HasSubstr("1\nexample.com/m1 v1.0.0 h1:"));
  EXPECT_EQ(Get("/lookup/example.com/m2@v1.0.0").status, 404);
  EXPECT_EQ(Get("/tile/8/0/000.p/2").status, 200);
  up_.reset();
  for (const bool is_restarted : {false, true}) {
    if (is_restarted) Serve();
    EXPECT_EQ(Get("/lookup/example.com/m1@v1.0.0").body, first.body);
    EXPECT_EQ(Get("/tile/8/0/000.p/1").body.size(), 32u);
    EXPECT_EQ(Get("/latest").status, 200);
    EXPECT_EQ(Get("/lookup/example.com/m0@v1.0.0").status, 503);
  }
  server_->Drain(absl::Seconds(5));
}

TEST_F(MirrorsOfAServer, StopThoughAnUpstreamNeverAnswers) {
  // Takes connections, and says nothing.
  const testing::LoopbackListener silent;
  ServeMirror(absl::StrCat("127.0.0.1:", silent.port()), "mode = \"lookup-through\"\n");
  RawHttpClient client(ops::ParseAddress(server_->http_address())->port);
  client.Send("GET /lookup/example.com/m0@v1.0.0 HTTP/1.1\r\nHost: x\r\n\r\n");
  const FileDescriptor taken = silent.Accept();
  server_->Drain(absl::Seconds(20));
  EXPECT_EQ(client.ReadResponse().status, 503);
}

TEST_F(MirrorsTest, AskNoUpstreamBeforePrivateNamesAreKnown) {
  AddMirror(signer_.verifier(), "mode = \"lookup-through\"\n\n[policy]\nprivate = [\"[\"]\n");
  const auto server = Server::Start(Load(), {});
  EXPECT_EQ(server.status().code(), absl::StatusCode::kInvalidArgument) << server.status();
  EXPECT_THAT(std::string(server.status().message()), HasSubstr("policy.private"));
}

TEST_F(MirrorsOfAServer, ServeWhatWasVerifiedWhenItGoesBackOnItsWord) {
  Append();
  ServeMirror(up_->http_address());
  const auto is_200 = [](const RawResponse& response) { return response.status == 200; };
  const std::string note = GetUntil("/latest", is_200).body;
  // The same key signs another history.
  const std::string address = up_->http_address();
  up_.reset();
  const std::string up = folder_.path() + "/up";
  std::filesystem::copy(up, folder_.path() + "/twin", std::filesystem::copy_options::recursive);
  std::filesystem::remove_all(up + "/db");
  std::filesystem::remove_all(up + "/anchor");
  std::filesystem::create_directories(up + "/db");
  {
    const auto store =
        storage::OpenRocksDbStore({.path = up + "/db/sum.up.example", .create = true});
    ASSERT_TRUE(store.ok()) << store.status();
    const auto config = ops::LoadConfig({.dir = up, .file = "", .environment = {}, .flags = {}});
    ASSERT_TRUE(
        log::OriginLog::CreateFirstHead(**store, {*LoadSigner(*config)}, SystemClock()).ok());
  }
  const auto config = ops::LoadConfig(
      {.dir = up, .file = "", .environment = {}, .flags = {{"listen.http", address}}});
  auto forked = Server::Start(*config, {.accept_new_anchor = true});
  ASSERT_TRUE(forked.ok()) << forked.status();
  up_ = *std::move(forked);
  appended_ = 100;
  Append();
  Append();
  GetUntil("/readyz", [](const RawResponse& response) {
    return response.body.find("contradicts what it has signed") != std::string::npos;
  });
  EXPECT_EQ(Get("/latest").body, note);
  EXPECT_EQ(Get("/lookup/example.com/m100@v1.0.0").status, 404);
  EXPECT_THAT(Get("/readyz").body, Not(HasSubstr(dir())));
  server_->Drain(absl::Seconds(5));
  EXPECT_THAT(log_.str(), HasSubstr(dir() + "/evidence/mirrors/sum.up.example/"));
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
