// The anchor: the highest head ever served, kept outside the database, best on another disk.
//
// A log may never go back. When a database is restored from an older copy, the anchor still knows
// the newer head, and the start refuses. Two slots of 4 KiB in one preallocated file are written in
// turn, each with a checksum, so a torn write always leaves the other slot whole.
//
// Not safe from two threads at once; owned by the sequencer's thread once the log runs.

#ifndef SUMLOG_LOG_ANCHOR_H_
#define SUMLOG_LOG_ANCHOR_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/file.h"

namespace sumlog::log {

inline constexpr std::size_t kMaxAnchorNoteBytes = 4096 - 64;

class Anchor {
 public:
  // Makes the file with `note` as its first head. kAlreadyExists when it is there, kNotFound when
  // its folder is not.
  static absl::StatusOr<std::unique_ptr<Anchor>> Create(const std::string& path,
                                                        const std::string& note);

  // kNotFound: no such file. kDataLoss: neither slot is whole.
  static absl::StatusOr<std::unique_ptr<Anchor>> Open(const std::string& path);

  virtual ~Anchor() = default;

  const std::string& path() const { return path_; }

  // The newest note that was stored.
  const std::string& note() const { return note_; }

  // When the file was last written before it was opened, as its file system says: for messages.
  absl::Time written_at() const { return written_at_; }

  // Stores a note of at most kMaxAnchorNoteBytes (kInvalidArgument); durable on return. After an
  // error (codes as base/file.h) note() is still the old one, and Store may be called again: a
  // start after a crash finds the old note or the new one. Virtual so that tests can let it fail.
  virtual absl::Status Store(const std::string& note);

 protected:
  Anchor(Anchor&&) = default;

 private:
  Anchor(FileDescriptor file, std::string path, std::uint64_t sequence, std::string note,
         absl::Time written_at);

  FileDescriptor file_;
  std::string path_;
  std::uint64_t sequence_ = 0;  // of the slot that holds note_; the next store goes to the other
  std::string note_;
  absl::Time written_at_;
};

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_ANCHOR_H_
