// The pages of a checksum database that are 200, with how long they may be cached.
//
// Pure; safe from any thread.

#ifndef SUMLOG_HTTP_SUMDB_PAGES_H_
#define SUMLOG_HTTP_SUMDB_PAGES_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "http/message.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::http {

Response LookupPage(std::uint64_t number, absl::string_view record_text,
                    const tlog::SignedTreeHead& head);
Response HeadPage(const tlog::SignedTreeHead& head);
Response HashTilePage(absl::Span<const tlog::Hash> hashes);
Response DataTilePage(const storage::PackedTexts& records);
Response SupportedPage();

// A text that no cache keeps.
Response PlainPage(std::string text);

}  // namespace sumlog::http

#endif  // SUMLOG_HTTP_SUMDB_PAGES_H_
