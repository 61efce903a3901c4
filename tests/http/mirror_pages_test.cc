// Goal: mirrors are served beside an origin log or without one, each under its own name, with the
// bytes of its signer and with words that fit a mirror; and not before there is anything verified.
// Method: a handler over stores that are filled while it is asked.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "http/error_body.h"
#include "http/sumdb_handler.h"
#include "support/fake_clock.h"
#include "support/mirrored_store.h"
#include "support/small_sumdb.h"
#include "support/test_log.h"

namespace sumlog::http {
namespace {

using ::sumlog::testing::MirroredStore;
using ::sumlog::testing::TestRecord;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kName[] = "sum.upstream.example";
constexpr char kSumdb[] = "/sumdb/sum.upstream.example";

// One mirror, with its store.
struct Mirror {
  explicit Mirror(const std::string& name)
      : store(testing::TestSigner(name)),
        log(*log::FollowedLog::Open(
            {.store = store.get(), .key = testing::TestSigner(name).verifier(), .clock = &clock})) {
  }

  testing::FakeClock clock;
  MirroredStore store;
  std::unique_ptr<log::FollowedLog> log;
};

class MirrorPages : public ::testing::Test {
 protected:
  Response Get(const std::string& target) {
    Response answer;
    handler_->Handle({.target = target},
                     [&answer](Response response) { answer = std::move(response); });
    EXPECT_TRUE(answer.status == 200 || answer.body.size() <= kMaxErrorBodyBytes);
    return answer;
  }

  void Serve(std::vector<ServedLog> logs) { handler_ = NewSumdbHandler({.logs = std::move(logs)}); }

  Mirror mirror_{kName};
  std::unique_ptr<Handler> handler_;
};

TEST_F(MirrorPages, SayThatThereIsNothingBeforeTheFirstHead) {
  Serve({{.name = kName, .mirror = mirror_.log.get()}});
  mirror_.store.AddPiece(300);
  ASSERT_EQ(mirror_.log->Renew(), absl::OkStatus());
  for (const char* page : {"/supported", "/latest", "/lookup/example.com/m1@v1.0.0",
                           "/tile/8/0/000", "/tile/8/data/000"}) {
    SCOPED_TRACE(page);
    const Response response = Get(absl::StrCat(kSumdb, page));
    EXPECT_EQ(response.status, 503);
    EXPECT_EQ(response.cache_control, "no-store");
    EXPECT_THAT(response.body, HasSubstr("the mirror of sum.upstream.example has nothing"));
    EXPECT_THAT(response.body, HasSubstr("fix: "));
  }
  EXPECT_EQ(Get("/healthz").status, 200);
  mirror_.store.AddSigned(1);
  ASSERT_EQ(mirror_.log->Renew(), absl::OkStatus());
  EXPECT_EQ(Get(absl::StrCat(kSumdb, "/supported")).status, 200);
  EXPECT_EQ(Get(absl::StrCat(kSumdb, "/latest")).body, mirror_.store.Note());
}

TEST_F(MirrorPages, HaveTheSignersBytesAtTheirNameAndAloneAtTheRoot) {
  Serve({{.name = kName, .mirror = mirror_.log.get()}});
  mirror_.store.AddSigned(300);
  ASSERT_EQ(mirror_.log->Renew(), absl::OkStatus());
  for (const std::string& prefix : {std::string(), std::string(kSumdb)}) {
    EXPECT_EQ(Get(prefix + "/lookup/example.com/m123@v1.0.0").body,
              absl::StrCat("123\n", TestRecord(123), "\n", mirror_.store.Note()));
    EXPECT_EQ(Get(prefix + "/latest").body, mirror_.store.Note());
    EXPECT_EQ(Get(prefix + "/tile/8/0/001.p/44").body,
              tlog::HashesAsBytes(*(*mirror_.store).HashTile(0, 1)));
    EXPECT_EQ(Get(prefix + "/tile/8/data/001.p/1").body, TestRecord(256));
  }
}

TEST_F(MirrorPages, SayWhatAMirrorLacksInItsOwnWords) {
  Serve({{.name = kName, .mirror = mirror_.log.get()}});
  mirror_.store.AddSigned(300);
  ASSERT_EQ(mirror_.log->Renew(), absl::OkStatus());
  const Response lookup = Get("/lookup/example.com/new@v1.0.0");
  EXPECT_EQ(lookup.status, 404);
  EXPECT_THAT(lookup.body, HasSubstr("is not in the mirror of sum.upstream.example\n"));
  EXPECT_THAT(lookup.body, HasSubstr("the first 300 records"));
  EXPECT_THAT(lookup.body, Not(HasSubstr("somebody has added")));
  const Response tile = Get("/tile/8/0/001.p/45");
  EXPECT_EQ(tile.status, 404);
  EXPECT_EQ(tile.cache_control, "no-store");
  EXPECT_THAT(tile.body, HasSubstr("when the mirror has caught up"));
}

TEST_F(MirrorPages, LeaveTheRootToTheOriginLog) {
  testing::TestLog origin;
  ASSERT_EQ(origin.Open(), absl::OkStatus());
  Serve({{.name = kName, .mirror = mirror_.log.get()},
         {.name = "sum.example.com", .reader = &origin->reader()}});
  mirror_.store.AddSigned(1);
  ASSERT_EQ(mirror_.log->Renew(), absl::OkStatus());
  EXPECT_EQ(Get("/latest").body, origin->reader().Newest()->signed_head.note);
  EXPECT_EQ(Get("/sumdb/sum.example.com/latest").body, Get("/latest").body);
  EXPECT_EQ(Get(absl::StrCat(kSumdb, "/latest")).body, mirror_.store.Note());
  EXPECT_THAT(Get("/sumdb/sum.other.example/latest").body,
              HasSubstr("it has logs sum.upstream.example, sum.example.com\n"));
}

TEST_F(MirrorPages, HaveNoRootWhereThereAreSeveral) {
  Mirror other("sum.other.example");
  Serve({{.name = kName, .mirror = mirror_.log.get()},
         {.name = "sum.other.example", .mirror = other.log.get()}});
  for (Mirror* mirror : {&mirror_, &other}) {
    mirror->store.AddSigned(1);
    ASSERT_EQ(mirror->log->Renew(), absl::OkStatus());
  }
  for (const char* page : {"/latest", "/lookup/example.com/m0@v1.0.0", "/tile/8/0/000.p/1"}) {
    const Response response = Get(page);
    EXPECT_EQ(response.status, 404);
    EXPECT_THAT(response.body, HasSubstr("/sumdb/<name>/"));
  }
  EXPECT_THAT(Get("/favicon.ico").body, HasSubstr("there is no page"));
  EXPECT_EQ(Get("/sumdb/sum.other.example/latest").body, other.store.Note());
}

TEST_F(MirrorPages, SayWhatIsAmissBesideAProcessThatIsReady) {
  handler_ =
      NewSumdbHandler({.logs = {{.name = kName, .mirror = mirror_.log.get()}}, .remarks = [] {
                         return std::vector<std::string>{"one thing", "another"};
                       }});
  const Response response = Get("/readyz");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "ok\none thing\nanother\n");
}

}  // namespace
}  // namespace sumlog::http
