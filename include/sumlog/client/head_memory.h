// Where the newest signed head that a client has ever seen outlives the client.
//
// Without it every new process believes the first head that it is shown; with it a database that
// goes back, or shows another history tomorrow, is found out. Several clients may share one memory.

#ifndef SUMLOG_CLIENT_HEAD_MEMORY_H_
#define SUMLOG_CLIENT_HEAD_MEMORY_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sumlog::client {

// Safe from any thread.
class HeadMemory {
 public:
  virtual ~HeadMemory() = default;

  // The note that is kept; nothing when there is none yet. Errors as base/file.h.
  virtual absl::StatusOr<std::optional<std::string>> Recall() = 0;

  // Keeps `next` in place of `old`, which must be what is kept; durable on return.
  //   kAborted  something else is kept: Recall, compare, try again
  //   or errors as base/file.h: what is kept is unchanged
  virtual absl::Status Replace(const std::optional<std::string>& old, const std::string& next) = 0;
};

// A memory in the file `path`, whose folder must exist. Processes that share it take turns by a
// lock file beside it, "<path>.lock", which stays. Survives a kill or a loss of power at any
// moment: the file holds the old note or the new one.
std::unique_ptr<HeadMemory> NewHeadFile(std::string path);

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_HEAD_MEMORY_H_
