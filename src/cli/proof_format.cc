#include "cli/proof_format.h"

#include "absl/strings/str_cat.h"
#include "sumlog/tlog/proof_file.h"

namespace sumlog::cli {
namespace {

std::string FormatPath(const std::vector<tlog::Hash>& path) {
  std::string text = absl::StrCat("path ", path.size(), "\n");
  for (const tlog::Hash& hash : path) absl::StrAppend(&text, tlog::FormatHash(hash), "\n");
  return text;
}

std::string FormatNote(absl::string_view title, const tlog::SignedTreeHead& head) {
  return head.note.empty() ? "" : absl::StrCat(title, "\n", head.note);
}

Json PathToJson(const std::vector<tlog::Hash>& path) {
  Json hashes = Json::array();
  for (const tlog::Hash& hash : path) hashes.push_back(tlog::FormatHash(hash));
  return hashes;
}

}  // namespace

std::string FormatProof(const InclusionProof& proof) {
  return absl::StrCat("inclusion of record ", proof.number, " in tree ", proof.head.head.size,
                      "\nleaf ", tlog::FormatHash(proof.leaf), "\nroot ",
                      tlog::FormatHash(proof.head.head.root), "\n", FormatPath(proof.path),
                      FormatNote("signed head", proof.head));
}

std::string FormatProof(const ConsistencyProof& proof) {
  return absl::StrCat("consistency of tree ", proof.older.head.size, " with tree ",
                      proof.newer.head.size, "\nold root ", tlog::FormatHash(proof.older.head.root),
                      "\nnew root ", tlog::FormatHash(proof.newer.head.root), "\n",
                      FormatPath(proof.path), FormatNote("old signed head", proof.older),
                      FormatNote("new signed head", proof.newer));
}

absl::StatusOr<std::string> FormatProofFileOf(const InclusionProof& proof) {
  if (proof.head.note.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "no signed head of ", proof.head.head.size,
        " records is known, and a proof file holds one\nfix: leave --size away, for the newest"));
  }
  return tlog::FormatProofFile(
      {.extra = proof.text, .index = proof.number, .path = proof.path, .note = proof.head.note});
}

Json HeadToJson(const tlog::SignedTreeHead& head) {
  Json json = {{"size", head.head.size},
               {"root", tlog::FormatHash(head.head.root)},
               {"signed", !head.note.empty()}};
  if (!head.note.empty()) json["note"] = head.note;
  return json;
}

Json ProofToJson(const InclusionProof& proof) {
  Json json = {{"proof", "inclusion"}};
  if (!proof.module.empty()) json["module"] = proof.module;
  json["record"] = proof.number;
  json["leaf"] = tlog::FormatHash(proof.leaf);
  json["head"] = HeadToJson(proof.head);
  json["path"] = PathToJson(proof.path);
  return json;
}

Json ProofToJson(const ConsistencyProof& proof) {
  return {{"proof", "consistency"},
          {"from", HeadToJson(proof.older)},
          {"to", HeadToJson(proof.newer)},
          {"path", PathToJson(proof.path)}};
}

}  // namespace sumlog::cli
