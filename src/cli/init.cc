// sumlog init: makes a new log.

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "cli/json_output.h"
#include "cli/printable.h"
#include "cli/public_url.h"
#include "cli/verb.h"
#include "ops/config.h"
#include "server/log_directory.h"
#include "server/new_log.h"

namespace sumlog::cli {
namespace {

struct InitFlags {
  std::string name, contact, anchor, listen, url;
};

// The answer to a question on the terminal; empty when there is nobody to ask.
std::string Ask(Context& context, absl::string_view question) {
  if (!context.err_is_terminal || context.in == nullptr) return "";
  *context.err << question << " " << std::flush;
  std::string answer;
  std::getline(*context.in, answer);
  return std::string(absl::StripAsciiWhitespace(answer));
}

// Asks for what has no flag, when the name, the one thing that has no default, is missing.
void AskForMissing(Context& context, InitFlags* flags) {
  if (!flags->name.empty()) return;
  flags->name = Ask(context,
                    "What is the log's name? Clients see it in every signature; it can never "
                    "change. (e.g. sum.corp.example.com)");
  if (flags->name.empty() || !flags->contact.empty()) return;
  flags->contact = Ask(context, "Whom may developers ask? Shown in error texts. (may be empty)");
}

server::NewLog Describe(const Context& context, const InitFlags& flags) {
  server::NewLog log{.dir = context.dir,
                     .name = flags.name,
                     .environment = context.environment,
                     .config_file = context.config};
  if (!flags.contact.empty()) log.settings["log.contact"] = flags.contact;
  if (!flags.anchor.empty()) log.settings["log.anchor"] = flags.anchor;
  if (!flags.listen.empty()) log.settings["listen.http"] = flags.listen;
  if (!flags.url.empty()) log.settings["listen.url"] = flags.url;
  return log;
}

// A variable that says other than a flag: the flag was obeyed now, the variable will be later.
void WarnOfEnvironment(Context& context, const server::NewLog& log) {
  for (const ops::ConfigKey& key : ops::ConfigKeys()) {
    const auto flag = log.settings.find(key.name);
    const auto variable = context.environment.find(key.environment);
    if (flag == log.settings.end() || variable == context.environment.end()) continue;
    if (flag->second == variable->second) continue;
    *context.err << "warning: " << key.environment << "=" << Printable(variable->second)
                 << " wins over sumlog.toml, where " << key.name << " is now "
                 << Printable(flag->second) << "\nfix   unset it\n";
  }
}

void PrintTalk(Context& context, const server::MadeLog& made) {
  if (context.quiet) return;
  const ops::Config& config = made.config;
  std::ostream& err = *context.err;
  err << (made.was_finished ? "finished log " : "made log ") << config.log_name << " in "
      << Printable(config.dir) << "\n"
      << "  key     " << Printable(config.log_key_file)
      << "  (private; back it up, it cannot be made again)\n"
      << "  anchor  " << Printable(config.log_anchor) << "  (the newest head ever served)\n"
      << "  config  " << Printable(config.file) << "\n";
  if (server::AnchorSharesDisk(config)) {
    err << "warning: anchor and database are on one disk: a restored snapshot of it takes both "
           "back, and nobody notices\n"
           "fix   move the anchor to another disk and set [log] anchor in sumlog.toml\n";
  }
  const std::string dir = absl::StrCat(
      Printable(config.dir),
      context.config.empty() ? "" : absl::StrCat(" --config ", Printable(config.file)));
  err << "next\n"
      << "  sumlog import --dir " << dir << " path/to/go.sum\n"
      << "  sumlog serve --dir " << dir << "\n"
      << "  sumlog client-config --dir " << dir << "\n"
      << "the verifier key, for clients:\n"
      << std::flush;
}

absl::StatusOr<server::MadeLog> Create(Context& context, const InitFlags& flags) {
  if (context.dir.empty()) {
    return absl::InvalidArgumentError(
        "no data directory is named\nfix: give --dir DIR, or set SUMLOG_DIR");
  }
  if (flags.name.empty()) {
    return absl::InvalidArgumentError(
        "the log has no name\nfix: give --name NAME, such as sum.corp.example.com");
  }
  if (!flags.url.empty()) RETURN_IF_ERROR(ParsePublicUrl(flags.url).status());
  const server::NewLog log = Describe(context, flags);
  ASSIGN_OR_RETURN(server::MadeLog made, server::CreateLog(log));
  WarnOfEnvironment(context, log);
  return made;
}

void RunInit(Context& context, InitFlags flags) {
  AskForMissing(context, &flags);
  const absl::StatusOr<server::MadeLog> made = Create(context, flags);
  if (!made.ok()) return Fail(context, "make a log", made.status());
  const ops::Config& config = made->config;
  if (context.json) {
    return PrintJson(context, {{"name", config.log_name},
                               {"dir", config.dir},
                               {"verifier_key", made->key.ToString()},
                               {"key_file", config.log_key_file},
                               {"anchor", config.log_anchor},
                               {"anchor_shares_disk", server::AnchorSharesDisk(config)},
                               {"config", config.file},
                               {"was_finished", made->was_finished}});
  }
  PrintTalk(context, *made);
  *context.out << made->key.ToString() << "\n";
}

}  // namespace

void AddInit(CLI::App& program, Context& context) {
  CLI::App* verb = program.add_subcommand("init", "make a log: key, database, anchor, sumlog.toml");
  // Shared: the callback, which outlives this call, owns the flags.
  const auto flags = std::make_shared<InitFlags>();
  verb->add_option("--name", flags->name, "host name of the log, for ever: sum.corp.example.com")
      ->type_name("NAME");
  verb->add_option("--contact", flags->contact, "whom developers may ask; shown in error texts")
      ->type_name("WHOM");
  verb->add_option("--anchor", flags->anchor, "file for the newest head, best on another disk")
      ->type_name("F");
  verb->add_option("--listen", flags->listen, "where to listen (127.0.0.1:8080)")
      ->type_name("HOST:PORT");
  verb->add_option("--url", flags->url, "how clients reach the log, for client-config")
      ->type_name("URL");
  verb->footer(
      "On a terminal it asks for the name when none is given. After a crash the same\n"
      "command finishes what it began.\n"
      "example: sumlog init --dir /var/lib/sumlog --name sum.corp.example.com");
  verb->callback([flags, &context] { RunInit(context, *flags); });
}

}  // namespace sumlog::cli
