#include "cli/line_spool.h"

#include <algorithm>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/bytes.h"
#include "base/status_macros.h"

namespace sumlog::cli {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;
constexpr std::size_t kLineNumberBytes = 8;
constexpr absl::string_view kWhiteSpace = " \t\r\v\f";  // as between the fields of go.sum

absl::string_view TakeField(absl::string_view* rest) {
  rest->remove_prefix(std::min(rest->find_first_not_of(kWhiteSpace), rest->size()));
  const absl::string_view field = rest->substr(0, rest->find_first_of(kWhiteSpace));
  rest->remove_prefix(field.size());
  return field;
}

std::size_t PartOf(absl::string_view line) {
  const absl::string_view path = TakeField(&line);
  const absl::string_view version = absl::StripSuffix(TakeField(&line), "/go.mod");
  return absl::HashOf(path, version) % kSpoolParts;
}

}  // namespace

absl::Status LineSpool::Add(absl::string_view line, std::uint64_t line_number) {
  Part& part = parts_[PartOf(line)];
  AppendBigEndian64(&part.unwritten, line_number);
  absl::StrAppend(&part.unwritten, line, "\n");
  return part.unwritten.size() < kPieceBytes ? absl::OkStatus() : Write(part);
}

absl::Status LineSpool::Seal() {
  for (Part& part : parts_) {
    if (part.unwritten.empty()) continue;
    RETURN_IF_ERROR(Write(part));
    part.unwritten.shrink_to_fit();
  }
  return absl::OkStatus();
}

absl::Status LineSpool::Write(Part& part) {
  ASSIGN_OR_RETURN(const SpoolFile::Piece piece, file_->Append(part.unwritten));
  part.pieces.push_back(piece);
  part.unwritten.clear();
  return absl::OkStatus();
}

absl::StatusOr<LineSpool::Lines> LineSpool::Read(std::size_t part) const {
  Lines lines;
  std::string bytes;
  for (const SpoolFile::Piece& piece : parts_.at(part).pieces) {
    bytes.clear();
    RETURN_IF_ERROR(file_->Read(piece, &bytes));
    absl::string_view rest = bytes;
    while (!rest.empty()) {
      lines.line_numbers.push_back(ReadBigEndian64(rest));
      rest.remove_prefix(kLineNumberBytes);
      const std::size_t length = rest.find('\n') + 1;
      absl::StrAppend(&lines.text, rest.substr(0, length));
      rest.remove_prefix(length);
    }
  }
  return lines;
}

}  // namespace sumlog::cli
