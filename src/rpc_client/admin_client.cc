#include "rpc_client/admin_client.h"

#include <grpcpp/client_context.h>
#include <sumlog/v1/admin.grpc.pb.h>
#include <sumlog/v1/log.grpc.pb.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "rpc_client/add_call.h"
#include "rpc_client/channel.h"
#include "rpc_client/convert.h"

namespace sumlog::rpc_client {
namespace {

constexpr std::uint32_t kPageSize = 1000;
// A server has at most 100,000 blocks; one that goes on with pages for ever is stopped here.
constexpr int kMaxPages = 1000;

// A backup reads every byte of the database; whoever stops waiting cancels it.
constexpr absl::Duration kBackupTimeout = absl::Hours(24);

class GrpcAdminClient final : public AdminClient {
 public:
  GrpcAdminClient(const std::shared_ptr<grpc::Channel>& channel, const ConnectOptions& options)
      : address_(options.address),
        timeout_(options.timeout),
        admin_(v1::Admin::NewStub(channel)),
        log_(v1::Log::NewStub(channel)) {}

  absl::StatusOr<AddReport> Add(absl::Span<const gosum::Record> records, bool dry_run) override {
    if (records.empty()) return absl::InvalidArgumentError("no record is given");
    for (const gosum::Record& record : records) RETURN_IF_ERROR(gosum::CheckRecord(record));
    absl::Span<const gosum::Record> unsent = records;
    AddReport all;
    all.results.reserve(records.size());
    const AddFeed feed = {
        .next = [&unsent](std::size_t max_count) -> absl::StatusOr<std::vector<gosum::Record>> {
          const absl::Span<const gosum::Record> next = unsent.subspan(0, max_count);
          unsent.remove_prefix(next.size());
          return std::vector<gosum::Record>(next.begin(), next.end());
        },
        .done =
            [&all](absl::Span<const gosum::Record>, const AddReport& report) {
              all.results.insert(all.results.end(), report.results.begin(), report.results.end());
              all.head = report.head;
              all.message = report.message;
              return absl::OkStatus();
            }};
    RETURN_IF_ERROR(AddAll(feed, dry_run));
    return all;
  }

  absl::Status AddAll(const AddFeed& feed, bool dry_run) override {
    grpc::ClientContext context;
    return CallAddRecords(*admin_, context, feed,
                          {.dry_run = dry_run, .max_silence = timeout_, .server = address_});
  }

  absl::StatusOr<std::string> RecordText(std::uint64_t number) override {
    v1::GetRecordRequest request;
    request.set_number(number);
    v1::GetRecordResponse response;
    RETURN_IF_ERROR(Call(*log_, &v1::Log::Stub::GetRecord, request, &response));
    return response.record().text();
  }

  absl::StatusOr<std::vector<tlog::Hash>> InclusionProof(std::uint64_t number,
                                                         std::uint64_t tree_size) override {
    v1::GetInclusionProofRequest request;
    request.set_number(number);
    request.set_tree_size(tree_size);
    v1::GetInclusionProofResponse response;
    RETURN_IF_ERROR(Call(*log_, &v1::Log::Stub::GetInclusionProof, request, &response));
    std::vector<tlog::Hash> path;
    for (const std::string& bytes : response.proof().hashes()) {
      ASSIGN_OR_RETURN(const tlog::Hash hash, FromBytes(bytes));
      path.push_back(hash);
    }
    return path;
  }

  absl::StatusOr<tlog::SignedTreeHead> Freeze(const std::string& reason) override {
    RETURN_IF_ERROR(CheckText("reason", reason));
    v1::FreezeRequest request;
    request.set_reason(reason);
    v1::FreezeResponse response;
    RETURN_IF_ERROR(Call(*admin_, &v1::Admin::Stub::Freeze, request, &response));
    return FromProto(response.head());
  }

  absl::Status Thaw() override {
    v1::ThawResponse response;
    return Call(*admin_, &v1::Admin::Stub::Thaw, v1::ThawRequest(), &response);
  }

  absl::Status Block(const gosum::ModuleVersion& module, const std::string& reason) override {
    RETURN_IF_ERROR(CheckText("module version", module.ToString()));
    RETURN_IF_ERROR(CheckText("reason", reason));
    v1::BlockRequest request;
    ToProto(module, request.mutable_module());
    request.set_reason(reason);
    v1::BlockResponse response;
    return Call(*admin_, &v1::Admin::Stub::Block, request, &response);
  }

  absl::Status Unblock(const gosum::ModuleVersion& module) override {
    RETURN_IF_ERROR(CheckText("module version", module.ToString()));
    v1::UnblockRequest request;
    ToProto(module, request.mutable_module());
    v1::UnblockResponse response;
    return Call(*admin_, &v1::Admin::Stub::Unblock, request, &response);
  }

  absl::StatusOr<std::vector<rpc_client::Block>> ListBlocks() override {
    std::vector<rpc_client::Block> blocks;
    v1::ListBlocksRequest request;
    request.set_page_size(kPageSize);
    for (int page = 0; page < kMaxPages; ++page) {
      v1::ListBlocksResponse response;
      RETURN_IF_ERROR(Call(*admin_, &v1::Admin::Stub::ListBlocks, request, &response));
      for (const v1::BlockedVersion& block : response.blocks()) blocks.push_back(FromProto(block));
      if (response.next_page_token().empty()) return blocks;
      request.set_page_token(response.next_page_token());
    }
    return TooManyPages();
  }

  absl::StatusOr<ConflictList> ListConflicts(std::size_t limit) override {
    ConflictList list;
    v1::ListConflictsRequest request;
    for (int page = 0; page < kMaxPages; ++page) {
      const std::size_t wanted = limit - list.conflicts.size();
      request.set_page_size(static_cast<std::uint32_t>(
          std::min<std::size_t>(std::max<std::size_t>(wanted, 1), kPageSize)));
      v1::ListConflictsResponse response;
      RETURN_IF_ERROR(Call(*admin_, &v1::Admin::Stub::ListConflicts, request, &response));
      for (const v1::Conflict& conflict : response.conflicts()) {
        if (list.conflicts.size() == limit) break;
        list.conflicts.push_back(FromProto(conflict));
      }
      list.has_more = !response.next_page_token().empty();
      if (!list.has_more || list.conflicts.size() == limit) return list;
      request.set_page_token(response.next_page_token());
    }
    return TooManyPages();
  }

  absl::StatusOr<ConflictText> GetConflict(const std::string& id) override {
    RETURN_IF_ERROR(CheckText("id", id));
    v1::GetConflictRequest request;
    request.set_id(id);
    v1::GetConflictResponse response;
    RETURN_IF_ERROR(Call(*admin_, &v1::Admin::Stub::GetConflict, request, &response));
    return ConflictText{.conflict = FromProto(response.conflict()), .text = response.text()};
  }

  absl::StatusOr<ServerStatus> GetStatus() override {
    v1::GetStatusResponse response;
    RETURN_IF_ERROR(Call(*admin_, &v1::Admin::Stub::GetStatus, v1::GetStatusRequest(), &response));
    ServerStatus status{.log_name = response.log_name(),
                        .verifier_key = response.verifier_key(),
                        .appended = response.appended_count(),
                        .already_there = response.already_there_count(),
                        .conflicts = response.conflict_count(),
                        .queued_records = response.queued_record_count(),
                        .queued_bytes = response.queued_size_bytes(),
                        .writer_error = response.writer_error(),
                        .blocks = response.block_count(),
                        .server_version = response.server_version(),
                        .started_at = FromProto(response.started_at())};
    ASSIGN_OR_RETURN(status.head, FromProto(response.head()));
    if (response.has_frozen()) {
      status.frozen = Decision{.reason = response.frozen().reason(),
                               .who = response.frozen().who(),
                               .when = FromProto(response.frozen().when())};
    }
    return status;
  }

  absl::StatusOr<MadeBackup> CreateBackup(const std::string& label) override {
    RETURN_IF_ERROR(CheckText("label", label));
    v1::CreateBackupRequest request;
    request.set_label(label);
    v1::CreateBackupResponse response;
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + kBackupTimeout));
    RETURN_IF_ERROR(FromGrpcStatus(admin_->CreateBackup(&context, request, &response), address_));
    MadeBackup made{.label = response.label(), .head = {}, .size_bytes = response.size_bytes()};
    ASSIGN_OR_RETURN(made.head, FromProto(response.head()));
    return made;
  }

  absl::StatusOr<NewToken> CreateToken(const TokenGrant& grant) override {
    RETURN_IF_ERROR(CheckText("name", grant.name));
    for (const std::string& scope : grant.scopes) RETURN_IF_ERROR(CheckText("scope", scope));
    for (const std::string& pattern : grant.module_patterns) {
      RETURN_IF_ERROR(CheckText("module pattern", pattern));
    }
    v1::CreateTokenRequest request;
    ToProto(grant, request.mutable_grant());
    v1::CreateTokenResponse response;
    RETURN_IF_ERROR(Call(*admin_, &v1::Admin::Stub::CreateToken, request, &response));
    return NewToken{.grant = FromProto(response.grant()), .secret = response.secret()};
  }

  absl::StatusOr<std::vector<TokenGrant>> ListTokens() override {
    std::vector<TokenGrant> grants;
    v1::ListTokensRequest request;
    for (int page = 0; page < kMaxPages; ++page) {
      v1::ListTokensResponse response;
      RETURN_IF_ERROR(Call(*admin_, &v1::Admin::Stub::ListTokens, request, &response));
      for (const v1::TokenGrant& grant : response.grants()) grants.push_back(FromProto(grant));
      if (response.next_page_token().empty()) return grants;
      request.set_page_token(response.next_page_token());
    }
    return TooManyPages();
  }

  absl::Status RevokeToken(const std::string& name) override {
    RETURN_IF_ERROR(CheckText("name", name));
    v1::RevokeTokenRequest request;
    request.set_name(name);
    v1::RevokeTokenResponse response;
    return Call(*admin_, &v1::Admin::Stub::RevokeToken, request, &response);
  }

 private:
  template <typename Stub, typename Request, typename Response>
  absl::Status Call(Stub& stub,
                    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response* response) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + timeout_));
    return FromGrpcStatus((stub.*method)(&context, request, response), address_);
  }

  absl::Status TooManyPages() const {
    return absl::UnavailableError(
        absl::StrCat(address_, " sent ", kMaxPages, " pages and does not come to an end"));
  }

  // Constant after construction.
  const std::string address_;
  const absl::Duration timeout_;
  const std::unique_ptr<v1::Admin::Stub> admin_;
  const std::unique_ptr<v1::Log::Stub> log_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<AdminClient>> AdminClient::Connect(const ConnectOptions& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> channel, OpenChannel(options));
  return std::make_unique<GrpcAdminClient>(channel, options);
}

}  // namespace sumlog::rpc_client
