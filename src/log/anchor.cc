#include "log/anchor.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/bytes.h"
#include "base/status_macros.h"
#include "crypto/sha256.h"

namespace sumlog::log {
namespace {

// A slot: magic (16 bytes) ‖ sequence (8) ‖ length of the note (4) ‖ note ‖ zeros ‖ SHA-256 of all
// before it (32). Integers are big-endian. The slot with the higher sequence is the newer one.
constexpr std::size_t kSlotSizeBytes = 4096;
constexpr std::size_t kSlotCount = 2;
constexpr absl::string_view kMagic = "sumlog anchor 1\n";
constexpr std::size_t kHeaderSizeBytes = 16 + 8 + 4;
constexpr std::size_t kChecksumSizeBytes = 32;
constexpr std::size_t kBodySizeBytes = kSlotSizeBytes - kChecksumSizeBytes;
static_assert(kHeaderSizeBytes + kMaxAnchorNoteBytes <= kBodySizeBytes);

struct Slot {
  std::uint64_t sequence = 0;
  std::string note;
};

std::string Checksum(absl::string_view body) {
  const crypto::Digest digest = crypto::Sha256(body);
  return std::string(digest.begin(), digest.end());
}

std::string FormatSlot(std::uint64_t sequence, absl::string_view note) {
  std::string slot(kMagic);
  AppendBigEndian64(&slot, sequence);
  AppendBigEndian32(&slot, static_cast<std::uint32_t>(note.size()));
  absl::StrAppend(&slot, note);
  slot.resize(kBodySizeBytes, '\0');
  absl::StrAppend(&slot, Checksum(slot));
  return slot;
}

// Nothing when the slot is torn, empty or not an anchor's.
std::optional<Slot> ParseSlot(absl::string_view bytes) {
  if (bytes.size() != kSlotSizeBytes) return std::nullopt;
  const absl::string_view body = bytes.substr(0, kBodySizeBytes);
  if (body.substr(0, kMagic.size()) != kMagic) return std::nullopt;
  if (bytes.substr(kBodySizeBytes) != Checksum(body)) return std::nullopt;
  const std::uint64_t sequence = ReadBigEndian64(body.substr(kMagic.size()));
  const std::uint32_t size_bytes = ReadBigEndian32(body.substr(kMagic.size() + 8));
  if (size_bytes > kMaxAnchorNoteBytes) return std::nullopt;
  return Slot{.sequence = sequence, .note = std::string(body.substr(kHeaderSizeBytes, size_bytes))};
}

absl::Status CheckNote(const std::string& note) {
  if (note.size() <= kMaxAnchorNoteBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "note of ", note.size(), " bytes for the anchor, want at most ", kMaxAnchorNoteBytes));
}

std::string FolderOf(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

absl::Status WriteAt(int fd, std::size_t offset, absl::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0) {
      if (errno == EINTR) continue;
      return ErrnoToStatus(errno, "write anchor", path);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::size_t>(written);
  }
  return absl::OkStatus();
}

}  // namespace

Anchor::Anchor(FileDescriptor file, std::string path, std::uint64_t sequence, std::string note,
               absl::Time written_at)
    : file_(std::move(file)),
      path_(std::move(path)),
      sequence_(sequence),
      note_(std::move(note)),
      written_at_(written_at) {}

absl::StatusOr<std::unique_ptr<Anchor>> Anchor::Create(const std::string& path,
                                                       const std::string& note) {
  RETURN_IF_ERROR(CheckNote(note));
  // Both slots are written, so that a later Store never needs space. The file gets its name last
  // and whole; link, other than rename, never replaces what is there.
  const std::string temporary = absl::StrCat(path, ".new");
  ::unlink(temporary.c_str());  // left behind by a crash; never read by anybody
  RETURN_IF_ERROR(
      CreateFileDurably(temporary, absl::StrCat(FormatSlot(0, note), FormatSlot(1, note)), 0644));
  const int error = ::link(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
  ::unlink(temporary.c_str());
  if (error != 0) return ErrnoToStatus(error, "create anchor", path);
  RETURN_IF_ERROR(SyncDirectory(FolderOf(path)));
  return Open(path);
}

absl::StatusOr<std::unique_ptr<Anchor>> Anchor::Open(const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file.valid()) return ErrnoToStatus(errno, "open anchor", path);
  struct stat info = {};
  if (::fstat(file.get(), &info) != 0) return ErrnoToStatus(errno, "read anchor", path);
  // Bounded: what lies beyond the two slots is not ours to read.
  std::string bytes(kSlotCount * kSlotSizeBytes, '\0');
  const ssize_t count = ::pread(file.get(), bytes.data(), bytes.size(), 0);
  if (count < 0) return ErrnoToStatus(errno, "read anchor", path);
  bytes.resize(static_cast<std::size_t>(count));

  std::optional<Slot> newest;
  for (std::size_t i = 0; i < kSlotCount && i * kSlotSizeBytes < bytes.size(); ++i) {
    std::optional<Slot> slot =
        ParseSlot(absl::string_view(bytes).substr(i * kSlotSizeBytes, kSlotSizeBytes));
    // A whole slot in the other one's place was copied there by somebody: not ours to believe.
    if (!slot.has_value() || slot->sequence % kSlotCount != i) continue;
    if (!newest.has_value() || slot->sequence > newest->sequence) newest = std::move(slot);
  }
  if (!newest.has_value()) {
    return absl::DataLossError(
        absl::StrCat("anchor ", path, " is damaged: neither of its two slots is whole"));
  }
  return std::unique_ptr<Anchor>(new Anchor(std::move(file), path, newest->sequence,
                                            std::move(newest->note),
                                            absl::TimeFromTimespec(info.st_mtim)));
}

absl::Status Anchor::Store(const std::string& note) {
  RETURN_IF_ERROR(CheckNote(note));
  const std::uint64_t sequence = sequence_ + 1;
  const std::size_t offset = sequence % kSlotCount * kSlotSizeBytes;
  RETURN_IF_ERROR(WriteAt(file_.get(), offset, FormatSlot(sequence, note), path_));
  if (::fdatasync(file_.get()) != 0) return ErrnoToStatus(errno, "sync anchor", path_);
  // Only now: after a failure the same slot is written again, and the other one stays whole.
  sequence_ = sequence;
  note_ = note;
  return absl::OkStatus();
}

}  // namespace sumlog::log
