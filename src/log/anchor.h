// The anchor: the highest head ever served, kept outside the database, best on another disk.
//
// A log may never go back. When a database is restored from an older copy, the anchor still knows
// the newer head, and the start refuses. Two slots of 4 KiB in one preallocated file are written in
// turn, each with a checksum, so a torn write always leaves the other slot whole.
//
// Not safe from two threads at once; owned by the sequencer's thread once the log runs.

#ifndef SUMLOG_LOG_ANCHOR_H_
#define SUMLOG_LOG_ANCHOR_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file.h"

namespace sumlog::log {

class Anchor {
 public:
  // Makes the file with `note` as its first head. kAlreadyExists when it is there.
  static absl::StatusOr<std::unique_ptr<Anchor>> Create(const std::string& path,
                                                        const std::string& note);

  // kNotFound: no such file. kDataLoss: neither slot is whole.
  static absl::StatusOr<std::unique_ptr<Anchor>> Open(const std::string& path);

  // The newest note that was stored.
  const std::string& note() const { return note_; }

  // Stores a note of at most kMaxAnchorNoteBytes; durable on return. After an error note() is still
  // the old one, and Store may be called again.
  absl::Status Store(const std::string& note);

 private:
  Anchor(FileDescriptor file, std::string path, std::uint64_t sequence, std::string note);

  FileDescriptor file_;
  std::string path_;
  std::uint64_t sequence_ = 0;  // of the slot that holds note_; the next store goes to the other
  std::string note_;
};

inline constexpr std::size_t kMaxAnchorNoteBytes = 4096 - 64;

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_ANCHOR_H_
