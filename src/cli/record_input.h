// The record that a person gives on the command line: two hashes, or the zip that has them.

#ifndef SUMLOG_CLI_RECORD_INPUT_H_
#define SUMLOG_CLI_RECORD_INPUT_H_

#include <string>

#include "absl/status/statusor.h"
#include "cli/verb.h"
#include "sumlog/gosum/record.h"

namespace sumlog::cli {

struct RecordFlags {
  std::string module;    // MODULE@VERSION
  std::string sum;       // --sum
  std::string mod_sum;   // --mod-sum
  std::string from_zip;  // --from-zip
  std::string mod;       // --mod
};

// `flags` must live as long as `verb`.
void AddRecordFlags(CLI::App& verb, RecordFlags& flags);

// The record, valid. Says on context.err when a .mod file differs from what the zip holds.
//   kInvalidArgument  half a record, two ways to give one, a malformed part, or a zip that `go`
//                     would refuse
//   kUnavailable      a file that is not there; else as base/file.h
absl::StatusOr<gosum::Record> ReadRecord(Context& context, const RecordFlags& flags);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_RECORD_INPUT_H_
