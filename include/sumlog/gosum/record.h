// Records: the two go.sum lines of a module version, which are one leaf of the log.
//
//   rsc.io/quote v1.5.2 h1:w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Y=
//   rsc.io/quote v1.5.2/go.mod h1:LzX7hefJvL54yjefDEDHNONDjII0t9xZLPXsUe+TKr0=
//
// Both lines or none (invariant I4): a record with one line weakens every client.
//
// Pure; safe from any thread. Spec: golang.org/x/mod/sumdb/tlog FormatRecord (text rules).

#ifndef SUMLOG_GOSUM_RECORD_H_
#define SUMLOG_GOSUM_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sumlog/gosum/module_version.h"

namespace sumlog::gosum {

inline constexpr std::size_t kMaxRecordSizeBytes = 64 * 1024;  // what a mirror may have to keep

struct Record {
  ModuleVersion module;
  std::string zip_hash;  // "h1:" and 44 characters of base64: the module's files
  std::string mod_hash;  // the same for its go.mod

  friend bool operator==(const Record&, const Record&) = default;
};

// OK when `hash` is "h1:" and the canonical base64 of 32 bytes.
absl::Status CheckH1(absl::string_view hash);

// OK when module version and both hashes are valid; the message names the wrong part.
absl::Status CheckRecord(const Record& record);

// The two lines, each with its newline. The record must pass CheckRecord.
std::string FormatRecordText(const Record& record);

// The inverse: exactly the two lines, in this order, of one valid module version.
// kInvalidArgument says what is missing, doubled or malformed.
absl::StatusOr<Record> ParseRecordText(absl::string_view text);

// Whether a tree may hold `text` at all, exactly as x/mod's tlog.FormatRecord decides: valid UTF-8,
// no control characters below U+0020 but newline, no two newlines in a row, a newline at the end. A
// mirror keeps every such text that its upstream signed, well-formed record or not.
absl::Status CheckRecordText(absl::string_view text);

}  // namespace sumlog::gosum

#endif  // SUMLOG_GOSUM_RECORD_H_
