#include "log/anchor.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
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

// The two slots as they are in the file, nothing where one is not whole.
using Slots = std::array<std::optional<Slot>, kSlotCount>;

absl::StatusOr<Slots> ReadSlots(int fd, const std::string& path) {
  // Bounded: what lies beyond the two slots is not ours to read.
  std::string bytes(kSlotCount * kSlotSizeBytes, '\0');
  const ssize_t count = ::pread(fd, bytes.data(), bytes.size(), 0);
  if (count < 0) return ErrnoToStatus(errno, "read anchor", path);
  bytes.resize(static_cast<std::size_t>(count));
  Slots slots;
  for (std::size_t i = 0; i < kSlotCount && i * kSlotSizeBytes < bytes.size(); ++i) {
    std::optional<Slot> slot =
        ParseSlot(absl::string_view(bytes).substr(i * kSlotSizeBytes, kSlotSizeBytes));
    // A whole slot in the other one's place was copied there by somebody: not ours to believe.
    if (slot.has_value() && slot->sequence % kSlotCount == i) slots[i] = std::move(slot);
  }
  return slots;
}

struct NewestSlot {
  Slot slot;
  absl::Time written_at;
  bool has_broken_slot = false;  // the other one
};

absl::StatusOr<NewestSlot> ReadNewestSlot(int fd, const std::string& path) {
  struct stat info = {};
  if (::fstat(fd, &info) != 0) return ErrnoToStatus(errno, "read anchor", path);
  ASSIGN_OR_RETURN(Slots slots, ReadSlots(fd, path));
  std::optional<Slot> newest;
  bool has_broken_slot = false;
  for (std::optional<Slot>& slot : slots) {
    if (!slot.has_value()) {
      has_broken_slot = true;
      continue;
    }
    if (!newest.has_value() || slot->sequence > newest->sequence) newest = std::move(slot);
  }
  if (!newest.has_value()) {
    return absl::DataLossError(
        absl::StrCat("anchor ", path, " is damaged: neither of its two slots is whole"));
  }
  return NewestSlot{.slot = *std::move(newest),
                    .written_at = absl::TimeFromTimespec(info.st_mtim),
                    .has_broken_slot = has_broken_slot};
}

absl::Status LockAnchor(int fd, const std::string& path) {
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return absl::OkStatus();
  if (errno != EWOULDBLOCK) return ErrnoToStatus(errno, "lock anchor", path);
  return absl::FailedPreconditionError(absl::StrCat(
      "another process has the anchor ", path,
      "\nwhy: two copies of one log that share an anchor would sign two histories\n"
      "fix: stop the other \"sumlog serve\" or \"sumlog import\"; for a log of its own, name "
      "another file in log.anchor"));
}

absl::Status ChangedUnderneath(const std::string& path, absl::string_view how) {
  return absl::FailedPreconditionError(
      absl::StrCat("the anchor ", path, " ", how, " while this log had it open"));
}

}  // namespace

absl::StatusOr<AnchorContent> ReadAnchor(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return ErrnoToStatus(errno, "open anchor", path);
  ASSIGN_OR_RETURN(NewestSlot newest, ReadNewestSlot(file.get(), path));
  return AnchorContent{.note = std::move(newest.slot.note),
                       .written_at = newest.written_at,
                       .has_broken_slot = newest.has_broken_slot};
}

Anchor::Anchor(FileDescriptor file, std::string path, std::uint64_t sequence, AnchorContent content)
    : file_(std::move(file)),
      path_(std::move(path)),
      sequence_(sequence),
      content_(std::move(content)) {}

absl::StatusOr<std::unique_ptr<Anchor>> Anchor::Create(const std::string& path,
                                                       const std::string& note) {
  RETURN_IF_ERROR(CheckNote(note));
  // Both slots are written, so that a later Store never needs space. The file gets its name last
  // and whole, and never replaces what is there.
  const std::string temporary = absl::StrCat(path, ".new");
  ::unlink(temporary.c_str());  // left behind by a crash; never read by anybody
  RETURN_IF_ERROR(
      CreateFileDurably(temporary, absl::StrCat(FormatSlot(0, note), FormatSlot(1, note)), 0644));
  if (absl::Status status = RenameDurablyToFreeName(temporary, path); !status.ok()) {
    ::unlink(temporary.c_str());
    return status;
  }
  return Open(path);
}

absl::StatusOr<std::unique_ptr<Anchor>> Anchor::Open(const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file.valid()) return ErrnoToStatus(errno, "open anchor", path);
  RETURN_IF_ERROR(LockAnchor(file.get(), path));
  ASSIGN_OR_RETURN(NewestSlot newest, ReadNewestSlot(file.get(), path));
  return std::unique_ptr<Anchor>(new Anchor(std::move(file), path, newest.slot.sequence,
                                            {.note = std::move(newest.slot.note),
                                             .written_at = newest.written_at,
                                             .has_broken_slot = newest.has_broken_slot}));
}

absl::Status Anchor::CheckUnchanged() const {
  struct stat opened = {};
  struct stat named = {};
  if (::fstat(file_.get(), &opened) != 0) return ErrnoToStatus(errno, "read anchor", path_);
  if (::stat(path_.c_str(), &named) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return ChangedUnderneath(path_, "was removed");
    return ErrnoToStatus(errno, "read anchor", path_);
  }
  if (opened.st_dev != named.st_dev || opened.st_ino != named.st_ino) {
    return ChangedUnderneath(path_, "was replaced");
  }
  ASSIGN_OR_RETURN(const Slots slots, ReadSlots(file_.get(), path_));
  const std::optional<Slot>& own = slots[sequence_ % kSlotCount];
  const std::optional<Slot>& other = slots[(sequence_ + 1) % kSlotCount];
  const bool other_is_tried = other.has_value() && other->sequence == sequence_ + 1 &&
                              !tried_note_.empty() && other->note == tried_note_;
  if (other.has_value() && other->sequence > sequence_ && !other_is_tried) {
    return ChangedUnderneath(path_, "was written by somebody else");
  }
  if (!own.has_value()) {
    return absl::DataLossError(absl::StrCat("anchor ", path_,
                                            " is damaged: the slot of the newest head is not whole "
                                            "any more"));
  }
  if (own->sequence != sequence_ || own->note != content_.note) {
    return ChangedUnderneath(path_, "was written by somebody else");
  }
  return absl::OkStatus();
}

absl::Status Anchor::Store(const std::string& note) {
  RETURN_IF_ERROR(CheckNote(note));
  RETURN_IF_ERROR(CheckUnchanged());
  const std::uint64_t sequence = sequence_ + 1;
  const std::size_t offset = sequence % kSlotCount * kSlotSizeBytes;
  tried_note_ = note;
  RETURN_IF_ERROR(
      WriteAllAt(file_.get(), static_cast<off_t>(offset), FormatSlot(sequence, note), path_));
  if (::fdatasync(file_.get()) != 0) return ErrnoToStatus(errno, "sync anchor", path_);
  // Only now: after a failure the same slot is written again, and the other one stays whole.
  sequence_ = sequence;
  content_.note = note;
  tried_note_.clear();
  return absl::OkStatus();
}

}  // namespace sumlog::log
