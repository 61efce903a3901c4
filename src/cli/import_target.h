// Where an import puts records: a log in a data directory that nobody serves, or one that is being
// served. Both count and list alike.
//
// Owned by one thread.

#ifndef SUMLOG_CLI_IMPORT_TARGET_H_
#define SUMLOG_CLI_IMPORT_TARGET_H_

#include "absl/status/status.h"
#include "cli/grpc_log.h"
#include "cli/import_feed.h"
#include "cli/import_report.h"
#include "cli/interrupt.h"
#include "cli/verb.h"
#include "log/origin_log.h"
#include "ops/config.h"
#include "rpc_client/admin_client.h"

namespace sumlog::cli {

// Adds everything in `feed`, or what could be added until an error or an interrupt (kCancelled):
// `report` says how far it came. Status codes as the sequencer's and ImportFeed::Next.
absl::Status ImportIntoDirectory(Context& context, const ops::Config& config, log::OriginLog& log,
                                 ImportFeed& feed, const InterruptWatch& interrupt,
                                 ImportReport* report);

// The same through a server's AddRecords, many messages under way. With `log`, the head of each
// answer is verified under its key and against every other, and so is what the log is said to hold
// instead of a refused record. Status codes also as AdminClient::AddAll and VerifiedLog;
// kFailedPrecondition: the log is frozen.
absl::Status ImportIntoServer(Context& context, rpc_client::AdminClient& admin, GrpcLog* log,
                              ImportFeed& feed, const InterruptWatch& interrupt,
                              ImportReport* report);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_IMPORT_TARGET_H_
