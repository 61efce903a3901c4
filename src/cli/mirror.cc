// sumlog mirror: another's log, verified, on this machine.

#include "cli/mirror.h"

#include <CLI/CLI.hpp>

namespace sumlog::cli {

void AddMirror(CLI::App& program, Context& context) {
  CLI::App* verb = program.add_subcommand("mirror", "follow another's log, verified; how it goes");
  verb->require_subcommand(1);
  AddMirrorRun(*verb, context);
  AddMirrorStatus(*verb, context);
  verb->group("take go.sum files into a log; follow another's log");  // one row with import
  verb->footer("example: sumlog mirror status --dir /var/lib/sumlog");
}

}  // namespace sumlog::cli
