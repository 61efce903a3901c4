#include "cli/go_sum_input.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "cli/line_spool.h"

namespace sumlog::cli {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr std::size_t kBlockBytes = std::size_t{4} << 20;  // checked at once when spooling

// "line 12: …" of a block that begins after `lines_before` lines becomes "NAME:LINE: …".
absl::Status AtFileLine(const std::string& name, std::uint64_t lines_before,
                        const absl::Status& status) {
  absl::string_view message = status.message();
  if (absl::ConsumePrefix(&message, "line ")) {
    const std::size_t digits = message.find(':');
    std::uint64_t line = 0;
    if (digits != absl::string_view::npos && absl::SimpleAtoi(message.substr(0, digits), &line)) {
      return absl::Status(status.code(),
                          absl::StrCat(name, ":", lines_before + line, message.substr(digits)));
    }
  }
  return absl::Status(status.code(), absl::StrCat(name, ": ", status.message()));
}

// Reads on until `content` has `target` bytes or the source ends; returns whether it has ended.
absl::StatusOr<bool> FillTo(const GoSumSource& source, std::size_t target, std::string* content) {
  while (content->size() < target) {
    const std::size_t before = content->size();
    content->resize(std::min(target, before + kReadBytes));
    const absl::StatusOr<std::size_t> count =
        source.read(absl::MakeSpan(content->data() + before, content->size() - before));
    content->resize(before + count.value_or(0));
    RETURN_IF_ERROR(count.status());
    if (*count == 0) return true;
  }
  return false;
}

class InputInMemory final : public GoSumInput {
 public:
  explicit InputInMemory(gosum::GoSumFile file) : file_(std::move(file)) {}

  std::uint64_t record_estimate() const override { return file_.records.size(); }
  bool HasPart() const override { return !taken_; }
  absl::StatusOr<gosum::GoSumFile> TakePart() override {
    CHECK(HasPart());
    taken_ = true;
    return std::move(file_);
  }

 private:
  gosum::GoSumFile file_;
  bool taken_ = false;
};

// A file for which there is no memory now but will be when its turn comes.
class InputOnDisk final : public GoSumInput {
 public:
  InputOnDisk(const SpoolFile* spool, const SpoolFile::Piece& piece, std::uint64_t record_count)
      : spool_(spool), piece_(piece), record_count_(record_count) {}

  std::uint64_t record_estimate() const override { return record_count_; }
  bool HasPart() const override { return !taken_; }
  absl::StatusOr<gosum::GoSumFile> TakePart() override {
    CHECK(HasPart());
    taken_ = true;
    std::string content;
    RETURN_IF_ERROR(spool_->Read(piece_, &content));
    return gosum::ParseGoSumFile(content);
  }

 private:
  const SpoolFile* const spool_;
  const SpoolFile::Piece piece_;
  const std::uint64_t record_count_;
  bool taken_ = false;
};

class InputInParts final : public GoSumInput {
 public:
  InputInParts(std::string name, SpoolFile* spool) : name_(std::move(name)), spool_(spool) {}

  std::uint64_t record_estimate() const override { return record_estimate_; }
  bool HasPart() const override { return next_part_ < kSpoolParts; }

  absl::StatusOr<gosum::GoSumFile> TakePart() override {
    CHECK(HasPart());
    ASSIGN_OR_RETURN(const LineSpool::Lines lines, spool_.Read(next_part_++));
    ASSIGN_OR_RETURN(gosum::GoSumFile file, gosum::ParseGoSumFile(lines.text));
    for (gosum::GoSumConflict& conflict : file.conflicts) {
      conflict.first_line = lines.line_numbers.at(conflict.first_line - 1);
      conflict.second_line = lines.line_numbers.at(conflict.second_line - 1);
    }
    return file;
  }

  // Checks whole lines that follow those before, and spools them.
  absl::Status AddBlock(absl::string_view block) {
    const absl::StatusOr<gosum::GoSumFile> checked = gosum::ParseGoSumFile(block);
    if (!checked.ok()) return AtFileLine(name_, line_count_, checked.status());
    record_estimate_ += checked->records.size();
    while (!block.empty()) {
      const absl::string_view line = block.substr(0, block.find('\n'));
      block.remove_prefix(std::min(line.size() + 1, block.size()));
      RETURN_IF_ERROR(spool_.Add(line, ++line_count_));
    }
    return absl::OkStatus();
  }

  absl::Status Seal() { return spool_.Seal(); }

 private:
  const std::string name_;
  LineSpool spool_;
  std::uint64_t line_count_ = 0;
  std::uint64_t record_estimate_ = 0;
  std::size_t next_part_ = 0;
};

// `content` is what has been read already.
absl::StatusOr<std::unique_ptr<GoSumInput>> ReadInParts(const GoSumSource& source,
                                                        std::string content, SpoolFile* spool) {
  auto input = std::make_unique<InputInParts>(source.name, spool);
  for (bool ended = false; !ended;) {
    ASSIGN_OR_RETURN(ended, FillTo(source, content.size() + kBlockBytes, &content));
    const std::size_t last_newline = content.rfind('\n');
    // A line longer than a block is longer than any line may be: the parser says so.
    const bool all = ended || last_newline == std::string::npos;
    const std::size_t size_bytes = all ? content.size() : last_newline + 1;
    RETURN_IF_ERROR(input->AddBlock(absl::string_view(content).substr(0, size_bytes)));
    content.erase(0, size_bytes);
  }
  RETURN_IF_ERROR(input->Seal());
  return input;
}

}  // namespace

absl::StatusOr<std::unique_ptr<GoSumInput>> GoSumInput::Read(const GoSumSource& source,
                                                             GoSumWorkspace* workspace) {
  std::string content;
  ASSIGN_OR_RETURN(const bool ended, FillTo(source, workspace->max_part_bytes + 1, &content));
  if (!ended) return ReadInParts(source, std::move(content), &workspace->spool);

  absl::StatusOr<gosum::GoSumFile> file = gosum::ParseGoSumFile(content);
  if (!file.ok()) return AtFileLine(source.name, 0, file.status());
  if (content.size() <= workspace->memory_bytes) {
    workspace->memory_bytes -= content.size();
    return std::make_unique<InputInMemory>(*std::move(file));
  }
  ASSIGN_OR_RETURN(const SpoolFile::Piece piece, workspace->spool.Append(content));
  return std::make_unique<InputOnDisk>(&workspace->spool, piece, file->records.size());
}

}  // namespace sumlog::cli
