// Goal: the server listens where it is told, alone there; keeps to its limits; says how it fares;
// and stops without losing what is under way.
// Method: real servers on port 0 and Unix sockets; second servers; requests out of bounds; drains
// with calls open.

#include "rpc/rpc_server.h"

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/descriptor_database.h>
#include <google/protobuf/unknown_field_set.h>
#include <grpcpp/generic/generic_stub.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "ops/address.h"
#include "rpc_fixture.h"
#include "support/raw_http_client.h"

namespace sumlog::rpc {
namespace {

using grpc::StatusCode;
using Stub = v1::Log::Stub;

// The preface and settings that say nothing.
const std::string kHttp2Opening =
    std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") + std::string("\0\0\0\4\0\0\0\0\0", 9);

// A connection with a call that has sent 48 KiB of a message of 60 KiB, and sends no more.
class HalfMessage {
 public:
  explicit HalfMessage(std::uint16_t port) : client_(port) {
    client_.Send(kHttp2Opening);
    std::string headers;
    for (const auto& [name, value] :
         std::vector<std::pair<std::string, std::string>>{{":method", "POST"},
                                                          {":scheme", "http"},
                                                          {":path", "/sumlog.v1.Log/Lookup"},
                                                          {":authority", "localhost"},
                                                          {"content-type", "application/grpc"},
                                                          {"te", "trailers"}}) {
      // RFC 7541 section 6.2.2: literal, not indexed, new name.
      absl::StrAppend(&headers, std::string(1, '\0'), std::string(1, char(name.size())), name,
                      std::string(1, char(value.size())), value);
    }
    client_.Send(Frame('\1', '\4', headers));
    std::string data(std::size_t{16} << 10, 'x');
    data.replace(0, 5, std::string("\0\0\0\xf0\0", 5));  // not compressed; 60 KiB
    for (int i = 0; i < 3; ++i) client_.Send(Frame('\0', '\0', data));
  }

  // Whether the server has ended the call or the connection.
  bool IsGivenUp() {
    char bytes[4096];
    ssize_t count = 0;
    while ((count = recv(client_.fd(), bytes, sizeof(bytes), MSG_DONTWAIT)) > 0) {
      received_.append(bytes, static_cast<std::size_t>(count));
    }
    if (count == 0 || errno != EAGAIN) return true;
    while (received_.size() >= 9) {
      const auto at = [this](std::size_t i) { return static_cast<unsigned char>(received_[i]); };
      const std::size_t size = 9 + (std::size_t{at(0)} << 16 | std::size_t{at(1)} << 8 | at(2));
      if (received_.size() < size) return false;
      const int type = received_[3];
      if (type == 1 || type == 3 || type == 7) return true;  // HEADERS, RST_STREAM, GOAWAY
      received_.erase(0, size);
    }
    return false;
  }

 private:
  // Of stream 1.
  static std::string Frame(char type, char flags, const std::string& payload) {
    std::string frame;
    for (const int shift : {16, 8, 0}) {
      frame.push_back(static_cast<char>(payload.size() >> shift & 0xff));
    }
    return absl::StrCat(frame, std::string(1, type), std::string(1, flags),
                        std::string("\0\0\0\1", 4), payload);
  }

  RawHttpClient client_;
  std::string received_;
};

class RpcServerTest : public RpcTest {
 protected:
  grpc::Status Ask(Stub& stub) {
    grpc::ClientContext context;
    v1::GetSignedHeadResponse response;
    return stub.GetSignedHead(&context, v1::GetSignedHeadRequest(), &response);
  }

  std::string SocketAddress() const {
    return absl::StrCat("unix:", log_.folder.path(), "/log.sock");
  }

  // One unary call by name, in bytes.
  static grpc::Status CallBytes(const std::string& address, const std::string& method,
                                const std::string& request, std::string* response) {
    grpc::GenericStub stub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    const grpc::Slice slice(request);
    grpc::ByteBuffer answer;
    grpc::Status status;
    const auto reader =
        stub.PrepareUnaryCall(&context, method, grpc::ByteBuffer(&slice, 1), &queue);
    reader->StartCall();
    reader->Finish(&answer, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    std::vector<grpc::Slice> slices;
    if (status.ok() && answer.Dump(&slices).ok()) {
      response->clear();
      for (const grpc::Slice& each : slices) {
        response->append(reinterpret_cast<const char*>(each.begin()), each.size());
      }
    }
    return status;
  }

  // The standard health check: 1 is SERVING, 2 NOT_SERVING.
  static int Health(const std::string& address, const std::string& service) {
    std::string request;
    if (!service.empty()) {
      request = absl::StrCat("\x0a", std::string(1, static_cast<char>(service.size())), service);
    }
    std::string response;
    const grpc::Status status =
        CallBytes(address, "/grpc.health.v1.Health/Check", request, &response);
    if (!status.ok()) return -static_cast<int>(status.error_code());
    return response.size() == 2 ? response[1] : 0;
  }
};

TEST_F(RpcServerTest, ListensOnSeveralAddresses) {
  const auto server = StartAt({"127.0.0.1:0", SocketAddress(), "[::1]:0"});
  if (absl::IsNotFound(server.status())) GTEST_SKIP() << "this machine has no ::1";
  ASSERT_TRUE(server.ok()) << server.status();
  ASSERT_EQ((*server)->addresses().size(), 3u);
  EXPECT_THAT((*server)->addresses()[0], ::testing::MatchesRegex("127\\.0\\.0\\.1:[1-9][0-9]*"));
  EXPECT_EQ((*server)->addresses()[1], SocketAddress());
  EXPECT_THAT((*server)->addresses()[2], ::testing::MatchesRegex("\\[::1\\]:[1-9][0-9]*"));
  for (const std::string& address : (*server)->addresses()) {
    EXPECT_TRUE(Ask(*Connect(address)).ok()) << address;
  }
}

TEST_F(RpcServerTest, RefusesAPortThatIsTaken) {
  Start();
  const std::string address = server_->addresses().front();
  const auto second = StartAt({address});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(second.status().message(),
            absl::StrCat("cannot listen on ", address, ": another program listens there"));
  EXPECT_TRUE(Ask(*stub_).ok());
  server_->Drain(absl::Seconds(5));
  EXPECT_TRUE(StartAt({address}).ok());
}

TEST_F(RpcServerTest, RefusesASocketThatIsTaken) {
  const auto first = StartAt({SocketAddress()});
  ASSERT_TRUE(first.ok()) << first.status();
  const auto second = StartAt({SocketAddress()});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(second.status().message(),
            absl::StrCat("cannot listen on ", SocketAddress(), ": another server listens there"));
  EXPECT_TRUE(Ask(*Connect(SocketAddress())).ok());
  (*first)->Drain(absl::Seconds(5));
  EXPECT_TRUE(StartAt({SocketAddress()}).ok());
}

TEST_F(RpcServerTest, TakesOverASocketThatWasLeftBehind) {
  const std::string path = log_.folder.path() + "/log.sock";
  sockaddr_un name = {};
  name.sun_family = AF_UNIX;
  path.copy(name.sun_path, sizeof(name.sun_path) - 1);
  const FileDescriptor dead(socket(AF_UNIX, SOCK_STREAM, 0));
  ASSERT_EQ(bind(dead.get(), reinterpret_cast<const sockaddr*>(&name), sizeof(name)), 0);
  const auto server = StartAt({SocketAddress()});
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_TRUE(Ask(*Connect(SocketAddress())).ok());
}

TEST_F(RpcServerTest, RemovesItsSocketAndNothingElse) {
  const std::string path = log_.folder.path() + "/log.sock";
  struct stat found = {};
  {
    EXPECT_TRUE(StartAt({SocketAddress()}).ok());
  }
  EXPECT_NE(lstat(path.c_str(), &found), 0);
  std::ofstream(path) << "precious";
  const auto server = StartAt({SocketAddress()});
  EXPECT_EQ(server.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(absl::StrContains(server.status().message(), "something that is no socket"));
  EXPECT_EQ(lstat(path.c_str(), &found), 0);
}

TEST_F(RpcServerTest, RefusesWhatIsNoAddress) {
  using absl::StatusCode;
  EXPECT_EQ(StartAt({}).status().code(), StatusCode::kInvalidArgument);
  for (const std::string address :
       {"", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:x", "::1:80", "unix:", "host name:80"}) {
    EXPECT_EQ(StartAt({address}).status().code(), StatusCode::kInvalidArgument) << address;
  }
  EXPECT_EQ(StartAt({"unix:/" + std::string(200, 'x')}).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(StartAt({"unix:" + log_.folder.path() + "/absent/log.sock"}).status().code(),
            StatusCode::kNotFound);
  // TEST-NET-1 belongs to nobody.
  EXPECT_EQ(StartAt({"192.0.2.1:0"}).status().code(), StatusCode::kNotFound);
}

TEST_F(RpcServerTest, LeavesNothingBehindWhenOneOfItsAddressesIsTaken) {
  Start();
  const auto second = StartAt({SocketAddress(), server_->addresses().front()});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(StartAt({SocketAddress()}).ok());
}

TEST_F(RpcServerTest, RefusesMessagesOverTheLimit) {
  Start();
  v1::LookupRequest request;
  v1::LookupResponse response;
  for (const std::size_t size : {std::size_t{64} << 10, std::size_t{10} << 20}) {
    request.mutable_module()->set_path(std::string(size, 'a'));
    EXPECT_EQ(Call(&Stub::Lookup, request, &response).error_code(), StatusCode::RESOURCE_EXHAUSTED);
  }
  request.mutable_module()->set_path(std::string(60'000, 'a'));
  EXPECT_EQ(Call(&Stub::Lookup, request, &response).error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(Ask(*stub_).ok());
}

TEST_F(RpcServerTest, RefusesWhatIsNoMessage) {
  Start();
  const std::string address = server_->addresses().front();
  std::string response;
  for (const std::string request :
       {"\xff\xff\xff\xff", "\x0a\x7f", "nonsense", "\x0a\x04\x0a\x02\xff\xfe"}) {
    EXPECT_FALSE(CallBytes(address, "/sumlog.v1.Log/Lookup", request, &response).ok());
  }
  EXPECT_EQ(CallBytes(address, "/sumlog.v1.Log/Absent", "", &response).error_code(),
            StatusCode::UNIMPLEMENTED);
  EXPECT_EQ(CallBytes(address, "/sumlog.v1.Admin/Freeze", "", &response).error_code(),
            StatusCode::UNIMPLEMENTED);
  EXPECT_TRUE(Ask(*stub_).ok());
}

TEST_F(RpcServerTest, ClosesAPeerThatDoesNotSpeakHttp2) {
  Start();
  const auto address = ops::ParseAddress(server_->addresses().front());
  RawHttpClient client(address->port);
  EXPECT_EQ(client.Get("/latest").status, 0);
  EXPECT_TRUE(Ask(*stub_).ok());
}

// Strangers may open as many connections as they like, each with messages that never end.
TEST_F(RpcServerTest, GivesUpHalfMessagesThatTakeTooMuchMemory) {
  Start({.max_buffer_bytes = std::size_t{1} << 20});
  const auto address = ops::ParseAddress(server_->addresses().front());
  std::vector<std::unique_ptr<HalfMessage>> halves;
  for (int i = 0; i < 10; ++i) halves.push_back(std::make_unique<HalfMessage>(address->port));
  EXPECT_TRUE(Ask(*stub_).ok());
  for (const auto& half : halves) EXPECT_FALSE(half->IsGivenUp());
  bool one_is_given_up = false;
  const absl::Time end = absl::Now() + absl::Seconds(20);
  while (!one_is_given_up && absl::Now() < end) {
    if (halves.size() < 100) halves.push_back(std::make_unique<HalfMessage>(address->port));
    for (const auto& half : halves) one_is_given_up = one_is_given_up || half->IsGivenUp();
  }
  EXPECT_TRUE(one_is_given_up);
  halves.clear();
  EXPECT_TRUE(Ask(*Connect(server_->addresses().front())).ok());
}

TEST_F(RpcServerTest, ClosesConnectionsWithoutCalls) {
  Start({.max_connection_idle = absl::Milliseconds(50)});
  const auto address = ops::ParseAddress(server_->addresses().front());
  RawHttpClient client(address->port);
  client.Send(kHttp2Opening);
  bool ended = false;
  client.ReadToEnd(&ended);
  EXPECT_TRUE(ended);
}

TEST_F(RpcServerTest, HasHealth) {
  Start();
  const std::string address = server_->addresses().front();
  EXPECT_EQ(Health(address, ""), 1);
  EXPECT_EQ(Health(address, "sumlog.v1.Log"), 1);
  EXPECT_EQ(Health(address, "sumlog.v1.Absent"), -StatusCode::NOT_FOUND);
}

// One stream of the reflection service; its messages as bytes, for nobody installs its headers.
class ReflectionCall {
 public:
  explicit ReflectionCall(const std::string& address)
      : stub_(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())),
        call_(stub_.PrepareCall(
            &context_, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue_)) {
    call_->StartCall(nullptr);
    EXPECT_TRUE(Next());
  }
  ~ReflectionCall() { context_.TryCancel(); }

  // The answer to a request of one field that is a string.
  std::string Ask(int field, const std::string& value) {
    google::protobuf::UnknownFieldSet request;
    request.AddLengthDelimited(field, value);
    std::string text;
    EXPECT_TRUE(request.SerializeToString(&text));
    const grpc::Slice slice(text);
    call_->Write(grpc::ByteBuffer(&slice, 1), nullptr);
    EXPECT_TRUE(Next());
    grpc::ByteBuffer answer;
    call_->Read(&answer, nullptr);
    EXPECT_TRUE(Next());
    grpc::Slice bytes;
    EXPECT_TRUE(answer.DumpToSingleSlice(&bytes).ok());
    return std::string(reinterpret_cast<const char*>(bytes.begin()), bytes.size());
  }

 private:
  bool Next() {
    void* tag = nullptr;
    bool ok = false;
    return queue_.Next(&tag, &ok) && ok;
  }

  grpc::GenericStub stub_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  const std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
};

// The values of every field `number` of a message.
std::vector<std::string> FieldsOf(const std::string& message, int number) {
  google::protobuf::UnknownFieldSet fields;
  EXPECT_TRUE(fields.ParseFromString(message));
  std::vector<std::string> values;
  for (int i = 0; i < fields.field_count(); ++i) {
    if (fields.field(i).number() == number) values.push_back(fields.field(i).length_delimited());
  }
  return values;
}

// From it alone a client can make the calls, as grpcurl does.
TEST_F(RpcServerTest, DescribesItsServices) {
  constexpr int kFileContainingSymbol = 4, kListServices = 7;                // of the request
  constexpr int kFiles = 4, kServices = 6, kError = 7, kFileDescriptor = 1;  // of the response
  Start();
  ReflectionCall reflection(server_->addresses().front());
  const std::string listed = FieldsOf(reflection.Ask(kListServices, "*"), kServices).at(0);
  EXPECT_THAT(listed, ::testing::HasSubstr("sumlog.v1.Log"));
  EXPECT_THAT(listed, ::testing::HasSubstr("grpc.health.v1.Health"));
  EXPECT_THAT(listed, ::testing::Not(::testing::HasSubstr("sumlog.v1.Admin")));

  const std::string files =
      FieldsOf(reflection.Ask(kFileContainingSymbol, "sumlog.v1.Log"), kFiles).at(0);
  google::protobuf::SimpleDescriptorDatabase database;
  for (const std::string& bytes : FieldsOf(files, kFileDescriptor)) {
    google::protobuf::FileDescriptorProto file;
    ASSERT_TRUE(file.ParseFromString(bytes));
    EXPECT_TRUE(database.Add(file));
  }
  google::protobuf::DescriptorPool pool(&database);
  const auto* const service = pool.FindServiceByName("sumlog.v1.Log");
  ASSERT_NE(service, nullptr);
  const auto* const compiled = v1::LookupRequest::descriptor()->file()->service(0);
  EXPECT_EQ(service->DebugString(), compiled->DebugString());
  EXPECT_EQ(service->FindMethodByName("Lookup")->output_type()->DebugString(),
            v1::LookupResponse::descriptor()->DebugString());

  EXPECT_EQ(FieldsOf(reflection.Ask(kFileContainingSymbol, "sumlog.v1.Absent"), kError).size(), 1u);
}

TEST_F(RpcServerTest, DrainsAtOnceWhenNothingIsUnderWay) {
  Start();
  EXPECT_TRUE(Ask(*stub_).ok());
  server_->Drain(absl::Hours(1));
  server_->Drain(absl::Hours(1));
  EXPECT_EQ(Ask(*stub_).error_code(), StatusCode::UNAVAILABLE);
  EXPECT_EQ(Ask(*Connect(server_->addresses().front())).error_code(), StatusCode::UNAVAILABLE);
}

TEST_F(RpcServerTest, TellsWatchersThatItStops) {
  Start();
  grpc::ClientContext context;
  const auto reader = stub_->WatchHeads(&context, v1::WatchHeadsRequest());
  v1::WatchHeadsResponse head;
  ASSERT_TRUE(reader->Read(&head));
  std::jthread drain([this] { server_->Drain(absl::Hours(1)); });
  EXPECT_FALSE(reader->Read(&head));
  ExpectStatus(reader->Finish(), StatusCode::UNAVAILABLE, "the server is stopping");
}

TEST_F(RpcServerTest, FinishesStreamsWhileItDrainsAndTakesNoNewOnes) {
  Start();
  for (int i = 0; i < 5; ++i) Grow(4000);
  grpc::ClientContext context;
  const auto reader = stub_->StreamRecords(&context, v1::StreamRecordsRequest());
  v1::StreamRecordsResponse batch;
  ASSERT_TRUE(reader->Read(&batch));
  std::size_t count = static_cast<std::size_t>(batch.texts_size());
  std::jthread drain([this] { server_->Drain(absl::Hours(1)); });
  const std::string address = server_->addresses().front();
  while (Health(address, "") == 1) {
  }
  EXPECT_EQ(Health(address, ""), 2);
  grpc::Status refused;
  do {
    grpc::ClientContext other;
    v1::WatchHeadsResponse head;
    const auto watcher = Connect(address)->WatchHeads(&other, v1::WatchHeadsRequest());
    while (watcher->Read(&head)) {
    }
    refused = watcher->Finish();
  } while (refused.ok());
  ExpectStatus(refused, StatusCode::UNAVAILABLE, "the server is stopping");
  while (reader->Read(&batch)) count += static_cast<std::size_t>(batch.texts_size());
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(count, texts_.size());
}

TEST_F(RpcServerTest, GivesUpStreamsAtTheDeadlineOfADrain) {
  Start();
  for (int i = 0; i < 5; ++i) Grow(4000);
  grpc::ClientContext context;
  const auto reader = stub_->StreamRecords(&context, v1::StreamRecordsRequest());
  v1::StreamRecordsResponse batch;
  ASSERT_TRUE(reader->Read(&batch));
  server_->Drain(absl::Milliseconds(50));
  std::size_t count = static_cast<std::size_t>(batch.texts_size());
  while (reader->Read(&batch)) count += static_cast<std::size_t>(batch.texts_size());
  EXPECT_FALSE(reader->Finish().ok());
  EXPECT_LT(count, texts_.size());
}

}  // namespace
}  // namespace sumlog::rpc
