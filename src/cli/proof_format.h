// Proofs as this program prints them: the one place that knows their form.
//
//   inclusion of record 2 in tree 5
//   leaf <base64>
//   root <base64>
//   path 3
//   <base64>                    leaf first
//   …
//   signed head
//   <the note, byte for byte>   only where a signed head of that size is known
//
//   consistency of tree 2 with tree 5
//   old root <base64>
//   new root <base64>
//   path 3
//   …
//
// Pure; safe from any thread.

#ifndef SUMLOG_CLI_PROOF_FORMAT_H_
#define SUMLOG_CLI_PROOF_FORMAT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/json_output.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::cli {

struct InclusionProof {
  std::string module;  // "path@version"; empty when the record was asked for by number
  std::uint64_t number = 0;
  tlog::Hash leaf = {};
  tlog::SignedTreeHead head;     // an empty note: no signed head of this size is known
  std::vector<tlog::Hash> path;  // leaf first
  std::string text;              // the record; empty when it was not asked for
};

struct ConsistencyProof {
  tlog::SignedTreeHead older, newer;  // an empty note: no signed head of this size is known
  std::vector<tlog::Hash> path;
};

std::string FormatProof(const InclusionProof& proof);
std::string FormatProof(const ConsistencyProof& proof);

Json ProofToJson(const InclusionProof& proof);
Json ProofToJson(const ConsistencyProof& proof);

// The proof as a file of the C2SP tlog-proof form, with the record's text. kInvalidArgument: there
// is no signed head of its size, which such a file needs.
absl::StatusOr<std::string> FormatProofFileOf(const InclusionProof& proof);

// {"size": …, "root": …, "signed": …, "note": …}.
Json HeadToJson(const tlog::SignedTreeHead& head);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_PROOF_FORMAT_H_
