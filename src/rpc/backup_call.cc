#include "rpc/backup_call.h"

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "rpc/backup_maker.h"
#include "rpc/caller.h"
#include "rpc/proto_convert.h"
#include "rpc/status_convert.h"

namespace sumlog::rpc {
namespace {

constexpr char kName[] = "CreateBackup";

// Owned by gRPC until OnDone; Finish is called once, by the thread that makes the backup or, when
// it is refused, by the one that starts it.
class BackupReactor final : public grpc::ServerUnaryReactor {
 public:
  BackupReactor(const AdminContext& admin, std::string label, v1::CreateBackupResponse* response)
      : admin_(admin),
        label_(std::move(label)),
        response_(response),
        // Shared: the backup may look at it after this object has gone.
        cancelled_(std::make_shared<std::atomic<bool>>(false)) {}

  void Start(Caller caller) {
    caller_ = std::move(caller);
    if (admin_.backups == nullptr) {
      return Answer(absl::FailedPreconditionError("this server makes no backups"));
    }
    if (absl::Status status = admin_.journal->MakeRoom(); !status.ok()) return Answer(status);
    admin_.backups->Start(label_, cancelled_,
                          [this](absl::StatusOr<BackupResult> result) { Answer(result); });
  }

  void Refuse(const absl::Status& status) { Finish(ToGrpcStatusOfLimit(status)); }

  void OnCancel() override { *cancelled_ = true; }
  void OnDone() override { delete this; }

 private:
  void Answer(const absl::StatusOr<BackupResult>& result) {
    admin::JournalEntry entry{.who = caller_.grant.name,
                              .peer = caller_.peer,
                              .call = kName,
                              .details = {{"label", label_}},
                              .result = result.status()};
    absl::Status status = result.status();
    if (result.ok()) {
      response_->set_label(label_);
      response_->set_size_bytes(result->size_bytes);
      status.Update(ToProto(result->head, response_->mutable_head()));
      entry.details.emplace_back("tree_size", absl::StrCat(result->head.size));
    }
    const absl::Status journalled =
        admin_.journal->Append(entry, admin::Journal::Durability::kPowerLoss);
    if (status.ok()) status = admin::DoneButNotJournalled(journalled);
    Finish(ToGrpcStatusOfLimit(status));  // last: this object may go at once
  }

  const AdminContext& admin_;
  const std::string label_;
  v1::CreateBackupResponse* const response_;
  const std::shared_ptr<std::atomic<bool>> cancelled_;
  Caller caller_;
};

}  // namespace

grpc::ServerUnaryReactor* StartBackupCall(grpc::CallbackServerContext* context,
                                          const AdminContext& admin,
                                          const v1::CreateBackupRequest& request,
                                          v1::CreateBackupResponse* response) {
  auto* const reactor = new BackupReactor(admin, request.label(), response);
  Caller caller;
  const absl::Status status = Admit(*context, admin, admin::Scope::kOperate, kName, &caller);
  if (status.ok()) {
    reactor->Start(std::move(caller));
  } else {
    reactor->Refuse(status);
  }
  return reactor;
}

}  // namespace sumlog::rpc
