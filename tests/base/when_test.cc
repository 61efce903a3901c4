// Goal: one spelling for each point of time, and no other is read.
// Method: known times, there and back; the nearest other spellings.

#include "base/when.h"

#include "gtest/gtest.h"

namespace sumlog {
namespace {

const absl::Time kNoon = absl::FromUnixMicros(1'795'262'400'000'007);

TEST(When, HasOneSpellingForEachUse) {
  EXPECT_EQ(FormatWhen(kNoon), "2026-11-21 12:00:00 UTC");
  EXPECT_EQ(FormatTimestamp(kNoon), "2026-11-21T12:00:00Z");
  EXPECT_EQ(FormatTimestampMicros(kNoon), "2026-11-21T12:00:00.000007Z");
}

TEST(When, ReadsWhatItWrites) {
  for (const absl::Time time : {kNoon, absl::UnixEpoch(), absl::FromUnixMicros(-1)}) {
    EXPECT_EQ(ParseTimestampMicros(FormatTimestampMicros(time)).value_or(absl::InfinitePast()),
              time);
  }
}

TEST(When, ReadsNoOtherSpelling) {
  for (const char* text :
       {"", "2026-11-21T12:00:00Z", "2026-11-21T12:00:00.00007Z", "2026-11-21T12:00:00.0000070Z",
        " 2026-11-21T12:00:00.000007Z", "2026-11-21T12:00:00.000007", "2026-11-21 12:00:00 UTC",
        "2026-02-30T12:00:00.000007Z", "infinite-future"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseTimestampMicros(text).status())) << text;
  }
}

}  // namespace
}  // namespace sumlog
