// What a checksum database answers when it has no 200: the words of every such page.
//
// What is wrong, why, and what to do are worded for the developer who reads them under `go`'s own
// message, and fit what `go` shows (error_body.h). Nothing of a store's or the system's words is in
// them.
//
// Pure; safe from any thread once made.

#ifndef SUMLOG_HTTP_ERROR_PAGES_H_
#define SUMLOG_HTTP_ERROR_PAGES_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "http/message.h"

namespace sumlog::http {

// The log that a page is about.
struct LogName {
  absl::string_view name;
  bool is_mirror = false;  // somebody else adds and signs
};

class ErrorPages {
 public:
  // `contact` is shown in each page; may be empty. `log_names` says which logs there are.
  ErrorPages(std::string contact, std::string log_names)
      : contact_(std::move(contact)), log_names_(std::move(log_names)) {}

  Response Malformed(const absl::Status& status) const;
  Response UnknownPage(absl::string_view path) const;
  // No log is served under `name`; of the root when that is empty.
  Response UnknownLog(absl::string_view name) const;
  // Nothing of a mirror is verified yet.
  Response NothingYet(absl::string_view log) const;
  // `size` is that of the head that is served.
  Response NotInLog(const LogName& log, absl::string_view module, std::uint64_t size) const;
  Response Blocked(const LogName& log, absl::string_view module, absl::string_view reason) const;
  // No log ever has it; `why` says which of the rules it breaks.
  Response ImpossibleTile(const LogName& log, absl::string_view path, absl::string_view why) const;
  Response NoSuchTile(const LogName& log, absl::string_view path, std::uint64_t size) const;
  // The mirror holds no records but those that were asked for.
  Response NoDataTiles(const LogName& log, absl::string_view path) const;
  // Why the mirror could not get `thing` from elsewhere, by the codes of log::DistantLog.
  Response NotHere(const LogName& log, absl::string_view thing, const absl::Status& status) const;
  // Of `status` only the code is told.
  Response Failed(const LogName& log, const absl::Status& status) const;
  Response NotReady(const absl::Status& status) const;

 private:
  Response Page(int status, const char* cache_control, absl::string_view what,
                absl::string_view why, absl::string_view fix) const;

  const std::string contact_;
  const std::string log_names_;
};

}  // namespace sumlog::http

#endif  // SUMLOG_HTTP_ERROR_PAGES_H_
