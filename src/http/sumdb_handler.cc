#include "http/sumdb_handler.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/check.h"
#include "http/content_tag.h"
#include "http/error_body.h"
#include "http/error_pages.h"
#include "http/failure_log.h"
#include "http/request_target.h"
#include "log/data_tile_body.h"
#include "log/decision.h"
#include "sumlog/gosum/module_version.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::http {
namespace {

constexpr char kTextType[] = "text/plain; charset=UTF-8";
constexpr char kBytesType[] = "application/octet-stream";

// A tile of a given path never changes, whatever its width.
constexpr char kCacheForEver[] = "public, max-age=31536000, immutable";
// An old head stays true, so a lookup may be cached; but each head that a client meets costs it
// tiles, so caches should not spread many different ones for long.
constexpr char kCacheLookup[] = "public, max-age=60";
// The newest head is of use only as long as it is the newest: caches ask again, and get a 304.
constexpr char kCacheHead[] = "no-cache";
constexpr char kCacheSupported[] = "public, max-age=60";
constexpr char kNoCache[] = "no-store";

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
        failures_(options_.logger) {
    CHECK(!options_.logs.empty());
    for (const ServedLog& log : options_.logs) {
      CHECK((log.reader != nullptr) + (log.mirror != nullptr) == (log.opened.ok() ? 1 : 0));
    }
  }

  void Handle(const Request& request, Respond respond) override { respond(Answer(request)); }

 private:
  static const ServedLog* LogAtRoot(const std::vector<ServedLog>& logs);

  Response Answer(const Request& request) const;
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
};

Response Ok(const char* content_type, const char* cache_control, std::string etag,
            std::string body) {
  return {.status = 200,
          .content_type = content_type,
          .cache_control = cache_control,
          .etag = std::move(etag),
          .body = std::move(body)};
}

// The origin log, or the only one; else null.
const ServedLog* SumdbHandler::LogAtRoot(const std::vector<ServedLog>& logs) {
  for (const ServedLog& log : logs) {
    if (log.reader != nullptr || logs.size() == 1) return &log;
  }
  return nullptr;
}

Response SumdbHandler::Answer(const Request& request) const {
  const absl::StatusOr<Route> route = ParseRequestTarget(request.target);
  if (!route.ok()) return pages_.Malformed(route.status());
  switch (route->page) {
    case Route::Page::kHealthz:
      return Ok(kTextType, kNoCache, "", "ok\n");
    case Route::Page::kReadyz:
      return Ready();
    default:
      break;
  }
  const ServedLog* const log = FindLog(route->log_name);
  if (log == nullptr && (!route->log_name.empty() || route->page != Route::Page::kUnknown)) {
    return pages_.UnknownLog(route->log_name);
  }
  if (route->page == Route::Page::kUnknown) return pages_.UnknownPage(route->argument);
  if (!log->opened.ok()) return Failed(*log, log->opened);
  const log::LogReader* const reader = log->mirror != nullptr ? log->mirror->reader() : log->reader;
  if (reader == nullptr) return pages_.NothingYet(log->name);
  return AnswerFrom(*log, *reader, *route);
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
      return Ok(kTextType, kCacheSupported, "", "");
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

  const tlog::SignedTreeHead& head = answer->head->signed_head;
  // The tag of the head, with the record's number in front.
  std::string etag = NoteTag(head.head.size, head.note);
  etag.insert(1, absl::StrCat(answer->number, "-"));
  return Ok(kTextType, kCacheLookup, std::move(etag),
            absl::StrCat(answer->number, "\n", answer->record_text, "\n", head.note));
}

Response SumdbHandler::Latest(const log::LogReader& reader) const {
  const auto newest = reader.Newest();
  const tlog::SignedTreeHead& head = newest->signed_head;
  return Ok(kTextType, kCacheHead, NoteTag(head.head.size, head.note), head.note);
}

Response SumdbHandler::Tile(const ServedLog& log, const log::LogReader& reader,
                            absl::string_view path) const {
  const absl::StatusOr<tlog::TileId> tile = tlog::ParseTilePath(path);
  if (absl::IsNotFound(tile.status())) {
    return pages_.ImpossibleTile(NameOf(log), path, tile.status().message());
  }
  if (!tile.ok()) return pages_.Malformed(tile.status());

  absl::Status status;
  std::string body;
  const char* content_type = kBytesType;
  if (tile->kind == tlog::TileId::Kind::kHash) {
    const absl::StatusOr<std::vector<tlog::Hash>> hashes = reader.HashTile(*tile);
    status = hashes.status();
    if (hashes.ok()) body = std::string(tlog::HashesAsBytes(*hashes));
  } else {
    const absl::StatusOr<storage::PackedTexts> records = reader.DataTile(*tile);
    status = records.status();
    if (records.ok()) body = log::DataTileBody(*records, records->size());
    content_type = kTextType;
  }
  if (absl::IsNotFound(status)) {
    return pages_.NoSuchTile(NameOf(log), path, reader.Newest()->signed_head.head.size);
  }
  if (!status.ok()) return Failed(log, status);
  std::string etag = ContentTag(body);
  return Ok(content_type, kCacheForEver, std::move(etag), std::move(body));
}

Response SumdbHandler::Ready() const {
  const absl::Status status = options_.ready();
  if (!status.ok()) return pages_.NotReady(status);
  std::string body = "ok\n";
  for (const std::string& remark : options_.remarks()) absl::StrAppend(&body, remark, "\n");
  return Ok(kTextType, kNoCache, "", std::move(body));
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
