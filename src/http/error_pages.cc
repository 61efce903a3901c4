#include "http/error_pages.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "http/error_body.h"

namespace sumlog::http {
namespace {

// A version is looked up again soon after somebody has added it.
constexpr char kCacheMissingLookup[] = "public, max-age=10";
constexpr char kCacheUnknownPage[] = "public, max-age=60";
constexpr char kNoCache[] = "no-store";

// What is kept of a module version or a path in an error text; the rest of the line fits beside it.
constexpr std::size_t kShownNameBytes = 150;
constexpr std::size_t kShownLogNameBytes = 60;

// "log sum.example.com", "the mirror of sum.golang.org".
std::string Describe(const LogName& log) {
  return absl::StrCat(log.is_mirror ? "the mirror of " : "log ",
                      ShortenMiddle(log.name, kShownLogNameBytes));
}

std::string Shown(absl::string_view name) { return ShortenMiddle(name, kShownNameBytes); }

}  // namespace

Response ErrorPages::Malformed(const absl::Status& status) const {
  return Page(400, kNoCache, absl::StrCat("the request is malformed: ", status.message()),
              "a checksum database answers /lookup/<module>@<version>, /latest and /tile/8/...",
              "look for a mistake in the module path, the version or the URL in GOSUMDB");
}

Response ErrorPages::UnknownPage(absl::string_view path) const {
  return Page(404, kCacheUnknownPage, absl::StrCat("there is no page ", Shown(path), " here"),
              "this is a checksum database, not a module proxy",
              "in GOPROXY, name a module proxy; in GOSUMDB, the URL of this log without a path");
}

Response ErrorPages::UnknownLog(absl::string_view name) const {
  if (name.empty()) {
    return Page(404, kCacheUnknownPage, "this server has no log at this place",
                absl::StrCat("it has several, each under /sumdb/<name>/: ", log_names_),
                "in GOSUMDB, end the URL with /sumdb/ and the name at the beginning of the key");
  }
  return Page(404, kCacheUnknownPage, absl::StrCat("this server has no log ", Shown(name)),
              absl::StrCat("it has ", log_names_),
              "compare the name with the one at the beginning of the key in GOSUMDB");
}

Response ErrorPages::NothingYet(absl::string_view log) const {
  return Page(503, kNoCache,
              absl::StrCat(Describe({.name = log, .is_mirror = true}), " has nothing to serve yet"),
              "it has not yet fetched and verified all that the newest signed head of it covers",
              "try again later; \"sumlog mirror status\" on the server says how far it is");
}

Response ErrorPages::NotInLog(const LogName& log, absl::string_view module,
                              std::uint64_t size) const {
  const std::string what = absl::StrCat(Shown(module), " is not in ", Describe(log));
  if (log.is_mirror) {
    return Page(404, kCacheMissingLookup, what,
                absl::StrCat("the mirror has the first ", size,
                             " records of that log; newer ones come with its next round"),
                "check path and version; of a version that is new, ask again in some minutes");
  }
  return Page(404, kCacheMissingLookup, what,
              "the log holds only versions that somebody has added, and nobody has added this one",
              contact_.empty() ? "check path and version; else ask whoever runs this log to add it"
                               : "check path and version; else ask the contact below to add it");
}

Response ErrorPages::Blocked(const LogName& log, absl::string_view module,
                             absl::string_view reason) const {
  return Page(403, kNoCache, absl::StrCat(Shown(module), " is blocked in ", Describe(log)), reason,
              contact_.empty() ? "use another version, or ask whoever runs this log"
                               : "use another version, or ask the contact below");
}

Response ErrorPages::ImpossibleTile(const LogName& log, absl::string_view path,
                                    absl::string_view why) const {
  return Page(404, kNoCache, absl::StrCat(Shown(path), " is not in ", Describe(log)), why,
              "no log ever has this tile: look for a mistake in what asked for it");
}

Response ErrorPages::NoSuchTile(const LogName& log, absl::string_view path,
                                std::uint64_t size) const {
  return Page(404, kNoCache, absl::StrCat(Shown(path), " is not in ", Describe(log)),
              absl::StrCat("the ", log.is_mirror ? "mirror" : "log", " has ", size,
                           " records, too few for it"),
              log.is_mirror ? "this client has seen a newer head elsewhere: ask again when the "
                              "mirror has caught up, or ask there"
                            : "a client that asked for it has seen a newer head: tell whoever runs "
                              "this log");
}

Response ErrorPages::NoDataTiles(const LogName& log, absl::string_view path) const {
  return Page(404, kNoCache, absl::StrCat(Shown(path), " is not in ", Describe(log)),
              "it has only those records that somebody has looked up",
              "for all records use a full mirror (mode = \"full\"), or the log itself");
}

Response ErrorPages::NotHere(const LogName& log, absl::string_view thing,
                             const absl::Status& status) const {
  const std::string what = absl::StrCat(Shown(thing), " is not in ", Describe(log));
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return Page(404, kCacheMissingLookup, what, "the log itself does not have it either",
                  "check path and version; of what is new, ask again in some minutes");
    case absl::StatusCode::kFailedPrecondition:
      return Page(404, kNoCache, what,
                  "the name is private here, so the log is not asked about it (policy.private)",
                  "add it to GONOSUMDB, or verify it with a log of your own");
    case absl::StatusCode::kPermissionDenied:
      return Page(403, kNoCache, what, "the log refuses to answer about it",
                  "ask whoever runs this mirror; the server's own log says more");
    case absl::StatusCode::kDeadlineExceeded:
      return Page(404, kNoCache, what, "it is still being fetched from the log, which takes long",
                  "try again in a minute");
    case absl::StatusCode::kUnavailable:
      return Page(503, kNoCache, what,
                  "it has not been asked for before, and the log cannot be "
                  "reached from here now",
                  "try again later; whoever runs this mirror: see to its way to the log");
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kDataLoss:
      return Page(502, kNoCache, what,
                  "what came in the log's name does not agree with what the log has signed",
                  "tell whoever runs this mirror: the server's own log names the evidence");
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kCancelled:
      return Page(503, kNoCache, what,
                  "too much is being fetched already, or the server is stopping",
                  "try again in a minute");
    default:
      return Page(502, kNoCache, what,
                  "what came in the log's name is no answer of a checksum "
                  "database",
                  "try again later; else tell whoever runs this mirror");
  }
}

Response ErrorPages::Failed(const LogName& log, const absl::Status& status) const {
  const std::string name = Describe(log);
  switch (status.code()) {
    case absl::StatusCode::kDataLoss:
      return Page(500, kNoCache, absl::StrCat("the data of ", name, " is damaged"),
                  "what is on the server's disk does not agree with what the log has signed",
                  "whoever runs this log: keep the data as it is and run \"sumlog fsck\"");
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDeadlineExceeded:
      return Page(503, kNoCache, absl::StrCat(name, " cannot answer now"),
                  "its storage does not answer; the server's own log says why",
                  "try again in a minute");
    default:
      return Page(500, kNoCache, absl::StrCat(name, " failed to answer"),
                  "an error of the server, whose own log says which", "tell whoever runs this log");
  }
}

Response ErrorPages::NotReady(const absl::Status& status) const {
  return Page(503, kNoCache, "the server cannot answer now", status.message(), "");
}

Response ErrorPages::Page(int status, const char* cache_control, absl::string_view what,
                          absl::string_view why, absl::string_view fix) const {
  return {.status = status,
          .content_type = kErrorContentType,
          .cache_control = cache_control,
          .body = FormatErrorBody({.what = std::string(what),
                                   .why = std::string(why),
                                   .fix = std::string(fix),
                                   .contact = contact_})};
}

}  // namespace sumlog::http
