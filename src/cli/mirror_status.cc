// sumlog mirror status: how far each mirror of a directory is, and how it goes with its upstream.

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "cli/json_output.h"
#include "cli/mirror.h"
#include "cli/mirror_facts.h"
#include "cli/open_config.h"
#include "cli/printable.h"
#include "cli/proof_format.h"
#include "cli/served.h"

namespace sumlog::cli {
namespace {

void PrintUpstream(Context& context, const MirrorFacts& facts) {
  std::ostream& out = *context.out;
  const mirror::FollowerState& state = facts.state;
  if (state.upstream_size > facts.verified_records) {
    out << "  missing   " << FormatCount(state.upstream_size - facts.verified_records) << " of the "
        << FormatCount(state.upstream_size) << " records that the upstream has signed\n";
  }
  out << "  contact   "
      << (state.last_contact == absl::InfinitePast() ? "never" : Since(context, state.last_contact))
      << "\n";
  if (state.failures > 0) {
    out << "  failing   " << FormatCount(state.failures) << " times in a row, last "
        << Since(context, state.error_at) << "\n"
        << "  error     " << Printable(state.error) << "\n";
  }
  if (state.contradiction_at != absl::InfinitePast()) {
    out << "  liar      signed bytes contradicted each other "
        << Since(context, state.contradiction_at) << "\n";
    if (!state.evidence.empty()) out << "  evidence  " << Printable(state.evidence) << "\n";
  }
}

void PrintText(Context& context, const MirrorFacts& facts) {
  std::ostream& out = *context.out;
  out << Printable(facts.name) << "\n"
      << "  key       " << Printable(facts.key) << "\n"
      << "  mode      " << facts.mode << "\n";
  if (!facts.upstream.empty()) out << "  upstream  " << Printable(facts.upstream) << "\n";
  if (!facts.problem.ok()) {
    const std::string message(facts.problem.message());
    out << "  problem   " << Printable(message.substr(0, message.find('\n'))) << "\n";
  }
  out << "  served    "
      << (facts.head.has_value()
              ? absl::StrCat("tree ", FormatCount(facts.head->head.size), ", verified")
              : "nothing yet")
      << "\n";
  const std::uint64_t served = facts.head.has_value() ? facts.head->head.size : 0;
  if (facts.verified_records > served) {
    out << "  verified  " << FormatCount(facts.verified_records - served)
        << " records beyond it, on the way to the next signed head\n";
  }
  PrintUpstream(context, facts);
  if (facts.state.odd_records > 0) {
    out << "  odd       " << FormatCount(facts.state.odd_records)
        << " signed records are about no module version\n";
  }
  out << "  disk      " << FormatBytes(facts.disk_used_bytes) << " used, "
      << FormatBytes(facts.disk_free_bytes) << " free\n";
}

void RunStatus(Context& context) {
  const absl::StatusOr<ops::Config> config = OpenConfig(context);
  if (!config.ok()) return Fail(context, "say how the mirrors are", config.status());
  if (config->mirrors.empty()) {
    return Fail(context, "say how the mirrors are",
                absl::InvalidArgumentError(absl::StrCat(
                    "no mirror is configured in ", config->dir, "\nfix: sumlog mirror run --dir ",
                    config->dir, " --upstream URL --key VKEY makes one")));
  }
  const absl::StatusOr<bool> runs = IsLocked(absl::StrCat(config->dir, "/lock"));
  Json list = Json::array();
  for (const ops::MirrorConfig& mirror : config->mirrors) {
    const absl::StatusOr<MirrorFacts> facts = ReadMirrorFacts(*config, mirror);
    if (!facts.ok()) return Fail(context, "say how the mirrors are", facts.status());
    if (facts->is_wrong()) context.exit_code = kFoundWrong;
    if (context.json) {
      list.push_back(ToJson(*facts));
    } else {
      PrintText(context, *facts);
    }
  }
  if (context.json) {
    return PrintJson(
        context,
        {{"dir", config->dir}, {"running", runs.value_or(false)}, {"mirrors", std::move(list)}});
  }
  *context.out << "running     "
               << (runs.value_or(false) ? "yes, a process has the lock of " : "no process has ")
               << Printable(config->dir) << "\n";
}

}  // namespace

void AddMirrorStatus(CLI::App& mirror, Context& context) {
  CLI::App* noun = mirror.add_subcommand("status", "how far each mirror in --dir is");
  noun->footer(
      "Reads only, beside a process that follows. Exit code 1: a database is damaged, or the last "
      "that an upstream sent contradicts what it signed.\n"
      "example: sumlog mirror status --dir /var/lib/sumlog");
  noun->callback([&context] { RunStatus(context); });
}

}  // namespace sumlog::cli
