// import into a log that is being served: through its server.

#include <algorithm>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "cli/import_target.h"
#include "cli/progress.h"
#include "client/server_text.h"
#include "sumlog/client/failure_details.h"

namespace sumlog::cli {
namespace {

using rpc_client::AddResult;

class ServerImport {
 public:
  ServerImport(Context& context, rpc_client::AdminClient& admin, GrpcLog* log, ImportFeed& feed,
               ImportReport* report)
      : admin_(admin), log_(log), feed_(feed), report_(*report), progress_(context, "import") {}

  absl::Status Run(const InterruptWatch& interrupt) {
    const rpc_client::AddFeed feed = {
        .next = [&](std::size_t max_count) -> absl::StatusOr<std::vector<gosum::Record>> {
          ASSIGN_OR_RETURN(ImportBatch batch, feed_.Next(max_count, interrupt, &report_));
          files_.push_back(std::move(batch.file));
          return std::move(batch.records);
        },
        .done = [this](absl::Span<const gosum::Record> records,
                       const rpc_client::AddReport& answer) { return Take(records, answer); }};
    const absl::Status status = admin_.AddAll(feed, /*dry_run=*/false);
    report_.finished = status.ok();
    return status;
  }

 private:
  absl::Status Take(absl::Span<const gosum::Record> records, const rpc_client::AddReport& answer) {
    ASSIGN_OR_RETURN(const tlog::TreeHead head, HeadOf(answer));
    const std::string file = std::move(files_.front());
    files_.pop_front();
    for (std::size_t i = 0; i < records.size(); ++i) {
      RETURN_IF_ERROR(Count(file, records[i], answer.results[i], head));
    }
    report_.tree_size = std::max(report_.tree_size, head.size);
    const std::uint64_t done =
        report_.appended + report_.already_there + refused_by_log_ + report_.refused;
    const std::uint64_t total = feed_.record_estimate();
    progress_.Update({.done = done, .total = done <= total ? total : 0});
    return absl::OkStatus();
  }

  // The head that is to cover the numbers of an answer; verified where there is a key.
  absl::StatusOr<tlog::TreeHead> HeadOf(const rpc_client::AddReport& answer) {
    if (log_ == nullptr) return answer.head.head;
    if (answer.head.note != last_head_.note) {
      ASSIGN_OR_RETURN(last_head_, log_->Take(answer.head.note));
    }
    return last_head_.head;
  }

  absl::Status Count(const std::string& file, const gosum::Record& record, const AddResult& result,
                     const tlog::TreeHead& head) {
    const bool is_refused = result.outcome == AddResult::Outcome::kRefused;
    const bool is_conflict = is_refused && result.refusal == AddResult::Refusal::kConflict;
    if (is_refused && !is_conflict) return CountRefusal(file, record, result);
    if (result.number >= head.size) {
      return absl::DataLossError(absl::StrCat("the head of the answer covers ", head.size,
                                              " records, and a record in it is to be number ",
                                              result.number));
    }
    if (is_conflict) return CountConflict(file, record, result, head);
    const bool is_new = result.outcome == AddResult::Outcome::kAppended;
    ++(is_new ? report_.appended : report_.already_there);
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
      report_.refusals.push_back({.file = file,
                                  .module = record.module,
                                  .reason = client::CleanServerText(result.reason)});
    }
    return absl::OkStatus();
  }

  absl::Status CountConflict(const std::string& file, const gosum::Record& record,
                             const AddResult& result, const tlog::TreeHead& head) {
    ++report_.conflicting;
    ++refused_by_log_;
    if (report_.log_conflicts.size() == kMaxListedConflicts) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::string text, StandingText(result.number, head));
    absl::StatusOr<gosum::Record> in_log = gosum::ParseRecordText(text);
    if (!in_log.ok()) {
      return absl::UnavailableError(absl::StrCat("what the server has as record ", result.number,
                                                 " is none: ", in_log.status().message()));
    }
    report_.log_conflicts.push_back({.file = file,
                                     .number = result.number,
                                     .in_log = *std::move(in_log),
                                     .in_file = record,
                                     .evidence = result.evidence_id});
    return absl::OkStatus();
  }

  // The record that stands; proved where there is a key.
  absl::StatusOr<std::string> StandingText(std::uint64_t number, const tlog::TreeHead& head) {
    if (log_ == nullptr) return admin_.RecordText(number);
    ASSIGN_OR_RETURN(const rpc_client::ProvenLeaf proven, log_->ProveRecord(number, head));
    return log_->RecordText(proven);
  }

  rpc_client::AdminClient& admin_;
  GrpcLog* const log_;  // null: there is no key to verify with
  ImportFeed& feed_;
  ImportReport& report_;
  std::deque<std::string> files_;  // of each batch that is not answered
  tlog::SignedTreeHead last_head_;
  std::uint64_t refused_by_log_ = 0;  // of report_.conflicting, which counts those in files too
  Progress progress_;
};

}  // namespace

absl::Status ImportIntoServer(Context& context, rpc_client::AdminClient& admin, GrpcLog* log,
                              ImportFeed& feed, const InterruptWatch& interrupt,
                              ImportReport* report) {
  return ServerImport(context, admin, log, feed, report).Run(interrupt);
}

}  // namespace sumlog::cli
