#include "client/http_fetcher.h"

#include <curl/curl.h>

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "client/base_url.h"
#include "client/file_fetcher.h"
#include "client/http_transfers.h"
#include "client/server_text.h"
#include "sumlog/client/failure_details.h"

namespace sumlog::client {
namespace {

// Handles that wait for their next use.
constexpr std::size_t kMaxIdleHandles = HttpTransfers::kMaxStreams;

// Of a body that is not the answer, only what may be shown; the rest is not even read.
constexpr std::size_t kMaxErrorBodyBytes = 4096;

constexpr absl::Duration kMaxTimeout = absl::Hours(24);

struct CurlCloser {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
using CurlHandle = std::unique_ptr<CURL, CurlCloser>;

// What the body of one answer is gathered into.
struct Body {
  CURL* curl = nullptr;
  std::size_t max_bytes = 0;
  std::string bytes;
  bool too_long = false;
};

long ResponseCode(CURL* curl) {
  long code = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
  return code;
}

// libcurl's write function: taking fewer bytes than it has ends the transfer.
std::size_t Gather(char* data, std::size_t one, std::size_t size, void* user) {
  (void)one;  // always 1
  Body* const body = static_cast<Body*>(user);
  const std::size_t room = ResponseCode(body->curl) == 200 ? body->max_bytes : kMaxErrorBodyBytes;
  const std::size_t taken = std::min(size, room - body->bytes.size());
  body->bytes.append(data, taken);
  if (taken < size) body->too_long = true;
  return taken;
}

// libcurl's progress function: anything but 0 ends the transfer.
int AskWhetherCancelled(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const HttpFetcherOptions*>(user)->cancelled() ? 1 : 0;
}

bool IsPath(absl::string_view path) {
  return absl::StartsWith(path, "/") &&
         std::all_of(path.begin(), path.end(), [](char c) { return '!' <= c && c <= '~'; });
}

// Why a transfer gave no answer.
absl::Status TransferError(CURLcode code, const std::string& message) {
  switch (code) {
    case CURLE_TOO_MANY_REDIRECTS:
    case CURLE_UNSUPPORTED_PROTOCOL:  // a redirect from https to http, or to no web at all
    case CURLE_URL_MALFORMAT:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
      return absl::InvalidArgumentError(message);
    default:
      return absl::UnavailableError(message);
  }
}

absl::StatusCode MeaningOf(long http_code) {
  if (http_code == 404 || http_code == 410) return absl::StatusCode::kNotFound;
  if (http_code == 403) return absl::StatusCode::kPermissionDenied;
  if (http_code == 429 || http_code >= 500) return absl::StatusCode::kUnavailable;
  return absl::StatusCode::kInvalidArgument;
}

// What an answer that is not 200 means.
absl::Status AnswerError(CURL* curl, const std::string& url, const Body& body) {
  const long code = ResponseCode(curl);
  absl::Status status(MeaningOf(code), absl::StrCat("GET ", url, ": status ", code, ", want 200"));
  curl_off_t retry_after = 0;  // of a date, libcurl makes seconds too
  curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry_after);
  if (absl::IsUnavailable(status) && retry_after > 0) {
    status = WithRetryAfter(status, absl::Seconds(retry_after));
  }
  const char* type = nullptr;
  curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
  if (type == nullptr || !absl::StartsWithIgnoreCase(type, "text/plain")) return status;
  return WithServerText(status, CleanServerText(body.bytes));
}

// Sets what is the same for every request of a fetcher. Only out of memory can make these fail.
bool Configure(CURL* curl, const HttpFetcherOptions& options, const BaseUrl& base) {
  bool ok = true;
  const auto set = [curl, &ok](CURLoption option, auto value) {
    ok = ok && curl_easy_setopt(curl, option, value) == CURLE_OK;
  };
  const bool is_https = base.scheme == "https";
  // Once on https, always on https.
  const char* const protocols = is_https ? "https" : "http,https";
  set(CURLOPT_PROTOCOLS_STR, protocols);
  set(CURLOPT_REDIR_PROTOCOLS_STR, protocols);
  set(CURLOPT_FOLLOWLOCATION, 1L);
  set(CURLOPT_MAXREDIRS, kMaxRedirects);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(absl::ToInt64Milliseconds(options.timeout)));
  set(CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(absl::ToInt64Milliseconds(options.connect_timeout)));
  set(CURLOPT_NOSIGNAL, 1L);    // time-outs without SIGALRM: we have threads
  set(CURLOPT_PATH_AS_IS, 1L);  // paths go out as they are
  // HTTP/2 is agreed on in TLS; until it is, who comes waits rather than open another connection.
  // Over plain http nobody would end that wait but the first answer.
  set(CURLOPT_HTTP_VERSION,
      static_cast<long>(is_https ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  set(CURLOPT_PIPEWAIT, is_https ? 1L : 0L);
  set(CURLOPT_USERAGENT, options.user_agent.c_str());
  if (!options.use_proxy) set(CURLOPT_PROXY, "");
  if (options.cancelled) {
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &AskWhetherCancelled);
    set(CURLOPT_XFERINFODATA, &options);
  }
  if (!options.ca_file.empty()) set(CURLOPT_CAINFO, options.ca_file.c_str());
  set(CURLOPT_WRITEFUNCTION, &Gather);
  return ok;
}

class HttpFetcher final : public Fetcher {
 public:
  HttpFetcher(HttpFetcherOptions options, BaseUrl base)
      : options_(std::move(options)), base_(std::move(base)) {}

  absl::StatusOr<std::string> Fetch(absl::string_view path, std::size_t max_bytes) override {
    ASSIGN_OR_RETURN(CurlHandle curl, TakeHandle());
    absl::StatusOr<std::string> answer = FetchWith(curl.get(), path, max_bytes);
    GiveBack(std::move(curl));
    return answer;
  }

 private:
  absl::StatusOr<std::string> FetchWith(CURL* curl, absl::string_view path, std::size_t max_bytes) {
    const std::string shown = absl::StrCat(base_.shown, path);
    if (!IsPath(path)) return absl::InvalidArgumentError("not the path of a URL");
    Body body;
    body.curl = curl;
    body.max_bytes = max_bytes;
    char reason[CURL_ERROR_SIZE] = "";
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
    if (curl_easy_setopt(curl, CURLOPT_URL, absl::StrCat(base_.url, path).c_str()) != CURLE_OK) {
      return absl::UnavailableError("no memory for a request");
    }
    const CURLcode code = transfers_.Perform(curl);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, nullptr);  // `reason` ends with this function
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, nullptr);

    const long status = ResponseCode(curl);
    if (status == 200 && body.too_long) {
      return absl::ResourceExhaustedError(
          absl::StrCat("GET ", shown, ": answer is longer than ", max_bytes, " bytes"));
    }
    if (code != CURLE_OK && !body.too_long) {
      const std::string why = *reason != '\0' ? reason : curl_easy_strerror(code);
      return TransferError(code, absl::StrCat("GET ", shown, ": ", why));
    }
    if (status != 200) return AnswerError(curl, shown, body);
    return std::move(body.bytes);
  }

  absl::StatusOr<CurlHandle> TakeHandle() {
    {
      MutexLock lock(&mu_);
      if (!idle_.empty()) {
        CurlHandle curl = std::move(idle_.back());
        idle_.pop_back();
        return curl;
      }
    }
    CurlHandle curl(curl_easy_init());
    if (curl == nullptr || !Configure(curl.get(), options_, base_)) {
      return absl::UnavailableError("no memory for a connection");
    }
    return curl;
  }

  void GiveBack(CurlHandle curl) {
    MutexLock lock(&mu_);
    if (idle_.size() < kMaxIdleHandles) idle_.push_back(std::move(curl));
  }

  // Constant after construction.
  const HttpFetcherOptions options_;
  const BaseUrl base_;

  Mutex mu_;
  std::vector<CurlHandle> idle_ ABSL_GUARDED_BY(mu_);

  HttpTransfers transfers_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Fetcher>> NewHttpFetcher(const HttpFetcherOptions& options) {
  ASSIGN_OR_RETURN(BaseUrl base, ParseBaseUrl(options.base_url));
  for (const absl::Duration timeout : {options.timeout, options.connect_timeout}) {
    if (timeout < absl::Milliseconds(1) || timeout > kMaxTimeout) {
      return absl::InvalidArgumentError(
          absl::StrCat("time-out is ", absl::FormatDuration(timeout), ", want 1ms to 24h"));
    }
  }
  if (base.scheme == "file") return NewFileFetcher(std::move(base.folder));

  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  return std::make_unique<HttpFetcher>(options, std::move(base));
}

}  // namespace sumlog::client
