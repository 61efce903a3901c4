#include "admin/journal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "base/when.h"
#include "nlohmann/json.hpp"

namespace sumlog::admin {
namespace {

constexpr std::size_t kMaxTextBytes = 1024;

// What is kept free for lines: half of it is more than the calls under way write, each some 200
// bytes and a few KiB at the worst.
constexpr off_t kRoomBytes = off_t{4} << 20;
constexpr off_t kStatBlockBytes = 512;  // the unit of st_blocks

std::string Bounded(absl::string_view text) { return std::string(text.substr(0, kMaxTextBytes)); }

std::string ResultText(const absl::Status& status) {
  if (status.ok()) return "OK";
  return absl::StatusCodeToString(status.code()) + ": " + Bounded(status.message());
}

// In a string of JSON: the same text, spelled so that a terminal does nothing with it.
void AppendEscaped(char32_t code_point, std::string* out) {
  const auto unit = static_cast<std::uint32_t>(code_point);
  if (unit <= 0xffff) {
    absl::StrAppendFormat(out, "\\u%04x", unit);
    return;
  }
  const std::uint32_t rest = unit - 0x10000;
  absl::StrAppendFormat(out, "\\u%04x\\u%04x", 0xd800 + (rest >> 10), 0xdc00 + (rest & 0x3ff));
}

bool IsPrintableAscii(char c) { return c >= ' ' && c <= '~'; }

// JSON has escapes for the first control characters alone: here, for all that must not be shown.
std::string EscapeUnshowable(std::string text) {
  if (std::all_of(text.begin(), text.end(), IsPrintableAscii)) return text;  // as most lines are
  absl::string_view json = text;
  std::string escaped;
  escaped.reserve(json.size());
  while (!json.empty()) {
    const Utf8Rune rune = DecodeUtf8(json);
    CHECK(rune.size_bytes > 0);  // the library has replaced what is not UTF-8
    if (IsShowable(rune.code_point)) {
      absl::StrAppend(&escaped, json.substr(0, rune.size_bytes));
    } else {
      AppendEscaped(rune.code_point, &escaped);
    }
    json.remove_prefix(rune.size_bytes);
  }
  return escaped;
}

absl::StatusOr<off_t> SizeOf(int fd, const std::string& path) {
  struct stat info = {};
  if (::fstat(fd, &info) != 0) return ErrnoToStatus(errno, "stat", path);
  return info.st_size;
}

// Appends all of it, or takes back what was written of it.
absl::Status AppendWhole(int fd, absl::string_view bytes, const std::string& path) {
  ASSIGN_OR_RETURN(const off_t size, SizeOf(fd, path));
  absl::Status status = WriteAllAt(fd, size, bytes, path);
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
  return WriteAllAt(fd, size, "\n", path);
}

absl::Status KeepRoomIn(int fd, const std::string& path) {
  struct stat info = {};
  if (::fstat(fd, &info) != 0) return ErrnoToStatus(errno, "stat", path);
  if (info.st_blocks * kStatBlockBytes >= info.st_size + kRoomBytes / 2) return absl::OkStatus();
  // Behind the end of the file, which stays where it is.
  if (::fallocate(fd, FALLOC_FL_KEEP_SIZE, info.st_size, kRoomBytes) == 0) return absl::OkStatus();
  // A file system that cannot keep room free says only when a line is written that it is full.
  if (errno == EOPNOTSUPP) return absl::OkStatus();
  return ErrnoToStatus(errno, "make room in", path);
}

// Opens the file, or makes it durably.
absl::StatusOr<FileDescriptor> OpenFile(const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.valid()) return ErrnoToStatus(errno, "open", path);
  RETURN_IF_ERROR(EndTornLine(file.get(), path));
  RETURN_IF_ERROR(SyncDirectory(FolderOf(path)));
  return file;
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
  return EscapeUnshowable(json.dump(-1, ' ', false, ErrorHandler::replace)) + "\n";
}

absl::Status DoneButNotJournalled(const absl::Status& appended) {
  if (appended.ok()) return appended;
  return absl::UnavailableError(
      absl::StrCat("it was done, but could not be journalled: ", appended.message()));
}

absl::StatusOr<std::unique_ptr<Journal>> Journal::Open(const std::string& path, Clock* clock) {
  RETURN_IF_ERROR(MakeDirectories(FolderOf(path), 0700));
  ASSIGN_OR_RETURN(FileDescriptor file, OpenFile(path));
  return std::unique_ptr<Journal>(new Journal(path, std::move(file), clock));
}

absl::Status Journal::FollowPath() {
  struct stat held = {};
  struct stat found = {};
  if (::fstat(file_.get(), &held) != 0) return ErrnoToStatus(errno, "stat", path_);
  if (::stat(path_.c_str(), &found) == 0) {
    if (found.st_dev == held.st_dev && found.st_ino == held.st_ino) return absl::OkStatus();
  } else if (errno != ENOENT) {
    return ErrnoToStatus(errno, "stat", path_);
  }
  ASSIGN_OR_RETURN(file_, OpenFile(path_));
  return absl::OkStatus();
}

absl::Status Journal::MakeRoom() {
  MutexLock lock(&mu_);
  absl::Status status = FollowPath();
  if (status.ok()) status = KeepRoomIn(file_.get(), path_);
  if (status.ok()) return status;
  return absl::UnavailableError(absl::StrCat("nothing was done, for it could not be journalled: ",
                                             status.message(), "\nfix: give that file room"));
}

absl::Status Journal::Append(const JournalEntry& entry, Durability durability) {
  return AppendAll(absl::MakeConstSpan(&entry, 1), durability);
}

absl::Status Journal::AppendAll(absl::Span<const JournalEntry> entries, Durability durability) {
  const absl::Time now = clock_->Now();
  std::string lines;
  for (const JournalEntry& entry : entries) lines += FormatJournalEntry(entry, now);
  MutexLock lock(&mu_);
  RETURN_IF_ERROR(FollowPath());
  RETURN_IF_ERROR(AppendWhole(file_.get(), lines, path_));
  if (durability == Durability::kPowerLoss && ::fdatasync(file_.get()) != 0) {
    return ErrnoToStatus(errno, "sync", path_);
  }
  return absl::OkStatus();
}

}  // namespace sumlog::admin
