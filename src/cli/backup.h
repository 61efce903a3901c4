// The nouns of the verb backup, a file each.

#ifndef SUMLOG_CLI_BACKUP_H_
#define SUMLOG_CLI_BACKUP_H_

#include "backup/watch.h"
#include "cli/progress.h"
#include "cli/verb.h"

namespace sumlog::cli {

void AddBackupCreate(CLI::App& verb, Context& context);
void AddBackupVerify(CLI::App& verb, Context& context);
void AddBackupRestore(CLI::App& verb, Context& context);

// Draws steps on `progress`, which must outlive the result.
backup::Watch WatchOn(Progress& progress);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_BACKUP_H_
