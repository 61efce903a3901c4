// sumlog mirror: another's log, verified, on this machine.

#include "cli/mirror.h"

#include <CLI/CLI.hpp>

namespace sumlog::cli {

void AddMirror(CLI::App& program, Context& context) {
  CLI::App* verb = program.add_subcommand("mirror", "follow another's log, verified; how it goes");
  verb->require_subcommand(1);
  AddMirrorRun(*verb, context);
  AddMirrorStatus(*verb, context);
  verb->group("follow another's log; carry one without a network");  // one row with bundle
  verb->footer("example: sumlog mirror status --dir /var/lib/sumlog");
}

}  // namespace sumlog::cli
