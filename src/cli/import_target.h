// Where an import puts records: a log in a data directory that nobody serves, or one that is being
// served. Both count and list alike.
//
// Owned by one thread.

#ifndef SUMLOG_CLI_IMPORT_TARGET_H_
#define SUMLOG_CLI_IMPORT_TARGET_H_

#include "absl/status/status.h"
#include "cli/import_feed.h"
#include "cli/import_report.h"
#include "cli/interrupt.h"
#include "cli/served_log.h"
#include "cli/verb.h"
#include "log/origin_log.h"
#include "ops/config.h"

namespace sumlog::cli {

// Adds everything in `feed`, or what could be added until an error or an interrupt (kCancelled):
// `report` says how far it came. Status codes as the sequencer's and ImportFeed::Next.
absl::Status ImportIntoDirectory(Context& context, const ops::Config& config, log::OriginLog& log,
                                 ImportFeed& feed, const InterruptWatch& interrupt,
                                 ImportReport* report);

// The same through a server's AddRecords, many messages under way. With a key, the head of each
// answer is verified under it and against every other; that each record counted as appended or
// already there is in that tree is proved before it is counted as such; and so is what the log is
// said to hold instead of a refused record. Where a proof cannot be had, and no lie is found, what
// was answered is counted as unproven. Status codes also as AdminClient::AddAll and ServedLog;
// kFailedPrecondition: the log is frozen.
absl::Status ImportIntoServer(Context& context, ServedLog& served, ImportFeed& feed,
                              const InterruptWatch& interrupt, ImportReport* report);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_IMPORT_TARGET_H_
