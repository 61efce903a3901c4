#include "rpc/tls_credentials.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "base/file.h"
#include "base/status_macros.h"
#include "crypto/certificate.h"

namespace sumlog::rpc {
namespace {

absl::StatusOr<crypto::PemFile> ReadPem(const std::string& path) {
  ASSIGN_OR_RETURN(std::string text, ReadFile(path, crypto::kMaxPemBytes));
  return crypto::PemFile{.name = path, .text = std::move(text)};
}

}  // namespace

absl::Status CheckTlsFiles(const TlsFiles& files) {
  ASSIGN_OR_RETURN(const crypto::PemFile cert, ReadPem(files.cert_path));
  ASSIGN_OR_RETURN(const crypto::PemFile key, ReadPem(files.key_path));
  RETURN_IF_ERROR(crypto::CheckKeyPair(cert, key));
  if (files.client_ca_path.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const crypto::PemFile authorities, ReadPem(files.client_ca_path));
  return crypto::CheckAuthorities(authorities);
}

std::shared_ptr<grpc::ServerCredentials> MakeTlsCredentials(const TlsFiles& files,
                                                            absl::Duration refresh) {
  const std::int64_t seconds = std::max<std::int64_t>(1, absl::ToInt64Seconds(refresh));
  const bool asks_clients = !files.client_ca_path.empty();
  grpc::experimental::TlsServerCredentialsOptions options(
      std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
          files.key_path, files.cert_path, files.client_ca_path,
          static_cast<unsigned int>(seconds)));
  options.watch_identity_key_cert_pairs();
  if (asks_clients) options.watch_root_certs();
  // A client may come without one; one that comes must be good.
  options.set_cert_request_type(asks_clients ? GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY
                                             : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  return grpc::experimental::TlsServerCredentials(options);
}

}  // namespace sumlog::rpc
