#include "cli/import_report.h"

#include <ostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/json_output.h"
#include "cli/printable.h"

namespace sumlog::cli {
namespace {

std::string FormatHashes(const gosum::Record& record) {
  return absl::StrCat(record.zip_hash, "  /go.mod ", record.mod_hash);
}

void PrintConflict(std::ostream& out, const LogConflict& conflict) {
  out << "conflict: " << Printable(conflict.in_log.module.ToString()) << ", record "
      << FormatCount(conflict.number) << "\n"
      << "  log       " << FormatHashes(conflict.in_log) << "\n"
      << "  file      " << FormatHashes(conflict.in_file) << "  (" << Printable(conflict.file)
      << ")\n"
      << "  evidence  "
      << (conflict.evidence.empty() ? "not kept: limits.evidence_bytes is reached"
                                    : Printable(conflict.evidence))
      << "\n";
}

void PrintConflict(std::ostream& out, const FileConflict& file_conflict) {
  const gosum::GoSumConflict& conflict = file_conflict.conflict;
  const std::string file = Printable(file_conflict.file);
  out << "conflict: " << Printable(conflict.module.ToString())
      << (conflict.of_go_mod ? " (its go.mod)" : "")
      << ", two hashes in one file; none was logged\n"
      << "  " << file << ":" << conflict.first_line << "  " << conflict.first_hash << "\n"
      << "  " << file << ":" << conflict.second_line << "  " << conflict.second_hash << "\n";
}

void PrintText(Context& context, const ImportReport& report) {
  std::ostream& out = *context.out;
  for (const LogConflict& conflict : report.log_conflicts) PrintConflict(out, conflict);
  for (const FileConflict& conflict : report.file_conflicts) PrintConflict(out, conflict);
  for (const ImportRefusal& refusal : report.refusals) {
    out << "refused: " << Printable(refusal.module.ToString()) << "  (" << Printable(refusal.file)
        << ")\n  the server says: " << Printable(refusal.reason) << "\n";
  }
  if (report.refused > report.refusals.size()) {
    out << "and " << FormatCount(report.refused - report.refusals.size()) << " more refused\n";
  }
  const std::size_t listed = report.log_conflicts.size() + report.file_conflicts.size();
  if (report.conflicting > listed) {
    out << "and " << FormatCount(report.conflicting - listed) << " more conflicts\n";
  }
  const auto row = [&out](absl::string_view name, std::uint64_t count, absl::string_view remark) {
    out << absl::StreamFormat("%-13s %12s%s\n", name, FormatCount(count), remark);
  };
  row("appended", report.appended, "");
  row("already there", report.already_there, "");
  if (report.unproven > 0) {
    row("unproven", report.unproven, "  in the log, as the server says; the proof is missing");
  }
  row("incomplete", report.incomplete,
      report.incomplete > 0 ? "  not logged: one line of the two" : "");
  row("conflicting", report.conflicting, report.conflicting > 0 ? "  not logged" : "");
  if (report.refused > 0) row("refused", report.refused, "  not logged");
  if (report.other_hash_lines > 0) {
    row("skipped lines", report.other_hash_lines, "  not logged: a hash of another kind than h1:");
  }
  row("tree", report.tree_size, "  records");
}

Json RecordToJson(const gosum::Record& record) {
  return {{"zip", record.zip_hash}, {"go_mod", record.mod_hash}};
}

Json ReportToJson(const ImportReport& report) {
  Json conflicts = Json::array();
  for (const LogConflict& conflict : report.log_conflicts) {
    conflicts.push_back({{"module", conflict.in_log.module.ToString()},
                         {"record", conflict.number},
                         {"log", RecordToJson(conflict.in_log)},
                         {"file", RecordToJson(conflict.in_file)},
                         {"file_name", conflict.file},
                         {"evidence_file", conflict.evidence}});
  }
  Json file_conflicts = Json::array();
  for (const FileConflict& entry : report.file_conflicts) {
    file_conflicts.push_back({{"module", entry.conflict.module.ToString()},
                              {"of_go_mod", entry.conflict.of_go_mod},
                              {"file_name", entry.file},
                              {"first_line", entry.conflict.first_line},
                              {"first_hash", entry.conflict.first_hash},
                              {"second_line", entry.conflict.second_line},
                              {"second_hash", entry.conflict.second_hash}});
  }
  Json refusals = Json::array();
  for (const ImportRefusal& refusal : report.refusals) {
    refusals.push_back({{"module", refusal.module.ToString()},
                        {"file_name", refusal.file},
                        {"reason", refusal.reason}});
  }
  return {{"finished", report.finished},
          {"appended", report.appended},
          {"already_there", report.already_there},
          {"unproven", report.unproven},
          {"incomplete", report.incomplete},
          {"conflicting", report.conflicting},
          {"refused", report.refused},
          {"other_hash_lines", report.other_hash_lines},
          {"tree_size", report.tree_size},
          {"conflicts", conflicts},
          {"file_conflicts", file_conflicts},
          {"refusals", refusals}};
}

}  // namespace

void PrintImportReport(Context& context, const ImportReport& report) {
  if (context.json) {
    PrintJson(context, ReportToJson(report));
  } else {
    PrintText(context, report);
  }
}

}  // namespace sumlog::cli
