// A log to ask, of which nothing is believed that does not hash up to a signed head: a data
// directory on this machine, or a server.
//
// `lookup` and `prove` are written against this, so that both answer alike. Owned by one thread.

#ifndef SUMLOG_CLI_VERIFIED_LOG_H_
#define SUMLOG_CLI_VERIFIED_LOG_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/connect_flags.h"
#include "cli/verb.h"
#include "client/http_fetcher.h"
#include "rpc_client/log_client.h"
#include "sumlog/client/sumdb_client.h"
#include "sumlog/gosum/module_version.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/note.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::cli {

// Which record is to be proved: by its number, or by its leaf hash.
using RecordRef = std::variant<std::uint64_t, tlog::Hash>;

// All calls may return, besides what they say:
//   kInvalidArgument  what is asked for lies beyond the newest head
//   kDataLoss         what was read contradicts a signed head
//   kUnauthenticated  the head is not signed by the key
//   kUnavailable      not reachable, not readable, or no answer of a checksum database
//   kPermissionDenied the server is one for administrators, and does not let the caller in
// With kDataLoss and kUnauthenticated, what a server sent has been kept in a file that the message
// names.
class VerifiedLog {
 public:
  virtual ~VerifiedLog() = default;

  virtual const tlog::VerifierKey& key() const = 0;

  // The newest head; the same one each time.
  virtual absl::StatusOr<tlog::SignedTreeHead> Newest() = 0;

  // The head of the first `size` records of Newest(): its root verified, and its note where a
  // signed head of that size is kept; else the note is empty.
  virtual absl::StatusOr<tlog::SignedTreeHead> HeadOfSize(std::uint64_t size) = 0;

  // The record with its proof under a signed head. kNotFound: not in the log, which is there and
  // has a signed head; or blocked by whoever runs it, which the message says.
  virtual absl::StatusOr<client::VerifiedRecord> Lookup(const gosum::ModuleVersion& module) = 0;

  // Where a record is in the tree of `head`, which came from HeadOfSize; verified. kNotFound: no
  // record of that tree has this leaf hash. kInvalidArgument also: nobody can be asked for a leaf
  // hash here.
  virtual absl::StatusOr<rpc_client::ProvenLeaf> ProveRecord(const RecordRef& record,
                                                             const tlog::TreeHead& head) = 0;

  // The proof that the tree of `newer` begins with that of `older`, which both came from
  // HeadOfSize; verified. older.size <= newer.size.
  virtual absl::StatusOr<std::vector<tlog::Hash>> ProveGrowth(const tlog::TreeHead& older,
                                                              const tlog::TreeHead& newer) = 0;

  // The text of a record that has been proved: it has that leaf hash. kInvalidArgument also: nobody
  // can be asked for it here.
  virtual absl::StatusOr<std::string> RecordText(const rpc_client::ProvenLeaf& leaf) = 0;

  // How a record that was looked up came in; nothing when only the log's own machine knows.
  virtual absl::StatusOr<std::optional<storage::Provenance>> ProvenanceOf(std::uint64_t number) = 0;
};

// Flags of the verbs that ask a log.
struct LogFlags {
  std::string server;        // --server, alias --url
  std::string key;           // --key
  std::string evidence_dir;  // --evidence-dir; empty: the current folder
  ConnectFlags connect;
};

// Whether --server names a gRPC server: unix:, grpc:// or grpcs://.
bool IsGrpcAddress(absl::string_view server);

// The log in --dir, read-only beside a process that may be serving it. `key_text`: the verifier key
// to check with; empty: that of the directory's own signing key.
absl::StatusOr<std::unique_ptr<VerifiedLog>> OpenLocalLog(const Context& context,
                                                          const std::string& key_text);

// The log at flags.server, over HTTP. kInvalidArgument: a malformed address or key, or a wrong
// value of a flag.
absl::StatusOr<std::unique_ptr<VerifiedLog>> OpenHttpLog(const Context& context,
                                                         const LogFlags& flags);

// How to fetch from flags.server over HTTP. kInvalidArgument: a wrong value of --timeout.
absl::StatusOr<client::HttpFetcherOptions> HttpOptionsOf(const LogFlags& flags);

// The log at flags.server, over HTTP or gRPC as the address says. Status codes as OpenHttpLog, and
// as OpenGrpcLog (grpc_log.h).
absl::StatusOr<std::unique_ptr<VerifiedLog>> OpenRemoteLog(const Context& context,
                                                           const LogFlags& flags);

// The log that the flags name: --server with --key, or --dir. kInvalidArgument: both, neither, or
// a server without a key.
absl::StatusOr<std::unique_ptr<VerifiedLog>> OpenVerifiedLog(const Context& context,
                                                             const LogFlags& flags);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_VERIFIED_LOG_H_
