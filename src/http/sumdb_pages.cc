#include "http/sumdb_pages.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "http/content_tag.h"
#include "log/data_tile_body.h"

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

Response Ok(const char* content_type, const char* cache_control, std::string etag,
            std::string body) {
  return {.status = 200,
          .content_type = content_type,
          .cache_control = cache_control,
          .etag = std::move(etag),
          .body = std::move(body)};
}

}  // namespace

Response LookupPage(std::uint64_t number, absl::string_view record_text,
                    const tlog::SignedTreeHead& head) {
  // The tag of the head, with the record's number in front.
  std::string etag = NoteTag(head.head.size, head.note);
  etag.insert(1, absl::StrCat(number, "-"));
  return Ok(kTextType, kCacheLookup, std::move(etag),
            absl::StrCat(number, "\n", record_text, "\n", head.note));
}

Response HeadPage(const tlog::SignedTreeHead& head) {
  return Ok(kTextType, kCacheHead, NoteTag(head.head.size, head.note), head.note);
}

Response HashTilePage(absl::Span<const tlog::Hash> hashes) {
  std::string body(tlog::HashesAsBytes(hashes));
  std::string etag = ContentTag(body);
  return Ok(kBytesType, kCacheForEver, std::move(etag), std::move(body));
}

Response DataTilePage(const storage::PackedTexts& records) {
  std::string body = log::DataTileBody(records, records.size());
  std::string etag = ContentTag(body);
  return Ok(kTextType, kCacheForEver, std::move(etag), std::move(body));
}

Response SupportedPage() { return Ok(kTextType, kCacheSupported, "", ""); }

Response PlainPage(std::string text) { return Ok(kTextType, kNoCache, "", std::move(text)); }

}  // namespace sumlog::http
