// Goal: a decision is kept as it was made, and a damaged one is never obeyed as another.
// Method: there and back; every cut and every other form of the kept text; reasons at their limits.

#include "log/decision.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sumlog::log {
namespace {

using ::testing::HasSubstr;

Decision Made() {
  return {.reason = "the zip was replaced upstream: \xE4\xB8\xAD",
          .who = "release-bot",
          .when = absl::FromUnixMicros(1'795'262'400'000'007)};
}

TEST(Decision, IsReadAsItWasKept) {
  EXPECT_EQ(FormatDecision(Made()),
            "sumlog decision 1\n"
            "when: 2026-11-21T12:00:00.000007Z\n"
            "who: release-bot\n"
            "reason: the zip was replaced upstream: \xE4\xB8\xAD\n");
  EXPECT_EQ(*ParseDecision(FormatDecision(Made())), Made());
  Decision nobody = Made();
  nobody.who.clear();
  EXPECT_EQ(*ParseDecision(FormatDecision(nobody)), nobody);
}

TEST(Decision, IsDamagedInEveryOtherForm) {
  const std::string kept = FormatDecision(Made());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    EXPECT_TRUE(absl::IsDataLoss(ParseDecision(kept.substr(0, i)).status())) << i;
  }
  EXPECT_TRUE(absl::IsDataLoss(ParseDecision(kept + "\n").status()));
  EXPECT_TRUE(absl::IsDataLoss(ParseDecision(kept + "reason: another\n").status()));
  EXPECT_TRUE(absl::IsDataLoss(
      ParseDecision("sumlog decision 1\nwhen: yesterday\nwho: a\nreason: b\n").status()));
  EXPECT_TRUE(absl::IsDataLoss(
      ParseDecision("sumlog decision 1\nwhen: 2026-11-21T12:00:00.000007Z\nwho: a\nreason: \n")
          .status()));
}

TEST(Decision, HasAReasonOfOneLineWithinItsLimits) {
  Decision decision = Made();
  for (const std::string& good : {std::string("x"), std::string(kMaxReasonBytes, 'x')}) {
    decision.reason = good;
    EXPECT_EQ(CheckDecision(decision), absl::OkStatus());
  }
  for (const std::string& bad :
       {std::string(), std::string(kMaxReasonBytes + 1, 'x'), std::string("two\nlines"),
        std::string("tab\t"), std::string("\x1b[31mred"), std::string("zero\0", 5),
        std::string("delete\x7f"), std::string("C1 \xC2\x85"), std::string("not UTF-8 \xff"),
        std::string("turned \u202e"), std::string("unseen \u200b"), std::string("line \u2028"),
        std::string("tag \U000e0041")}) {
    decision.reason = bad;
    EXPECT_TRUE(absl::IsInvalidArgument(CheckDecision(decision))) << bad;
  }
  decision = Made();
  decision.who = std::string(kMaxWhoBytes, 'w');
  EXPECT_EQ(CheckDecision(decision), absl::OkStatus());
  decision.who += "w";
  EXPECT_TRUE(absl::IsInvalidArgument(CheckDecision(decision)));
  decision.who = "two\nlines";
  EXPECT_TRUE(absl::IsInvalidArgument(CheckDecision(decision)));
}

TEST(Decision, IsToldFromOtherErrorsOfItsCode) {
  const absl::Status frozen = FrozenError(Made());
  EXPECT_TRUE(absl::IsFailedPrecondition(frozen));
  EXPECT_TRUE(IsFrozen(frozen));
  EXPECT_EQ(ReasonOf(frozen), Made().reason);
  EXPECT_EQ(
      frozen.message(),
      "the log is frozen and takes no records\n"
      "why: the zip was replaced upstream: \xE4\xB8\xAD (release-bot, 2026-11-21 12:00:00 UTC)");

  const absl::Status blocked = BlockedError("example.com/m@v1.0.0", Made());
  EXPECT_TRUE(absl::IsPermissionDenied(blocked));
  EXPECT_FALSE(IsFrozen(blocked));
  EXPECT_EQ(ReasonOf(blocked), Made().reason);
  EXPECT_THAT(std::string(blocked.message()), HasSubstr("example.com/m@v1.0.0 is blocked"));

  for (const absl::Status& other :
       {absl::OkStatus(), absl::FailedPreconditionError("the log is closing")}) {
    EXPECT_FALSE(IsFrozen(other));
    EXPECT_EQ(ReasonOf(other), "");
  }
}

}  // namespace
}  // namespace sumlog::log
