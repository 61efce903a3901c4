// import into a data directory that nobody serves: through a sequencer of its own.

#include <filesystem>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "cli/bulk_adder.h"
#include "cli/import_target.h"
#include "cli/progress.h"

namespace sumlog::cli {
namespace {

constexpr std::size_t kBatchRecords = 1024;

std::string OriginOf(const std::string& file) {
  if (file == "-") return "standard input";
  return std::filesystem::absolute(file).lexically_normal().string().substr(
      0, storage::kMaxProvenanceBytes);
}

class DirectoryImport {
 public:
  DirectoryImport(Context& context, const ops::Config& config, log::OriginLog& log,
                  ImportFeed& feed, ImportReport* report)
      : context_(context),
        config_(config),
        log_(log),
        feed_(feed),
        report_(*report),
        adder_(&log.sequencer(), [this](const RefusedRecord& record) { KeepConflict(record); }),
        progress_(context, "import") {}

  absl::Status Run(const InterruptWatch& interrupt) {
    absl::Status status = AddAll(interrupt);
    if (status.ok()) status = adder_.Flush();
    status.Update(adder_.Wait());
    report_.finished = status.ok();
    report_.appended = adder_.appended();
    report_.already_there = adder_.already_there();
    report_.conflicting += adder_.refused();
    report_.tree_size = log_.reader().Newest()->signed_head.head.size;
    status.Update(store_error_);
    return status;
  }

 private:
  absl::Status AddAll(const InterruptWatch& interrupt) {
    std::string file;
    storage::Provenance provenance;
    while (true) {
      ASSIGN_OR_RETURN(ImportBatch batch, feed_.Next(kBatchRecords, interrupt, &report_));
      if (batch.records.empty()) return absl::OkStatus();
      if (batch.file != file) {
        file = batch.file;
        provenance = {.how = "import", .from = OriginOf(file), .when = context_.clock->Now()};
      }
      for (gosum::Record& record : batch.records) {
        if (interrupt.Seen()) return absl::CancelledError("interrupted");
        RETURN_IF_ERROR(adder_.Add(std::move(record), provenance));
        ShowProgress();
      }
    }
  }

  void ShowProgress() {
    const std::uint64_t done = adder_.appended() + adder_.already_there() + adder_.refused();
    // The total is an estimate; when there is more, it is not known.
    const std::uint64_t total = feed_.record_estimate();
    progress_.Update({.done = done, .total = done <= total ? total : 0});
  }

  void KeepConflict(const RefusedRecord& refused) {
    if (report_.log_conflicts.size() == kMaxListedConflicts) return;
    const absl::StatusOr<std::string> text = log_.reader().store().Record(refused.result.number);
    const absl::StatusOr<gosum::Record> in_log =
        text.ok() ? gosum::ParseRecordText(*text) : text.status();
    if (!in_log.ok()) {
      store_error_.Update(in_log.status());
      return;
    }
    const std::string& id = refused.result.evidence_id;
    report_.log_conflicts.push_back(
        {.file = refused.from,
         .number = refused.result.number,
         .in_log = *in_log,
         .in_file = refused.offered,
         .evidence =
             id.empty() ? "" : absl::StrCat(config_.dir, "/evidence/conflicts/", id, ".txt")});
  }

  Context& context_;
  const ops::Config& config_;
  log::OriginLog& log_;
  ImportFeed& feed_;
  ImportReport& report_;
  absl::Status store_error_;
  BulkAdder adder_;
  Progress progress_;
};

}  // namespace

absl::Status ImportIntoDirectory(Context& context, const ops::Config& config, log::OriginLog& log,
                                 ImportFeed& feed, const InterruptWatch& interrupt,
                                 ImportReport* report) {
  return DirectoryImport(context, config, log, feed, report).Run(interrupt);
}

}  // namespace sumlog::cli
