#include "rpc/tls_credentials.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"

namespace sumlog::rpc {
namespace {

constexpr std::size_t kMaxPemBytes = std::size_t{1} << 20;  // a long chain is some tens of KiB

template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Memory = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;

// A server asks nobody for a passphrase: an encrypted key is refused.
int NoPassphrase(char*, int, int, void*) { return 0; }

Memory Reader(const std::string& text) {
  return Memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

}  // namespace

absl::Status CheckTlsFiles(const TlsFiles& files) {
  ASSIGN_OR_RETURN(const std::string cert_pem, ReadFile(files.cert_path, kMaxPemBytes));
  ASSIGN_OR_RETURN(const std::string key_pem, ReadFile(files.key_path, kMaxPemBytes));
  const Certificate cert(PEM_read_bio_X509(Reader(cert_pem).get(), nullptr, NoPassphrase, nullptr));
  const Key key(PEM_read_bio_PrivateKey(Reader(key_pem).get(), nullptr, NoPassphrase, nullptr));
  const bool is_pair =
      cert != nullptr && key != nullptr && X509_check_private_key(cert.get(), key.get()) == 1;
  ERR_clear_error();  // nobody else's failure
  if (cert == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(files.cert_path, " is not a certificate in PEM form"));
  }
  if (key == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(files.key_path, " is not an unencrypted private key in PEM form"));
  }
  if (!is_pair) {
    return absl::InvalidArgumentError(absl::StrCat("the private key ", files.key_path,
                                                   " does not belong to the certificate ",
                                                   files.cert_path));
  }
  return absl::OkStatus();
}

std::shared_ptr<grpc::ServerCredentials> MakeTlsCredentials(const TlsFiles& files,
                                                            absl::Duration refresh) {
  const std::int64_t seconds = std::max<std::int64_t>(1, absl::ToInt64Seconds(refresh));
  grpc::experimental::TlsServerCredentialsOptions options(
      std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
          files.key_path, files.cert_path, static_cast<unsigned int>(seconds)));
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  return grpc::experimental::TlsServerCredentials(options);
}

}  // namespace sumlog::rpc
