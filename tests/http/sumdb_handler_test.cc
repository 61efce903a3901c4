// Goal: the handler answers the checksum database protocol byte for byte, gives each bad request
// its status, and words every error so that `go` shows it whole. Method: a log of 600 records in
// the memory store under a real signed head, asked directly; bytes expected are put together here
// from the records and hashes that were stored. Stores that fail are wrappers around it.

#include "http/sumdb_handler.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/memory/memory_store.h"
#include "sumlog/gosum/module_path.h"
#include "sumlog/gosum/record.h"
#include "sumlog/tlog/note.h"
#include "sumlog/tlog/tree_head.h"
#include "support/batch_builder.h"

namespace sumlog::http {
namespace {

using testing::BatchBuilder;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using testing::TestKey;
using testing::TestRecord;

constexpr char kLogName[] = "sum.corp.example";
constexpr char kContact[] = "platform@corp.example";
constexpr std::uint64_t kSize = 600;  // two full tiles, and one of 88

class StoppedClock final : public Clock {
 public:
  absl::Time Now() override { return absl::FromUnixSeconds(1'700'000'000); }
};

class SumdbHandlerTest : public ::testing::Test {
 protected:
  SumdbHandlerTest()
      : store_(storage::NewMemoryStore()),
        signer_(*tlog::Signer::FromSeed(kLogName, tlog::Ed25519Seed{1})) {
    EXPECT_EQ(store_->Commit(builder_.First()), absl::OkStatus());
    EXPECT_EQ(store_->Commit(builder_.NextMadeUp(kSize)), absl::OkStatus());
    reader_ = std::make_unique<log::LogReader>(store_.get(), SignedNow(), log::LogReader::Options{},
                                               &clock_);
    handler_ =
        NewSumdbHandler({.logs = {{kLogName, reader_.get()}, {"other.example", reader_.get()}},
                         .contact = kContact,
                         .ready = [this] { return ready_; }});
  }

  // A published head over everything that has been committed.
  std::shared_ptr<const log::PublishedHead> SignedNow() {
    const tlog::TreeHead head = {.size = builder_.size(), .root = builder_.edge().Root()};
    return std::make_shared<log::PublishedHead>(
        log::PublishedHead{.signed_head = *tlog::SignTreeHead(head, {&signer_, 1}),
                           .signed_at = clock_.Now(),
                           .edge = builder_.edge()});
  }

  // Adds one record of `module`; its number is the size before.
  std::string AddModule(const gosum::ModuleVersion& module) {
    const std::string h1 = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    const std::string text =
        gosum::FormatRecordText({.module = module, .zip_hash = h1, .mod_hash = h1});
    storage::CommitBatch batch = builder_.Next({text});
    batch.index[0].key = module.ToString();
    EXPECT_EQ(store_->Commit(batch), absl::OkStatus());
    reader_->Publish(SignedNow());
    return text;
  }

  Response Get(absl::string_view target) { return Ask(handler_.get(), target); }

  static Response Ask(Handler* handler, absl::string_view target) {
    Response answer;
    int count = 0;
    handler->Handle({.target = std::string(target)}, [&](Response response) {
      answer = std::move(response);
      ++count;
    });
    EXPECT_EQ(count, 1);
    return answer;
  }

  // An error that `go` shows whole.
  static void ExpectError(const Response& response, int status) {
    EXPECT_EQ(response.status, status) << response.body;
    EXPECT_EQ(response.content_type, "text/plain; charset=utf-8");
    EXPECT_EQ(response.etag, "");
    EXPECT_LE(response.body.size(), 648u);
    EXPECT_FALSE(absl::StrContains(response.body, "\n\n")) << response.body;
    EXPECT_LE(std::count(response.body.begin(), response.body.end(), '\n'), 8);
    EXPECT_GE(std::count(response.body.begin(), response.body.end(), '\n'), 2);
    EXPECT_THAT(response.body, HasSubstr(kContact));
  }

  std::string Note() { return reader_->Newest()->signed_head.note; }

  // Records [first, first + count) as a data tile has them.
  static std::string Joined(std::uint64_t first, std::uint64_t count) {
    std::string body = TestRecord(first);
    for (std::uint64_t i = 1; i < count; ++i) absl::StrAppend(&body, "\n", TestRecord(first + i));
    return body;
  }

  StoppedClock clock_;
  BatchBuilder builder_;
  std::unique_ptr<storage::LogStore> store_;
  tlog::Signer signer_;
  std::unique_ptr<log::LogReader> reader_;
  absl::Status ready_;
  std::unique_ptr<Handler> handler_;
};

TEST_F(SumdbHandlerTest, AnswersALookupByteForByte) {
  const Response response = Get("/lookup/example.com/m123@v1.0.0");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, absl::StrCat("123\n", TestRecord(123), "\n", Note()));
  EXPECT_EQ(response.content_type, "text/plain; charset=UTF-8");
  EXPECT_EQ(response.cache_control, "public, max-age=60");
}

TEST_F(SumdbHandlerTest, AnswersALookupInEverySpelling) {
  const std::string text =
      AddModule({.path = "example.com/FooBar", .version = "v1.2.3-RC1+incompatible"});
  for (const char* target : {"/lookup/example.com/!foo!bar@v1.2.3-!r!c1+incompatible",
                             "/lookup/example.com/%21foo%21bar@v1.2.3-%21r%21c1+incompatible",
                             "/lookup/example.com/!foo%21bar%40v1.2.3-!r!c1%2Bincompatible",
                             "/sumdb/sum.corp.example/lookup/example.com/"
                             "%21foo%21bar@v1.2.3-%21r%21c1+incompatible?ignored"}) {
    const Response response = Get(target);
    EXPECT_EQ(response.body, absl::StrCat(kSize, "\n", text, "\n", Note())) << target;
  }
}

TEST_F(SumdbHandlerTest, AnswersALookupWithTheCadenceHead) {
  const std::string before = Note();
  AddModule({.path = "example.com/new", .version = "v1.0.0"});
  EXPECT_THAT(Get("/lookup/example.com/m1@v1.0.0").body, HasSubstr(before));
  EXPECT_THAT(Get("/lookup/example.com/new@v1.0.0").body, HasSubstr(Note()));
  EXPECT_EQ(Get("/latest").body, Note());
}

TEST_F(SumdbHandlerTest, SaysWhatToDoAboutAVersionThatIsNotInTheLog) {
  const Response response = Get("/lookup/example.com/unknown@v1.0.0");
  ExpectError(response, 404);
  EXPECT_THAT(response.body,
              StartsWith("example.com/unknown@v1.0.0 is not in log sum.corp.example\nwhy: "));
  EXPECT_THAT(response.body, HasSubstr("\nfix: "));
  EXPECT_THAT(response.body, HasSubstr("\ncontact: platform@corp.example\n"));
  EXPECT_EQ(response.cache_control, "public, max-age=10");
}

TEST_F(SumdbHandlerTest, KeepsErrorsShortForTheLongestModulePath) {
  std::string path = "example.com";
  while (path.size() + 11 <= gosum::kMaxPathSizeBytes) path += "/abcdefghij";
  const std::string version = absl::StrCat("v1.0.0-", std::string(240, 'a'));
  const Response response = Get(absl::StrCat("/lookup/", path, "@", version));
  ExpectError(response, 404);
  EXPECT_THAT(response.body, StartsWith("example.com/abc"));
  EXPECT_THAT(response.body, HasSubstr("aaa is not in log sum.corp.example\n"));
}

TEST_F(SumdbHandlerTest, Refuses400ForLookupsThatAreNone) {
  for (const char* argument : {"",
                               "x",
                               "example.com/a",
                               "example.com/a@",
                               "@v1.0.0",
                               "example.com/a@v1",
                               "a@v1.0.0@v1.0.0",
                               "example.com/a@v1.0.0/go.mod",
                               "example.com/a@v1.0.0-pre/go.mod",
                               "example.com/a@latest",
                               "example.com/A@v1.0.0",
                               "example.com/!A@v1.0.0",
                               "example.com/!@v1.0.0",
                               "example.com/!!a@v1.0.0",
                               "example.com/a@v1.0.0 ",
                               "/example.com/a@v1.0.0",
                               "example.com//a@v1.0.0",
                               "example.com/a/@v1.0.0",
                               "example.com/a%20b@v1.0.0",
                               "example.com/%C3%A9@v1.0.0",
                               "example.com/a@v1.0.0%0a",
                               "example.com/a@v1.0.0%00",
                               "example.com%2fa@v1.0.0",
                               "example.com/../a@v1.0.0",
                               "example.com/a@v1.0.0%",
                               "%zz",
                               "example.com/a@v01.0.0",
                               "example.com/a@v1.0.0+meta"}) {
    SCOPED_TRACE(argument);
    ExpectError(Get(absl::StrCat("/lookup/", argument)), 400);
    ExpectError(Get(absl::StrCat("/sumdb/sum.corp.example/lookup/", argument)), 400);
  }
}

TEST_F(SumdbHandlerTest, ServesTheNewestHead) {
  const Response response = Get("/latest");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, Note());
  EXPECT_EQ(response.content_type, "text/plain; charset=UTF-8");
  EXPECT_EQ(response.cache_control, "no-cache");
  EXPECT_EQ(Get("/sumdb/sum.corp.example/latest").body, Note());
}

TEST_F(SumdbHandlerTest, ServesHashTilesInEveryWidth) {
  const std::vector<tlog::Hash> wide = *store_->HashTile(0, 2);
  ASSERT_EQ(wide.size(), 88u);
  const std::string bytes(tlog::HashesAsBytes(wide));
  for (std::size_t width = 1; width <= 88; ++width) {
    const Response response = Get(absl::StrCat("/tile/8/0/002.p/", width));
    ASSERT_EQ(response.status, 200);
    ASSERT_EQ(response.body, bytes.substr(0, 32 * width));
    ASSERT_EQ(response.content_type, "application/octet-stream");
    ASSERT_EQ(response.cache_control, "public, max-age=31536000, immutable");
  }
  EXPECT_EQ(Get("/tile/8/0/000").body, tlog::HashesAsBytes(*store_->HashTile(0, 0)));
  EXPECT_EQ(Get("/tile/8/1/000.p/2").body, tlog::HashesAsBytes(*store_->HashTile(1, 0)));
  EXPECT_EQ(Get("/sumdb/other.example/tile/8/0/001").body,
            tlog::HashesAsBytes(*store_->HashTile(0, 1)));
}

TEST_F(SumdbHandlerTest, ServesDataTilesWithBlankLinesBetweenRecordsOnly) {
  const Response full = Get("/tile/8/data/001");
  EXPECT_EQ(full.status, 200);
  EXPECT_EQ(full.body, Joined(256, 256));
  EXPECT_EQ(full.content_type, "text/plain; charset=UTF-8");
  EXPECT_EQ(full.cache_control, "public, max-age=31536000, immutable");
  EXPECT_EQ(Get("/tile/8/data/002.p/88").body, Joined(512, 88));
  EXPECT_EQ(Get("/tile/8/data/002.p/1").body, TestRecord(512));
}

TEST_F(SumdbHandlerTest, Answers404ForTilesThatTheLogDoesNotHave) {
  for (const char* path :
       {"8/0/002", "8/0/002.p/89", "8/0/003", "8/0/003.p/1", "8/1/000", "8/1/000.p/3",
        "8/2/000.p/1", "8/data/002", "8/data/002.p/89", "8/data/003.p/1", "8/0/x999/999",
        "8/7/000.p/1", "8/63/000", "4/0/000", "1/0/000", "30/0/000", "7/data/000"}) {
    SCOPED_TRACE(path);
    const Response response = Get(absl::StrCat("/tile/", path));
    ExpectError(response, 404);
    EXPECT_EQ(response.cache_control, "no-store");
  }
}

TEST_F(SumdbHandlerTest, TellsTilesThatNoLogHasFromThoseThatThisLogDoesNotHaveYet) {
  for (const char* path : {"8/0/002", "8/0/003.p/1", "8/2/000.p/1", "8/data/003.p/1"}) {
    EXPECT_THAT(Get(absl::StrCat("/tile/", path)).body, HasSubstr("has seen a newer head")) << path;
  }
  for (const char* path :
       {"4/0/000", "30/0/000", "7/data/000", "8/63/000", "8/8/000", "8/7/x999/999"}) {
    const Response response = Get(absl::StrCat("/tile/", path));
    ExpectError(response, 404);
    EXPECT_THAT(response.body, HasSubstr("no log ever has this tile")) << path;
    EXPECT_THAT(response.body, Not(HasSubstr("newer head"))) << path;
  }
}

TEST_F(SumdbHandlerTest, Refuses400ForTilesThatAreNone) {
  for (const char* path : {"",
                           "8",
                           "8/0",
                           "8/0/",
                           "8/0/0",
                           "8/0/00",
                           "8/0/0000",
                           "8/0/000/",
                           "8/0/000.p",
                           "8/0/000.p/",
                           "8/0/000.p/0",
                           "8/0/000.p/01",
                           "8/0/000.p/256",
                           "8/0/000.p/-1",
                           "8/0/x000/001",
                           "8/0/001/000",
                           "08/0/000",
                           "8/00/000",
                           "8/-1/000",
                           "0/0/000",
                           "31/0/000",
                           "8/0/000.q/1",
                           "8/Data/000",
                           "8/0/%30",
                           "8/0/00a",
                           "8/0/000%2ep/1/2",
                           "8/0/+00",
                           "8/0/x99999999999/000",
                           "8/18446744073709551616/000"}) {
    SCOPED_TRACE(path);
    ExpectError(Get(absl::StrCat("/tile/", path)), 400);
  }
}

TEST_F(SumdbHandlerTest, SurvivesTileNumbersThatOverflow) {
  for (const int groups : {1, 3, 6, 7, 8, 20, 500}) {
    std::string path = "/tile/8/0/";
    for (int i = 0; i < groups; ++i) path += "x999/";
    path += "999";
    const Response response = Get(path);
    EXPECT_TRUE(response.status == 400 || response.status == 404) << path;
    ExpectError(response, response.status);
  }
}

TEST_F(SumdbHandlerTest, GivesEachVersionOfAnAnswerItsOwnTag) {
  const std::string latest = Get("/latest").etag;
  const std::string lookup = Get("/lookup/example.com/m1@v1.0.0").etag;
  const std::string other_lookup = Get("/lookup/example.com/m2@v1.0.0").etag;
  const std::string tile = Get("/tile/8/0/000").etag;
  EXPECT_THAT(latest, ::testing::MatchesRegex("\"[!#-~]+\""));
  EXPECT_THAT(lookup, ::testing::MatchesRegex("\"[!#-~]+\""));
  EXPECT_NE(lookup, other_lookup);
  EXPECT_NE(tile, Get("/tile/8/0/001").etag);
  EXPECT_NE(tile, Get("/tile/8/0/000.p/255").etag);
  EXPECT_EQ(tile, Get("/sumdb/sum.corp.example/tile/8/0/000").etag);
  EXPECT_EQ(latest, Get("/latest").etag);
  AddModule({.path = "example.com/new", .version = "v1.0.0"});
  EXPECT_NE(latest, Get("/latest").etag);
}

TEST_F(SumdbHandlerTest, SaysWhichLogsItSupports) {
  const Response response = Get("/sumdb/sum.corp.example/supported");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(Get("/sumdb/other.example/supported").status, 200);
  ExpectError(Get("/sumdb/sum.golang.org/supported"), 404);
  ExpectError(Get("/sumdb/sum.golang.org/latest"), 404);
  ExpectError(Get("/sumdb/SUM.corp.example/supported"), 404);
}

TEST_F(SumdbHandlerTest, Answers404ForPagesItDoesNotHave) {
  for (const char* path : {"/", "/favicon.ico", "/example.com/a/@v/v1.0.0.info", "/lookup",
                           "/latest/", "/sumdb/", "/sumdb/sum.corp.example/x", "/supported"}) {
    const Response response = Get(path);
    ExpectError(response, 404);
    EXPECT_EQ(response.cache_control, "public, max-age=60");
  }
  ExpectError(Get(absl::StrCat("/", std::string(8000, 'x'))), 404);
}

TEST_F(SumdbHandlerTest, SaysThatItLivesAndWhetherItIsReady) {
  EXPECT_EQ(Get("/healthz").status, 200);
  EXPECT_EQ(Get("/readyz").status, 200);
  ready_ = absl::UnavailableError("the sequencer has stopped");
  EXPECT_EQ(Get("/healthz").status, 200);
  const Response response = Get("/readyz");
  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr("the sequencer has stopped"));
  EXPECT_EQ(response.cache_control, "no-store");
}

// A store whose reads all fail with one status.
class FailingStore final : public storage::LogStore {
 public:
  explicit FailingStore(absl::Status failure) : failure_(std::move(failure)) {}

  absl::Status Commit(const storage::CommitBatch&) override { return failure_; }
  absl::Status CommitBulk(const storage::CommitBatch&) override { return failure_; }
  absl::StatusOr<storage::StoredHead> SignedHead() const override { return failure_; }
  absl::StatusOr<std::vector<storage::StoredHead>> SignedHeads(std::uint64_t, std::uint64_t,
                                                               std::size_t) const override {
    return failure_;
  }
  absl::StatusOr<std::vector<tlog::Hash>> HashTile(std::uint32_t, std::uint64_t) const override {
    return failure_;
  }
  absl::StatusOr<std::string> Record(std::uint64_t) const override { return failure_; }
  absl::StatusOr<storage::PackedTexts> DataTile(std::uint64_t) const override { return failure_; }
  absl::StatusOr<std::uint64_t> Find(absl::string_view) const override { return failure_; }
  absl::StatusOr<std::uint64_t> FindLeaf(const tlog::Hash&) const override { return failure_; }
  absl::StatusOr<storage::Provenance> Provenance(std::uint64_t) const override { return failure_; }
  absl::Status VisitIndex(
      const std::function<absl::Status(absl::string_view, std::uint64_t)>&) const override {
    return failure_;
  }
  absl::StatusOr<std::optional<std::string>> GetState(absl::string_view) const override {
    return failure_;
  }
  absl::Status PutState(absl::string_view, const std::optional<std::string>&) override {
    return failure_;
  }
  absl::Status VisitState(
      absl::string_view,
      const std::function<absl::Status(absl::string_view, absl::string_view)>&) const override {
    return failure_;
  }

 private:
  const absl::Status failure_;
};

TEST_F(SumdbHandlerTest, SaysWhenTheDataIsDamagedOrTheDiskIsBusy) {
  const struct {
    absl::Status failure;
    int status;
    const char* text;
  } cases[] = {
      {absl::DataLossError("/srv/db/000.sst: wrong checksum"), 500, "run \"sumlog fsck\""},
      {absl::UnavailableError("/srv/db/000.sst: disk busy"), 503, "try again in a minute"},
      {absl::ResourceExhaustedError("/srv/db: no memory"), 503, "try again in a minute"},
      {absl::InternalError("/srv/db/" + std::string(1500, 'x')), 500, "whoever runs this log"},
  };
  for (const auto& each : cases) {
    FailingStore store(each.failure);
    const log::LogReader reader(&store, SignedNow(), {}, &clock_);
    std::ostringstream log;
    const auto logger = ops::Logger::ToStream(&log, {});
    const auto handler = NewSumdbHandler(
        {.logs = {{kLogName, &reader}}, .contact = kContact, .logger = logger.get()});
    for (const char* target :
         {"/lookup/example.com/m1@v1.0.0", "/tile/8/0/000", "/tile/8/data/000"}) {
      SCOPED_TRACE(target);
      const Response response = Ask(handler.get(), target);
      ExpectError(response, each.status);
      EXPECT_THAT(response.body, HasSubstr(each.text));
      EXPECT_EQ(response.cache_control, "no-store");
      // What the store says is for the operator, and for nobody else.
      EXPECT_THAT(response.body, Not(HasSubstr("/srv/db")));
      EXPECT_THAT(log.str(), HasSubstr("/srv/db"));
      log.str("");
    }
  }
}

TEST_F(SumdbHandlerTest, DoesNotAnswerFromAnIndexThatPointsToAnotherModule) {
  storage::CommitBatch batch = builder_.Next({TestRecord(1)});
  batch.index[0].key = "example.com/swapped@v1.0.0";
  ASSERT_EQ(store_->Commit(batch), absl::OkStatus());
  reader_->Publish(SignedNow());
  ExpectError(Get("/lookup/example.com/swapped@v1.0.0"), 500);
}

TEST_F(SumdbHandlerTest, LeavesTheContactOutWhenThereIsNone) {
  const auto handler = NewSumdbHandler({.logs = {{kLogName, reader_.get()}}});
  const Response response = Ask(handler.get(), "/lookup/example.com/unknown@v1.0.0");
  EXPECT_EQ(response.status, 404);
  EXPECT_THAT(response.body, HasSubstr("ask whoever runs this log"));
  EXPECT_FALSE(absl::StrContains(response.body, "contact"));
}

}  // namespace
}  // namespace sumlog::http
