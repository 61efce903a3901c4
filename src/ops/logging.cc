#include "ops/logging.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace sumlog::ops {
namespace {

constexpr std::size_t kMaxValueBytes = 2000;

spdlog::level::level_enum LibraryLevel(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

absl::string_view LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

std::string Cut(absl::string_view value) {
  if (value.size() <= kMaxValueBytes) return std::string(value);
  return absl::StrCat(value.substr(0, kMaxValueBytes), "…");
}

// JSON text of `value`; bytes that are no UTF-8 become U+FFFD.
std::string Quoted(absl::string_view value) {
  return nlohmann::json(Cut(value)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// Bare when it reads as one word, so that an event stays one line and its fields can be told apart.
std::string TextValue(absl::string_view value) {
  for (const char c : value) {
    if (!absl::ascii_isgraph(static_cast<unsigned char>(c)) || c == '"') return Quoted(value);
  }
  return value.empty() ? "\"\"" : Cut(value);
}

class StreamLogger final : public Logger {
 public:
  StreamLogger(std::ostream* out, const Options& options)
      : options_(options),
        logger_("sumlog", std::make_shared<spdlog::sinks::ostream_sink_mt>(*out, true)) {
    logger_.set_pattern("%v");
    logger_.set_level(LibraryLevel(options.level));
  }

  void Log(LogLevel level, absl::string_view event, LogFields fields) override {
    if (level < options_.level) return;
    const std::string time =
        absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", options_.clock->Now(), absl::UTCTimeZone());
    const std::string line =
        options_.json ? JsonLine(time, level, event, fields) : TextLine(time, level, event, fields);
    logger_.log(LibraryLevel(level), spdlog::string_view_t(line.data(), line.size()));
  }

 private:
  static std::string JsonLine(absl::string_view time, LogLevel level, absl::string_view event,
                              LogFields fields) {
    std::string line = absl::StrCat("{\"time\":\"", time, "\",\"level\":\"", LevelName(level),
                                    "\",\"event\":", Quoted(event));
    for (const LogField& field : fields) {
      absl::StrAppend(&line, ",", Quoted(field.key), ":", Quoted(field.value));
    }
    return absl::StrCat(line, "}");
  }

  static std::string TextLine(absl::string_view time, LogLevel level, absl::string_view event,
                              LogFields fields) {
    std::string line = absl::StrCat(time, " ", LevelName(level), " ", event);
    for (const LogField& field : fields) {
      absl::StrAppend(&line, " ", field.key, "=", TextValue(field.value));
    }
    return line;
  }

  // Constant after construction; the library's sink has a lock of its own.
  const Options options_;
  spdlog::logger logger_;
};

}  // namespace

std::unique_ptr<Logger> Logger::ToStream(std::ostream* out, const Options& options) {
  return std::make_unique<StreamLogger>(out, options);
}

}  // namespace sumlog::ops
