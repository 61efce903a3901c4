// Goal: TLS works with HTTP/1.1 only, with files that belong together only, and changes its
// certificate while it serves.
// Method: certificates made here with OpenSSL, and an OpenSSL client over loopback that trusts
// nothing and looks at what it is shown.

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "http/http_server.h"
#include "support/certificates.h"
#include "support/raw_http_client.h"
#include "support/scripted_handler.h"

namespace sumlog::http {
namespace {

using ::sumlog::testing::MakeTlsPair;
using ::sumlog::testing::TlsPair;

// A TLS client on a raw connection.
class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port, const std::string& alpn = "", int max_version = 0)
      : connection_(port), context_(SSL_CTX_new(TLS_client_method())) {
    if (max_version != 0) SSL_CTX_set_max_proto_version(context_.get(), max_version);
    // Old versions exist in this library only below its default security level.
    if (max_version != 0) SSL_CTX_set_security_level(context_.get(), 0);
    session_.reset(SSL_new(context_.get()));
    if (!alpn.empty()) {
      SSL_set_alpn_protos(session_.get(), reinterpret_cast<const unsigned char*>(alpn.data()),
                          static_cast<unsigned int>(alpn.size()));
    }
    SSL_set_fd(session_.get(), connection_.fd());
    connected_ = SSL_connect(session_.get()) == 1;
  }

  bool connected() const { return connected_; }

  std::string Alpn() const {
    const unsigned char* data = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(session_.get(), &data, &size);
    return std::string(reinterpret_cast<const char*>(data), size);
  }

  // The common name of the server's certificate.
  std::string PeerName() const {
    const testing::TlsCertificate peer(SSL_get1_peer_certificate(session_.get()));
    char name[256] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(peer.get()), NID_commonName, name,
                              sizeof(name));
    return name;
  }

  // Sends `request` and returns everything up to "close_notify" or the end.
  std::string Exchange(const std::string& request) {
    SSL_write(session_.get(), request.data(), static_cast<int>(request.size()));
    std::string answer;
    char buffer[4096];
    for (int size = 0; (size = SSL_read(session_.get(), buffer, sizeof(buffer))) > 0;) {
      answer.append(buffer, static_cast<std::size_t>(size));
    }
    ended_cleanly_ = (SSL_get_shutdown(session_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
    return answer;
  }

  // Sends `request` and waits for the first byte of the answer.
  bool Ask(const std::string& request) {
    SSL_write(session_.get(), request.data(), static_cast<int>(request.size()));
    char byte = 0;
    return SSL_peek(session_.get(), &byte, 1) == 1;
  }

  bool ended_cleanly() const { return ended_cleanly_; }

  // One request on a connection that stays open.
  std::string GetAndKeep(const std::string& target) {
    const std::string request = absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: a\r\n\r\n");
    SSL_write(session_.get(), request.data(), static_cast<int>(request.size()));
    std::string answer;
    char buffer[4096];
    while (!absl::EndsWith(answer, absl::StrCat("\r\n\r\n", target))) {
      const int size = SSL_read(session_.get(), buffer, sizeof(buffer));
      if (size <= 0) break;
      answer.append(buffer, static_cast<std::size_t>(size));
    }
    return answer;
  }

 private:
  RawHttpClient connection_;
  testing::TlsContext context_;
  testing::TlsSession session_;
  bool connected_ = false;
  bool ended_cleanly_ = false;
};

class HttpTls : public ::testing::Test {
 protected:
  HttpTls() : handler_(EchoTarget) {
    folder_ = absl::StrCat(::testing::TempDir(), "/http_tls_test.XXXXXX");
    EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
    files_ = {.cert_path = folder_ + "/cert.pem", .key_path = folder_ + "/key.pem"};
  }
  ~HttpTls() override {
    ::unlink(files_.cert_path.c_str());
    ::unlink(files_.key_path.c_str());
    ::rmdir(folder_.c_str());
  }

  void Write(const std::string& cert_pem, const std::string& key_pem) {
    std::ofstream(files_.cert_path) << cert_pem;
    std::ofstream(files_.key_path) << key_pem;
  }

  absl::StatusOr<std::unique_ptr<HttpServer>> Start() {
    return HttpServer::Start({.tls = files_}, &handler_);
  }

  InstantHandler handler_;
  std::string folder_;
  TlsFiles files_;
};

constexpr char kClosingRequest[] = "GET /page HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

TEST_F(HttpTls, ServesOverTls) {
  const TlsPair pair = MakeTlsPair("first");
  Write(pair.cert_pem, pair.key_pem);
  const auto server = Start();
  ASSERT_EQ(server.status(), absl::OkStatus());
  TlsClient client((*server)->port());
  ASSERT_TRUE(client.connected());
  EXPECT_EQ(client.PeerName(), "first");
  for (const char* target : {"/a", "/b", "/c"}) {
    EXPECT_TRUE(absl::EndsWith(client.GetAndKeep(target), target));
  }
  const std::string answer = client.Exchange(kClosingRequest);
  EXPECT_TRUE(absl::StartsWith(answer, "HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_TRUE(absl::EndsWith(answer, "\r\n\r\n/page")) << answer;
  EXPECT_TRUE(client.ended_cleanly());
}

TEST_F(HttpTls, SendsLargeBodies) {
  const TlsPair pair = MakeTlsPair("first");
  Write(pair.cert_pem, pair.key_pem);
  const std::string large(3 << 20, 'x');
  InstantHandler handler([&](const Request&) {
    return Response{.status = 200, .content_type = "text/plain", .body = large};
  });
  const auto server = HttpServer::Start({.tls = files_}, &handler);
  ASSERT_EQ(server.status(), absl::OkStatus());
  EXPECT_TRUE(absl::EndsWith(TlsClient((*server)->port()).Exchange(kClosingRequest), large));
}

TEST_F(HttpTls, ServesAReaderWhenAllOthersReadNothing) {
  const TlsPair pair = MakeTlsPair("first");
  Write(pair.cert_pem, pair.key_pem);
  const std::string large(32 << 20, 'x');
  InstantHandler handler([&](const Request& request) {
    return request.target == "/page"
               ? Response{.status = 200, .content_type = "text/plain", .body = large}
               : EchoTarget(request);
  });
  ServerLimits limits;
  limits.max_connections = 2;
  limits.write_timeout = absl::Hours(1);
  limits.eviction_grace = absl::Milliseconds(1);
  const auto server = HttpServer::Start({.threads = 1, .tls = files_, .limits = limits}, &handler);
  ASSERT_EQ(server.status(), absl::OkStatus());
  TlsClient first((*server)->port());
  EXPECT_TRUE(first.Ask(kClosingRequest));
  TlsClient second((*server)->port());
  EXPECT_TRUE(second.Ask(kClosingRequest));
  EXPECT_TRUE(absl::EndsWith(TlsClient((*server)->port()).GetAndKeep("/served"), "/served"));
  // One had to go; which, depends on when the system last took a piece of either. The other gets
  // everything.
  const bool first_is_whole = absl::EndsWith(first.Exchange(""), large);
  const bool second_is_whole = absl::EndsWith(second.Exchange(""), large);
  EXPECT_NE(first_is_whole, second_is_whole);
}

TEST_F(HttpTls, AnswersPipelinedAndMalformedRequestsAsWithoutTls) {
  const TlsPair pair = MakeTlsPair("first");
  Write(pair.cert_pem, pair.key_pem);
  const auto server = Start();
  ASSERT_EQ(server.status(), absl::OkStatus());
  std::string all;
  for (int i = 0; i < 20; ++i) absl::StrAppend(&all, "GET /", i, " HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string answer = TlsClient((*server)->port()).Exchange(all + "nonsense\r\n\r\n");
  std::size_t position = 0;
  for (int i = 0; i < 20; ++i) {
    position = answer.find(absl::StrCat("\r\n\r\n/", i, "HTTP/1.1 "), position);
    ASSERT_NE(position, std::string::npos) << i;
  }
  EXPECT_TRUE(absl::StrContains(answer, "HTTP/1.1 400 Bad Request\r\n"));
}

TEST_F(HttpTls, SpeaksHttp11OnlyInAlpn) {
  const TlsPair pair = MakeTlsPair("first");
  Write(pair.cert_pem, pair.key_pem);
  const auto server = Start();
  ASSERT_EQ(server.status(), absl::OkStatus());
  const std::string h2_and_http11 = "\x02h2\x08http/1.1";
  const TlsClient both((*server)->port(), h2_and_http11);
  EXPECT_TRUE(both.connected());
  EXPECT_EQ(both.Alpn(), "http/1.1");
  EXPECT_FALSE(TlsClient((*server)->port(), "\x02h2").connected());
}

TEST_F(HttpTls, RefusesVersionsBelow12) {
  const TlsPair pair = MakeTlsPair("first");
  Write(pair.cert_pem, pair.key_pem);
  const auto server = Start();
  ASSERT_EQ(server.status(), absl::OkStatus());
  EXPECT_TRUE(TlsClient((*server)->port(), "", TLS1_2_VERSION).connected());
  EXPECT_FALSE(TlsClient((*server)->port(), "", TLS1_1_VERSION).connected());
}

TEST_F(HttpTls, ClosesAClientThatDoesNotSpeakTls) {
  const TlsPair pair = MakeTlsPair("first");
  Write(pair.cert_pem, pair.key_pem);
  const auto server = HttpServer::Start(
      {.tls = files_, .limits = {.header_timeout = absl::Milliseconds(40)}}, &handler_);
  ASSERT_EQ(server.status(), absl::OkStatus());
  RawHttpClient plain((*server)->port());
  EXPECT_EQ(plain.Get("/").status, 0);
  // And one that says nothing at all, after the header timeout.
  EXPECT_TRUE(RawHttpClient((*server)->port()).IsClosedByServer());
}

TEST_F(HttpTls, UsesNewFilesForNewConnectionsAfterAReload) {
  const TlsPair first = MakeTlsPair("first");
  const TlsPair second = MakeTlsPair("second");
  Write(first.cert_pem, first.key_pem);
  const auto server = Start();
  ASSERT_EQ(server.status(), absl::OkStatus());
  TlsClient before((*server)->port());

  Write(second.cert_pem, second.key_pem);
  ASSERT_EQ((*server)->ReloadTls(), absl::OkStatus());
  TlsClient after((*server)->port());
  EXPECT_EQ(before.PeerName(), "first");
  EXPECT_EQ(after.PeerName(), "second");
  EXPECT_TRUE(absl::EndsWith(before.GetAndKeep("/old"), "/old"));
  EXPECT_TRUE(absl::EndsWith(after.GetAndKeep("/new"), "/new"));
}

TEST_F(HttpTls, KeepsTheOldFilesWhenAReloadFails) {
  const TlsPair first = MakeTlsPair("first");
  const TlsPair second = MakeTlsPair("second");
  Write(first.cert_pem, first.key_pem);
  const auto server = Start();
  ASSERT_EQ(server.status(), absl::OkStatus());

  Write(second.cert_pem, first.key_pem);
  EXPECT_EQ((*server)->ReloadTls().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(TlsClient((*server)->port()).PeerName(), "first");
  ::unlink(files_.key_path.c_str());
  EXPECT_EQ((*server)->ReloadTls().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(TlsClient((*server)->port()).PeerName(), "first");
}

TEST_F(HttpTls, RefusesFilesThatAreNotAPair) {
  const TlsPair first = MakeTlsPair("first");
  const TlsPair second = MakeTlsPair("second");
  EXPECT_EQ(Start().status().code(), absl::StatusCode::kNotFound);
  const struct {
    std::string cert, key;
  } cases[] = {
      {first.cert_pem, second.key_pem},
      {first.cert_pem, first.encrypted_key_pem},
      {first.cert_pem, ""},
      {"", first.key_pem},
      {first.key_pem, first.key_pem},
      {first.cert_pem, first.cert_pem},
      {"not PEM", "not PEM"},
  };
  for (const auto& each : cases) {
    Write(each.cert, each.key);
    EXPECT_EQ(Start().status().code(), absl::StatusCode::kInvalidArgument) << Start().status();
  }
}

TEST(HttpServerWithoutTls, HasNothingToReload) {
  InstantHandler handler(EchoTarget);
  const auto server = HttpServer::Start({}, &handler);
  ASSERT_EQ(server.status(), absl::OkStatus());
  EXPECT_EQ((*server)->ReloadTls(), absl::OkStatus());
}

}  // namespace
}  // namespace sumlog::http
