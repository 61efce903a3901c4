// The unary calls of sumlog.v1.Admin, apart from how they arrive: each takes a request in the name
// of somebody and fills its response. admin.proto says what each means and which errors it has.
//
// Safe from any thread. Most take as long as one or two syncs of the disk.

#ifndef SUMLOG_RPC_ADMIN_ANSWERS_H_
#define SUMLOG_RPC_ADMIN_ANSWERS_H_

#include <sumlog/v1/admin.pb.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "rpc/admin_context.h"

namespace sumlog::rpc {

// Who asks, and what the journal will say that was asked.
struct AdminCall {
  std::string who;                                           // name of the grant
  std::vector<std::pair<std::string, std::string>> details;  // filled in by the answer
};

class AdminAnswers {
 public:
  // Keeps a reference to `admin`, which must outlive this object.
  explicit AdminAnswers(const AdminContext& admin) : admin_(admin) {}

  absl::Status Freeze(const v1::FreezeRequest& request, v1::FreezeResponse* response,
                      AdminCall* call) const;
  absl::Status Thaw(const v1::ThawRequest& request, v1::ThawResponse* response,
                    AdminCall* call) const;
  absl::Status GetStatus(const v1::GetStatusRequest& request, v1::GetStatusResponse* response,
                         AdminCall* call) const;
  absl::Status ListConflicts(const v1::ListConflictsRequest& request,
                             v1::ListConflictsResponse* response, AdminCall* call) const;
  absl::Status GetConflict(const v1::GetConflictRequest& request, v1::GetConflictResponse* response,
                           AdminCall* call) const;
  absl::Status Block(const v1::BlockRequest& request, v1::BlockResponse* response,
                     AdminCall* call) const;
  absl::Status Unblock(const v1::UnblockRequest& request, v1::UnblockResponse* response,
                       AdminCall* call) const;
  absl::Status ListBlocks(const v1::ListBlocksRequest& request, v1::ListBlocksResponse* response,
                          AdminCall* call) const;
  absl::Status CreateToken(const v1::CreateTokenRequest& request, v1::CreateTokenResponse* response,
                           AdminCall* call) const;
  absl::Status ListTokens(const v1::ListTokensRequest& request, v1::ListTokensResponse* response,
                          AdminCall* call) const;
  absl::Status RevokeToken(const v1::RevokeTokenRequest& request, v1::RevokeTokenResponse* response,
                           AdminCall* call) const;

 private:
  const AdminContext& admin_;
};

}  // namespace sumlog::rpc

#endif  // SUMLOG_RPC_ADMIN_ANSWERS_H_
