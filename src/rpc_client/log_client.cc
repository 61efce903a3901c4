#include "rpc_client/log_client.h"

#include <grpcpp/client_context.h>
#include <sumlog/v1/log.grpc.pb.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/status_macros.h"
#include "client/head_timeline.h"
#include "client/lookup_answer.h"
#include "client/tile_cache.h"
#include "client/verified_tiles.h"
#include "rpc_client/channel.h"
#include "rpc_client/convert.h"
#include "rpc_client/log_failure.h"
#include "rpc_client/tile_calls.h"
#include "sumlog/client/failure_details.h"
#include "sumlog/gosum/record.h"
#include "sumlog/tlog/consistency.h"
#include "sumlog/tlog/inclusion.h"

namespace sumlog::rpc_client {
namespace {

using tlog::Hash;
using tlog::SignedTreeHead;
using tlog::TreeHead;

constexpr std::size_t kMaxProvenanceBytes = 5000;  // types.proto: one word, and 4096 bytes

// Of a proof under a signed head: a hash that is none is one that does not lead there.
absl::StatusOr<std::vector<Hash>> PathFrom(
    const google::protobuf::RepeatedPtrField<std::string>& hashes) {
  std::vector<Hash> path;
  for (const std::string& bytes : hashes) {
    const absl::StatusOr<Hash> hash = FromBytes(bytes);
    if (!hash.ok()) {
      return absl::DataLossError(absl::StrCat("hash ", path.size(), " of a proof has ",
                                              bytes.size(), " bytes, want ", tlog::kHashSizeBytes));
    }
    path.push_back(*hash);
  }
  return path;
}

// The refusal that may be an answer.
constexpr grpc::StatusCode kAbsent[] = {grpc::StatusCode::NOT_FOUND};

class GrpcLogClient final : public LogClient {
 public:
  GrpcLogClient(const std::shared_ptr<grpc::Channel>& channel, Options options)
      : options_(std::move(options)),
        server_(options_.connect.address),
        log_(v1::Log::NewStub(channel)),
        timeline_({.check_beginning =
                       [this](const TreeHead& older, const TreeHead& newer) {
                         return ConsistencyPath(older, newer).status();
                       },
                   .open = [this](absl::string_view note) { return OpenHead(note); },
                   .memory = options_.memory}) {}

  absl::StatusOr<SignedTreeHead> Newest() override {
    v1::GetSignedHeadResponse response;
    RETURN_IF_ERROR(Call("GetSignedHead", &v1::Log::Stub::GetSignedHead, v1::GetSignedHeadRequest(),
                         &response));
    ASSIGN_OR_RETURN(const SignedTreeHead head, OpenHead(response.head().note()));
    return timeline_.Merge(head);
  }

  absl::StatusOr<SignedTreeHead> Take(absl::string_view note) override {
    ASSIGN_OR_RETURN(SignedTreeHead head, OpenHead(note));
    RETURN_IF_ERROR(timeline_.Merge(head).status());
    return head;
  }

  absl::StatusOr<LookedUpRecord> Lookup(const gosum::ModuleVersion& module) override {
    const std::string name = module.ToString();
    RETURN_IF_ERROR(CheckText("module version", name));
    v1::LookupRequest request;
    ToProto(module, request.mutable_module());
    v1::LookupResponse response;
    const grpc::Status status =
        Send(absl::StrCat("Lookup ", name), &v1::Log::Stub::Lookup, request, &response);
    if (!status.ok()) return Absence(name, status);

    LookedUpRecord looked_up;
    absl::StatusOr<client::VerifiedRecord> record = VerifyLookup(response);
    if (!record.ok()) {
      return client::Reword(record.status(), absl::StrCat(name, ": ", record.status().message()));
    }
    looked_up.record = *std::move(record);
    RETURN_IF_ERROR(CheckIsOf(module, looked_up.record));
    const v1::Provenance& provenance = response.record().provenance();
    if (provenance.how().size() + provenance.from().size() > kMaxProvenanceBytes) {
      return NoAnswerOfALog("a provenance of more than 5000 bytes");
    }
    looked_up.provenance = {
        .how = provenance.how(), .from = provenance.from(), .when = FromProto(provenance.when())};
    return looked_up;
  }

  absl::StatusOr<SignedTreeHead> HeadOfSize(std::uint64_t size) override {
    ASSIGN_OR_RETURN(const SignedTreeHead newest, Newest());
    if (size == newest.head.size) return newest;
    if (size > newest.head.size) {
      return absl::InvalidArgumentError(absl::StrCat(
          "there is no tree of ", size, " records yet: the newest head has ", newest.head.size));
    }
    ASSIGN_OR_RETURN(const std::optional<SignedTreeHead> published, PublishedHead(size));
    if (published.has_value()) return *published;
    SignedTreeHead head{.head = {.size = size, .root = tlog::EmptyRoot()}, .note = ""};
    if (size == 0) return head;
    v1::GetConsistencyProofResponse response;
    RETURN_IF_ERROR(AskConsistency(size, newest.head.size, &response));
    const absl::StatusOr<Hash> root = FromBytes(response.old_head().root());
    if (!root.ok()) return absl::DataLossError(root.status().message());
    head.head.root = *root;
    RETURN_IF_ERROR(CheckConsistency(head.head, newest.head, response).status());
    return head;
  }

  absl::StatusOr<ProvenLeaf> ProveNumber(std::uint64_t number, const TreeHead& head) override {
    if (number >= head.size) {
      return absl::InvalidArgumentError(
          absl::StrCat("record number ", number, " is outside a tree of ", head.size, " records"));
    }
    v1::GetInclusionProofRequest request;
    request.set_number(number);
    ASSIGN_OR_RETURN(ProvenLeaf proven,
                     Prove(absl::StrCat("number ", number), std::move(request), head));
    if (proven.number == number) return proven;
    return absl::DataLossError(
        absl::StrCat("the proof for record ", number, " is about record ", proven.number));
  }

  absl::StatusOr<ProvenLeaf> ProveLeaf(const Hash& leaf, const TreeHead& head) override {
    v1::GetInclusionProofRequest request;
    request.set_leaf_hash(std::string(tlog::HashesAsBytes({&leaf, 1})));
    ASSIGN_OR_RETURN(ProvenLeaf proven, Prove(absl::StrCat("leaf ", tlog::FormatHash(leaf)),
                                              std::move(request), head));
    if (proven.leaf == leaf) return proven;
    return absl::DataLossError(absl::StrCat("the proof for leaf hash ", tlog::FormatHash(leaf),
                                            " is about ", tlog::FormatHash(proven.leaf)));
  }

  absl::StatusOr<std::vector<Hash>> ProveConsistency(const TreeHead& older,
                                                     const TreeHead& newer) override {
    return ConsistencyPath(older, newer);
  }

  absl::StatusOr<std::string> RecordText(const ProvenLeaf& leaf) override {
    v1::GetRecordRequest request;
    request.set_number(leaf.number);
    v1::GetRecordResponse response;
    RETURN_IF_ERROR(Call(absl::StrCat("GetRecord ", leaf.number), &v1::Log::Stub::GetRecord,
                         request, &response));
    RETURN_IF_ERROR(CheckRecordText(response.record().text()));
    if (tlog::LeafHash(response.record().text()) == leaf.leaf) return response.record().text();
    return absl::DataLossError(
        absl::StrCat("the text of record ", leaf.number, " is not the one whose leaf was proved"));
  }

  absl::Status CheckLeaves(std::vector<ClaimedLeaf> claims, const TreeHead& head) override {
    TileCalls calls(*log_,
                    {.server = server_,
                     .timeout = options_.connect.timeout,
                     .on_answer = [this](absl::string_view question, absl::string_view bytes) {
                       Report(question, bytes);
                     }});
    client::VerifiedTiles tiles(head, calls, tiles_);
    return rpc_client::CheckLeaves(std::move(claims), head, tiles);
  }

 private:
  // One call; what came is reported, whatever it is.
  template <typename Request, typename Response>
  grpc::Status Send(const std::string& question,
                    grpc::Status (v1::Log::Stub::*method)(grpc::ClientContext*, const Request&,
                                                          Response*),
                    const Request& request, Response* response) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + options_.connect.timeout));
    grpc::Status status = ((*log_).*method)(&context, request, response);
    if (status.ok()) Report(question, response->SerializeAsString());
    return status;
  }

  // The same, with a refusal as what it means: see LogFailure.
  template <typename Request, typename Response>
  absl::Status Call(const std::string& question,
                    grpc::Status (v1::Log::Stub::*method)(grpc::ClientContext*, const Request&,
                                                          Response*),
                    const Request& request, Response* response, Refusals answers = {}) {
    const grpc::Status status = Send(question, method, request, response);
    return status.ok() ? absl::OkStatus() : LogFailure(status, server_, answers);
  }

  void Report(absl::string_view question, absl::string_view bytes) const {
    if (options_.on_answer) options_.on_answer(absl::StrCat("sumlog.v1.Log/", question), bytes);
  }

  // What it means that a lookup was refused. Any server may refuse; one that has a head which the
  // key has signed speaks for the log.
  absl::Status Absence(const std::string& name, const grpc::Status& refusal) {
    const absl::Status status = LogFailure(refusal, server_, kAbsent);
    const bool is_blocked = refusal.error_code() == grpc::StatusCode::PERMISSION_DENIED;
    if (!is_blocked && !absl::IsNotFound(status)) return status;
    const absl::StatusOr<SignedTreeHead> newest = Newest();
    if (!newest.ok()) return newest.status();
    return client::WithServerText(
        absl::NotFoundError(is_blocked
                                ? absl::StrCat(name, " is blocked in log ", options_.key.name(),
                                               ", says its server")
                                : absl::StrCat(name, " is not in log ", options_.key.name(), " of ",
                                               newest->head.size, " records, says its server")),
        client::ServerTextOf(status));
  }

  absl::StatusOr<SignedTreeHead> OpenHead(absl::string_view note) const {
    Report("(signed head)", note);
    absl::StatusOr<SignedTreeHead> head =
        tlog::OpenTreeHead(note, absl::MakeConstSpan(&options_.key, 1));
    if (head.ok()) return head;
    const absl::Status& status = head.status();
    if (absl::IsNotFound(status)) {
      return absl::UnauthenticatedError(
          absl::StrCat("the head is not signed by ", options_.key.name(), "+",
                       absl::Hex(options_.key.key_hash(), absl::kZeroPad8)));
    }
    const std::string message = absl::StrCat("signed head: ", status.message());
    if (absl::IsDataLoss(status)) return absl::DataLossError(message);
    return NoAnswerOfALog(message);
  }

  absl::Status NoAnswerOfALog(absl::string_view what) const {
    return absl::UnavailableError(
        absl::StrCat("what came from ", server_, " is no answer of a log: ", what));
  }

  absl::Status CheckRecordText(const std::string& text) const {
    if (text.size() > gosum::kMaxRecordSizeBytes) {
      return NoAnswerOfALog(absl::StrCat("record is of ", text.size(), " bytes, want at most ",
                                         gosum::kMaxRecordSizeBytes));
    }
    const absl::Status status = gosum::CheckRecordText(text);
    return status.ok() ? status : NoAnswerOfALog(status.message());
  }

  // Verifies all of an answer but whose record it is.
  absl::StatusOr<client::VerifiedRecord> VerifyLookup(const v1::LookupResponse& response) {
    client::VerifiedRecord record{.number = response.record().number(),
                                  .text = response.record().text(),
                                  .head = {},
                                  .path = {}};
    ASSIGN_OR_RETURN(record.head, OpenHead(response.head().note()));
    RETURN_IF_ERROR(CheckRecordText(record.text));
    const v1::InclusionProof& proof = response.proof();
    const TreeHead& head = record.head.head;
    if (proof.number() != record.number || proof.tree_size() != head.size) {
      return absl::DataLossError(absl::StrCat("record ", record.number, " of a signed tree of ",
                                              head.size, " comes with a proof for record ",
                                              proof.number(), " of ", proof.tree_size()));
    }
    if (record.number >= head.size) {
      return absl::DataLossError(absl::StrCat("record ", record.number,
                                              " is outside the tree of its own answer, of ",
                                              head.size, " records"));
    }
    ASSIGN_OR_RETURN(record.path, PathFrom(proof.hashes()));
    RETURN_IF_ERROR(
        tlog::VerifyInclusion(head, record.number, tlog::LeafHash(record.text), record.path));
    RETURN_IF_ERROR(timeline_.Merge(record.head).status());
    return record;
  }

  static absl::Status CheckIsOf(const gosum::ModuleVersion& module,
                                const client::VerifiedRecord& record) {
    const absl::Status status = client::CheckRecordIsOf(module, record.text);
    if (status.ok()) return status;
    return client::Reword(status, absl::StrCat("record ", record.number, ", the answer for ",
                                               module.ToString(), ": ", status.message()));
  }

  // The signed head of `size` records, if the server keeps one, as a beginning of the newest one.
  absl::StatusOr<std::optional<SignedTreeHead>> PublishedHead(std::uint64_t size) {
    v1::GetSignedHeadRequest request;
    request.set_size(size);
    v1::GetSignedHeadResponse response;
    const absl::Status status = Call(absl::StrCat("GetSignedHead of size ", size),
                                     &v1::Log::Stub::GetSignedHead, request, &response, kAbsent);
    if (absl::IsNotFound(status)) return std::nullopt;
    RETURN_IF_ERROR(status);
    ASSIGN_OR_RETURN(SignedTreeHead head, OpenHead(response.head().note()));
    if (head.head.size != size) {
      return NoAnswerOfALog(
          absl::StrCat("asked for the head of ", size, " records, got that of ", head.head.size));
    }
    RETURN_IF_ERROR(timeline_.Merge(head).status());
    return std::optional<SignedTreeHead>(std::move(head));
  }

  absl::StatusOr<ProvenLeaf> Prove(const std::string& which, v1::GetInclusionProofRequest request,
                                   const TreeHead& head) {
    request.set_tree_size(head.size);
    v1::GetInclusionProofResponse response;
    const absl::Status status = Call(absl::StrCat("GetInclusionProof ", which, " of ", head.size),
                                     &v1::Log::Stub::GetInclusionProof, request, &response,
                                     request.has_leaf_hash() ? Refusals(kAbsent) : Refusals());
    if (absl::IsNotFound(status)) {
      return client::Reword(status, absl::StrCat("none of the first ", head.size, " records is ",
                                                 which, ", says the server"));
    }
    RETURN_IF_ERROR(status);
    ProvenLeaf proven{.number = response.proof().number(), .leaf = {}, .path = {}};
    if (proven.number >= head.size) {
      return absl::DataLossError(absl::StrCat("a proof for record ", proven.number,
                                              " in a tree of ", head.size, " records"));
    }
    const absl::StatusOr<Hash> leaf = FromBytes(response.leaf_hash());
    if (!leaf.ok()) return absl::DataLossError(leaf.status().message());
    proven.leaf = *leaf;
    ASSIGN_OR_RETURN(proven.path, PathFrom(response.proof().hashes()));
    RETURN_IF_ERROR(tlog::VerifyInclusion(head, proven.number, proven.leaf, proven.path));
    return proven;
  }

  absl::Status AskConsistency(std::uint64_t old_size, std::uint64_t new_size,
                              v1::GetConsistencyProofResponse* response) {
    v1::GetConsistencyProofRequest request;
    request.set_old_size(old_size);
    request.set_new_size(new_size);
    return Call(absl::StrCat("GetConsistencyProof ", old_size, " to ", new_size),
                &v1::Log::Stub::GetConsistencyProof, request, response);
  }

  static absl::StatusOr<std::vector<Hash>> CheckConsistency(
      const TreeHead& older, const TreeHead& newer,
      const v1::GetConsistencyProofResponse& response) {
    ASSIGN_OR_RETURN(std::vector<Hash> path, PathFrom(response.proof().hashes()));
    RETURN_IF_ERROR(tlog::VerifyConsistency(older, newer, path));
    return path;
  }

  absl::StatusOr<std::vector<Hash>> ConsistencyPath(const TreeHead& older, const TreeHead& newer) {
    v1::GetConsistencyProofResponse response;
    // The server is not asked for proofs that have no hashes.
    if (older.size > 0 && older.size < newer.size) {
      RETURN_IF_ERROR(AskConsistency(older.size, newer.size, &response));
    }
    return CheckConsistency(older, newer, response);
  }

  // Constant after construction.
  const Options options_;
  const std::string server_;
  const std::unique_ptr<v1::Log::Stub> log_;

  client::HeadTimeline timeline_;
  client::TileCache tiles_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<LogClient>> LogClient::Connect(Options options) {
  options.connect.max_answer_bytes = kMaxLogAnswerBytes;
  ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> channel, OpenChannel(options.connect));
  return std::make_unique<GrpcLogClient>(channel, std::move(options));
}

absl::StatusOr<std::string> FetchNewestNote(const ConnectOptions& options) {
  ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> channel, OpenChannel(options));
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + options.timeout));
  v1::GetSignedHeadResponse response;
  const grpc::Status status =
      v1::Log::NewStub(channel)->GetSignedHead(&context, v1::GetSignedHeadRequest(), &response);
  if (!status.ok()) return LogFailure(status, options.address);
  return response.head().note();
}

}  // namespace sumlog::rpc_client
