// One line per event: text on a terminal, one JSON object otherwise. Hides the logging library.
//
//   const std::unique_ptr<Logger> logger = Logger::ToStream(&std::cerr, {.json = true});
//   logger->Info("listening", {{"http", "127.0.0.1:8080"}});
//
//   2026-11-21T02:51:07.120Z info listening http=127.0.0.1:8080
//   {"time":"2026-11-21T02:51:07.120Z","level":"info","event":"listening","http":"127.0.0.1:8080"}
//
// Rule for callers: never key material, at no level; names of modules at debug only, because a
// private module's name is a secret for some.
//
// Safe from any thread.

#ifndef SUMLOG_OPS_LOGGING_H_
#define SUMLOG_OPS_LOGGING_H_

#include <initializer_list>
#include <memory>
#include <ostream>
#include <string>

#include "absl/strings/string_view.h"
#include "base/clock.h"

namespace sumlog::ops {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

struct LogField {
  absl::string_view key;    // one lower-case word
  absl::string_view value;  // anything: it is quoted where it must be, and cut at 2,000 bytes
};

using LogFields = std::initializer_list<LogField>;

class Logger {
 public:
  struct Options {
    bool json = true;
    LogLevel level = LogLevel::kInfo;  // events below it are dropped
    Clock* clock = SystemClock();
  };

  // Writes to `out`, which must outlive the logger, and flushes after each event.
  static std::unique_ptr<Logger> ToStream(std::ostream* out, const Options& options);

  virtual ~Logger() = default;

  virtual void Log(LogLevel level, absl::string_view event, LogFields fields) = 0;

  void Debug(absl::string_view event, LogFields fields = {}) {
    Log(LogLevel::kDebug, event, fields);
  }
  void Info(absl::string_view event, LogFields fields = {}) { Log(LogLevel::kInfo, event, fields); }
  void Warning(absl::string_view event, LogFields fields = {}) {
    Log(LogLevel::kWarning, event, fields);
  }
  void Error(absl::string_view event, LogFields fields = {}) {
    Log(LogLevel::kError, event, fields);
  }
};

}  // namespace sumlog::ops

#endif  // SUMLOG_OPS_LOGGING_H_
