// backup: copies of a log, and the way back from one.

#include "cli/backup.h"

#include <CLI/CLI.hpp>

#include "absl/strings/str_cat.h"

namespace sumlog::cli {

backup::Watch WatchOn(Progress& progress) {
  return [&progress](const backup::Step& step) {
    const bool counts_bytes = step.stage == "copy" || step.stage == "hash";
    progress.Begin(absl::StrCat(step.stage, counts_bytes ? ", in bytes" : ""));
    progress.Update({.done = step.done, .total = step.total});
    return absl::OkStatus();
  };
}

void AddBackup(CLI::App& program, Context& context) {
  CLI::App* verb = program.add_subcommand("backup", "copy a log, check a copy, restore from one");
  verb->require_subcommand(1);
  verb->footer("example: sumlog backup create nightly --dir /var/lib/sumlog");
  AddBackupCreate(*verb, context);
  AddBackupVerify(*verb, context);
  AddBackupRestore(*verb, context);
  // One row with fsck and export. After the nouns, which would inherit it and share a row too.
  verb->group("name what is broken; copy, restore; write as files");
}

}  // namespace sumlog::cli
