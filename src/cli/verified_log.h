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

#include "absl/status/statusor.h"
#include "cli/verb.h"
#include "sumlog/client/sumdb_client.h"
#include "sumlog/gosum/module_version.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/note.h"
#include "sumlog/tlog/tile_reader.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::cli {

// All calls may return, besides what they say:
//   kDataLoss         what was read contradicts a signed head
//   kUnauthenticated  the head is not signed by the key
//   kUnavailable      not reachable, not readable, or no answer of a checksum database
// With the first two, what a server sent has been kept in a file that the message names.
class VerifiedLog {
 public:
  virtual ~VerifiedLog() = default;

  virtual const tlog::VerifierKey& key() const = 0;

  // The newest head; the same one each time.
  virtual absl::StatusOr<tlog::SignedTreeHead> Newest() = 0;

  // Hash tiles of the tree of Newest(), verified. Lives as long as this object.
  virtual absl::StatusOr<tlog::TileReader*> Tiles() = 0;

  // The record with its proof under a signed head. kNotFound: not in the log, which is there and
  // has a signed head.
  virtual absl::StatusOr<client::VerifiedRecord> Lookup(const gosum::ModuleVersion& module) = 0;

  // The note of the kept head of exactly `size` records; nothing when none is known. Its signature
  // is not checked here.
  virtual absl::StatusOr<std::optional<std::string>> NoteOfSize(std::uint64_t size) = 0;

  // How a record came in; nothing when only the log's own machine knows.
  virtual absl::StatusOr<std::optional<storage::Provenance>> ProvenanceOf(std::uint64_t number) = 0;
};

// Flags of the verbs that ask a log.
struct LogFlags {
  std::string server;        // --server, alias --url
  std::string key;           // --key
  std::string evidence_dir;  // --evidence-dir; empty: the current folder
};

// The log in --dir, read-only beside a process that may be serving it. `key_text`: the verifier key
// to check with; empty: that of the directory's own signing key.
absl::StatusOr<std::unique_ptr<VerifiedLog>> OpenLocalLog(const Context& context,
                                                          const std::string& key_text);

// The log at flags.server. kInvalidArgument: a malformed URL or key.
absl::StatusOr<std::unique_ptr<VerifiedLog>> OpenRemoteLog(const Context& context,
                                                           const LogFlags& flags);

// kUnavailable: what answered at `server`, if anything, is no checksum database, as `reason` shows.
absl::Status NoDatabaseAt(const std::string& server, const absl::Status& reason);

// The log that the flags name: --server with --key, or --dir. kInvalidArgument: both, neither, or
// a server without a key.
absl::StatusOr<std::unique_ptr<VerifiedLog>> OpenVerifiedLog(const Context& context,
                                                             const LogFlags& flags);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_VERIFIED_LOG_H_
