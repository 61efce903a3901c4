#include "log/round.h"

#include <string_view>
#include <unordered_map>
#include <utility>

#include "absl/strings/string_view.h"
#include "base/check.h"
#include "sumlog/tlog/hash.h"

namespace sumlog::log {
namespace {

// Builds the outcome record by record.
class Round {
 public:
  Round(const tlog::TreeEdge& edge, std::size_t count, std::size_t size_bytes) {
    outcome_.edge = edge;
    outcome_.batch.expected_size = edge.size();
    outcome_.batch.records.Reserve(count, size_bytes);
    outcome_.batch.index.reserve(count);
    if (count > 1) numbers_.reserve(count);
  }

  void AddGroup(RoundGroup group) {
    std::vector<AddResult> results;
    results.reserve(group.records.size());
    const std::uint64_t first = NextNumber();
    for (RoundRecord& record : group.records) {
      results.push_back(Add(std::move(record), group.provenance, results.size()));
    }
    outcome_.results.push_back(std::move(results));
    if (NextNumber() > first) AddProvenance(first, std::move(group.provenance));
  }

  RoundOutcome Finish() && {
    const storage::PackedTexts& records = outcome_.batch.records;
    if (!records.empty()) {
      std::vector<absl::string_view> texts(records.size());
      for (std::size_t i = 0; i < texts.size(); ++i) texts[i] = records[i];
      std::vector<tlog::Hash> leaves(texts.size());
      tlog::LeafHashes(texts, absl::MakeSpan(leaves));
      outcome_.batch.tiles = outcome_.edge.Append(leaves);
      outcome_.head = {.size = outcome_.edge.size(), .root = outcome_.edge.Root()};
    }
    return std::move(outcome_);
  }

 private:
  std::uint64_t NextNumber() const {
    return outcome_.batch.expected_size + outcome_.batch.records.size();
  }

  AddResult Add(RoundRecord record, const storage::Provenance& provenance, std::size_t position) {
    if (!record.standing.has_value()) record.standing = FindInRound(record.key);
    if (!record.standing.has_value()) return Append(std::move(record));
    const std::uint64_t number = record.standing->number;
    if (record.standing->text == record.text) {
      return {.outcome = AddResult::Outcome::kAlreadyThere, .number = number, .evidence_id = {}};
    }
    outcome_.conflicts.push_back({.group = outcome_.results.size(),
                                  .position = position,
                                  .key = std::move(record.key),
                                  .standing = *std::move(record.standing),
                                  .refused_text = std::move(record.text),
                                  .refused_provenance = provenance});
    return {.outcome = AddResult::Outcome::kConflict, .number = number, .evidence_id = {}};
  }

  std::optional<StandingRecord> FindInRound(const std::string& key) const {
    const auto it = numbers_.find(key);
    if (it == numbers_.end()) return std::nullopt;
    const absl::string_view text =
        outcome_.batch.records[it->second - outcome_.batch.expected_size];
    return StandingRecord{.number = it->second, .text = std::string(text)};
  }

  AddResult Append(RoundRecord record) {
    const std::uint64_t number = NextNumber();
    std::vector<storage::IndexRow>& index = outcome_.batch.index;
    CHECK(index.size() < index.capacity());  // numbers_ holds views of the keys
    outcome_.batch.records.Append(record.text);
    index.push_back({.key = std::move(record.key), .number = number});
    numbers_.emplace(index.back().key, number);
    return {.outcome = AddResult::Outcome::kAppended, .number = number, .evidence_id = {}};
  }

  void AddProvenance(std::uint64_t first, storage::Provenance provenance) {
    std::vector<storage::ProvenanceRun>& runs = outcome_.batch.provenance;
    if (!runs.empty() && runs.back().provenance == provenance) return;  // the run goes on
    runs.push_back({.first = first, .provenance = std::move(provenance)});
  }

  RoundOutcome outcome_;
  // Module version → number of the records that are new in this round. The keys are views of
  // outcome_.batch.index, which never grows beyond what was reserved.
  std::unordered_map<std::string_view, std::uint64_t> numbers_;
};

}  // namespace

RoundOutcome RunRound(const tlog::TreeEdge& edge, std::vector<RoundGroup> groups) {
  std::size_t count = 0;
  std::size_t size_bytes = 0;
  for (const RoundGroup& group : groups) {
    count += group.records.size();
    for (const RoundRecord& record : group.records) size_bytes += record.text.size();
  }
  Round round(edge, count, size_bytes);
  for (RoundGroup& group : groups) round.AddGroup(std::move(group));
  return std::move(round).Finish();
}

}  // namespace sumlog::log
