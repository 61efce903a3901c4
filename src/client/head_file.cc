#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "sumlog/client/head_memory.h"
#include "sumlog/tlog/note.h"

namespace sumlog::client {
namespace {

// Another process holds the lock for as long as one small file takes to write.
constexpr int kLockTries = 100;
constexpr absl::Duration kLockPause = absl::Milliseconds(50);

absl::StatusOr<FileLock> LockPatiently(const std::string& path) {
  for (int tries = 1;; ++tries) {
    absl::StatusOr<FileLock> lock = FileLock::Acquire(path);
    if (!absl::IsFailedPrecondition(lock.status())) return lock;
    if (tries == kLockTries) {
      return absl::UnavailableError(absl::StrCat("another process has held ", path, " for ",
                                                 absl::FormatDuration(kLockTries * kLockPause),
                                                 "; it takes a moment to write a head"));
    }
    absl::SleepFor(kLockPause);
  }
}

class HeadFile final : public HeadMemory {
 public:
  explicit HeadFile(std::string path) : path_(std::move(path)) {}

  absl::StatusOr<std::optional<std::string>> Recall() override {
    absl::StatusOr<std::string> note = ReadFile(path_, tlog::kMaxNoteSizeBytes);
    if (absl::IsNotFound(note.status())) return std::optional<std::string>();
    RETURN_IF_ERROR(note.status());
    return std::optional<std::string>(*std::move(note));
  }

  absl::Status Replace(const std::optional<std::string>& old, const std::string& next) override {
    ASSIGN_OR_RETURN(const FileLock lock, LockPatiently(absl::StrCat(path_, ".lock")));
    ASSIGN_OR_RETURN(const std::optional<std::string> kept, Recall());
    if (kept != old) return absl::AbortedError(absl::StrCat(path_, " holds another head"));
    return ReplaceFileDurably(path_, next, 0644);
  }

 private:
  const std::string path_;
};

}  // namespace

std::unique_ptr<HeadMemory> NewHeadFile(std::string path) {
  return std::make_unique<HeadFile>(std::move(path));
}

}  // namespace sumlog::client
