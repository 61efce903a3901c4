#include "rpc/stranger_gate.h"

#include "rpc/caller.h"
#include "rpc/status_convert.h"

namespace sumlog::rpc {
namespace {

class StrangerGate final : public grpc::AuthMetadataProcessor {
 public:
  explicit StrangerGate(const AdminContext& admin) : admin_(admin) {}

  // A token is looked up in memory.
  bool IsBlocking() const override { return false; }

  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext* connection,
                       OutputMetadata*, OutputMetadata*) override {
    Caller caller;
    return ToGrpcStatus(Identify(metadata, *connection, admin_, &caller));
  }

 private:
  const AdminContext admin_;  // constant after construction
};

}  // namespace

std::shared_ptr<grpc::AuthMetadataProcessor> MakeStrangerGate(const AdminContext& admin) {
  return std::make_shared<StrangerGate>(admin);
}

}  // namespace sumlog::rpc
