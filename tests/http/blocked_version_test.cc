// Goal: a lookup of a blocked version is refused with the reason, in what `go` shows of it, and is
// kept by no cache; everything else about it is served as before.
// Method: a whole log behind the handler; its block list changes between the same requests.

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "http/error_body.h"
#include "http/sumdb_handler.h"
#include "support/test_log.h"

namespace sumlog::http {
namespace {

using ::sumlog::testing::MakeRecord;
using ::sumlog::testing::MakeRecords;
using ::sumlog::testing::TestLog;
using ::testing::HasSubstr;

class BlockedVersion : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(log_.Open(), absl::OkStatus());
    ASSERT_TRUE(log_.Add(MakeRecords(0, 2)).ok());
    handler_ = NewSumdbHandler(
        {.logs = {{"sum.example.com", &log_->reader()}}, .contact = "team@example.com"});
  }

  void Block(const std::string& reason) {
    ASSERT_EQ(log_->blocks().Block(
                  {.module = MakeRecord(1).module,
                   .decision = {.reason = reason, .who = "security", .when = log_.clock.Now()}}),
              absl::OkStatus());
  }

  Response Get(const std::string& target) {
    Response answer;
    handler_->Handle({.target = target},
                     [&answer](Response response) { answer = std::move(response); });
    return answer;
  }

  TestLog log_;
  std::unique_ptr<Handler> handler_;
};

TEST_F(BlockedVersion, IsRefusedWithTheReasonUntilItIsUnblocked) {
  const std::string lookup = "/lookup/example.com/m1@v1.0.0";
  EXPECT_EQ(Get(lookup).status, 200);
  Block("stolen account, see the announcement");
  for (const std::string& target : {lookup, "/sumdb/sum.example.com" + lookup}) {
    const Response refused = Get(target);
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.cache_control, "no-store");
    EXPECT_THAT(std::string(refused.content_type), HasSubstr("text/plain"));
    EXPECT_EQ(refused.body,
              "example.com/m1@v1.0.0 is blocked in log sum.example.com\n"
              "why: stolen account, see the announcement\n"
              "fix: use another version, or ask the contact below\n"
              "contact: team@example.com\n");
  }
  EXPECT_EQ(Get("/lookup/example.com/m0@v1.0.0").status, 200);
  EXPECT_EQ(Get("/tile/8/0/000.p/2").status, 200);
  EXPECT_EQ(Get("/tile/8/data/000.p/2").status, 200);
  ASSERT_EQ(log_->blocks().Unblock(MakeRecord(1).module), absl::OkStatus());
  EXPECT_EQ(Get(lookup).status, 200);
}

TEST_F(BlockedVersion, IsRefusedInWhatGoShowsHoweverLongTheReason) {
  Block(std::string(log::kMaxReasonBytes, 'x'));
  const Response refused = Get("/lookup/example.com/m1@v1.0.0");
  EXPECT_EQ(refused.status, 403);
  EXPECT_LE(refused.body.size(), kMaxErrorBodyBytes);
  EXPECT_THAT(refused.body, HasSubstr("xxx"));
  EXPECT_THAT(refused.body, HasSubstr("contact: team@example.com\n"));
}

}  // namespace
}  // namespace sumlog::http
