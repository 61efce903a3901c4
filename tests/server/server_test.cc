// Goal: a started server answers, says when it is ready and when it is not, and leaves the
// directory free and whole when it has drained.
// Method: real servers on port 0 over a real database, asked over plain sockets.

#include "server/server.h"

#include <filesystem>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "ops/address.h"
#include "server/new_log.h"
#include "storage/rocksdb/rocksdb_store.h"
#include "sumlog/tlog/tree_edge.h"
#include "support/raw_http_client.h"
#include "support/temp_folder.h"

namespace sumlog::server {
namespace {

using ::testing::HasSubstr;

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() {
    const auto made = CreateLog({.dir = folder_.path() + "/log",
                                 .name = "sum.example.com",
                                 .settings = {{"log.contact", "team@example.com"}}});
    EXPECT_TRUE(made.ok()) << made.status();
  }

  ops::Config Load(std::map<std::string, std::string> flags = {}) const {
    flags.emplace("listen.http", "127.0.0.1:0");
    return *ops::LoadConfig(
        {.dir = folder_.path() + "/log", .file = "", .environment = {}, .flags = std::move(flags)});
  }

  static std::uint16_t PortOf(const Server& server) {
    return ops::ParseAddress(server.http_address())->port;
  }

  testing::TempFolder folder_;
};

absl::Status TryToAddRecord(log::OriginLog& log) {
  const std::string h1 = "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  log::AddRequest request;
  request.records = {
      {.module = {.path = "example.com/m", .version = "v1.0.0"}, .zip_hash = h1, .mod_hash = h1}};
  request.provenance = {.how = "import", .from = "test", .when = absl::UnixEpoch()};
  return log.sequencer().AddAndWait(std::move(request)).status();
}

void AddRecord(log::OriginLog& log) { ASSERT_EQ(TryToAddRecord(log), absl::OkStatus()); }

// Commits one record to the log's store whose index row is of example.com/m, which it is not about:
// the writer that meets it knows that the database is damaged.
void DamageIndex(const ops::Config& config) {
  const auto store = storage::OpenRocksDbStore({.path = DatabasePath(config)});
  ASSERT_TRUE(store.ok()) << store.status();
  const std::string text = "example.com/other v1.0.0 h1:x\n";
  tlog::TreeEdge edge;
  storage::CommitBatch batch;
  batch.records.Append(text);
  batch.tiles = edge.Append({tlog::LeafHash(text)});
  batch.index = {{.key = "example.com/m@v1.0.0", .number = 0}};
  batch.provenance = {
      {.first = 0, .provenance = {.how = "import", .from = "x", .when = absl::UnixEpoch()}}};
  const auto head = tlog::SignTreeHead({.size = 1, .root = edge.Root()}, {*LoadSigner(config)});
  ASSERT_TRUE(head.ok()) << head.status();
  batch.head = {.size = 1, .note = head->note, .signed_at = absl::UnixEpoch()};
  ASSERT_EQ((*store)->Commit(batch), absl::OkStatus());
}

TEST_F(ServerTest, AnswersWhenStartReturns) {
  const auto server = Server::Start(Load(), {});
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_THAT((*server)->http_address(), ::testing::MatchesRegex("127\\.0\\.0\\.1:[1-9][0-9]*"));
  RawHttpClient client(PortOf(**server));
  EXPECT_EQ(client.Get("/healthz").status, 200);
  EXPECT_EQ(client.Get("/readyz").status, 200);
  EXPECT_THAT(client.Get("/latest").body, HasSubstr("sum.example.com"));
  EXPECT_EQ(client.Get("/sumdb/sum.example.com/supported").status, 200);
}

TEST_F(ServerTest, ServesARecordAsSoonAsItIsAdded) {
  const auto server = Server::Start(Load(), {});
  ASSERT_TRUE(server.ok()) << server.status();
  RawHttpClient client(PortOf(**server));
  const RawResponse absent = client.Get("/lookup/example.com/m@v1.0.0");
  EXPECT_EQ(absent.status, 404);
  EXPECT_THAT(absent.body, HasSubstr("team@example.com"));
  AddRecord(*(*server)->origin_log());
  const RawResponse present = client.Get("/lookup/example.com/m@v1.0.0");
  EXPECT_EQ(present.status, 200);
  EXPECT_THAT(present.body, HasSubstr("0\nexample.com/m v1.0.0 h1:"));
}

TEST_F(ServerTest, RefusesATakenPort) {
  const auto first = Server::Start(Load(), {});
  ASSERT_TRUE(first.ok()) << first.status();
  const std::string other = folder_.path() + "/other";
  ASSERT_TRUE(CreateLog({.dir = other, .name = "localhost"}).ok());
  const auto second =
      Server::Start(*ops::LoadConfig({.dir = other,
                                      .file = "",
                                      .environment = {},
                                      .flags = {{"listen.http", (*first)->http_address()}}}),
                    {});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition) << second.status();
  EXPECT_THAT(std::string(second.status().message()), HasSubstr((*first)->http_address()));
}

TEST_F(ServerTest, RefusesATakenDirectory) {
  const auto first = Server::Start(Load(), {});
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(Server::Start(Load(), {}).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(ServerTest, LeavesTheDirectoryFreeWhenItCouldNotListen) {
  EXPECT_FALSE(Server::Start(Load({{"listen.http", "192.0.2.1:1"}}), {}).ok());
  EXPECT_TRUE(Server::Start(Load(), {}).ok());
}

TEST_F(ServerTest, DrainsAndStartsAgainWhereItWas) {
  std::string note;
  {
    const auto server = Server::Start(Load(), {});
    ASSERT_TRUE(server.ok()) << server.status();
    AddRecord(*(*server)->origin_log());
    note = RawHttpClient(PortOf(**server)).Get("/latest").body;
    (*server)->Drain(absl::Seconds(5));
    EXPECT_FALSE(RawHttpClient(PortOf(**server)).connected());
    (*server)->Drain(absl::Seconds(5));  // again is fine
  }
  const auto server = Server::Start(Load(), {});
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_EQ(RawHttpClient(PortOf(**server)).Get("/latest").body, note);
}

TEST_F(ServerTest, ClosesIdleConnectionsWhenItDrains) {
  const auto server = Server::Start(Load(), {});
  ASSERT_TRUE(server.ok()) << server.status();
  RawHttpClient idle(PortOf(**server));
  EXPECT_EQ(idle.Get("/readyz").status, 200);
  (*server)->Drain(absl::Seconds(5));
  EXPECT_TRUE(idle.IsClosedByServer());
}

TEST_F(ServerTest, IsNotReadyOnceItsWriterHasStopped) {
  DamageIndex(Load());
  std::ostringstream log;
  const auto logger = ops::Logger::ToStream(&log, {});
  const auto server = Server::Start(Load(), {}, logger.get());
  ASSERT_TRUE(server.ok()) << server.status();
  RawHttpClient client(PortOf(**server));
  EXPECT_EQ(client.Get("/readyz").status, 200);
  EXPECT_EQ(TryToAddRecord(*(*server)->origin_log()).code(), absl::StatusCode::kDataLoss);
  // What a restart or a person must heal; the text itself is for the operator.
  const absl::Status writer = (*server)->origin_log()->stats().writer;
  ASSERT_EQ(writer.code(), absl::StatusCode::kDataLoss) << writer;
  const RawResponse response = client.Get("/readyz");
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr("its writer has stopped"));
  EXPECT_THAT(response.body, ::testing::Not(HasSubstr("about something else")));
  EXPECT_THAT(log.str(), HasSubstr("about something else"));
  EXPECT_EQ(client.Get("/healthz").status, 200);
  EXPECT_EQ(client.Get("/latest").status, 200);  // readers go on
}

TEST_F(ServerTest, HasNothingToReloadWithoutTls) {
  const auto server = Server::Start(Load(), {});
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_TRUE((*server)->Reload(Load()).ok());
}

TEST_F(ServerTest, RefusesTlsFilesThatAreNotThere) {
  const auto server =
      Server::Start(Load({{"listen.tls_cert", "cert.pem"}, {"listen.tls_key", "key.pem"}}), {});
  EXPECT_EQ(server.status().code(), absl::StatusCode::kNotFound) << server.status();
}

}  // namespace
}  // namespace sumlog::server
