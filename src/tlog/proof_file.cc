#include "sumlog/tlog/proof_file.h"

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/base64.h"
#include "base/status_macros.h"
#include "sumlog/tlog/inclusion.h"
#include "tlog/decimal.h"
#include "tlog/line.h"

namespace sumlog::tlog {
namespace {

constexpr absl::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr absl::string_view kExtra = "extra ";
constexpr absl::string_view kIndex = "index ";

absl::Status Malformed(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("malformed proof file: ", what));
}

// Whether the note is well-formed, whoever has signed it.
absl::Status CheckNote(absl::string_view note) {
  const absl::Status status = OpenNote(note, {}).status();
  return absl::IsNotFound(status) ? absl::OkStatus() : Malformed(status.message());
}

absl::Status CheckBounds(const ProofFile& file) {
  if (file.extra.size() > kMaxProofExtraBytes) {
    return Malformed(absl::StrCat("extra data of ", file.extra.size(), " bytes, want at most ",
                                  kMaxProofExtraBytes));
  }
  if (file.index > kMaxTreeSize) {
    return Malformed(absl::StrCat("index ", file.index, ", want at most ", kMaxTreeSize));
  }
  if (file.path.size() > kMaxProofHashes) {
    return Malformed(
        absl::StrCat("proof of ", file.path.size(), " hashes, want at most ", kMaxProofHashes));
  }
  return CheckNote(file.note);
}

// Takes the lines apart, in their order.
class Parser {
 public:
  explicit Parser(absl::string_view text) : rest_(text) {}

  absl::StatusOr<ProofFile> Parse() {
    ProofFile file;
    RETURN_IF_ERROR(NextLine());
    if (line_ != kFirstLine) {
      return Malformed(absl::StrCat("the first line is not \"", kFirstLine, "\""));
    }
    RETURN_IF_ERROR(NextLine());
    if (absl::ConsumePrefix(&line_, kExtra)) {
      RETURN_IF_ERROR(ParseExtra(&file.extra));
      RETURN_IF_ERROR(NextLine());
    }
    RETURN_IF_ERROR(ParseIndex(&file.index));
    RETURN_IF_ERROR(ParsePath(&file.path));
    file.note = std::string(rest_);
    RETURN_IF_ERROR(CheckNote(file.note));
    return file;
  }

 private:
  absl::Status NextLine() {
    ++number_;
    const std::optional<absl::string_view> line = TakeLine(&rest_);
    if (!line.has_value()) return Malformed(absl::StrCat("it ends in line ", number_));
    line_ = *line;
    return absl::OkStatus();
  }

  absl::Status ParseExtra(std::string* extra) const {
    if (!Base64Decode(line_, extra) || extra->empty()) {
      return Malformed("the extra data is not standard base64 of at least one byte");
    }
    if (extra->size() <= kMaxProofExtraBytes) return absl::OkStatus();
    return Malformed(absl::StrCat("extra data of ", extra->size(), " bytes, want at most ",
                                  kMaxProofExtraBytes));
  }

  absl::Status ParseIndex(std::uint64_t* index) {
    if (!absl::ConsumePrefix(&line_, kIndex)) {
      return Malformed(absl::StrCat("line ", number_, " does not begin with \"", kIndex, "\""));
    }
    const std::optional<std::uint64_t> number = ParseDecimal(line_);
    if (!number.has_value()) {
      return Malformed(absl::StrCat("the index is not a decimal number of at most ", kMaxTreeSize));
    }
    *index = *number;
    return absl::OkStatus();
  }

  // Up to and with the empty line.
  absl::Status ParsePath(std::vector<Hash>* path) {
    while (true) {
      RETURN_IF_ERROR(NextLine());
      if (line_.empty()) return absl::OkStatus();
      if (path->size() == kMaxProofHashes) {
        return Malformed(absl::StrCat("a proof of more than ", kMaxProofHashes, " hashes"));
      }
      const absl::StatusOr<Hash> hash = ParseHash(line_);
      if (!hash.ok()) {
        return Malformed(absl::StrCat("line ", number_, ": ", hash.status().message()));
      }
      path->push_back(*hash);
    }
  }

  absl::string_view rest_;
  absl::string_view line_;
  int number_ = 0;  // of line_, from 1
};

}  // namespace

absl::StatusOr<std::string> FormatProofFile(const ProofFile& file) {
  RETURN_IF_ERROR(CheckBounds(file));
  std::string text = absl::StrCat(kFirstLine, "\n");
  if (!file.extra.empty()) absl::StrAppend(&text, kExtra, Base64Encode(file.extra), "\n");
  absl::StrAppend(&text, kIndex, file.index, "\n");
  for (const Hash& hash : file.path) absl::StrAppend(&text, FormatHash(hash), "\n");
  absl::StrAppend(&text, "\n", file.note);
  return text;
}

absl::StatusOr<ProofFile> ParseProofFile(absl::string_view text) {
  if (text.size() > kMaxProofFileBytes) {
    return Malformed(absl::StrCat(text.size(), " bytes, want at most ", kMaxProofFileBytes));
  }
  return Parser(text).Parse();
}

absl::StatusOr<SignedTreeHead> VerifyProofFile(const ProofFile& file, const Hash& leaf,
                                               absl::Span<const VerifierKey> known) {
  ASSIGN_OR_RETURN(SignedTreeHead head, OpenTreeHead(file.note, known));
  if (file.index >= head.head.size) {
    return absl::DataLossError(absl::StrCat(
        "record ", file.index, " is outside the signed tree of ", head.head.size, " records"));
  }
  RETURN_IF_ERROR(VerifyInclusion(head.head, file.index, leaf, file.path));
  return head;
}

}  // namespace sumlog::tlog
