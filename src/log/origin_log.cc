#include "log/origin_log.h"

#include <utility>

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

class OpenedOriginLog final : public OriginLog {
 public:
  OpenedOriginLog(Options options, std::unique_ptr<EvidenceKeeper> evidence, PublishedHead newest)
      : store_(std::move(options.store)),
        anchor_(std::move(options.anchor)),
        evidence_(std::move(evidence)),
        reader_(store_.get(), std::make_shared<const PublishedHead>(std::move(newest)),
                options.reader, options.clock),
        writer_({.store = store_.get(),
                 .anchor = anchor_.get(),
                 .reader = &reader_,
                 .evidence = evidence_.get(),
                 .clock = options.clock,
                 .signers = std::move(options.signers),
                 .sequencer = options.sequencer}) {}

  Sequencer& sequencer() override { return writer_; }
  const LogReader& reader() const override { return reader_; }
  void Drain() override { writer_.Drain(); }

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
  ASSIGN_OR_RETURN(std::unique_ptr<EvidenceKeeper> evidence,
                   EvidenceKeeper::Open(options.evidence_dir, options.max_evidence_bytes));
  return std::make_unique<OpenedOriginLog>(std::move(options), std::move(evidence),
                                           std::move(newest));
}

}  // namespace sumlog::log
