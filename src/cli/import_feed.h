// The records of go.sum files that an import takes, in order, a few at a time, and the counting of
// all that is in the files and is none.
//
// Owned by one thread.

#ifndef SUMLOG_CLI_IMPORT_FEED_H_
#define SUMLOG_CLI_IMPORT_FEED_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cli/go_sum_input.h"
#include "cli/import_report.h"
#include "cli/interrupt.h"
#include "cli/verb.h"
#include "sumlog/gosum/record.h"

namespace sumlog::cli {

struct ImportBatch {
  std::string file;  // as it was named
  std::vector<gosum::Record> records;
};

class ImportFeed {
 public:
  // Reads and checks every file before any of them is used; "-" is standard input. Where the lines
  // of large files wait is in `spool_folder`. kInvalidArgument: a malformed line, as "NAME:LINE:
  // …". Else what the system says.
  static absl::StatusOr<std::unique_ptr<ImportFeed>> Read(Context& context,
                                                          const std::vector<std::string>& files,
                                                          const std::string& spool_folder);

  // The next records, at most `max_count` (at least 1) of one file; none: there are no more.
  // kCancelled: somebody has interrupted. What is found beside them is counted in `report`.
  absl::StatusOr<ImportBatch> Next(std::size_t max_count, const InterruptWatch& interrupt,
                                   ImportReport* report);

  // About how many records there are in all.
  std::uint64_t record_estimate() const { return record_estimate_; }

 private:
  struct NamedInput {
    std::string file;
    std::unique_ptr<GoSumInput> input;
  };

  explicit ImportFeed(const std::string& spool_folder)
      : workspace_{.spool = SpoolFile(spool_folder)} {}

  absl::Status ReadAll(Context& context, const std::vector<std::string>& files);
  void CountBesides(const std::string& file, const gosum::GoSumFile& part, ImportReport* report);

  GoSumWorkspace workspace_;  // the inputs use it
  std::deque<NamedInput> inputs_;
  std::uint64_t record_estimate_ = 0;
  std::vector<gosum::Record> records_;  // of the front input's last part
  std::size_t taken_ = 0;               // of them
};

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_IMPORT_FEED_H_
