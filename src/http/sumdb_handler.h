// The checksum database protocol over HTTP: what `go` speaks.
//
//   /lookup/<module>@<version>   /latest   /tile/8/<level>/<index>[.p/<width>]   /tile/8/data/…
//   the same under /sumdb/<name>/, with /sumdb/<name>/supported
//   /healthz (the process lives)   /readyz (it can answer)
//
// The root serves the origin log, or the only log. Of a mirror nothing is served before its first
// verified head, and everything, /supported too, is 503 until then: so `go` shows why at once, and
// whoever has written GOPROXY=us|next gets what he has asked for. Every error body is text/plain of
// at most 8 lines and 648 bytes, because `go` shows no more of it: what, why, fix, contact.
//
// Safe from any thread. Spec: golang.org/x/mod/sumdb Server; data tiles in the form of
// sum.golang.org (a blank line between records, none after the last).

#ifndef SUMLOG_HTTP_SUMDB_HANDLER_H_
#define SUMLOG_HTTP_SUMDB_HANDLER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "http/message.h"
#include "log/distant_log.h"
#include "log/followed_log.h"
#include "log/log_reader.h"
#include "ops/logging.h"

namespace sumlog::http {

struct ServedLog {
  std::string name;  // of the log, as in its key and in /sumdb/<name>/
  // One of these, which outlives the handler; none when there is an error below:
  const log::LogReader* reader = nullptr;    // of an origin log
  const log::FollowedLog* mirror = nullptr;  // of a log that is signed elsewhere
  log::DistantLog* distant = nullptr;        // the same, of which only parts are here
  absl::Status opened = absl::OkStatus();    // else why nothing of this mirror can be served
};

struct SumdbHandlerOptions {
  std::vector<ServedLog> logs;  // at least one, at most one of them an origin log
  std::string contact = {};     // shown in error bodies; may be empty
  // Whether the process can answer now (/readyz): OK, or why not. Called from any thread.
  // Its message is shown to whoever asks.
  std::function<absl::Status()> ready = [] { return absl::OkStatus(); };
  // What /readyz says besides, a line for each: what is amiss with a part of a process that can
  // answer. As public as `ready`.
  std::function<std::vector<std::string>()> remarks = [] { return std::vector<std::string>(); };
  // Hears what a failure was, of which clients are told only that there was one; may be null;
  // outlives the handler.
  ops::Logger* logger = nullptr;
};

std::unique_ptr<Handler> NewSumdbHandler(SumdbHandlerOptions options);

}  // namespace sumlog::http

#endif  // SUMLOG_HTTP_SUMDB_HANDLER_H_
