// The flags of the verbs that ask a log, the same for all of them.

#ifndef SUMLOG_CLI_LOG_FLAGS_H_
#define SUMLOG_CLI_LOG_FLAGS_H_

#include <CLI/CLI.hpp>

#include "cli/connect_flags.h"
#include "cli/verified_log.h"

namespace sumlog::cli {

// `flags` must live as long as `verb`.
inline void AddLogFlags(CLI::App& verb, LogFlags& flags) {
  verb.add_option("--server,--url", flags.server, "ask http(s)://, unix: or grpc(s)://HOST:PORT")
      ->type_name("URL");
  verb.add_option("--key", flags.key, "verifier key of the log")->type_name("KEY");
  verb.add_option("--evidence-dir", flags.evidence_dir,
                  "where to keep what a lying server sent (.)")
      ->type_name("D");
  AddCallerFlags(verb, flags.connect);
  AddConnectFlags(verb, flags.connect);
}

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_LOG_FLAGS_H_
