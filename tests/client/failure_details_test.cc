// Goal: a stranger's words stay with a status, however it is passed on, and never in its message.
// Method: made-up statuses.

#include "sumlog/client/failure_details.h"

#include "gtest/gtest.h"

namespace sumlog::client {
namespace {

TEST(FailureDetails, AreEmptyWhereThereAreNone) {
  EXPECT_EQ(ServerTextOf(absl::NotFoundError("x")), "");
  EXPECT_EQ(ForkedNotesOf(absl::OkStatus()), "");
  EXPECT_EQ(WithServerText(absl::NotFoundError("x"), ""), absl::NotFoundError("x"));
}

TEST(FailureDetails, StayOutOfTheMessage) {
  const absl::Status status = WithServerText(absl::NotFoundError("gone"), "two\nlines");
  EXPECT_EQ(status.message(), "gone");
  EXPECT_EQ(ServerTextOf(status), "two\nlines");
  EXPECT_EQ(ForkedNotesOf(status), "");
}

TEST(FailureDetails, KeepHowLongTheServerWantsToBeLeftAlone) {
  const absl::Status down = absl::UnavailableError("status 503");
  EXPECT_EQ(RetryAfterOf(down), absl::ZeroDuration());
  EXPECT_EQ(WithRetryAfter(down, absl::ZeroDuration()), down);
  EXPECT_EQ(WithRetryAfter(down, absl::Seconds(-1)), down);
  EXPECT_EQ(RetryAfterOf(Reword(WithRetryAfter(down, absl::Seconds(7)), "x")), absl::Seconds(7));
  EXPECT_EQ(RetryAfterOf(WithRetryAfter(down, absl::InfiniteDuration())), absl::Hours(24));
}

TEST(FailureDetails, SurviveAnotherMessage) {
  absl::Status status = WithServerText(absl::DataLossError("a"), "text");
  status = Reword(WithForkedNotes(status, "notes"), "b");
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_EQ(status.message(), "b");
  EXPECT_EQ(ServerTextOf(status), "text");
  EXPECT_EQ(ForkedNotesOf(status), "notes");
}

}  // namespace
}  // namespace sumlog::client
