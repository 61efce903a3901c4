// The answer to a lookup, taken apart: a number, a record, a signed head.
//
//   1234
//   rsc.io/quote v1.5.2 h1:w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Y=
//   rsc.io/quote v1.5.2/go.mod h1:LzX7hefJvL54yjefDEDHNONDjII0t9xZLPXsUe+TKr0=
//
//   go.sum database tree
//   …
//
// Pure: no I/O, no locks, no clock. Safe from any thread.
// Spec: golang.org/x/mod/sumdb/tlog.ParseRecord and sumdb.Client.Lookup, v0.42.0.

#ifndef SUMLOG_CLIENT_LOOKUP_ANSWER_H_
#define SUMLOG_CLIENT_LOOKUP_ANSWER_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sumlog/gosum/module_version.h"

namespace sumlog::client {

struct LookupAnswer {
  std::uint64_t number = 0;       // of the record; nothing signs it: only the proof can show it
  absl::string_view record_text;  // up to the first blank line: the leaf of the tree
  absl::string_view note;         // all the rest: the signed head
};

// Takes an answer apart; the views point into `body`. kInvalidArgument: no canonical number, no
// blank line, or a text that no record can be.
absl::StatusOr<LookupAnswer> ParseLookupAnswer(absl::string_view body);

// Checks that a record which the tree is known to hold says what a client must know of `module`:
// exactly one "h1:" line for its files and exactly one for its go.mod. Only the record counts:
// lines elsewhere in an answer are nobody's promise (GO-2026-6180). Other lines in it are ignored,
// as the go command does.
//
// kDataLoss: a line is missing, doubled or malformed. The log has signed a record that leaves
// clients without protection, or that belongs to another module; the go command stops with
// "checksum missing from sumdb response" and SECURITY ERROR.
absl::Status CheckRecordIsOf(const gosum::ModuleVersion& module, absl::string_view record_text);

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_LOOKUP_ANSWER_H_
