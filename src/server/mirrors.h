// The mirrors of a running server, each by itself: one that cannot be opened, or whose upstream
// fails, stops neither the others nor the origin log.
//
// Safe from any thread, once opened.

#ifndef SUMLOG_SERVER_MIRRORS_H_
#define SUMLOG_SERVER_MIRRORS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/file.h"
#include "http/sumdb_handler.h"
#include "ops/config.h"
#include "ops/logging.h"
#include "server/running_mirror.h"

namespace sumlog::server {

class Mirrors {
 public:
  // Opens the mirrors of `config`. `lock` is that of the data directory, which outlives the result;
  // so does `logger`, which may be null and hears what is wrong with each.
  static std::unique_ptr<Mirrors> Open(const ops::Config& config, const FileLock& lock,
                                       ops::Logger* logger);

  // One for each [[mirror]], in order of the file; one that could not be opened says why.
  std::vector<http::ServedLog> served() const;

  // OK when one of them could be opened, or when there are none; else why the first could not.
  absl::Status status() const;

  // Whether one of them has something to serve.
  bool any_ready() const;

  // What is amiss, a line for each; anybody may see them.
  std::vector<std::string> remarks() const;

  // Begins to ask the upstreams.
  void Start();

  // Ends what is under way; what is there is served on. Idempotent.
  void Stop();

 private:
  struct Mirror {
    std::string name;
    absl::Status opened;                     // why there is no `running`
    std::unique_ptr<RunningMirror> running;  // may be null
  };

  Mirrors() = default;

  std::vector<Mirror> mirrors_;  // constant after Open
};

}  // namespace sumlog::server

#endif  // SUMLOG_SERVER_MIRRORS_H_
