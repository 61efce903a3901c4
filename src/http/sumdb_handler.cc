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
// A version is looked up again soon after somebody has added it.
constexpr char kCacheMissingLookup[] = "public, max-age=10";
constexpr char kCacheUnknownPage[] = "public, max-age=60";
constexpr char kNoCache[] = "no-store";

// What is kept of a module version or a path in an error text; the rest of the line fits beside it.
constexpr std::size_t kShownNameBytes = 150;
constexpr std::size_t kShownLogNameBytes = 60;

class SumdbHandler final : public Handler {
 public:
  explicit SumdbHandler(SumdbHandlerOptions options)
      : options_(std::move(options)), failures_(options_.logger) {
    CHECK(!options_.logs.empty());
  }

  void Handle(const Request& request, Respond respond) override { respond(Answer(request)); }

 private:
  Response Answer(const Request& request) const;
  const ServedLog* FindLog(absl::string_view name) const;
  Response Lookup(const ServedLog& log, absl::string_view argument) const;
  Response Latest(const ServedLog& log) const;
  Response Tile(const ServedLog& log, absl::string_view path) const;
  Response Ready() const;

  Response Malformed(const absl::Status& status) const;
  Response UnknownPage(absl::string_view path) const;
  Response UnknownLog(absl::string_view name) const;
  Response NotInLog(const ServedLog& log, absl::string_view module) const;
  Response Blocked(const ServedLog& log, absl::string_view module, absl::string_view reason) const;
  Response NoSuchTile(const ServedLog& log, absl::string_view path, absl::string_view why,
                      absl::string_view fix) const;
  Response Failed(const ServedLog& log, const absl::Status& status) const;
  Response Error(int status, const char* cache_control, absl::string_view what,
                 absl::string_view why, absl::string_view fix) const;

  // Constant after construction.
  const SumdbHandlerOptions options_;

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

Response SumdbHandler::Answer(const Request& request) const {
  const absl::StatusOr<Route> route = ParseRequestTarget(request.target);
  if (!route.ok()) return Malformed(route.status());

  const ServedLog* const log = FindLog(route->log_name);
  if (log == nullptr) return UnknownLog(route->log_name);
  switch (route->page) {
    case Route::Page::kLookup:
      return Lookup(*log, route->argument);
    case Route::Page::kLatest:
      return Latest(*log);
    case Route::Page::kTile:
      return Tile(*log, route->argument);
    case Route::Page::kSupported:
      return Ok(kTextType, kCacheSupported, "", "");
    case Route::Page::kHealthz:
      return Ok(kTextType, kNoCache, "", "ok\n");
    case Route::Page::kReadyz:
      return Ready();
    case Route::Page::kUnknown:
      break;
  }
  return UnknownPage(route->argument);
}

// Null when there is no such log. Linear: a process serves a handful.
const ServedLog* SumdbHandler::FindLog(absl::string_view name) const {
  if (name.empty()) return &options_.logs.front();
  for (const ServedLog& log : options_.logs) {
    if (log.name == name) return &log;
  }
  return nullptr;
}

Response SumdbHandler::Lookup(const ServedLog& log, absl::string_view argument) const {
  const absl::StatusOr<gosum::ModuleVersion> module = gosum::ParseEscapedModuleVersion(argument);
  if (!module.ok()) return Malformed(module.status());

  const absl::StatusOr<log::LookupAnswer> answer = log.reader->Lookup(*module);
  if (absl::IsNotFound(answer.status())) return NotInLog(log, module->ToString());
  if (absl::IsPermissionDenied(answer.status())) {
    return Blocked(log, module->ToString(), log::ReasonOf(answer.status()));
  }
  if (!answer.ok()) return Failed(log, answer.status());

  const tlog::SignedTreeHead& head = answer->head->signed_head;
  // The tag of the head, with the record's number in front.
  std::string etag = NoteTag(head.head.size, head.note);
  etag.insert(1, absl::StrCat(answer->number, "-"));
  return Ok(kTextType, kCacheLookup, std::move(etag),
            absl::StrCat(answer->number, "\n", answer->record_text, "\n", head.note));
}

Response SumdbHandler::Latest(const ServedLog& log) const {
  const auto newest = log.reader->Newest();
  const tlog::SignedTreeHead& head = newest->signed_head;
  return Ok(kTextType, kCacheHead, NoteTag(head.head.size, head.note), head.note);
}

Response SumdbHandler::Tile(const ServedLog& log, absl::string_view path) const {
  const absl::StatusOr<tlog::TileId> tile = tlog::ParseTilePath(path);
  if (absl::IsNotFound(tile.status())) {
    return NoSuchTile(log, path, tile.status().message(),
                      "no log ever has this tile: look for a mistake in what asked for it");
  }
  if (!tile.ok()) return Malformed(tile.status());

  absl::Status status;
  std::string body;
  const char* content_type = kBytesType;
  if (tile->kind == tlog::TileId::Kind::kHash) {
    const absl::StatusOr<std::vector<tlog::Hash>> hashes = log.reader->HashTile(*tile);
    status = hashes.status();
    if (hashes.ok()) body = std::string(tlog::HashesAsBytes(*hashes));
  } else {
    const absl::StatusOr<storage::PackedTexts> records = log.reader->DataTile(*tile);
    status = records.status();
    if (records.ok()) body = log::DataTileBody(*records, records->size());
    content_type = kTextType;
  }
  if (absl::IsNotFound(status)) {
    return NoSuchTile(log, path,
                      absl::StrCat("the log has ", log.reader->Newest()->signed_head.head.size,
                                   " records, too few for it"),
                      "a client that asked for it has seen a newer head: tell whoever runs this "
                      "log");
  }
  if (!status.ok()) return Failed(log, status);
  std::string etag = ContentTag(body);
  return Ok(content_type, kCacheForEver, std::move(etag), std::move(body));
}

Response SumdbHandler::Ready() const {
  const absl::Status status = options_.ready();
  if (status.ok()) return Ok(kTextType, kNoCache, "", "ok\n");
  return Error(503, kNoCache, "the server cannot answer now", status.message(), "");
}

Response SumdbHandler::Malformed(const absl::Status& status) const {
  return Error(400, kNoCache, absl::StrCat("the request is malformed: ", status.message()),
               "a checksum database answers /lookup/<module>@<version>, /latest and /tile/8/...",
               "look for a mistake in the module path, the version or the URL in GOSUMDB");
}

Response SumdbHandler::UnknownPage(absl::string_view path) const {
  return Error(404, kCacheUnknownPage,
               absl::StrCat("there is no page ", ShortenMiddle(path, kShownNameBytes), " here"),
               "this is a checksum database, not a module proxy",
               "in GOPROXY, name a module proxy; in GOSUMDB, the URL of this log without a path");
}

Response SumdbHandler::UnknownLog(absl::string_view name) const {
  return Error(
      404, kCacheUnknownPage,
      absl::StrCat("this server has no log ", ShortenMiddle(name, kShownNameBytes)),
      absl::StrCat("its log is ", ShortenMiddle(options_.logs.front().name, kShownLogNameBytes),
                   options_.logs.size() > 1 ? ", among others" : ""),
      "compare the name with the one at the beginning of the key in GOSUMDB");
}

Response SumdbHandler::NotInLog(const ServedLog& log, absl::string_view module) const {
  return Error(404, kCacheMissingLookup,
               absl::StrCat(ShortenMiddle(module, kShownNameBytes), " is not in log ",
                            ShortenMiddle(log.name, kShownLogNameBytes)),
               "the log holds only versions that somebody has added, and nobody has added this one",
               options_.contact.empty()
                   ? "check path and version; else ask whoever runs this log to add it"
                   : "check path and version; else ask the contact below to add it");
}

Response SumdbHandler::Blocked(const ServedLog& log, absl::string_view module,
                               absl::string_view reason) const {
  return Error(403, kNoCache,
               absl::StrCat(ShortenMiddle(module, kShownNameBytes), " is blocked in log ",
                            ShortenMiddle(log.name, kShownLogNameBytes)),
               reason,
               options_.contact.empty() ? "use another version, or ask whoever runs this log"
                                        : "use another version, or ask the contact below");
}

Response SumdbHandler::NoSuchTile(const ServedLog& log, absl::string_view path,
                                  absl::string_view why, absl::string_view fix) const {
  return Error(404, kNoCache,
               absl::StrCat(ShortenMiddle(path, kShownNameBytes), " is not in log ",
                            ShortenMiddle(log.name, kShownLogNameBytes)),
               why, fix);
}

Response SumdbHandler::Failed(const ServedLog& log, const absl::Status& status) const {
  failures_.Report("a request failed", status.ToString());
  const std::string name = ShortenMiddle(log.name, kShownLogNameBytes);
  switch (status.code()) {
    case absl::StatusCode::kDataLoss:
      return Error(500, kNoCache, absl::StrCat("the data of log ", name, " is damaged"),
                   "what is on the server's disk does not agree with what the log has signed",
                   "whoever runs this log: keep the data as it is and run \"sumlog fsck\"");
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDeadlineExceeded:
      return Error(503, kNoCache, absl::StrCat("log ", name, " cannot answer now"),
                   "its storage does not answer; the server's own log says why",
                   "try again in a minute");
    default:
      return Error(500, kNoCache, absl::StrCat("log ", name, " failed to answer"),
                   "an error of the server, whose own log says which",
                   "tell whoever runs this log");
  }
}

Response SumdbHandler::Error(int status, const char* cache_control, absl::string_view what,
                             absl::string_view why, absl::string_view fix) const {
  return {.status = status,
          .content_type = kErrorContentType,
          .cache_control = cache_control,
          .body = FormatErrorBody({.what = std::string(what),
                                   .why = std::string(why),
                                   .fix = std::string(fix),
                                   .contact = options_.contact})};
}

}  // namespace

std::unique_ptr<Handler> NewSumdbHandler(SumdbHandlerOptions options) {
  return std::make_unique<SumdbHandler>(std::move(options));
}

}  // namespace sumlog::http
