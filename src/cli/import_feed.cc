#include "cli/import_feed.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

#include "base/file.h"
#include "base/status_macros.h"
#include "cli/progress.h"

namespace sumlog::cli {
namespace {

GoSumSource StreamSource(std::istream* in) {
  return {.name = "-", .read = [in](absl::Span<char> space) -> absl::StatusOr<std::size_t> {
            if (in == nullptr) return absl::UnavailableError("-: there is no standard input");
            in->read(space.data(), static_cast<std::streamsize>(space.size()));
            if (in->bad()) return absl::UnavailableError("-: standard input cannot be read");
            return static_cast<std::size_t>(in->gcount());
          }};
}

absl::StatusOr<GoSumSource> FileSource(const std::string& path) {
  FileDescriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!opened.valid()) return ErrnoToStatus(errno, "open", path);
  // Shared because a std::function must be copyable; there is one reader.
  const auto file = std::make_shared<FileDescriptor>(std::move(opened));
  return GoSumSource{.name = path,
                     .read = [file, path](absl::Span<char> space) -> absl::StatusOr<std::size_t> {
                       while (true) {
                         const ssize_t count = ::read(file->get(), space.data(), space.size());
                         if (count >= 0) return static_cast<std::size_t>(count);
                         if (errno != EINTR) return ErrnoToStatus(errno, "read", path);
                       }
                     }};
}

// Bytes of all files together; 0 when one of them does not know.
std::uint64_t TotalBytes(const std::vector<std::string>& files) {
  std::uint64_t total = 0;
  for (const std::string& file : files) {
    std::error_code error;
    const std::uintmax_t size_bytes = std::filesystem::file_size(file, error);
    if (error) return 0;
    total += size_bytes;
  }
  return total;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ImportFeed>> ImportFeed::Read(Context& context,
                                                             const std::vector<std::string>& files,
                                                             const std::string& spool_folder) {
  std::unique_ptr<ImportFeed> feed(new ImportFeed(spool_folder));
  RETURN_IF_ERROR(feed->ReadAll(context, files));
  return feed;
}

absl::Status ImportFeed::ReadAll(Context& context, const std::vector<std::string>& files) {
  Progress progress(context, "read, in bytes");
  Amount bytes{.done = 0, .total = TotalBytes(files)};
  for (const std::string& file : files) {
    absl::StatusOr<GoSumSource> source = StreamSource(context.in);
    if (file != "-") source = FileSource(file);
    RETURN_IF_ERROR(source.status());
    const auto read = std::move(source->read);
    source->read = [&](absl::Span<char> space) {
      absl::StatusOr<std::size_t> count = read(space);
      bytes.done += count.value_or(0);
      progress.Update(bytes);
      return count;
    };
    ASSIGN_OR_RETURN(std::unique_ptr<GoSumInput> input, GoSumInput::Read(*source, &workspace_));
    record_estimate_ += input->record_estimate();
    inputs_.push_back({.file = file, .input = std::move(input)});
  }
  return absl::OkStatus();
}

void ImportFeed::CountBesides(const std::string& file, const gosum::GoSumFile& part,
                              ImportReport* report) {
  report->incomplete += part.incomplete.size();
  report->other_hash_lines += part.other_hash_lines;
  report->conflicting += part.conflicts.size();
  for (const gosum::GoSumConflict& conflict : part.conflicts) {
    if (report->file_conflicts.size() == kMaxListedConflicts) break;
    report->file_conflicts.push_back({.file = file, .conflict = conflict});
  }
}

absl::StatusOr<ImportBatch> ImportFeed::Next(std::size_t max_count, const InterruptWatch& interrupt,
                                             ImportReport* report) {
  while (taken_ == records_.size() && !inputs_.empty()) {
    NamedInput& front = inputs_.front();
    if (!front.input->HasPart()) {
      inputs_.pop_front();
      continue;
    }
    ASSIGN_OR_RETURN(gosum::GoSumFile part, front.input->TakePart());
    CountBesides(front.file, part, report);
    records_ = std::move(part.records);
    taken_ = 0;
  }
  if (taken_ == records_.size()) return ImportBatch{};
  if (interrupt.Seen()) return absl::CancelledError("interrupted");
  const std::size_t count = std::min(max_count, records_.size() - taken_);
  const auto first = records_.begin() + static_cast<std::ptrdiff_t>(taken_);
  ImportBatch batch{.file = inputs_.front().file, .records = {}};
  batch.records.assign(std::make_move_iterator(first),
                       std::make_move_iterator(first + static_cast<std::ptrdiff_t>(count)));
  taken_ += count;
  return batch;
}

}  // namespace sumlog::cli
