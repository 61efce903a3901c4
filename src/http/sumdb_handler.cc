#include "http/sumdb_handler.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/check.h"
#include "http/distant_pages.h"
#include "http/error_body.h"
#include "http/error_pages.h"
#include "http/failure_log.h"
#include "http/request_target.h"
#include "http/sumdb_pages.h"
#include "log/decision.h"
#include "sumlog/gosum/module_version.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::http {
namespace {

// What an error text has room for.
constexpr std::size_t kMostNamesShown = 3;
constexpr std::size_t kShownLogNameBytes = 40;

// "log a", "logs a, b, and others".
std::string NamesOf(const std::vector<ServedLog>& logs) {
  std::string names = logs.size() == 1 ? "log " : "logs ";
  for (std::size_t i = 0; i < logs.size() && i < kMostNamesShown; ++i) {
    absl::StrAppend(&names, i == 0 ? "" : ", ", ShortenMiddle(logs[i].name, kShownLogNameBytes));
  }
  if (logs.size() > kMostNamesShown) names += ", and others";
  return names;
}

LogName NameOf(const ServedLog& log) {
  return {.name = log.name, .is_mirror = log.reader == nullptr};
}

class SumdbHandler final : public Handler {
 public:
  explicit SumdbHandler(SumdbHandlerOptions options)
      : options_(std::move(options)),
        root_(LogAtRoot(options_.logs)),
        pages_(options_.contact, NamesOf(options_.logs)),
        failures_(options_.logger),
        distant_(&pages_, &failures_) {
    CHECK(!options_.logs.empty());
    for (const ServedLog& log : options_.logs) {
      const int sources =
          (log.reader != nullptr) + (log.mirror != nullptr) + (log.distant != nullptr);
      CHECK(sources == (log.opened.ok() ? 1 : 0));
    }
  }

  void Handle(const Request& request, Respond respond) override {
    const absl::StatusOr<Route> route = ParseRequestTarget(request.target);
    if (!route.ok()) return respond(pages_.Malformed(route.status()));
    const ServedLog* const log = FindLog(route->log_name);
    if (log != nullptr && log->distant != nullptr && DistantPages::Has(route->page)) {
      return distant_.Answer(log->name, *log->distant, *route, std::move(respond));
    }
    respond(Answer(*route, log));
  }

 private:
  static const ServedLog* LogAtRoot(const std::vector<ServedLog>& logs);

  Response Answer(const Route& route, const ServedLog* log) const;
  const ServedLog* FindLog(absl::string_view name) const;
  Response AnswerFrom(const ServedLog& log, const log::LogReader& reader, const Route& route) const;
  Response Lookup(const ServedLog& log, const log::LogReader& reader,
                  absl::string_view argument) const;
  Response Latest(const log::LogReader& reader) const;
  Response Tile(const ServedLog& log, const log::LogReader& reader, absl::string_view path) const;
  Response Ready() const;
  Response Failed(const ServedLog& log, const absl::Status& status) const;

  // Constant after construction.
  const SumdbHandlerOptions options_;
  const ServedLog* const root_;  // one of options_.logs; may be null
  const ErrorPages pages_;

  mutable FailureLog failures_;  // safe from any thread
  const DistantPages distant_;
};

// The origin log, or the only one; else null.
const ServedLog* SumdbHandler::LogAtRoot(const std::vector<ServedLog>& logs) {
  for (const ServedLog& log : logs) {
    if (log.reader != nullptr || logs.size() == 1) return &log;
  }
  return nullptr;
}

// `log` is the one that the route names; null: there is none.
Response SumdbHandler::Answer(const Route& route, const ServedLog* log) const {
  switch (route.page) {
    case Route::Page::kHealthz:
      return PlainPage("ok\n");
    case Route::Page::kReadyz:
      return Ready();
    default:
      break;
  }
  if (log == nullptr && (!route.log_name.empty() || route.page != Route::Page::kUnknown)) {
    return pages_.UnknownLog(route.log_name);
  }
  if (route.page == Route::Page::kUnknown) return pages_.UnknownPage(route.argument);
  if (!log->opened.ok()) return Failed(*log, log->opened);
  const log::LogReader* const reader = log->mirror != nullptr ? log->mirror->reader() : log->reader;
  if (reader == nullptr) return pages_.NothingYet(log->name);
  return AnswerFrom(*log, *reader, route);
}

Response SumdbHandler::AnswerFrom(const ServedLog& log, const log::LogReader& reader,
                                  const Route& route) const {
  switch (route.page) {
    case Route::Page::kLookup:
      return Lookup(log, reader, route.argument);
    case Route::Page::kLatest:
      return Latest(reader);
    case Route::Page::kTile:
      return Tile(log, reader, route.argument);
    case Route::Page::kSupported:
      return SupportedPage();
    default:
      return pages_.UnknownPage(route.argument);
  }
}

// Null when there is no such log. Linear: a process serves a handful.
const ServedLog* SumdbHandler::FindLog(absl::string_view name) const {
  if (name.empty()) return root_;
  for (const ServedLog& log : options_.logs) {
    if (log.name == name) return &log;
  }
  return nullptr;
}

Response SumdbHandler::Lookup(const ServedLog& log, const log::LogReader& reader,
                              absl::string_view argument) const {
  const absl::StatusOr<gosum::ModuleVersion> module = gosum::ParseEscapedModuleVersion(argument);
  if (!module.ok()) return pages_.Malformed(module.status());

  const absl::StatusOr<log::LookupAnswer> answer = reader.Lookup(*module);
  if (absl::IsNotFound(answer.status())) {
    return pages_.NotInLog(NameOf(log), module->ToString(), reader.Newest()->signed_head.head.size);
  }
  if (absl::IsPermissionDenied(answer.status())) {
    return pages_.Blocked(NameOf(log), module->ToString(), log::ReasonOf(answer.status()));
  }
  if (!answer.ok()) return Failed(log, answer.status());

  return LookupPage(answer->number, answer->record_text, answer->head->signed_head);
}

Response SumdbHandler::Latest(const log::LogReader& reader) const {
  return HeadPage(reader.Newest()->signed_head);
}

Response SumdbHandler::Tile(const ServedLog& log, const log::LogReader& reader,
                            absl::string_view path) const {
  const absl::StatusOr<tlog::TileId> tile = tlog::ParseTilePath(path);
  if (absl::IsNotFound(tile.status())) {
    return pages_.ImpossibleTile(NameOf(log), path, tile.status().message());
  }
  if (!tile.ok()) return pages_.Malformed(tile.status());

  absl::Status status;
  if (tile->kind == tlog::TileId::Kind::kHash) {
    const absl::StatusOr<std::vector<tlog::Hash>> hashes = reader.HashTile(*tile);
    if (hashes.ok()) return HashTilePage(*hashes);
    status = hashes.status();
  } else {
    const absl::StatusOr<storage::PackedTexts> records = reader.DataTile(*tile);
    if (records.ok()) return DataTilePage(*records);
    status = records.status();
  }
  if (absl::IsNotFound(status)) {
    return pages_.NoSuchTile(NameOf(log), path, reader.Newest()->signed_head.head.size);
  }
  return Failed(log, status);
}

Response SumdbHandler::Ready() const {
  const absl::Status status = options_.ready();
  if (!status.ok()) return pages_.NotReady(status);
  std::string body = "ok\n";
  for (const std::string& remark : options_.remarks()) absl::StrAppend(&body, remark, "\n");
  return PlainPage(std::move(body));
}

Response SumdbHandler::Failed(const ServedLog& log, const absl::Status& status) const {
  failures_.Report("a request failed", status.ToString());
  return pages_.Failed(NameOf(log), status);
}

}  // namespace

std::unique_ptr<Handler> NewSumdbHandler(SumdbHandlerOptions options) {
  return std::make_unique<SumdbHandler>(std::move(options));
}

}  // namespace sumlog::http
