// Reads the evidence of conflicts that an EvidenceKeeper keeps, beside it: files appear whole and
// never change.
//
// Safe from any thread.

#ifndef SUMLOG_LOG_EVIDENCE_FOLDER_H_
#define SUMLOG_LOG_EVIDENCE_FOLDER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sumlog::log {

// Of one page. The whole folder is looked through for each.
inline constexpr std::size_t kMaxEvidencePage = 1000;

// Two records and a note, with room for both at their limits.
inline constexpr std::size_t kMaxEvidenceBytes = std::size_t{4} << 20;

struct EvidenceEntry {
  std::string id;              // 32 lower-case hexadecimal digits
  std::string module_version;  // "path@version"; empty when the file does not say
  absl::Time kept_at;          // when the file was written, as its file system says
};

struct EvidencePage {
  std::vector<EvidenceEntry> entries;  // newest first; of one time by id, descending
  std::string next_token;              // for the page behind it; empty: this was the last one
};

struct EvidenceText {
  EvidenceEntry entry;
  std::string text;  // FormatEvidence
};

// kInvalidArgument: not 32 lower-case hexadecimal digits.
absl::Status CheckEvidenceId(absl::string_view id);

class EvidenceFolder {
 public:
  // `dir` as EvidenceKeeper::Open has it. A folder that is not there is an empty one.
  explicit EvidenceFolder(const std::string& dir);

  // The newest `limit` pieces, or those behind the page that gave `token`. What is kept between two
  // pages is not on the second one.
  //   kInvalidArgument  a limit outside 1 to kMaxEvidencePage, or not a token
  // or errors as base/file.h. Cost: a look at every file of the folder.
  absl::StatusOr<EvidencePage> List(std::size_t limit, absl::string_view token) const;

  // kInvalidArgument as CheckEvidenceId, kNotFound: there is none with this id. Else as
  // base/file.h.
  absl::StatusOr<EvidenceText> Read(absl::string_view id) const;

 private:
  const std::string folder_;
};

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_EVIDENCE_FOLDER_H_
