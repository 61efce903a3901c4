// One mirror of a running server: what it serves, and the thread that keeps it up to date.
//
// Safe from any thread, once started.

#ifndef SUMLOG_SERVER_RUNNING_MIRROR_H_
#define SUMLOG_SERVER_RUNNING_MIRROR_H_

#include <string>

#include "http/sumdb_handler.h"

namespace sumlog::server {

class RunningMirror {
 public:
  virtual ~RunningMirror() = default;

  // What it points to lives as long as this object.
  virtual http::ServedLog served() const = 0;

  // Whether it has something to serve.
  virtual bool is_ready() const = 0;

  // What is amiss with it, in one line that anybody may see: no paths, no words of the store or of
  // an upstream. Empty: nothing.
  virtual std::string remark() const = 0;

  // How many records it serves, for the operator.
  virtual std::string summary() const = 0;

  // Begins to ask the upstream. Once.
  virtual void Start() = 0;

  // Ends what is under way, and asks no more; what is there is served on. Idempotent. Begins to
  // stop at once when it is called, so that a server can stop many mirrors beside each other.
  virtual void BeginStop() = 0;
  virtual void Stop() = 0;
};

}  // namespace sumlog::server

#endif  // SUMLOG_SERVER_RUNNING_MIRROR_H_
