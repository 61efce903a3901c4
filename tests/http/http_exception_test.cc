// Goal: an exception in the middle of a request costs that request, or its connection, and nothing
// else.
// Method: handlers that throw, in the call and while they are answered later, beside requests of
// others on the same thread.

#include <memory>
#include <new>
#include <sstream>
#include <stdexcept>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "http/http_server.h"
#include "support/raw_http_client.h"
#include "support/scripted_handler.h"

namespace sumlog::http {
namespace {

using ::testing::HasSubstr;

// Throws for "/throw" and "/no-memory", answers the others.
Response ThrowOrEcho(const Request& request) {
  if (request.target == "/throw") throw std::runtime_error("thrown on purpose");
  if (request.target == "/no-memory") throw std::bad_alloc();
  return EchoTarget(request);
}

class HttpExceptionTest : public ::testing::Test {
 protected:
  HttpExceptionTest()
      : logger_(ops::Logger::ToStream(&log_, {})),
        handler_(ThrowOrEcho),
        server_(*HttpServer::Start({.threads = 1, .logger = logger_.get()}, &handler_)) {}

  std::ostringstream log_;
  const std::unique_ptr<ops::Logger> logger_;
  InstantHandler handler_;
  const std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpExceptionTest, AnswersTheRequestWith500AndGoesOn) {
  RawHttpClient other(server_->port());
  EXPECT_EQ(other.Get("/before").body, "/before");
  RawHttpClient client(server_->port());
  for (const char* target : {"/throw", "/no-memory", "/throw"}) {
    const RawResponse response = client.Get(target);
    EXPECT_EQ(response.status, 500);
    EXPECT_THAT(response.body, HasSubstr("the server has dropped this request"));
  }
  EXPECT_EQ(client.Get("/after").body, "/after");
  EXPECT_EQ(other.Get("/after").body, "/after");
  EXPECT_THAT(log_.str(), HasSubstr("thrown on purpose"));
}

TEST_F(HttpExceptionTest, KeepsTheOrderOfPipelinedAnswers) {
  RawHttpClient client(server_->port());
  client.Send(
      "GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /throw HTTP/1.1\r\nHost: a\r\n\r\n"
      "GET /b HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.ReadResponse().body, "/a");
  EXPECT_EQ(client.ReadResponse().status, 500);
  EXPECT_EQ(client.ReadResponse().body, "/b");
}

}  // namespace
}  // namespace sumlog::http
