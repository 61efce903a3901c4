#include "rpc_client/channel.h"

#include <grpc/support/log.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "client/server_text.h"
#include "crypto/certificate.h"
#include "rpc_client/address.h"
#include "sumlog/client/failure_details.h"

namespace sumlog::rpc_client {
namespace {

constexpr std::size_t kMaxCaFileBytes = std::size_t{16} << 20;
constexpr std::size_t kMaxTokenBytes = 1024;

// A token goes into a header. The message must not hold it.
absl::Status CheckToken(const std::string& token, const Address& address) {
  if (token.empty()) return absl::OkStatus();
  if (token.size() > kMaxTokenBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("the token has ", token.size(), " bytes, want at most ", kMaxTokenBytes));
  }
  for (const char c : token) {
    if (c <= 0x20 || c >= 0x7f) {
      return absl::InvalidArgumentError(
          "the token holds a space, a control character or a letter beyond ASCII");
    }
  }
  if (address.kind != Address::Kind::kClear) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "a token is not sent in the clear\nwhy: who reads it on the way could use it"
      "\nfix: grpcs://HOST:PORT, or the server's own socket: unix:PATH");
}

// gRPC would say nothing of a pair that is none, and ask the terminal for a passphrase.
absl::Status ReadOwnCertificate(const ConnectOptions& from, grpc::SslCredentialsOptions* options) {
  if (from.cert_file.empty() && from.key_file.empty()) return absl::OkStatus();
  if (from.cert_file.empty() || from.key_file.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a certificate and its key belong together; only ",
                     from.cert_file.empty() ? "the key" : "the certificate", " is named"));
  }
  crypto::PemFile cert{.name = from.cert_file, .text = ""};
  crypto::PemFile key{.name = from.key_file, .text = ""};
  ASSIGN_OR_RETURN(cert.text, ReadFile(cert.name, crypto::kMaxPemBytes));
  ASSIGN_OR_RETURN(key.text, ReadFile(key.name, crypto::kMaxPemBytes));
  RETURN_IF_ERROR(crypto::CheckKeyPair(cert, key));
  options->pem_cert_chain = std::move(cert.text);
  options->pem_private_key = std::move(key.text);
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> CredentialsFor(
    const Address& address, const ConnectOptions& from) {
  grpc::SslCredentialsOptions options;
  RETURN_IF_ERROR(ReadOwnCertificate(from, &options));
  if (address.kind != Address::Kind::kTls) {
    if (from.cert_file.empty()) return grpc::InsecureChannelCredentials();
    return absl::InvalidArgumentError(
        absl::StrCat("a client certificate is shown over TLS only, ", from.address,
                     " is not\nfix: grpcs://HOST:PORT, or leave the certificate out"));
  }
  if (!from.ca_file.empty()) {
    ASSIGN_OR_RETURN(options.pem_root_certs, ReadFile(from.ca_file, kMaxCaFileBytes));
    // gRPC would take the system's roots in place of an empty list.
    if (!absl::StrContains(options.pem_root_certs, "-----BEGIN CERTIFICATE-----")) {
      return absl::InvalidArgumentError(absl::StrCat(from.ca_file, " holds no PEM certificate"));
    }
  }
  const std::shared_ptr<grpc::ChannelCredentials> tls = grpc::SslCredentials(options);
  if (from.token.empty()) return tls;
  return grpc::CompositeChannelCredentials(tls, grpc::AccessTokenCredentials(from.token));
}

// Why nobody answers at a socket, as the system says; gRPC has words of its own for that.
std::string ReasonAtSocket(const std::string& path) {
  const FileDescriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof(address.sun_path) - 1));
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    return "no answer";
  }
  return std::strerror(errno);
}

bool WaitUntilReady(grpc::Channel& channel, absl::Time deadline) {
  while (true) {
    const grpc_connectivity_state state = channel.GetState(/*try_to_connect=*/true);
    if (state == GRPC_CHANNEL_READY) return true;
    // Waiting for a server that is not there would make a typing error look like a slow network.
    if (state == GRPC_CHANNEL_TRANSIENT_FAILURE || state == GRPC_CHANNEL_SHUTDOWN) return false;
    if (!channel.WaitForStateChange(state, absl::ToChronoTime(deadline))) return false;
  }
}

std::string NotReached(const Address& address, bool shows_certificate) {
  switch (address.kind) {
    case Address::Kind::kUnixSocket:
      return absl::StrCat(ReasonAtSocket(address.path),
                          "\nwhy: no server with administration has this socket"
                          "\nfix: start it: sumlog serve --dir D; one that listens elsewhere has "
                          "said where, behind admin=: --server ADDRESS");
    case Address::Kind::kTls:
      return absl::StrCat(
          "no connection over TLS\nwhy: nobody listens there, or its certificate is not good for "
          "this name",
          shows_certificate ? ", or it does not take ours (ended, or signed by somebody else)" : "",
          "\nfix: look at it: openssl s_client -connect HOST:PORT; --ca F names the authority that "
          "signed the certificate");
    case Address::Kind::kClear:
      return "no connection";
  }
  return "no connection";
}

// The words for what a server refused; empty: it could not answer.
absl::string_view Described(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return "does not take this";
    case absl::StatusCode::kNotFound:
      return "has no such thing";
    case absl::StatusCode::kAlreadyExists:
      return "has one already";
    case absl::StatusCode::kPermissionDenied:
      return "does not allow it";
    case absl::StatusCode::kFailedPrecondition:
      return "is not in the state for it";
    case absl::StatusCode::kResourceExhausted:
      return "has met a limit";
    case absl::StatusCode::kDataLoss:
      return "says that its data contradicts what the log has signed";
    default:
      return "";
  }
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const ConnectOptions& options) {
  ASSIGN_OR_RETURN(const Address address, ParseAddress(options.address));
  RETURN_IF_ERROR(CheckToken(options.token, address));
  ASSIGN_OR_RETURN(const std::shared_ptr<grpc::ChannelCredentials> credentials,
                   CredentialsFor(address, options));

  // gRPC writes of every handshake that fails on standard error; we say it once, in our own form.
  gpr_set_log_function([](gpr_log_func_args*) {});
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);  // who asks is told, and asks again
  arguments.SetMaxReceiveMessageSize(options.max_answer_bytes);
  const std::shared_ptr<grpc::Channel> channel =
      grpc::CreateCustomChannel(address.target, credentials, arguments);
  if (!WaitUntilReady(*channel, absl::Now() + options.timeout)) {
    return absl::UnavailableError(absl::StrCat("cannot reach ", options.address, ": ",
                                               NotReached(address, !options.cert_file.empty())));
  }
  return channel;
}

absl::Status FromGrpcStatus(const grpc::Status& status, absl::string_view server) {
  if (status.ok()) return absl::OkStatus();
  const std::string text = client::CleanServerText(status.error_message());
  if (status.error_code() == grpc::StatusCode::UNAUTHENTICATED) {
    return client::WithServerText(
        absl::PermissionDeniedError(absl::StrCat(server, " does not know who asks", kAccessFix)),
        text);
  }
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
    const absl::Status late =
        absl::UnavailableError(absl::StrCat("no answer of ", server, " in time"));
    const bool is_our_timer = text == "Deadline Exceeded";  // gRPC's words for it
    return is_our_timer ? late : client::WithServerText(late, text);
  }
  if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED) {
    return client::WithServerText(
        absl::UnavailableError(absl::StrCat(
            server,
            " has no administration\nfix: name the address behind admin= in the line that "
            "sumlog serve prints")),
        text);
  }
  const auto code = static_cast<absl::StatusCode>(status.error_code());  // the numbers are the same
  const absl::string_view described = Described(code);
  return client::WithServerText(
      described.empty() ? absl::UnavailableError(absl::StrCat(server, " could not answer"))
                        : absl::Status(code, absl::StrCat(server, " ", described)),
      text);
}

}  // namespace sumlog::rpc_client
