// Proof files: a record's number, its inclusion proof and the signed head, in one text that can be
// sent to somebody and checked without any network.
//
//   c2sp.org/tlog-proof@v1
//   extra cnNjLmlvL3F1b3RlIHYxLjUuMiBoMTp3NWZjeXNqcng3eXF0RC9hTytR…   (the record's text, base64)
//   index 73894
//   gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=                      (from the leaf's sibling up)
//   …
//
//   go.sum database tree
//   109482
//   sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=
//
//   — sum.example.com hI2DJw…
//
// Nothing authenticates `extra` by itself. We put the text of the record there: the proof, which is
// about its leaf hash, vouches for it then.
//
// Pure: no I/O, no locks, no clock. Safe from any thread.
// Spec: C2SP tlog-proof, with the heads of checksum databases (tree_head.h) as checkpoints.

#ifndef SUMLOG_TLOG_PROOF_FILE_H_
#define SUMLOG_TLOG_PROOF_FILE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/note.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::tlog {

inline constexpr std::size_t kMaxProofHashes = 63;  // a tree has less than 2^63 records
inline constexpr std::size_t kMaxProofExtraBytes = std::size_t{1} << 20;  // 16 longest records

// The longest file that can be one: the note, the extra data in base64, and room for the rest.
inline constexpr std::size_t kMaxProofFileBytes =
    kMaxNoteSizeBytes + kMaxProofExtraBytes / 3 * 4 + 8 * 1024;

struct ProofFile {
  std::string extra;        // at most kMaxProofExtraBytes; empty: there is none
  std::uint64_t index = 0;  // 0-based number of the record; below 2^63
  std::vector<Hash> path;   // as VerifyInclusion takes it; at most kMaxProofHashes
  std::string note;         // the whole signed head, byte for byte

  friend bool operator==(const ProofFile&, const ProofFile&) = default;
};

// The file. kInvalidArgument: a part beyond its bound, or a `note` that is not well-formed.
absl::StatusOr<std::string> FormatProofFile(const ProofFile& file);

// The inverse: accepts exactly what FormatProofFile writes. kInvalidArgument says what is wrong,
// and with which line. No signature and no proof is checked here.
absl::StatusOr<ProofFile> ParseProofFile(absl::string_view text);

// Checks all that a proof file claims of the record with this leaf hash (LeafHash of the record,
// not of `file.extra`), and returns the head that covers it. Returns otherwise:
//   kInvalidArgument  the note is none, or is not about a tree head
//   kNotFound         none of `known` has signed the head
//   kDataLoss         a wrong signature by a known key, or a number or proof that does not lead
//   from
//                     the record to the signed root
absl::StatusOr<SignedTreeHead> VerifyProofFile(const ProofFile& file, const Hash& leaf,
                                               absl::Span<const VerifierKey> known);

}  // namespace sumlog::tlog

#endif  // SUMLOG_TLOG_PROOF_FILE_H_
