// Carries the transfers of many callers over few connections.
//
// A thread of its own drives all of them at once (libcurl's "multi" interface), so that they share
// connections: what has been opened is used again, and a server that speaks HTTP/2 is asked many
// things over one connection. Whoever comes when all is in use waits for its turn; its time-outs
// begin then.
//
// Over a line that is too slow for so many at a time none would come in time. So a time-out halves
// how many there are, and when as many as that have been answered it is one more.
//
// Safe from any thread.

#ifndef SUMLOG_CLIENT_HTTP_TRANSFERS_H_
#define SUMLOG_CLIENT_HTTP_TRANSFERS_H_

#include <curl/curl.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <thread>

#include "base/mutex.h"

namespace sumlog::client {

class HttpTransfers {
 public:
  // To a server that speaks HTTP/1.1, where each transfer needs a connection of its own.
  static constexpr std::size_t kMaxConnections = 8;
  // At a time over HTTP/2; servers that say how many they take mostly say 100 or more.
  static constexpr std::size_t kMaxStreams = 32;

  HttpTransfers();

  // Nobody may be in Perform.
  ~HttpTransfers();

  HttpTransfers(const HttpTransfers&) = delete;
  HttpTransfers& operator=(const HttpTransfers&) = delete;

  // Carries out what `curl` is set up for, as curl_easy_perform does, and waits for its end. Its
  // callbacks run on the thread of this object.
  CURLcode Perform(CURL* curl);

 private:
  struct Transfer {
    CURL* curl = nullptr;
    std::optional<CURLcode> result;  // nothing: it is under way
    CondVar finished;
  };
  struct MultiCloser {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };

  void Run();
  bool TakeWaiting();
  bool FinishDone();
  void Finish(CURL* curl, CURLcode result);
  void AdjustLimit(CURL* curl, CURLcode result);

  // Other threads than `thread_` call nothing of it but curl_multi_wakeup.
  std::unique_ptr<CURLM, MultiCloser> multi_;

  // Of `thread_`.
  std::size_t under_way_ = 0;
  std::size_t limit_ = kMaxConnections;  // to under_way_
  std::size_t answered_ = 0;             // since limit_ was another

  Mutex mu_;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::deque<Transfer*> waiting_ ABSL_GUARDED_BY(mu_);  // each on the stack of its caller

  std::jthread thread_;  // last: it uses the rest
};

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_HTTP_TRANSFERS_H_
