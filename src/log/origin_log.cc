#include "log/origin_log.h"

#include <utility>

#include "base/mutex.h"
#include "base/snapshot.h"
#include "base/status_macros.h"
#include "log/head_check.h"
#include "log/writer.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::log {
namespace {

absl::Status CheckOptions(const OriginLog::Options& options) {
  if (options.store == nullptr) return absl::InvalidArgumentError("a log needs a store");
  if (options.signers.empty()) return absl::InvalidArgumentError("a log needs a signer");
  if (options.anchor == nullptr) return absl::InvalidArgumentError("a log needs an anchor");
  if (options.clock == nullptr) return absl::InvalidArgumentError("a log needs a clock");
  return absl::OkStatus();
}

std::vector<tlog::VerifierKey> VerifiersOf(const std::vector<tlog::Signer>& signers) {
  std::vector<tlog::VerifierKey> keys;
  keys.reserve(signers.size());
  for (const tlog::Signer& signer : signers) keys.push_back(signer.verifier());
  return keys;
}

// What a log keeps beside its records.
struct Kept {
  std::unique_ptr<EvidenceKeeper> evidence;
  std::unique_ptr<BlockList> blocks;
  std::optional<FrozenState> frozen;
};

// Shared: readers of the state keep it while it is replaced.
std::shared_ptr<const FrozenState> ShareIfAny(const std::optional<FrozenState>& state) {
  return state.has_value() ? std::make_shared<const FrozenState>(*state) : nullptr;
}

class OpenedOriginLog final : public OriginLog {
 public:
  OpenedOriginLog(Options options, Kept kept, PublishedHead newest)
      : store_(std::move(options.store)),
        anchor_(std::move(options.anchor)),
        evidence_(std::move(kept.evidence)),
        evidence_folder_(options.evidence_dir),
        blocks_(std::move(kept.blocks)),
        frozen_(ShareIfAny(kept.frozen)),
        reader_(store_.get(), std::make_shared<const PublishedHead>(std::move(newest)),
                options.reader, options.clock, blocks_.get()),
        writer_({.store = store_.get(),
                 .anchor = anchor_.get(),
                 .reader = &reader_,
                 .evidence = evidence_.get(),
                 .clock = options.clock,
                 .signers = std::move(options.signers),
                 .frozen = kept.frozen.has_value() ? FrozenError(*kept.frozen) : absl::OkStatus(),
                 .sequencer = options.sequencer}) {}

  Sequencer& sequencer() override { return writer_; }
  const LogReader& reader() const override { return reader_; }
  storage::LogStore& store() override { return *store_; }
  BlockList& blocks() override { return *blocks_; }
  const EvidenceFolder& evidence() const override { return evidence_folder_; }
  void Drain() override { writer_.Drain(); }

  absl::Status Freeze(const FrozenState& decision) override {
    RETURN_IF_ERROR(CheckDecision(decision));
    // As after a restart.
    ASSIGN_OR_RETURN(const FrozenState state, ParseDecision(FormatDecision(decision)));
    MutexLock lock(&freeze_mu_);
    // First: a crash from here on leaves a log that is frozen.
    RETURN_IF_ERROR(KeepFrozenState(decision, *store_));
    frozen_.Store(ShareIfAny(state));
    return writer_.Freeze(FrozenError(state));
  }

  absl::Status Thaw() override {
    MutexLock lock(&freeze_mu_);
    if (frozen_.Load() == nullptr) {
      return absl::FailedPreconditionError("the log is not frozen");
    }
    RETURN_IF_ERROR(KeepFrozenState(std::nullopt, *store_));
    frozen_.Store(nullptr);
    writer_.Thaw();
    return absl::OkStatus();
  }

  std::optional<FrozenState> frozen() const override {
    const std::shared_ptr<const FrozenState> state = frozen_.Load();
    return state == nullptr ? std::nullopt : std::optional<FrozenState>(*state);
  }

  LogStats stats() const override {
    const Writer::Counters counters = writer_.counters();
    return {.appended = counters.appended,
            .already_there = counters.already_there,
            .conflicts = counters.conflicts,
            .heads = counters.heads,
            .queued_records = counters.queued.records,
            .queued_bytes = counters.queued.size_bytes,
            .evidence = evidence_->counters(),
            .writer = writer_.status()};
  }

 private:
  // Constant after construction; what they point to is changed by the writer alone.
  const std::unique_ptr<storage::LogStore> store_;
  const std::unique_ptr<Anchor> anchor_;
  const std::unique_ptr<EvidenceKeeper> evidence_;
  const EvidenceFolder evidence_folder_;
  const std::unique_ptr<BlockList> blocks_;

  Snapshot<FrozenState> frozen_;  // null: adds are taken
  Mutex freeze_mu_;               // held by the one who freezes or thaws

  LogReader reader_;
  Writer writer_;  // last: its thread uses all of the above
};

}  // namespace

absl::StatusOr<std::string> OriginLog::CreateFirstHead(storage::LogStore& store,
                                                       const std::vector<tlog::Signer>& signers,
                                                       Clock* clock) {
  if (signers.empty()) return absl::InvalidArgumentError("a log needs a signer");
  ASSIGN_OR_RETURN(
      const tlog::SignedTreeHead head,
      tlog::SignTreeHead({.size = 0, .root = tlog::EmptyRoot()}, absl::MakeConstSpan(signers)));
  storage::CommitBatch batch;
  batch.expect_new_store = true;
  batch.head = {.size = 0, .note = head.note, .signed_at = clock->Now()};
  RETURN_IF_ERROR(store.Commit(batch));
  return head.note;
}

absl::StatusOr<std::unique_ptr<OriginLog>> OriginLog::Open(Options options) {
  RETURN_IF_ERROR(CheckOptions(options));
  const std::vector<tlog::VerifierKey> keys = VerifiersOf(options.signers);
  ASSIGN_OR_RETURN(PublishedHead newest, LoadNewestHead(*options.store, keys));
  RETURN_IF_ERROR(ReconcileAnchor(newest, *options.store, keys, *options.anchor));
  Kept kept;
  ASSIGN_OR_RETURN(kept.blocks, BlockList::Load(options.store.get()));
  ASSIGN_OR_RETURN(kept.frozen, LoadFrozenState(*options.store));
  ASSIGN_OR_RETURN(kept.evidence,
                   EvidenceKeeper::Open(options.evidence_dir, options.max_evidence_bytes));
  return std::make_unique<OpenedOriginLog>(std::move(options), std::move(kept), std::move(newest));
}

}  // namespace sumlog::log
