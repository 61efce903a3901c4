#include "cli/version.h"

#include <CLI/CLI.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "cli/json_output.h"
#include "cli/verb.h"

// cmake/version.cmake defines these when the build is configured.
#ifndef SUMLOG_VERSION
#error "SUMLOG_VERSION is not defined"
#endif

namespace sumlog::cli {
namespace {

constexpr absl::string_view kCommit = SUMLOG_COMMIT;        // empty: not built from a repository
constexpr absl::string_view kLibraries = SUMLOG_LIBRARIES;  // "RocksDB=7.8.3 OpenSSL=3.0.17 …"

std::vector<std::pair<std::string, std::string>> Libraries() {
  std::vector<std::pair<std::string, std::string>> libraries;
  for (const absl::string_view entry : absl::StrSplit(kLibraries, ' ', absl::SkipEmpty())) {
    libraries.push_back(absl::StrSplit(entry, absl::MaxSplits('=', 1)));
  }
  return libraries;
}

void PrintVersion(Context& context) {
  if (!context.json) {
    *context.out << "sumlog " << Version();
    if (!kCommit.empty()) *context.out << " (" << kCommit << ")";
    *context.out << "\n";
    for (const auto& [name, version] : Libraries()) {
      *context.out << "  " << name << " " << version << "\n";
    }
    return;
  }
  Json libraries = Json::object();
  for (const auto& [name, version] : Libraries()) libraries[name] = version;
  PrintJson(context, {{"version", std::string(Version())},
                      {"commit", std::string(kCommit)},
                      {"libraries", libraries}});
}

}  // namespace

absl::string_view Version() { return SUMLOG_VERSION; }

void AddVersion(CLI::App& program, Context& context) {
  CLI::App* verb =
      program.add_subcommand("version", "print the version of the program and its libraries");
  verb->footer("example: sumlog version --json");
  verb->callback([&context] { PrintVersion(context); });
}

}  // namespace sumlog::cli
