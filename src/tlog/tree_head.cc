#include "sumlog/tlog/tree_head.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "tlog/decimal.h"
#include "tlog/line.h"

namespace sumlog::tlog {
namespace {

constexpr absl::string_view kFirstLine = "go.sum database tree\n";

}  // namespace

std::string FormatTreeHead(const TreeHead& head) {
  return absl::StrCat(kFirstLine, head.size, "\n", FormatHash(head.root), "\n");
}

absl::StatusOr<TreeHead> ParseTreeHead(absl::string_view text) {
  if (text.size() > kMaxNoteSizeBytes) {
    return absl::InvalidArgumentError(absl::StrCat("malformed tree head: ", text.size(),
                                                   " bytes, want at most ", kMaxNoteSizeBytes));
  }
  if (!absl::ConsumePrefix(&text, kFirstLine)) {
    return absl::InvalidArgumentError(
        "malformed tree head: the first line is not \"go.sum database tree\"");
  }
  const std::optional<absl::string_view> size_line = TakeLine(&text);
  const std::optional<absl::string_view> root_line = TakeLine(&text);
  if (!size_line.has_value() || !root_line.has_value()) {
    return absl::InvalidArgumentError("malformed tree head: less than three lines");
  }
  const std::optional<std::uint64_t> size = ParseDecimal(*size_line);
  if (!size.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "malformed tree head: the size is not a decimal number of at most ", kMaxTreeSize));
  }
  absl::StatusOr<Hash> root = ParseHash(*root_line);
  if (!root.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("malformed tree head: root ", root.status().message()));
  }
  return TreeHead{.size = *size, .root = *root};
}

absl::StatusOr<SignedTreeHead> SignTreeHead(const TreeHead& head,
                                            absl::Span<const Signer> signers) {
  if (head.size > kMaxTreeSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("tree of ", head.size, " records, want at most ", kMaxTreeSize));
  }
  ASSIGN_OR_RETURN(std::string note, SignNote(FormatTreeHead(head), signers));
  return SignedTreeHead{.head = head, .note = std::move(note)};
}

absl::StatusOr<SignedTreeHead> OpenTreeHead(absl::string_view note,
                                            absl::Span<const VerifierKey> known) {
  ASSIGN_OR_RETURN(const Note opened, OpenNote(note, known));
  ASSIGN_OR_RETURN(const TreeHead head, ParseTreeHead(opened.text));
  return SignedTreeHead{.head = head, .note = std::string(note)};
}

}  // namespace sumlog::tlog
