// The anchor: the highest head ever served, kept outside the database, best on another disk.
//
// A log may never go back. When a database is restored from an older copy, the anchor still knows
// the newer head, and the start refuses. Two slots of 4 KiB in one preallocated file are written in
// turn, each with a checksum, so a torn write always leaves the other slot whole.
//
// One writer: copies of one data directory may name the same anchor, and two logs that write it
// would sign two histories. So it is locked while it is open, and before each write the file must
// still hold what was last read or written.
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

// What an anchor holds, for those who only look.
struct AnchorContent {
  std::string note;       // the newest that was stored, as far as the file tells
  absl::Time written_at;  // when the file was last written, as its file system says: for messages
  // A crash in the middle of Store leaves the other slot torn, and then the log, which commits
  // before it stores, has a newer head than `note`. When it has not, the slot was damaged later,
  // and may have held a newer note.
  bool has_broken_slot = false;
};

// Reads the anchor `path` beside a process that may have it open. Safe from any thread.
// kNotFound: no such file. kDataLoss: neither slot is whole.
absl::StatusOr<AnchorContent> ReadAnchor(const std::string& path);

class Anchor {
 public:
  // Makes the file with `note` as its first head, and opens it. kAlreadyExists when it is there,
  // kNotFound when its folder is not.
  static absl::StatusOr<std::unique_ptr<Anchor>> Create(const std::string& path,
                                                        const std::string& note);

  // Opens the file and locks it as long as this object lives, or the process. kFailedPrecondition:
  // another process (or another Anchor of this one) has it. Else as ReadAnchor.
  static absl::StatusOr<std::unique_ptr<Anchor>> Open(const std::string& path);

  virtual ~Anchor() = default;

  const std::string& path() const { return path_; }

  // The newest note that was stored.
  const std::string& note() const { return content_.note; }

  // As AnchorContent, before the file was opened.
  absl::Time written_at() const { return content_.written_at; }
  bool has_broken_slot() const { return content_.has_broken_slot; }

  // Stores a note of at most kMaxAnchorNoteBytes (kInvalidArgument); durable on return.
  //   kFailedPrecondition  somebody else has written, replaced or removed the file: another writer.
  //                        Nothing was written; do not try again
  //   kDataLoss            the slot of note() is not whole any more; likewise
  // After any other error (codes as base/file.h) note() is still the old one, and Store is to be
  // called again with the same note: a start after a crash finds the old note or the new one.
  // Virtual so that tests can let it fail.
  virtual absl::Status Store(const std::string& note);

 protected:
  Anchor(Anchor&&) = default;

 private:
  Anchor(FileDescriptor file, std::string path, std::uint64_t sequence, AnchorContent content);

  // Whether the file is still the one of this name and holds what this object knows.
  absl::Status CheckUnchanged() const;

  FileDescriptor file_;
  std::string path_;
  std::uint64_t sequence_ = 0;  // of the slot that holds note(); the next store goes to the other
  AnchorContent content_;
  std::string tried_note_;  // of a Store that failed: it may be in the other slot
};

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_ANCHOR_H_
