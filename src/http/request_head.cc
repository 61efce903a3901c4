#include "http/request_head.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>
#include <cstdint>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace sumlog::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::error_code;

absl::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

// The characters of RFC 3986's host and port, with the brackets of an IPv6 address; nothing that
// could begin a path, a user name or a second host.
bool IsAuthority(absl::string_view text) {
  for (const char c : text) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) &&
        !absl::StrContains("-._~%:[]!$&'()*+;=", c)) {
      return false;
    }
  }
  return true;
}

// Notes what the rules below need, and stores what the handler sees.
class HeadParser final : public beast_http::basic_parser<true> {
 public:
  explicit HeadParser(RequestHead* out) : out_(out) {}

  // The rules that the grammar leaves to us, in the order in which they are judged: first whether
  // the request is one at all, then whether it is one for us.
  std::optional<Refusal> Judge() const;

 private:
  std::optional<Refusal> JudgeFraming() const;

  void on_request_impl(beast_http::verb verb, boost::beast::string_view /*method*/,
                       boost::beast::string_view target, int version, error_code&) override {
    verb_ = verb;
    out_->request.is_head = verb == beast_http::verb::head;
    out_->request.target.assign(target.data(), target.size());
    out_->is_http_1_0 = version == 10;
  }

  void on_field_impl(beast_http::field field, boost::beast::string_view /*name*/,
                     boost::beast::string_view value, error_code&) override {
    switch (field) {
      case beast_http::field::host:
        ++host_count_;
        host_is_valid_ = IsAuthority(View(value));
        break;
      case beast_http::field::content_length:
        ++content_length_count_;
        content_length_is_list_ = absl::StrContains(View(value), ',');
        break;
      case beast_http::field::transfer_encoding:
        ++transfer_encoding_count_;
        is_chunked_ = absl::EqualsIgnoreCase(View(value), "chunked");
        break;
      case beast_http::field::expect:
        has_expect_ = true;
        break;
      case beast_http::field::if_none_match: {
        std::string& all = out_->request.if_none_match;
        if (!all.empty()) all += ", ";
        all.append(value.data(), value.size());
        break;
      }
      default:
        break;
    }
  }

  void on_header_impl(error_code&) override {
    out_->keep_alive = keep_alive();
    content_length_ = content_length().value_or(0);
  }

  // Only heads are put in, so none of these is called.
  void on_response_impl(int, boost::beast::string_view, int, error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(boost::beast::string_view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, boost::beast::string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view, error_code&) override {
    return 0;
  }
  void on_finish_impl(error_code&) override {}

  RequestHead* const out_;
  beast_http::verb verb_ = beast_http::verb::unknown;
  std::size_t host_count_ = 0;
  std::size_t content_length_count_ = 0;
  std::size_t transfer_encoding_count_ = 0;
  std::uint64_t content_length_ = 0;
  bool host_is_valid_ = false;
  bool content_length_is_list_ = false;
  bool is_chunked_ = false;
  bool has_expect_ = false;
};

std::optional<Refusal> HeadParser::JudgeFraming() const {
  if (host_count_ > 1) return Refusal{400, "the request has more than one Host header"};
  if (host_count_ == 0 && !out_->is_http_1_0) {
    return Refusal{400, "the request has no Host header"};
  }
  if (host_count_ == 1 && !host_is_valid_) {
    return Refusal{400, "the request's Host header is not a host"};
  }
  if (content_length_count_ > 1 || content_length_is_list_) {
    return Refusal{400, "the request has more than one Content-Length"};
  }
  if (transfer_encoding_count_ > 0 && content_length_count_ > 0) {
    return Refusal{400, "the request has both Content-Length and Transfer-Encoding"};
  }
  if (transfer_encoding_count_ > 0 &&
      (transfer_encoding_count_ > 1 || !is_chunked_ || out_->is_http_1_0)) {
    return Refusal{400, "the request has a Transfer-Encoding that is not plain \"chunked\""};
  }
  return std::nullopt;
}

std::optional<Refusal> HeadParser::Judge() const {
  if (out_->request.target.size() > kMaxTargetBytes) {
    return Refusal{414, "the request's target is longer than 8192 bytes"};
  }
  if (std::optional<Refusal> refusal = JudgeFraming()) return refusal;
  if (verb_ != beast_http::verb::get && verb_ != beast_http::verb::head) {
    return Refusal{405, "the request's method is neither GET nor HEAD"};
  }
  if (has_expect_) return Refusal{417, "the request has an Expect header"};
  if (content_length_ > 0 || transfer_encoding_count_ > 0) {
    return Refusal{413, "the request has a body"};
  }
  return std::nullopt;
}

// Turns the target into its origin form.
std::optional<Refusal> NormalizeTarget(std::string* target) {
  for (const char c : *target) {
    if (static_cast<unsigned char>(c) >= 0x80 || c == '#') {
      return Refusal{400, "the request's target has a character that no URL path has"};
    }
  }
  if (target->front() == '/') return std::nullopt;

  absl::string_view rest;
  for (const absl::string_view scheme : {"http://", "https://"}) {
    if (absl::StartsWithIgnoreCase(*target, scheme)) {
      rest = absl::string_view(*target).substr(scheme.size());
    }
  }
  const absl::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  if (authority.empty() || !IsAuthority(authority)) {
    return Refusal{400, "the request's target is neither a path nor an http URL"};
  }
  rest.remove_prefix(authority.size());
  std::string origin_form(rest);
  if (origin_form.empty() || origin_form.front() != '/') origin_form.insert(0, 1, '/');
  *target = std::move(origin_form);
  return std::nullopt;
}

}  // namespace

HeadScanner::Result HeadScanner::Scan(absl::string_view input) {
  // A method is a token. Anything else in front (a TLS greeting, say) will not become a request.
  if (!input.empty() && !absl::ascii_isalpha(static_cast<unsigned char>(input[0]))) {
    return Result::kMalformed;
  }
  for (;;) {
    const std::size_t newline = input.find('\n', scanned_);
    if (newline == absl::string_view::npos) {
      scanned_ = input.size();
      return Result::kIncomplete;
    }
    scanned_ = newline + 1;
    if (newline == 0 || input[newline - 1] != '\r') return Result::kMalformed;
    if (newline - 1 == line_begin_) {
      head_size_bytes_ = newline + 1;
      return Result::kComplete;
    }
    const bool is_folded = input[line_begin_] == ' ' || input[line_begin_] == '\t';
    if (is_folded) return Result::kMalformed;
    line_begin_ = newline + 1;
  }
}

std::optional<Refusal> ParseRequestHead(absl::string_view head, RequestHead* out) {
  out->request.is_head = false;
  out->request.target.clear();
  out->request.if_none_match.clear();
  out->keep_alive = false;
  out->is_http_1_0 = false;

  HeadParser parser(out);
  // The caller has bounded the head already.
  parser.header_limit(std::numeric_limits<std::uint32_t>::max());
  parser.body_limit(std::numeric_limits<std::uint64_t>::max());
  error_code error;
  parser.put(boost::asio::buffer(head.data(), head.size()), error);
  if (error == beast_http::error::bad_version) {
    return Refusal{400, "the request line does not end in HTTP/1.0 or HTTP/1.1"};
  }
  if (error == beast_http::error::bad_transfer_encoding ||
      error == beast_http::error::bad_content_length ||
      error == beast_http::error::multiple_content_length) {
    return Refusal{400, "the request's Content-Length and Transfer-Encoding make no sense"};
  }
  if (error || !parser.is_header_done()) {
    return Refusal{400, "the request is not well-formed HTTP/1.1"};
  }
  if (std::optional<Refusal> refusal = parser.Judge()) return refusal;
  return NormalizeTarget(&out->request.target);
}

}  // namespace sumlog::http
