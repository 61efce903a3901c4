// import into a log that is being served: through its server.

#include <algorithm>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "cli/import_target.h"
#include "cli/progress.h"
#include "client/server_text.h"
#include "rpc_client/leaf_check.h"
#include "sumlog/client/failure_details.h"

namespace sumlog::cli {
namespace {

using rpc_client::AddResult;

constexpr std::size_t kMaxReasonBytes = 200;  // of each refusal, of which there may be a thousand

// The first line of what a server gives as its reason.
std::string ReasonLine(const std::string& reason) {
  std::string line = client::CleanServerText(reason);
  const bool has_more = line.find('\n') < line.size() || line.size() > kMaxReasonBytes;
  line.resize(std::min({line.find('\n'), line.size(), kMaxReasonBytes}));
  while (!IsValidUtf8(line)) line.pop_back();  // cut within a character
  return has_more ? absl::StrCat(line, " …") : line;
}

// As many as are proved at once: some 64 tiles of hashes, and less than 4 MB here.
constexpr std::size_t kMaxUnproven = 16'384;

class ServerImport {
 public:
  ServerImport(Context& context, ServedLog& served, ImportFeed& feed, ImportReport* report)
      : served_(served), feed_(feed), report_(*report), progress_(context, "import") {}

  absl::Status Run(const InterruptWatch& interrupt) {
    const rpc_client::AddFeed feed = {
        .next = [&](std::size_t max_count) -> absl::StatusOr<std::vector<gosum::Record>> {
          ASSIGN_OR_RETURN(ImportBatch batch, feed_.Next(max_count, interrupt, &report_));
          files_.push_back(std::move(batch.file));
          return std::move(batch.records);
        },
        .done = [this](absl::Span<const gosum::Record> records,
                       const rpc_client::AddReport& answer) { return Take(records, answer); }};
    absl::Status status = served_.admin().AddAll(feed, /*dry_run=*/false);
    // What was added before an interrupt or a failure counts too. Once the server has lied, nothing
    // of it does.
    if (!IsLie(status)) {
      if (const absl::Status proof = CountProven(); !proof.ok()) status = proof;
    }
    report_.finished = status.ok();
    return status;
  }

 private:
  absl::Status Take(absl::Span<const gosum::Record> records, const rpc_client::AddReport& answer) {
    std::size_t counted = 0;
    const absl::Status status = CountAll(records, answer, &counted);
    if (!status.ok() && !IsLie(status)) {
      CountOnItsWord(absl::MakeConstSpan(answer.results).subspan(counted));
    }
    RETURN_IF_ERROR(status);
    if (appended_ + already_there_ >= kMaxUnproven) RETURN_IF_ERROR(CountProven());
    const std::uint64_t done = appended_ + already_there_ + report_.appended +
                               report_.already_there + refused_by_log_ + report_.refused;
    const std::uint64_t total = feed_.record_estimate();
    progress_.Update({.done = done, .total = done <= total ? total : 0});
    return absl::OkStatus();
  }

  // Counts what became of the records of one answer; when it fails, of the first `*counted`.
  absl::Status CountAll(absl::Span<const gosum::Record> records,
                        const rpc_client::AddReport& answer, std::size_t* counted) {
    const std::string file = std::move(files_.front());
    files_.pop_front();
    ASSIGN_OR_RETURN(head_, served_.HeadOf(answer));
    report_.tree_size = std::max(report_.tree_size, head_.head.size);
    for (; *counted < records.size(); ++*counted) {
      RETURN_IF_ERROR(Count(file, records[*counted], answer.results[*counted]));
    }
    return absl::OkStatus();
  }

  // What the rest of an answer says to be in the log, when its proofs could not be had.
  void CountOnItsWord(absl::Span<const AddResult> results) {
    for (const AddResult& result : results) {
      if (result.outcome == AddResult::Outcome::kRefused) continue;
      if (served_.log() != nullptr) {
        ++report_.unproven;
      } else {
        ++(result.outcome == AddResult::Outcome::kAppended ? appended_ : already_there_);
      }
    }
  }

  absl::Status Count(const std::string& file, const gosum::Record& record,
                     const AddResult& result) {
    const bool is_refused = result.outcome == AddResult::Outcome::kRefused;
    const bool is_conflict = is_refused && result.refusal == AddResult::Refusal::kConflict;
    if (is_refused && !is_conflict) return CountRefusal(file, record, result);
    RETURN_IF_ERROR(served_.CheckCovered(result.number, head_.head));
    if (is_conflict) return CountConflict(file, record, result);
    const bool is_new = result.outcome == AddResult::Outcome::kAppended;
    ++(is_new ? appended_ : already_there_);
    if (served_.log() == nullptr) return absl::OkStatus();
    unproven_.push_back({.number = result.number,
                         .leaf = tlog::LeafHash(gosum::FormatRecordText(record)),
                         .name = record.module.ToString()});
    return absl::OkStatus();
  }

  // Proves what the server says to have, and counts it. Without a key it is only counted.
  absl::Status CountProven() {
    const std::uint64_t appended = std::exchange(appended_, 0);
    const std::uint64_t already_there = std::exchange(already_there_, 0);
    if (served_.log() != nullptr) {
      const absl::Status proof =
          served_.log()->CheckLeaves(std::exchange(unproven_, {}), head_.head);
      if (!proof.ok() && !IsLie(proof)) report_.unproven += appended + already_there;
      RETURN_IF_ERROR(proof);
    }
    report_.appended += appended;
    report_.already_there += already_there;
    return absl::OkStatus();
  }

  absl::Status CountRefusal(const std::string& file, const gosum::Record& record,
                            const AddResult& result) {
    if (result.refusal == AddResult::Refusal::kFrozen) {
      // None of those to come will be taken either.
      return client::WithServerText(absl::FailedPreconditionError("the log takes no records"),
                                    client::CleanServerText(result.reason));
    }
    ++report_.refused;
    if (report_.refusals.size() < kMaxListedConflicts) {
      report_.refusals.push_back(
          {.file = file, .module = record.module, .reason = ReasonLine(result.reason)});
    }
    return absl::OkStatus();
  }

  // Each is proved, also those that the report has no room for: without that a server could call
  // anything a conflict.
  absl::Status CountConflict(const std::string& file, const gosum::Record& record,
                             const AddResult& result) {
    const bool is_listed = report_.log_conflicts.size() < kMaxListedConflicts;
    if (is_listed || served_.log() != nullptr) {
      ASSIGN_OR_RETURN(const std::string text,
                       served_.StandingText(record, result.number, head_.head));
      absl::StatusOr<gosum::Record> in_log = gosum::ParseRecordText(text);
      if (!in_log.ok()) {
        return absl::UnavailableError(absl::StrCat("what the server has as record ", result.number,
                                                   " is none: ", in_log.status().message()));
      }
      if (is_listed) {
        report_.log_conflicts.push_back({.file = file,
                                         .number = result.number,
                                         .in_log = *std::move(in_log),
                                         .in_file = record,
                                         .evidence = result.evidence_id});
      }
    }
    ++report_.conflicting;
    ++refused_by_log_;
    return absl::OkStatus();
  }

  ServedLog& served_;
  ImportFeed& feed_;
  ImportReport& report_;
  std::deque<std::string> files_;  // of each batch that is not answered
  tlog::SignedTreeHead head_;      // of the last answer
  // What the server has answered and the report does not count yet; with a key, each is in
  // unproven_.
  std::uint64_t appended_ = 0, already_there_ = 0;
  std::vector<rpc_client::ClaimedLeaf> unproven_;
  std::uint64_t refused_by_log_ = 0;  // of report_.conflicting, which counts those in files too
  Progress progress_;
};

}  // namespace

absl::Status ImportIntoServer(Context& context, ServedLog& served, ImportFeed& feed,
                              const InterruptWatch& interrupt, ImportReport* report) {
  return ServerImport(context, served, feed, report).Run(interrupt);
}

}  // namespace sumlog::cli
