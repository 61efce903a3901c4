#include "client/http_transfers.h"

#include <algorithm>

#include "base/check.h"
#include "base/thread.h"
#include "client/sigpipe_block.h"

namespace sumlog::client {
namespace {

// Within this time a transfer that nothing comes for asks whether it is cancelled.
constexpr int kPollMilliseconds = 1000;

CURLM* NewMulti() {
  CURLM* const multi = curl_multi_init();
  CHECK(multi != nullptr);
  constexpr auto kConnections = static_cast<long>(HttpTransfers::kMaxConnections);
  curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, kConnections);
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kConnections);  // also those that are idle
  curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  return multi;
}

}  // namespace

HttpTransfers::HttpTransfers()
    : multi_(NewMulti()), thread_(StartThread("http-client", [this] { Run(); })) {}

HttpTransfers::~HttpTransfers() {
  {
    MutexLock lock(&mu_);
    CHECK(waiting_.empty());
    stopping_ = true;
  }
  curl_multi_wakeup(multi_.get());
  thread_.join();
  const SigpipeBlock block;  // closing a TLS connection writes to it
  multi_.reset();
}

CURLcode HttpTransfers::Perform(CURL* curl) {
  Transfer transfer;
  transfer.curl = curl;
  {
    MutexLock lock(&mu_);
    waiting_.push_back(&transfer);
  }
  curl_multi_wakeup(multi_.get());
  MutexLock lock(&mu_);
  while (!transfer.result.has_value()) transfer.finished.Wait(&mu_);
  return *transfer.result;
}

void HttpTransfers::Run() {
  const SigpipeBlock block;  // TLS writes to connections that the server has closed
  while (TakeWaiting()) {
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    if (FinishDone()) continue;  // there is room for others
    curl_multi_poll(multi_.get(), nullptr, 0, kPollMilliseconds, nullptr);
  }
}

// False: the thread is to end.
bool HttpTransfers::TakeWaiting() {
  MutexLock lock(&mu_);
  for (; !waiting_.empty() && under_way_ < limit_; waiting_.pop_front()) {
    Transfer* const transfer = waiting_.front();
    curl_easy_setopt(transfer->curl, CURLOPT_PRIVATE, transfer);
    CHECK(curl_multi_add_handle(multi_.get(), transfer->curl) == CURLM_OK);
    ++under_way_;
  }
  return !stopping_;
}

// Whether any transfer has come to its end.
bool HttpTransfers::FinishDone() {
  bool any = false;
  int left = 0;
  while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    Finish(message->easy_handle, message->data.result);
    any = true;
  }
  return any;
}

void HttpTransfers::Finish(CURL* curl, CURLcode result) {
  AdjustLimit(curl, result);
  char* data = nullptr;
  curl_easy_getinfo(curl, CURLINFO_PRIVATE, &data);
  curl_multi_remove_handle(multi_.get(), curl);  // frees what `message` pointed to
  --under_way_;
  MutexLock lock(&mu_);
  Transfer* const transfer = reinterpret_cast<Transfer*>(data);
  transfer->result = result;
  transfer->finished.NotifyOne();  // under the lock: the caller goes with its transfer
}

void HttpTransfers::AdjustLimit(CURL* curl, CURLcode result) {
  if (result == CURLE_OPERATION_TIMEDOUT) {
    limit_ = std::max<std::size_t>(limit_ / 2, 1);
    answered_ = 0;
  }
  if (result != CURLE_OK || ++answered_ < limit_) return;
  long version = CURL_HTTP_VERSION_NONE;
  curl_easy_getinfo(curl, CURLINFO_HTTP_VERSION, &version);
  limit_ = std::min(limit_ + 1, version == CURL_HTTP_VERSION_2_0 ? kMaxStreams : kMaxConnections);
  answered_ = 0;
}

}  // namespace sumlog::client
