// sumlog init: makes a new log.

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "cli/json_output.h"
#include "cli/open_config.h"
#include "cli/printable.h"
#include "cli/public_url.h"
#include "cli/verb.h"
#include "ops/address.h"
#include "ops/config.h"
#include "server/log_directory.h"

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
  server::NewLog log{.dir = context.dir, .name = flags.name, .settings = {}};
  if (!flags.contact.empty()) log.settings["log.contact"] = flags.contact;
  if (!flags.anchor.empty()) log.settings["log.anchor"] = flags.anchor;
  if (!flags.listen.empty()) log.settings["listen.http"] = flags.listen;
  if (!flags.url.empty()) log.settings["listen.url"] = flags.url;
  return log;
}

void PrintTalk(Context& context, const ops::Config& config) {
  if (context.quiet) return;
  std::ostream& err = *context.err;
  err << "made log " << config.log_name << " in " << Printable(config.dir) << "\n"
      << "  key     " << Printable(config.log_key_file)
      << "  (private; back it up, it cannot be made again)\n"
      << "  anchor  " << Printable(config.log_anchor) << "  (the newest head ever served)\n"
      << "  config  " << Printable(config.dir) << "/sumlog.toml\n";
  if (server::AnchorSharesDisk(config)) {
    err << "warning: anchor and database are on one disk: a restored snapshot of it takes both "
           "back, and nobody notices\n"
           "fix   move the anchor to another disk and set [log] anchor in sumlog.toml\n";
  }
  const std::string dir = Printable(config.dir);
  err << "next\n"
      << "  sumlog import --dir " << dir << " path/to/go.sum\n"
      << "  sumlog serve --dir " << dir << "\n"
      << "  sumlog client-config --dir " << dir << "\n"
      << "the verifier key, for clients:\n"
      << std::flush;
}

absl::StatusOr<tlog::VerifierKey> Create(Context& context, const InitFlags& flags) {
  if (context.dir.empty()) {
    return absl::InvalidArgumentError(
        "no data directory is named\nfix: give --dir DIR, or set SUMLOG_DIR");
  }
  if (flags.name.empty()) {
    return absl::InvalidArgumentError(
        "the log has no name\nfix: give --name NAME, such as sum.corp.example.com");
  }
  if (!flags.url.empty()) RETURN_IF_ERROR(ParsePublicUrl(flags.url).status());
  return server::CreateLog(Describe(context, flags));
}

void RunInit(Context& context, InitFlags flags) {
  AskForMissing(context, &flags);
  const absl::StatusOr<tlog::VerifierKey> key = Create(context, flags);
  if (!key.ok()) return Fail(context, "make a log", key.status());

  Context made = context;  // the file that was just written, whatever --config names
  made.config.clear();
  const absl::StatusOr<ops::Config> config = OpenLogConfig(made);
  if (!config.ok()) return Fail(context, "read the new configuration", config.status());
  if (context.json) {
    return PrintJson(context, {{"name", config->log_name},
                               {"dir", config->dir},
                               {"verifier_key", key->ToString()},
                               {"key_file", config->log_key_file},
                               {"anchor", config->log_anchor},
                               {"anchor_shares_disk", server::AnchorSharesDisk(*config)}});
  }
  PrintTalk(context, *config);
  *context.out << key->ToString() << "\n";
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
      "On a terminal it asks for the name when none is given.\n"
      "example: sumlog init --dir /var/lib/sumlog --name sum.corp.example.com");
  verb->callback([flags, &context] { RunInit(context, *flags); });
}

}  // namespace sumlog::cli
