#include "support/raw_http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace sumlog {
namespace {

constexpr time_t kReadTimeoutSeconds = 60;  // far beyond what any test waits for

}  // namespace

RawHttpClient::RawHttpClient(std::uint16_t port) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return;
  const timeval timeout = {.tv_sec = kReadTimeoutSeconds, .tv_usec = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    ::close(std::exchange(fd_, -1));
  }
}

RawHttpClient::~RawHttpClient() {
  if (fd_ >= 0) ::close(fd_);
}

RawHttpClient::RawHttpClient(RawHttpClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      timed_out_(other.timed_out_),
      unread_(std::move(other.unread_)) {}

void RawHttpClient::Send(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

RawResponse RawHttpClient::Get(absl::string_view target) {
  Send(absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: log.example\r\n\r\n"));
  return ReadResponse();
}

RawResponse RawHttpClient::ReadResponse(bool has_body) {
  std::size_t head_size = 0;
  while ((head_size = unread_.find("\r\n\r\n")) == std::string::npos) {
    if (!ReadMore()) return {};
  }
  RawResponse response;
  const std::vector<std::string> lines = absl::StrSplit(unread_.substr(0, head_size), "\r\n");
  const std::vector<std::string> status_line = absl::StrSplit(lines[0], absl::MaxSplits(' ', 2));
  if (status_line.size() < 2 || !absl::SimpleAtoi(status_line[1], &response.status)) return {};
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const std::pair<std::string, std::string> header =
        absl::StrSplit(lines[i], absl::MaxSplits(": ", 1));
    response.headers[absl::AsciiStrToLower(header.first)] = header.second;
  }
  unread_.erase(0, head_size + 4);

  std::size_t body_size = 0;
  if (has_body && response.status != 304 &&
      !absl::SimpleAtoi(response.Header("content-length"), &body_size)) {
    return {};
  }
  while (unread_.size() < body_size) {
    if (!ReadMore()) return {};
  }
  response.body = unread_.substr(0, body_size);
  unread_.erase(0, body_size);
  return response;
}

std::string RawHttpClient::ReadToEnd(bool* ended) {
  while (ReadMore()) {
  }
  *ended = !timed_out_;
  return std::exchange(unread_, "");
}

bool RawHttpClient::IsClosedByServer() {
  bool ended = false;
  return ReadToEnd(&ended).empty() && ended;
}

void RawHttpClient::ShutdownSend() { ::shutdown(fd_, SHUT_WR); }

bool RawHttpClient::ReadMore() {
  std::array<char, 16 * 1024> buffer;
  const ssize_t received = ::recv(fd_, buffer.data(), buffer.size(), 0);
  if (received > 0) unread_.append(buffer.data(), static_cast<std::size_t>(received));
  if (received < 0) timed_out_ = errno == EAGAIN || errno == EWOULDBLOCK;
  return received > 0;
}

}  // namespace sumlog
