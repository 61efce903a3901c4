// The pages of a log of which only a part is here; what is lacking is answered later.
//
// Safe from any thread.

#ifndef SUMLOG_HTTP_DISTANT_PAGES_H_
#define SUMLOG_HTTP_DISTANT_PAGES_H_

#include <string>

#include "absl/status/status.h"
#include "http/error_pages.h"
#include "http/failure_log.h"
#include "http/message.h"
#include "http/request_target.h"
#include "log/distant_log.h"

namespace sumlog::http {

class DistantPages {
 public:
  // Both outlive this object and every answer that is still to come.
  DistantPages(const ErrorPages* pages, FailureLog* failures)
      : pages_(*pages), failures_(*failures) {}

  // Whether a page is one of these.
  static bool Has(Route::Page page);

  // `name` is that of the log and lives as long as `log`.
  void Answer(const std::string& name, log::DistantLog& log, const Route& route,
              Respond respond) const;

 private:
  void Lookup(const std::string& name, log::DistantLog& log, const std::string& argument,
              Respond respond) const;
  void Tile(const std::string& name, log::DistantLog& log, const std::string& path,
            Respond respond) const;
  Response Failed(const std::string& name, const std::string& thing,
                  const absl::Status& status) const;

  const ErrorPages& pages_;
  FailureLog& failures_;
};

}  // namespace sumlog::http

#endif  // SUMLOG_HTTP_DISTANT_PAGES_H_
