#include "http/tls_context.h"

#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>
#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"

namespace sumlog::http {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

constexpr std::size_t kMaxPemBytes = std::size_t{1} << 20;  // a long chain is some tens of KiB

constexpr unsigned char kHttp11[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

// OpenSSL's ALPN callback: HTTP/1.1 or nothing.
int SelectHttp11(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                 const unsigned char* offered, unsigned int offered_size, void*) {
  unsigned char* protocol = nullptr;
  if (SSL_select_next_proto(&protocol, chosen_size, kHttp11, sizeof(kHttp11), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = protocol;
  return SSL_TLSEXT_ERR_OK;
}

absl::Status PemError(const std::string& path, const error_code& error, absl::string_view want) {
  return absl::InvalidArgumentError(absl::StrCat(path, " is not ", want, ": ", error.message()));
}

absl::Status UseFiles(const TlsFiles& files, ssl::context* context) {
  ASSIGN_OR_RETURN(const std::string cert, ReadFile(files.cert_path, kMaxPemBytes));
  ASSIGN_OR_RETURN(const std::string key, ReadFile(files.key_path, kMaxPemBytes));

  error_code error;
  context->use_certificate_chain(boost::asio::buffer(cert), error);
  if (error) return PemError(files.cert_path, error, "a certificate in PEM form");

  // A server asks nobody for a passphrase: an encrypted key is refused.
  context->set_password_callback(
      [](std::size_t, ssl::context::password_purpose) { return std::string(); }, error);
  context->use_private_key(boost::asio::buffer(key), ssl::context::pem, error);
  if (error) {
    return PemError(files.key_path, error,
                    absl::StrCat("an unencrypted private key that belongs to ", files.cert_path));
  }
  if (SSL_CTX_check_private_key(context->native_handle()) != 1) {
    return absl::InvalidArgumentError(absl::StrCat("the private key ", files.key_path,
                                                   " does not belong to the certificate ",
                                                   files.cert_path));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status TlsContext::Load() {
  try {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX* const handle = context->native_handle();
    SSL_CTX_set_min_proto_version(handle, TLS1_2_VERSION);
    SSL_CTX_set_options(
        handle, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(handle, SSL_MODE_RELEASE_BUFFERS);  // idle connections keep no record buffers
    SSL_CTX_set_alpn_select_cb(handle, SelectHttp11, nullptr);
    RETURN_IF_ERROR(UseFiles(files_, context.get()));
    MutexLock lock(&mu_);
    current_ = std::move(context);
    return absl::OkStatus();
  } catch (const boost::system::system_error& error) {
    return absl::UnavailableError(absl::StrCat("cannot set up TLS: ", error.what()));
  }
}

}  // namespace sumlog::http
