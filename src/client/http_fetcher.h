// A Fetcher over HTTP: the one place that talks to the network.
//
// Connections are kept and used again: over https one, where the server speaks HTTP/2, else up to 8
// (http_transfers.h). Proxies come from the environment (http_proxy, https_proxy, no_proxy), as
// curl reads them. Redirects are followed, at most kMaxRedirects of them and never from https to
// http.
//
// Trust: none. Whatever comes back is the claim of a stranger; SumdbClient is what verifies it.

#ifndef SUMLOG_CLIENT_HTTP_FETCHER_H_
#define SUMLOG_CLIENT_HTTP_FETCHER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sumlog/client/sumdb_client.h"

namespace sumlog::client {

inline constexpr long kMaxRedirects = 10;  // as the go command

struct HttpFetcherOptions {
  // "https://sum.example.com", "http://127.0.0.1:8080/sumdb/sum.example.com", or
  // "file:///srv/sumdb" for a folder of files. A slash at the end is ignored; a query or a fragment
  // is refused, and so are credentials over http.
  std::string base_url;
  absl::Duration timeout = absl::Seconds(30);          // of one whole answer
  absl::Duration connect_timeout = absl::Seconds(10);  // DNS, TCP and TLS
  std::string ca_file;                                 // PEM; empty: the system's authorities
  std::string user_agent = "sumlog";
  // Asked now and then while something is fetched, from any thread; true: it is given up, within
  // about a second, as kUnavailable. May be empty.
  std::function<bool()> cancelled = {};
  bool use_proxy = true;  // false: straight to the server, whatever the environment says
};

// Touches neither network nor disk. kInvalidArgument: the base URL is none, or a time-out is not
// between a millisecond and a day. The fetcher's messages name the URL without its credentials; the
// server's text, when it is text/plain, is ServerTextOf their status, as CleanServerText has it.
absl::StatusOr<std::unique_ptr<Fetcher>> NewHttpFetcher(const HttpFetcherOptions& options);

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_HTTP_FETCHER_H_
