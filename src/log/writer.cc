#include "log/writer.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "base/thread.h"
#include "sumlog/gosum/record.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::log {
namespace {

absl::Status CheckProvenance(const storage::Provenance& provenance) {
  if (provenance.how.size() <= storage::kMaxProvenanceBytes &&
      provenance.from.size() <= storage::kMaxProvenanceBytes) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("provenance of ", provenance.how.size(), " and ",
                                                 provenance.from.size(), " bytes, want at most ",
                                                 storage::kMaxProvenanceBytes, " each"));
}

// Checks a request and brings it into the form that a round takes.
absl::StatusOr<RoundGroup> PrepareGroup(AddRequest request, Clock* clock) {
  RETURN_IF_ERROR(CheckProvenance(request.provenance));
  RoundGroup group{.records = {}, .provenance = std::move(request.provenance)};
  if (group.provenance.when == absl::Time()) group.provenance.when = clock->Now();
  group.records.reserve(request.records.size());
  for (const gosum::Record& record : request.records) {
    if (absl::Status status = gosum::CheckRecord(record); !status.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("record ", group.records.size(), " of the request: ", status.message()));
    }
    group.records.push_back({.key = record.module.ToString(),
                             .text = gosum::FormatRecordText(record),
                             .standing = std::nullopt});
  }
  return group;
}

// What the index says of one record. Another text than the offered one is believed to stand against
// it only when it is about the same module version.
absl::Status AskIndex(const storage::LogStore& store, RoundRecord* record) {
  const absl::StatusOr<std::uint64_t> number = store.Find(record->key);
  if (absl::IsNotFound(number.status())) return absl::OkStatus();
  RETURN_IF_ERROR(number.status());
  absl::StatusOr<std::string> text = store.Record(*number);
  if (absl::IsNotFound(text.status())) {
    return absl::DataLossError(
        absl::StrCat("the index has ", record->key, " at record ", *number, ", which is missing"));
  }
  RETURN_IF_ERROR(text.status());
  if (*text != record->text) {
    const absl::StatusOr<gosum::Record> parsed = gosum::ParseRecordText(*text);
    if (!parsed.ok() || parsed->module.ToString() != record->key) {
      return absl::DataLossError(absl::StrCat("the index has ", record->key, " at record ", *number,
                                              ", which is about something else"));
    }
  }
  record->standing = StandingRecord{.number = *number, .text = *std::move(text)};
  return absl::OkStatus();
}

}  // namespace

Writer::Writer(Options options)
    : options_(std::move(options)),
      queue_(options_.sequencer),
      publisher_({.store = options_.store,
                  .anchor = options_.anchor,
                  .reader = options_.reader,
                  .bulk = options_.sequencer.bulk}) {
  if (!options_.frozen.ok()) queue_.Pause(options_.frozen);
  MutexLock lock(&thread_mu_);
  thread_ = StartThread("sequencer", [this] { Run(); });
}

void Writer::Add(AddRequest request, AddDone done) {
  absl::StatusOr<RoundGroup> group = PrepareGroup(std::move(request), options_.clock);
  if (!group.ok()) {
    done(group.status());
    return;
  }
  QueuedAdd add{.group = *std::move(group), .done = std::move(done)};
  if (absl::Status status = queue_.Put(std::move(add)); !status.ok()) {
    add.done(status);  // Put leaves it alone when it refuses
  }
}

void Writer::Drain() {
  queue_.Close(absl::FailedPreconditionError("the log is closing and takes no more records"));
  MutexLock lock(&thread_mu_);
  if (thread_.joinable()) thread_.join();
}

absl::Status Writer::Freeze(absl::Status why) {
  queue_.Pause(std::move(why));
  if (queue_.AwaitQuiet() == AddQueue::Taker::kIdle) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat("a round that failed is not finished yet: ", status().message()));
}

Writer::Counters Writer::counters() const {
  return {.appended = appended_,
          .already_there = already_there_,
          .conflicts = conflicts_,
          .heads = heads_,
          .queued = queue_.depth()};
}

absl::Status Writer::status() const {
  MutexLock lock(&mu_);
  return status_;
}

void Writer::SetStatus(const absl::Status& status) {
  MutexLock lock(&mu_);
  status_ = status;
}

void Writer::Run() {
  absl::Status status;
  AddQueue::Taken taken;
  while (!taken.finished) {
    // What failed is tried again by itself: a log must come back when there is space again, also
    // when nobody adds.
    const bool retries = publisher_.unfinished() && !StopsWriter(status);
    taken =
        queue_.TakeRound(retries ? options_.sequencer.retry_interval : absl::InfiniteDuration());
    if (!StopsWriter(status)) {
      status = RunOnce(taken.adds);
      if (StopsWriter(status)) {
        status =
            absl::Status(status.code(), absl::StrCat("the writer has stopped: ", status.message()));
        queue_.Close(status);
      }
      SetStatus(status);
    }
    if (status.ok()) continue;
    for (QueuedAdd& add : taken.adds) add.done(status);
  }
  queue_.TakerGoes();
}

absl::Status Writer::RunOnce(std::vector<QueuedAdd>& adds) {
  RETURN_IF_ERROR(publisher_.Finish());
  if (adds.empty()) return absl::OkStatus();
  std::vector<RoundGroup> groups;
  groups.reserve(adds.size());
  for (QueuedAdd& add : adds) {
    for (RoundRecord& record : add.group.records) {
      if (absl::Status status = AskIndex(*options_.store, &record); !status.ok()) {
        return AsWriterError(status, "the index does not answer");
      }
    }
    groups.push_back(std::move(add.group));
  }
  RoundOutcome outcome = RunRound(options_.reader->Newest()->edge, std::move(groups));
  if (!outcome.batch.records.empty()) {
    ASSIGN_OR_RETURN(std::shared_ptr<const PublishedHead> head,
                     Sign(outcome.head, std::move(outcome.edge)));
    outcome.batch.head = {
        .size = outcome.head.size, .note = head->signed_head.note, .signed_at = head->signed_at};
    absl::StatusOr<std::vector<std::uint64_t>> dropped =
        history_.NextToDrop(*options_.store, outcome.batch.expected_size, options_.clock->Now());
    if (!dropped.ok()) return AsWriterError(dropped.status(), "the history of heads is unreadable");
    outcome.batch.dropped_heads = *std::move(dropped);
    RETURN_IF_ERROR(publisher_.Start(std::move(outcome.batch), std::move(head)));
    ++heads_;
  }
  Complete(adds, std::move(outcome));
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const PublishedHead>> Writer::Sign(tlog::TreeHead head,
                                                                  tlog::TreeEdge edge) const {
  absl::StatusOr<tlog::SignedTreeHead> signed_head = tlog::SignTreeHead(head, options_.signers);
  if (!signed_head.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the new head cannot be signed: ", signed_head.status().message()));
  }
  return std::make_shared<const PublishedHead>(PublishedHead{.signed_head = *std::move(signed_head),
                                                             .signed_at = options_.clock->Now(),
                                                             .edge = std::move(edge)});
}

void Writer::Count(const RoundOutcome& outcome) {
  for (const std::vector<AddResult>& results : outcome.results) {
    for (const AddResult& result : results) {
      switch (result.outcome) {
        case AddResult::Outcome::kAppended:
          ++appended_;
          break;
        case AddResult::Outcome::kAlreadyThere:
          ++already_there_;
          break;
        case AddResult::Outcome::kConflict:
          ++conflicts_;
          break;
      }
    }
  }
}

void Writer::Complete(std::vector<QueuedAdd>& adds, RoundOutcome outcome) {
  CHECK(adds.size() == outcome.results.size());
  Count(outcome);
  SetStatus(absl::OkStatus());  // here: who has an answer finds the log well
  const std::shared_ptr<const PublishedHead> newest = options_.reader->Newest();
  std::vector<bool> has_conflict(adds.size());
  for (const RoundConflict& conflict : outcome.conflicts) has_conflict[conflict.group] = true;
  // Nobody waits for the evidence of somebody else's conflict.
  for (std::size_t i = 0; i < adds.size(); ++i) {
    if (!has_conflict[i]) adds[i].done(AddAnswer{std::move(outcome.results[i]), newest});
  }
  if (outcome.conflicts.empty()) return;
  KeepEvidence(outcome, *newest);
  for (std::size_t i = 0; i < adds.size(); ++i) {
    if (has_conflict[i]) adds[i].done(AddAnswer{std::move(outcome.results[i]), newest});
  }
}

void Writer::KeepEvidence(RoundOutcome& outcome, const PublishedHead& newest) {
  std::vector<ConflictEvidence> evidence;
  evidence.reserve(outcome.conflicts.size());
  for (RoundConflict& conflict : outcome.conflicts) {
    absl::StatusOr<storage::Provenance> provenance =
        options_.store->Provenance(conflict.standing.number);
    if (!provenance.ok()) {  // worth less, but not nothing
      provenance = storage::Provenance{
          .how = "unknown", .from = provenance.status().ToString(), .when = absl::InfinitePast()};
    }
    evidence.push_back({.key = std::move(conflict.key),
                        .standing = std::move(conflict.standing),
                        .standing_provenance = *std::move(provenance),
                        .refused_text = std::move(conflict.refused_text),
                        .refused_provenance = std::move(conflict.refused_provenance),
                        .refused_at = options_.clock->Now(),
                        .head_note = newest.signed_head.note});
  }
  std::vector<std::string> ids = options_.evidence->Keep(evidence);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const RoundConflict& conflict = outcome.conflicts[i];
    outcome.results[conflict.group][conflict.position].evidence_id = std::move(ids[i]);
  }
}

}  // namespace sumlog::log
