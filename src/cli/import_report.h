// What an import did, for people and as JSON.

#ifndef SUMLOG_CLI_IMPORT_REPORT_H_
#define SUMLOG_CLI_IMPORT_REPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "cli/verb.h"
#include "sumlog/gosum/go_sum_file.h"
#include "sumlog/gosum/record.h"

namespace sumlog::cli {

// A module version for which the log holds other hashes than a file.
struct LogConflict {
  std::string file;
  std::uint64_t number = 0;  // of the record that stands
  gosum::Record in_log;
  gosum::Record in_file;
  std::string evidence;  // its file here, or its id at a server; empty: not kept, for lack of room
};

// A module version that a server does not take.
struct ImportRefusal {
  std::string file;
  gosum::ModuleVersion module;
  std::string reason;  // the server's words, one line
};

// A module version of which one file says two things.
struct FileConflict {
  std::string file;
  gosum::GoSumConflict conflict;
};

inline constexpr std::size_t kMaxListedConflicts = 1000;  // of each kind; all are counted

struct ImportReport {
  std::uint64_t appended = 0;
  std::uint64_t already_there = 0;
  std::uint64_t unproven = 0;    // appended or there by a server's word, which a proof should show
  std::uint64_t incomplete = 0;  // versions with one line of the two, over all files
  std::uint64_t conflicting = 0;
  std::uint64_t refused = 0;           // by a server, for other reasons than other hashes
  std::uint64_t other_hash_lines = 0;  // skipped: their hash is not of the kind "h1:"
  std::uint64_t tree_size = 0;         // afterwards
  bool finished = false;               // all records of all files were dealt with
  std::vector<LogConflict> log_conflicts;
  std::vector<FileConflict> file_conflicts;
  std::vector<ImportRefusal> refusals;
};

// Prints to context.out, as JSON when that is asked for.
void PrintImportReport(Context& context, const ImportReport& report);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_IMPORT_REPORT_H_
