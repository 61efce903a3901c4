#include "cli/grpc_log.h"

#include <utility>

#include "base/status_macros.h"
#include "cli/server_judge.h"
#include "cli/verifier_key.h"
#include "client/answer_recorder.h"

namespace sumlog::cli {
namespace {

class ConnectedLog final : public GrpcLog {
 public:
  ConnectedLog(ServerJudge::Options options, tlog::VerifierKey key,
               std::unique_ptr<client::AnswerLog> answers,
               std::unique_ptr<rpc_client::LogClient> client)
      : key_(std::move(key)),
        answers_(std::move(answers)),
        judge_(std::move(options), *answers_),
        client_(std::move(client)) {}

  const tlog::VerifierKey& key() const override { return key_; }

  absl::StatusOr<tlog::SignedTreeHead> Newest() override {
    if (newest_.has_value()) return *newest_;
    absl::StatusOr<tlog::SignedTreeHead> head = Judged(client_->Newest());
    if (head.ok()) newest_ = *head;
    return head;
  }

  absl::StatusOr<tlog::SignedTreeHead> Take(absl::string_view note) override {
    return Judged(client_->Take(note));
  }

  absl::Status CheckLeaves(std::vector<rpc_client::ClaimedLeaf> claims,
                           const tlog::TreeHead& head) override {
    const absl::Status status = client_->CheckLeaves(std::move(claims), head);
    return status.ok() ? status : Judge(status);
  }

  void Remember(absl::string_view question, absl::string_view bytes) override {
    answers_->Record(question, bytes);
  }

  absl::Status Judge(const absl::Status& failure) const override {
    // Nothing of that message comes from outside: it keeps its lines.
    return absl::IsPermissionDenied(failure) ? failure : judge_.Of(failure);
  }

  absl::StatusOr<tlog::SignedTreeHead> HeadOfSize(std::uint64_t size) override {
    ASSIGN_OR_RETURN(const tlog::SignedTreeHead newest, Newest());
    if (size == newest.head.size) return newest;
    return Judged(client_->HeadOfSize(size));
  }

  absl::StatusOr<client::VerifiedRecord> Lookup(const gosum::ModuleVersion& module) override {
    ASSIGN_OR_RETURN(rpc_client::LookedUpRecord looked_up, Judged(client_->Lookup(module)));
    provenance_ = storage::Provenance{.how = looked_up.provenance.how,
                                      .from = looked_up.provenance.from,
                                      .when = looked_up.provenance.when};
    return std::move(looked_up.record);
  }

  absl::StatusOr<rpc_client::ProvenLeaf> ProveRecord(const RecordRef& record,
                                                     const tlog::TreeHead& head) override {
    const std::uint64_t* const number = std::get_if<std::uint64_t>(&record);
    if (number != nullptr) return Judged(client_->ProveNumber(*number, head));
    return Judged(client_->ProveLeaf(std::get<tlog::Hash>(record), head));
  }

  absl::StatusOr<std::vector<tlog::Hash>> ProveGrowth(const tlog::TreeHead& older,
                                                      const tlog::TreeHead& newer) override {
    return Judged(client_->ProveConsistency(older, newer));
  }

  absl::StatusOr<std::string> RecordText(const rpc_client::ProvenLeaf& leaf) override {
    return Judged(client_->RecordText(leaf));
  }

  // Of the last record that was looked up.
  absl::StatusOr<std::optional<storage::Provenance>> ProvenanceOf(std::uint64_t) override {
    return provenance_;
  }

 private:
  template <typename T>
  absl::StatusOr<T> Judged(absl::StatusOr<T> answer) const {
    if (!answer.ok()) return Judge(answer.status());
    return answer;
  }

  const tlog::VerifierKey key_;
  const std::unique_ptr<client::AnswerLog> answers_;  // the client writes to it
  const ServerJudge judge_;
  const std::unique_ptr<rpc_client::LogClient> client_;
  std::optional<tlog::SignedTreeHead> newest_;
  std::optional<storage::Provenance> provenance_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcLog>> OpenGrpcLog(const Context& context,
                                                     const LogFlags& flags) {
  ASSIGN_OR_RETURN(tlog::VerifierKey key, ParseKeyFlag(flags.key));
  ASSIGN_OR_RETURN(rpc_client::ConnectOptions connect,
                   ReaderOptionsOf(context, flags.connect, flags.server));
  auto answers = std::make_unique<client::AnswerLog>(context.clock);
  absl::StatusOr<std::unique_ptr<rpc_client::LogClient>> client = rpc_client::LogClient::Connect(
      {.connect = std::move(connect),
       .key = key,
       .on_answer = [log = answers.get()](absl::string_view question, absl::string_view bytes) {
         log->Record(question, bytes);
       }});
  if (!client.ok()) return AboutFile(client.status());
  return std::make_unique<ConnectedLog>(ServerJudge::Options{.server = flags.server,
                                                             .key = key.ToString(),
                                                             .evidence_dir = flags.evidence_dir,
                                                             .clock = context.clock},
                                        std::move(key), std::move(answers), *std::move(client));
}

}  // namespace sumlog::cli
