#include "admin/journal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "base/status_macros.h"
#include "base/when.h"
#include "nlohmann/json.hpp"

namespace sumlog::admin {
namespace {

constexpr std::size_t kMaxTextBytes = 1024;

std::string Bounded(absl::string_view text) { return std::string(text.substr(0, kMaxTextBytes)); }

std::string ResultText(const absl::Status& status) {
  if (status.ok()) return "OK";
  return absl::StatusCodeToString(status.code()) + ": " + Bounded(status.message());
}

absl::Status WriteAt(int fd, absl::string_view bytes, off_t offset, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(fd, bytes.data(), bytes.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return ErrnoToStatus(errno, "write", path);
    bytes.remove_prefix(static_cast<std::size_t>(count));
    offset += count;
  }
  return absl::OkStatus();
}

absl::StatusOr<off_t> SizeOf(int fd, const std::string& path) {
  struct stat info = {};
  if (::fstat(fd, &info) != 0) return ErrnoToStatus(errno, "stat", path);
  return info.st_size;
}

// Appends all of it, or takes back what was written of it.
absl::Status AppendWhole(int fd, absl::string_view bytes, const std::string& path) {
  ASSIGN_OR_RETURN(const off_t size, SizeOf(fd, path));
  absl::Status status = WriteAt(fd, bytes, size, path);
  if (!status.ok() && ::ftruncate(fd, size) != 0) {
    status.Update(ErrnoToStatus(errno, "truncate", path));
  }
  return status;
}

// A crash of the machine may leave a line without its end.
absl::Status EndTornLine(int fd, const std::string& path) {
  ASSIGN_OR_RETURN(const off_t size, SizeOf(fd, path));
  if (size == 0) return absl::OkStatus();
  char last = 0;
  if (::pread(fd, &last, 1, size - 1) != 1) return ErrnoToStatus(errno, "read", path);
  if (last == '\n') return absl::OkStatus();
  return WriteAt(fd, "\n", size, path);
}

}  // namespace

std::string FormatJournalEntry(const JournalEntry& entry, absl::Time when) {
  nlohmann::ordered_json json;
  json["time"] = FormatTimestampMicros(when);
  json["who"] = Bounded(entry.who);
  json["peer"] = Bounded(entry.peer);
  json["call"] = Bounded(entry.call);
  json["details"] = nlohmann::ordered_json::object();
  for (const auto& [name, value] : entry.details) json["details"][name] = Bounded(value);
  json["result"] = ResultText(entry.result);
  using ErrorHandler = nlohmann::ordered_json::error_handler_t;
  return json.dump(-1, ' ', false, ErrorHandler::replace) + "\n";
}

absl::StatusOr<std::unique_ptr<Journal>> Journal::Open(const std::string& path, Clock* clock) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  RETURN_IF_ERROR(MakeDirectories(folder, 0700));
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.valid()) return ErrnoToStatus(errno, "open", path);
  RETURN_IF_ERROR(EndTornLine(file.get(), path));
  RETURN_IF_ERROR(SyncDirectory(folder));
  return std::unique_ptr<Journal>(new Journal(path, std::move(file), clock));
}

absl::Status Journal::Append(const JournalEntry& entry, Durability durability) {
  MutexLock lock(&mu_);
  RETURN_IF_ERROR(AppendWhole(file_.get(), FormatJournalEntry(entry, clock_->Now()), path_));
  if (durability == Durability::kPowerLoss && ::fdatasync(file_.get()) != 0) {
    return ErrnoToStatus(errno, "sync", path_);
  }
  return absl::OkStatus();
}

}  // namespace sumlog::admin
