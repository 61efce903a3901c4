#include "server/rpc_fronts.h"

#include <sys/stat.h>

#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/thread.h"
#include "server/client_certs.h"
#include "server/log_directory.h"

namespace sumlog::server {
namespace {

constexpr char kOff[] = "off";

// A socket has the mode that the process's mask leaves it from the moment it is bound, so what is
// to be for the owner alone is bound under a mask. Other threads of a process that starts make no
// files that others should read.
class OwnerOnlyFiles {
 public:
  OwnerOnlyFiles() : mask_before_(::umask(0177)) {}
  ~OwnerOnlyFiles() { ::umask(mask_before_); }
  OwnerOnlyFiles(const OwnerOnlyFiles&) = delete;
  OwnerOnlyFiles& operator=(const OwnerOnlyFiles&) = delete;

 private:
  const mode_t mask_before_;
};

rpc::RpcServer::Options CommonOptions(const ops::Config& config, log::OriginLog& log,
                                      const std::string& address) {
  rpc::RpcServer::Options options;
  options.reader = &log.reader();
  options.addresses = {address};
  if (!config.listen_tls_cert.empty()) {
    options.tls =
        rpc::TlsFiles{.cert_path = config.listen_tls_cert, .key_path = config.listen_tls_key};
  }
  return options;
}

// Says which key of the configuration an address came from, and how to do without it.
absl::Status AboutListener(const absl::Status& status, absl::string_view key) {
  if (status.ok()) return status;
  return absl::Status(status.code(),
                      absl::StrCat(key, ": ", status.message(), "\nfix: choose another ", key,
                                   ", or \"", kOff, "\" to do without"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<RpcFronts>> RpcFronts::Start(const ops::Config& config,
                                                            const OpenedLog& opened) {
  log::OriginLog& log = *opened.log;
  std::unique_ptr<RpcFronts> fronts(new RpcFronts);
  if (config.listen_grpc != kOff) {
    absl::StatusOr<std::unique_ptr<rpc::RpcServer>> server =
        rpc::RpcServer::Start(CommonOptions(config, log, config.listen_grpc));
    RETURN_IF_ERROR(AboutListener(server.status(), "listen.grpc"));
    fronts->readers_ = *std::move(server);
  }
  if (config.listen_admin == kOff) return fronts;

  ASSIGN_OR_RETURN(fronts->tokens_, admin::TokenStore::Open(&log.store(), SystemClock()));
  fronts->certificates_ = std::make_unique<admin::CertificateGrants>(SystemClock());
  ASSIGN_OR_RETURN(const std::vector<admin::CertificateGrant> grants,
                   ReadCertificateGrants(config, fronts->tokens_->List()));
  fronts->certificates_->Replace(grants);
  ASSIGN_OR_RETURN(
      fronts->journal_,
      admin::Journal::Open(absl::StrCat(config.dir, "/journal/admin.jsonl"), SystemClock()));
  ASSIGN_OR_RETURN(const tlog::Signer signer, LoadSigner(config));
  fronts->backups_ = std::make_unique<BackupRunner>(BackupRunner::Options{
      .database = opened.database,
      .database_path = DatabasePath(config),
      .backup_dir = config.backup_dir,
      .signer = signer,
  });
  rpc::RpcServer::Options options = CommonOptions(config, log, config.listen_admin);
  options.limits.max_request_bytes = rpc::kMaxAddRequestBytes;
  if (options.tls.has_value()) options.tls->client_ca_path = config.listen_client_ca;
  options.admin = rpc::AdminContext{
      .log = &log,
      .tokens = fronts->tokens_.get(),
      .certificates = config.listen_client_ca.empty() ? nullptr : fronts->certificates_.get(),
      .journal = fronts->journal_.get(),
      .backups = fronts->backups_.get(),
      .clock = SystemClock(),
      .log_name = config.log_name,
      .verifier_key = signer.verifier().ToString(),
      .server_version = SUMLOG_VERSION,
      .started_at = SystemClock()->Now()};
  const OwnerOnlyFiles owner_only;
  absl::StatusOr<std::unique_ptr<rpc::RpcServer>> server = rpc::RpcServer::Start(options);
  RETURN_IF_ERROR(AboutListener(server.status(), "listen.admin"));
  fronts->admin_ = *std::move(server);
  return fronts;
}

std::string RpcFronts::grpc_address() const {
  return readers_ == nullptr ? "" : readers_->addresses().front();
}

std::string RpcFronts::admin_address() const {
  return admin_ == nullptr ? "" : admin_->addresses().front();
}

absl::Status RpcFronts::Reload(const ops::Config& config) {
  if (readers_ != nullptr) RETURN_IF_ERROR(readers_->CheckTls());
  if (admin_ == nullptr) return absl::OkStatus();
  RETURN_IF_ERROR(admin_->CheckTls());
  ASSIGN_OR_RETURN(const std::vector<admin::CertificateGrant> grants,
                   ReadCertificateGrants(config, tokens_->List()));
  certificates_->Replace(grants);
  return absl::OkStatus();
}

void RpcFronts::Drain(absl::Duration deadline) {
  if (backups_ != nullptr) backups_->Stop();
  std::jthread readers;
  if (readers_ != nullptr) {
    readers = StartThread("rpc-drain", [this, deadline] { readers_->Drain(deadline); });
  }
  if (admin_ != nullptr) admin_->Drain(deadline);
}

}  // namespace sumlog::server
