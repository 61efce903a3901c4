// A log that is being served, for verbs that add to it: the server's administration, and with a key
// what shows whether its answers are true.
//
// Owned by one thread.

#ifndef SUMLOG_CLI_SERVED_LOG_H_
#define SUMLOG_CLI_SERVED_LOG_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/admin_server.h"
#include "cli/grpc_log.h"
#include "cli/verb.h"
#include "rpc_client/admin_client.h"
#include "sumlog/gosum/record.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::cli {

struct ServedLogFlags {
  AdminFlags admin;
  std::string key;           // --key; empty: that of --dir, or none when only a server is named
  std::string evidence_dir;  // --evidence-dir; empty: the current folder
};

// --key, --evidence-dir and those of AddAdminFlags. `flags` must live as long as `verb`.
void AddServedLogFlags(CLI::App& verb, ServedLogFlags& flags);

// Whether a failure is evidence that the server lies: then nothing of what it says counts.
bool IsLie(const absl::Status& status);

class ServedLog {
 public:
  // Status codes as AdminAddress, KeyOfLog, ConnectAdmin and OpenGrpcLog.
  static absl::StatusOr<ServedLog> Connect(const Context& context, const ServedLogFlags& flags);

  rpc_client::AdminClient& admin() { return *admin_; }
  GrpcLog* log() { return log_.get(); }  // null without a key: nothing can be verified

  // The head that an answer to AddRecords stands under; verified with a key. The answer is kept, in
  // case that something in it turns out a lie. Status codes as GrpcLog::Take.
  absl::StatusOr<tlog::SignedTreeHead> HeadOf(const rpc_client::AddReport& answer);

  // The text of record `number` in the tree of `head`, which is said to stand against `offered`.
  // With a key it is proved.
  //   kDataLoss     the server's word and the signed tree contradict each other: it is no record of
  //                 that module version, or says what `offered` says
  //   kUnavailable  the same without a key: an answer that makes no sense
  // and status codes as VerifiedLog.
  absl::StatusOr<std::string> StandingText(const gosum::Record& offered, std::uint64_t number,
                                           const tlog::TreeHead& head);

  // kDataLoss, kUnavailable likewise: an answer names a record that its own head does not cover.
  absl::Status CheckCovered(std::uint64_t number, const tlog::TreeHead& head);

 private:
  // What a contradiction is: evidence with a key, nonsense without.
  absl::Status Judged(const absl::Status& contradiction);

  std::unique_ptr<rpc_client::AdminClient> admin_;
  std::unique_ptr<GrpcLog> log_;
  tlog::SignedTreeHead last_head_;
};

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_SERVED_LOG_H_
