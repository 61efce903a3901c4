// lookup: the two go.sum lines of a module version, verified.

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "base/when.h"
#include "cli/log_flags.h"
#include "cli/printable.h"
#include "cli/proof_format.h"
#include "cli/verb.h"
#include "cli/verified_log.h"
#include "cli/verifier_key.h"
#include "sumlog/gosum/module_version.h"

namespace sumlog::cli {
namespace {

struct LookupFlags {
  LogFlags log;
  std::string module;
};

struct Answer {
  std::string module;
  std::string key;  // ShortKey
  client::VerifiedRecord record;
  std::optional<storage::Provenance> provenance;  // no proof covers it
  bool is_remote = false;                         // it is a server's word
};

absl::StatusOr<Answer> Ask(const Context& context, const LookupFlags& flags) {
  ASSIGN_OR_RETURN(const gosum::ModuleVersion module, gosum::ParseModuleVersion(flags.module));
  ASSIGN_OR_RETURN(const std::unique_ptr<VerifiedLog> log, OpenVerifiedLog(context, flags.log));
  Answer answer{.module = module.ToString(),
                .key = ShortKey(log->key()),
                .record = {},
                .provenance = {},
                .is_remote = !flags.log.server.empty()};
  ASSIGN_OR_RETURN(answer.record, log->Lookup(module));
  ASSIGN_OR_RETURN(answer.provenance, log->ProvenanceOf(answer.record.number));
  return answer;
}

void PrintText(Context& context, const Answer& answer) {
  const client::VerifiedRecord& record = answer.record;
  for (const absl::string_view line : absl::StrSplit(record.text, '\n', absl::SkipEmpty())) {
    *context.out << Printable(line) << "\n";
  }
  if (context.quiet) return;
  *context.out << std::flush;
  std::ostream& err = *context.err;
  err << "record " << FormatCount(record.number) << " of tree "
      << FormatCount(record.head.head.size) << "\n"
      << "proof  verified, " << FormatHashCount(record.path.size()) << " up to the signed head\n"
      << "key    " << answer.key << "\n";
  if (answer.provenance.has_value()) {
    err << "logged " << FormatTimestamp(answer.provenance->when) << " by "
        << Printable(answer.provenance->how) << " from " << Printable(answer.provenance->from)
        << (answer.is_remote ? ", says the server\n" : "\n");
  }
}

void PrintAsJson(Context& context, const Answer& answer) {
  const client::VerifiedRecord& record = answer.record;
  Json lines = Json::array();
  for (const absl::string_view line : absl::StrSplit(record.text, '\n', absl::SkipEmpty())) {
    lines.push_back(std::string(line));
  }
  Json json = {{"module", answer.module}, {"record", record.number},
               {"lines", lines},          {"head", HeadToJson(record.head)},
               {"proof_verified", true},  {"proof_hashes", record.path.size()},
               {"key", answer.key}};
  if (answer.provenance.has_value()) {
    json["provenance"] = {{"how", answer.provenance->how},
                          {"from", answer.provenance->from},
                          {"when", FormatTimestamp(answer.provenance->when)}};
  }
  PrintJson(context, json);
}

void Lookup(Context& context, const LookupFlags& flags) {
  const absl::StatusOr<Answer> answer = Ask(context, flags);
  if (!answer.ok()) {
    return Fail(context, absl::StrCat("look up ", flags.module), answer.status());
  }
  if (context.json) {
    PrintAsJson(context, *answer);
  } else {
    PrintText(context, *answer);
  }
}

}  // namespace

void AddLookup(CLI::App& program, Context& context) {
  CLI::App* verb =
      program.add_subcommand("lookup", "print the record of a module version, verified");
  const auto flags = std::make_shared<LookupFlags>();  // shared with the callback, which runs later
  verb->add_option("MODULE@VERSION", flags->module, "such as rsc.io/quote@v1.5.2")->required();
  AddLogFlags(*verb, flags->log);
  verb->footer(
      "Prints the two go.sum lines. Exit 1: not in the log; 4: what came contradicts its head.\n"
      "With --dir, and over gRPC, it says how the record came in.\n"
      "example: sumlog lookup rsc.io/quote@v1.5.2 --key KEY --server https://HOST");
  verb->callback([&context, flags] { Lookup(context, *flags); });
}

}  // namespace sumlog::cli
