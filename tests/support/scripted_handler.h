// Handlers for tests of the HTTP server alone.
//
// Safe from any thread.

#ifndef SUMLOG_TESTS_SUPPORT_SCRIPTED_HANDLER_H_
#define SUMLOG_TESTS_SUPPORT_SCRIPTED_HANDLER_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "http/message.h"

namespace sumlog {

// Answers at once with what `answer` makes of the request.
class InstantHandler final : public http::Handler {
 public:
  using Function = std::function<http::Response(const http::Request&)>;
  explicit InstantHandler(Function answer) : answer_(std::move(answer)) {}

  void Handle(const http::Request& request, http::Respond respond) override {
    respond(answer_(request));
  }

 private:
  const Function answer_;
};

// 200 with the target as the body.
inline http::Response EchoTarget(const http::Request& request) {
  return {.status = 200, .content_type = "text/plain", .body = request.target};
}

// Keeps every request until the test answers it.
class PatientHandler final : public http::Handler {
 public:
  struct Pending {
    http::Request request;
    http::Respond respond;
  };

  void Handle(const http::Request& request, http::Respond respond) override {
    MutexLock lock(&mu_);
    pending_.push_back({request, std::move(respond)});
    arrived_.NotifyAll();
  }

  // Waits until `count` requests have arrived, and takes them all.
  std::vector<Pending> Take(std::size_t count) {
    MutexLock lock(&mu_);
    while (pending_.size() < count) arrived_.Wait(&mu_);
    return std::exchange(pending_, {});
  }

 private:
  Mutex mu_;
  CondVar arrived_;
  std::vector<Pending> pending_ ABSL_GUARDED_BY(mu_);
};

}  // namespace sumlog

#endif  // SUMLOG_TESTS_SUPPORT_SCRIPTED_HANDLER_H_
