// Goal: an event is one line, whatever its values hold, and reads the same for people and programs.
// Method: a logger on a string, with the time in the test's hands; JSON lines are parsed back.

#include "ops/logging.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/thread.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "support/fake_clock.h"

namespace sumlog::ops {
namespace {

class LoggingTest : public ::testing::Test {
 protected:
  std::string Line(bool json, LogLevel level, absl::string_view event, LogFields fields) {
    std::ostringstream out;
    Logger::ToStream(&out, {.json = json, .level = LogLevel::kDebug, .clock = &clock_})
        ->Log(level, event, fields);
    return out.str();
  }

  testing::FakeClock clock_;
};

TEST_F(LoggingTest, WritesTextForPeople) {
  EXPECT_EQ(Line(false, LogLevel::kInfo, "serving", {{"http", "127.0.0.1:1"}, {"records", "7"}}),
            "2026-11-21T12:00:00.000Z info serving http=127.0.0.1:1 records=7\n");
}

TEST_F(LoggingTest, WritesJsonForPrograms) {
  EXPECT_EQ(Line(true, LogLevel::kWarning, "slow disk", {{"path", "/a b"}}),
            "{\"time\":\"2026-11-21T12:00:00.000Z\",\"level\":\"warning\",\"event\":\"slow disk\","
            "\"path\":\"/a b\"}\n");
}

TEST_F(LoggingTest, QuotesTextValuesThatAreNotOneWord) {
  EXPECT_EQ(Line(false, LogLevel::kError, "e", {{"a", ""}, {"b", "two words"}, {"c", "x\"y"}}),
            "2026-11-21T12:00:00.000Z error e a=\"\" b=\"two words\" c=\"x\\\"y\"\n");
}

TEST_F(LoggingTest, KeepsHostileValuesInsideOneLine) {
  const std::string hostile = std::string("a\nb\r\x1b[31m\0{}%s\"", 16) + "\xff";
  for (const bool json : {false, true}) {
    const std::string line = Line(json, LogLevel::kInfo, "e", {{"value", hostile}});
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_EQ(line.find('\x1b'), std::string::npos);
    EXPECT_EQ(line.find('\r'), std::string::npos);
  }
  const auto parsed = nlohmann::json::parse(Line(true, LogLevel::kInfo, "e", {{"value", hostile}}));
  EXPECT_EQ(parsed["value"], std::string("a\nb\r\x1b[31m\0{}%s\"", 16) + "\xEF\xBF\xBD");
}

TEST_F(LoggingTest, CutsLongValues) {
  const std::string line = Line(true, LogLevel::kInfo, "e", {{"v", std::string(100'000, 'x')}});
  EXPECT_LT(line.size(), 2200u);
}

TEST_F(LoggingTest, DropsWhatIsBelowItsLevel) {
  std::ostringstream out;
  const auto logger =
      Logger::ToStream(&out, {.json = false, .level = LogLevel::kWarning, .clock = &clock_});
  logger->Debug("one");
  logger->Info("two");
  EXPECT_EQ(out.str(), "");
  logger->Warning("three");
  logger->Error("four");
  EXPECT_THAT(out.str(), ::testing::HasSubstr("warning three\n"));
  EXPECT_THAT(out.str(), ::testing::HasSubstr("error four\n"));
}

TEST_F(LoggingTest, WritesWholeLinesFromManyThreads) {
  std::ostringstream out;
  const auto logger = Logger::ToStream(&out, {.json = true, .clock = &clock_});
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.push_back(StartThread("logs", [&logger] {
        for (int n = 0; n < 100; ++n) logger->Info("event", {{"value", "some value"}});
      }));
    }
  }
  std::istringstream lines(out.str());
  std::string line;
  int count = 0;
  while (std::getline(lines, line)) {
    ++count;
    EXPECT_TRUE(nlohmann::json::accept(line)) << line;
  }
  EXPECT_EQ(count, 400);
}

}  // namespace
}  // namespace sumlog::ops
