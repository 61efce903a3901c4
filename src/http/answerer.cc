#include "http/answerer.h"

#include <atomic>
#include <boost/asio/post.hpp>
#include <exception>
#include <utility>

#include "http/connection.h"
#include "http/error_body.h"
#include "http/worker.h"

namespace sumlog::http {
namespace {

class Answerer {
 public:
  Answerer(std::shared_ptr<Worker> worker, std::weak_ptr<Connection> connection,
           std::uint64_t sequence)
      : worker_(std::move(worker)), connection_(std::move(connection)), sequence_(sequence) {}

  Answerer(const Answerer&) = delete;
  Answerer& operator=(const Answerer&) = delete;

  ~Answerer() {
    if (is_answered_) return;
    try {
      SendDropped();
    } catch (const std::exception&) {
      // Without memory the client waits until it gives up.
    }
  }

  void Answer(Response response) {
    if (!is_answered_.exchange(true)) Send(std::move(response));
  }

 private:
  void SendDropped() {
    Send({.status = 500,
          .content_type = kErrorContentType,
          .cache_control = "no-store",
          .body =
              FormatErrorBody({.what = "the server has dropped this request",
                               .why = "an error of the server, not of the client",
                               .fix = "try again; if it stays so, tell whoever runs this log"})});
  }

  void Send(Response response) {
    if (worker_->RunsInThisThread()) {
      const std::shared_ptr<Connection> connection = connection_.lock();
      if (connection == nullptr) return;
      if (connection->IsHandling(sequence_)) {
        return connection->Answer(sequence_, std::move(response));
      }
    }
    // Posted even on the worker's own thread, so that no connection is entered twice. The pointer
    // is locked only there: a connection must not die on a foreign thread.
    boost::asio::post(worker_->io_context(), [connection = connection_, sequence = sequence_,
                                              response = std::move(response)]() mutable {
      if (const auto alive = connection.lock()) {
        alive->Guarded([&] { alive->Answer(sequence, std::move(response)); });
      }
    });
  }

  const std::shared_ptr<Worker> worker_;
  const std::weak_ptr<Connection> connection_;
  const std::uint64_t sequence_;
  std::atomic<bool> is_answered_ = false;
};

}  // namespace

Respond MakeRespond(std::shared_ptr<Worker> worker, std::weak_ptr<Connection> connection,
                    std::uint64_t sequence) {
  // Shared by all copies of the Respond: the last of them to go is what the destructor is about.
  auto answerer = std::make_shared<Answerer>(std::move(worker), std::move(connection), sequence);
  return [answerer = std::move(answerer)](Response response) {
    answerer->Answer(std::move(response));
  };
}

}  // namespace sumlog::http
