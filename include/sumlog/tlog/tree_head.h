// Tree heads: the size and root that everything else is verified against.
//
// Pure: no I/O, no locks, no clock. Safe from any thread.
// Spec: golang.org/x/mod/sumdb/tlog FormatTree; the same first line for every checksum database.

#ifndef SUMLOG_TLOG_TREE_HEAD_H_
#define SUMLOG_TLOG_TREE_HEAD_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/note.h"

namespace sumlog::tlog {

// Everything a verifier must already trust.
struct TreeHead {
  std::uint64_t size = 0;  // number of records; record numbers run over [0, size)
  Hash root = {};          // RFC 6962 tree hash of those records

  friend bool operator==(const TreeHead&, const TreeHead&) = default;
};

// "go.sum database tree\n<size>\n<root in base64>\n": the text that is signed.
std::string FormatTreeHead(const TreeHead& head);

// The inverse. Lines after the third are ignored, as `go` does; any other deviation (leading zeros,
// a size above 2^63-1, a longer text than 1,000,000 bytes) is kInvalidArgument.
absl::StatusOr<TreeHead> ParseTreeHead(absl::string_view text);

// A tree head together with the note that proves who signed it.
struct SignedTreeHead {
  TreeHead head;
  std::string note;  // the whole signed note, byte for byte as signed or received
};

// Signs `head` with every signer, in order (at least one).
absl::StatusOr<SignedTreeHead> SignTreeHead(const TreeHead& head, absl::Span<const Signer> signers);

// Opens a note over a tree head: at least one signature of `known` and no wrong one.
// Status codes as OpenNote and ParseTreeHead.
absl::StatusOr<SignedTreeHead> OpenTreeHead(absl::string_view note,
                                            absl::Span<const VerifierKey> known);

}  // namespace sumlog::tlog

#endif  // SUMLOG_TLOG_TREE_HEAD_H_
