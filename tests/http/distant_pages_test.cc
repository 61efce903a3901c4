// Goal: a log that answers later is served as one that answers at once, and each reason why it
// cannot has its status and its words.
// Method: a log whose answers a test gives by hand, behind the handler.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "http/error_body.h"
#include "http/sumdb_handler.h"

namespace sumlog::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Keeps each question until the test answers it.
class PatientLog final : public log::DistantLog {
 public:
  void Lookup(const gosum::ModuleVersion& module, LookupDone done) override {
    asked = module.ToString();
    lookup = std::move(done);
  }
  void HashTile(const tlog::TileId& tile, TileDone done) override {
    asked = tlog::FormatTilePath(tile);
    tile_done = std::move(done);
  }
  void Newest(HeadDone done) override { head = std::move(done); }

  std::string asked;
  LookupDone lookup;
  TileDone tile_done;
  HeadDone head;
};

class DistantPagesTest : public ::testing::Test {
 protected:
  void Ask(const std::string& target) {
    answer_.reset();
    handler_->Handle({.target = target}, [this](Response response) {
      EXPECT_FALSE(answer_.has_value());
      answer_ = std::move(response);
    });
  }

  PatientLog log_;
  const std::unique_ptr<Handler> handler_ =
      NewSumdbHandler({.logs = {{.name = "sum.golang.org", .distant = &log_}}});
  std::optional<Response> answer_;
};

TEST_F(DistantPagesTest, AnswersWhenTheLogDoes) {
  const tlog::SignedTreeHead head{.head = {.size = 9, .root = {}}, .note = "a note\n"};
  for (const char* prefix : {"", "/sumdb/sum.golang.org"}) {
    Ask(absl::StrCat(prefix, "/lookup/example.com/!m@v1.0.0"));
    EXPECT_EQ(log_.asked, "example.com/M@v1.0.0");
    ASSERT_FALSE(answer_.has_value());
    log_.lookup(log::DistantAnswer{.number = 7, .record_text = "text\n", .head = head});
    ASSERT_TRUE(answer_.has_value());
    EXPECT_EQ(answer_->body, "7\ntext\n\na note\n");
    EXPECT_EQ(answer_->cache_control, "public, max-age=60");

    Ask(absl::StrCat(prefix, "/tile/8/1/000.p/2"));
    EXPECT_EQ(log_.asked, "tile/8/1/000.p/2");
    log_.tile_done(std::vector<tlog::Hash>(2));
    EXPECT_EQ(answer_->body, std::string(64, '\0'));

    Ask(absl::StrCat(prefix, "/latest"));
    log_.head(head);
    EXPECT_EQ(answer_->body, "a note\n");
  }
  Ask("/sumdb/sum.golang.org/supported");
  EXPECT_EQ(answer_->status, 200);
  Ask("/readyz");
  EXPECT_EQ(answer_->status, 200);
}

TEST_F(DistantPagesTest, SaysWhyItHasNoAnswer) {
  const struct {
    absl::StatusCode code;
    int status;
    const char* words;
  } cases[] = {{absl::StatusCode::kNotFound, 404, "does not have it either"},
               {absl::StatusCode::kFailedPrecondition, 404, "policy.private"},
               {absl::StatusCode::kPermissionDenied, 403, "refuses"},
               {absl::StatusCode::kDeadlineExceeded, 404, "still being fetched"},
               {absl::StatusCode::kUnavailable, 503, "cannot be reached"},
               {absl::StatusCode::kUnauthenticated, 502, "does not agree"},
               {absl::StatusCode::kDataLoss, 502, "does not agree"},
               {absl::StatusCode::kResourceExhausted, 503, "try again in a minute"},
               {absl::StatusCode::kInvalidArgument, 502, "no answer of a checksum database"}};
  for (const auto& each : cases) {
    Ask("/lookup/example.com/m@v1.0.0");
    log_.lookup(absl::Status(each.code, "words of /srv/db and of strangers"));
    ASSERT_TRUE(answer_.has_value());
    EXPECT_EQ(answer_->status, each.status);
    EXPECT_THAT(answer_->body,
                HasSubstr("example.com/m@v1.0.0 is not in the mirror of sum.golang.org\nwhy: "));
    EXPECT_THAT(answer_->body, HasSubstr(each.words));
    EXPECT_THAT(answer_->body, Not(HasSubstr("strangers")));
    EXPECT_THAT(answer_->body, Not(HasSubstr("...")));
    EXPECT_LE(answer_->body.size(), kMaxErrorBodyBytes);
  }
}

TEST_F(DistantPagesTest, RefusesWhatNoLogHasWithoutAsking) {
  Ask("/lookup/example.com");
  EXPECT_EQ(answer_->status, 400);
  Ask("/tile/8/0/1");
  EXPECT_EQ(answer_->status, 400);
  Ask("/tile/4/0/000");
  EXPECT_EQ(answer_->status, 404);
  Ask("/tile/8/data/000");
  EXPECT_EQ(answer_->status, 404);
  EXPECT_THAT(answer_->body, HasSubstr("full mirror"));
  EXPECT_EQ(log_.asked, "");
}

}  // namespace
}  // namespace sumlog::http
