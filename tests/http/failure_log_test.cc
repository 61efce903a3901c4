// Goal: failures are logged with their text, and a client that asks a failing page for ever fills
// no disk with it. Method: a logger into a string; more reports than a window takes.

#include "http/failure_log.h"

#include <algorithm>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sumlog::http {
namespace {

using ::testing::HasSubstr;

TEST(FailureLog, LogsEventAndText) {
  std::ostringstream out;
  const auto logger = ops::Logger::ToStream(&out, {});
  FailureLog failures(logger.get());
  failures.Report("a request failed", "disk \"0\" is busy");
  EXPECT_THAT(out.str(), HasSubstr("\"event\":\"a request failed\""));
  EXPECT_THAT(out.str(), HasSubstr("disk \\\"0\\\" is busy"));
}

TEST(FailureLog, IsSilentWithoutALogger) { FailureLog(nullptr).Report("event", "error"); }

TEST(FailureLog, IsBoundedInTime) {
  std::ostringstream out;
  const auto logger = ops::Logger::ToStream(&out, {});
  FailureLog failures(logger.get());
  for (int i = 0; i < 1000; ++i) failures.Report("event", "error");
  const std::string text = out.str();
  // Two windows, when the clock passes from one to the next meanwhile.
  EXPECT_GE(std::count(text.begin(), text.end(), '\n'), FailureLog::kMaxLinesPerWindow);
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 2 * FailureLog::kMaxLinesPerWindow);
}

}  // namespace
}  // namespace sumlog::http
