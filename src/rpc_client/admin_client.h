// A client of a log's administration (sumlog.v1.Admin), for the verbs of the command line. Hides
// gRPC: no other room sees its headers.
//
// Failures carry our own words as message; what the server says of a refused call stands beside it
// (client::ServerTextOf), and is to be shown quoted. Texts inside of answers (reasons, names) are
// the server's too: whoever prints them makes them fit for a terminal. Every call may return:
//   kUnavailable        no connection, no answer in time, or one that makes no sense; also what the
//                       server says when it stops or its disk does not answer
//   kPermissionDenied   no token, none that is valid, or one without the scope for the call
//   kResourceExhausted  a limit of the server
//   kInvalidArgument    what the call says is not valid, by the server's judgement or by ours (text
//                       that is not UTF-8)
//   kDataLoss           the server's data contradicts what its log has signed, as it says
// and what stands beside it.
//
// Owned by one thread; it starts none of its own, gRPC has some.

#ifndef SUMLOG_RPC_CLIENT_ADMIN_CLIENT_H_
#define SUMLOG_RPC_CLIENT_ADMIN_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "sumlog/gosum/module_version.h"
#include "sumlog/gosum/record.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::rpc_client {

struct ConnectOptions {
  // "unix:PATH"; "grpcs://HOST:PORT", over TLS; "grpc://HOST:PORT", in the clear and without token.
  std::string address = {};
  std::string token = {};    // empty: none; shown with every call over TLS, never elsewhere
  std::string ca_file = {};  // PEM; empty: the system's roots
  // PEM, both or none: the certificate (then its chain) to show to the server, and its private key.
  std::string cert_file = {}, key_file = {};
  // To connect, for each call, and for the answer to a message of Add.
  absl::Duration timeout = absl::Seconds(20);
  int max_answer_bytes = 64 << 20;  // a page of a thousand blocks takes less than 2 MiB
};

// What became of one record; see AddResult of admin.proto.
struct AddResult {
  enum class Outcome { kAppended, kAlreadyThere, kRefused };
  enum class Refusal { kNone, kInvalid, kConflict, kNotGranted, kFrozen };

  Outcome outcome = Outcome::kRefused;
  std::uint64_t number = 0;  // of a conflict, that of the record that stands
  Refusal refusal = Refusal::kNone;
  std::string reason = {};
  std::string evidence_id = {};
};

struct AddReport {
  std::vector<AddResult> results = {};  // one for each record, in order
  tlog::SignedTreeHead head = {};       // that the server says covers them all; not verified
  std::string message = {};             // the last answer as it came: evidence, should it be a lie
};

// Where the records of AdminClient::AddAll come from, and where their results go. Both are called
// on the caller's thread.
struct AddFeed {
  // The next records, at most `max_count` of them; none: there are no more. An error is that of the
  // call, when all that is under way has been answered.
  std::function<absl::StatusOr<std::vector<gosum::Record>>(std::size_t max_count)> next;

  // What became of the records that one `next` gave, in the order in which they were given. An
  // error ends the call.
  std::function<absl::Status(absl::Span<const gosum::Record> records, const AddReport& report)>
      done;
};

struct Decision {
  std::string reason = {}, who = {};
  absl::Time when = absl::UnixEpoch();
};

struct Block {
  gosum::ModuleVersion module;
  Decision decision;
};

struct Conflict {
  std::string id;
  std::string module_version;  // "path@version", as far as it could be read
  absl::Time kept_at = absl::UnixEpoch();
};

struct ConflictList {
  std::vector<Conflict> conflicts = {};  // newest first
  bool has_more = false;
};

struct ConflictText {
  Conflict conflict;
  std::string text;  // the file as it is kept
};

struct ServerStatus {
  std::string log_name = {}, verifier_key = {};
  tlog::SignedTreeHead head = {};  // not verified
  std::optional<Decision> frozen = {};
  std::uint64_t appended = 0, already_there = 0, conflicts = 0;  // since the server started
  std::uint64_t queued_records = 0, queued_bytes = 0;
  std::string writer_error = {};
  std::uint64_t blocks = 0;
  std::string server_version = {};
  absl::Time started_at = absl::UnixEpoch();
};

struct MadeBackup {
  std::string label;
  tlog::SignedTreeHead head;  // the newest in it; not verified
  std::uint64_t size_bytes = 0;
};

struct TokenGrant {
  std::string name = {};
  std::vector<std::string> scopes = {};
  std::vector<std::string> module_patterns = {};
  absl::Time expires_at = absl::InfiniteFuture();
  absl::Time created_at = absl::UnixEpoch();
};

struct NewToken {
  TokenGrant grant;
  std::string secret;  // said this once
};

class AdminClient {
 public:
  // Connects, or fails within the timeout.
  //   kInvalidArgument  the address, the token (which the message never holds), the token with an
  //                     address in the clear, or a CA file without certificates
  //   kUnavailable      nobody answers, or not the one whom the certificate names
  // or what base/file.h says of the CA file.
  static absl::StatusOr<std::unique_ptr<AdminClient>> Connect(const ConnectOptions& options);

  virtual ~AdminClient() = default;

  // Adds records, however many, with a few messages under way at a time. Refused records are
  // results, not failures. After a failure any of them may have been added; adding them again does
  // no harm.
  virtual absl::StatusOr<AddReport> Add(absl::Span<const gosum::Record> records, bool dry_run) = 0;

  // The same for records that no memory could hold at once: asks `feed` for a few thousand at a
  // time, and hands their results on while more are sent. Status codes also as its functions.
  virtual absl::Status AddAll(const AddFeed& feed, bool dry_run) = 0;

  // The text of a record, and the proof that ties its leaf to the tree of `tree_size` records.
  // Neither is verified. kOutOfRange: there is no such record, or no such tree.
  virtual absl::StatusOr<std::string> RecordText(std::uint64_t number) = 0;
  virtual absl::StatusOr<std::vector<tlog::Hash>> InclusionProof(std::uint64_t number,
                                                                 std::uint64_t tree_size) = 0;

  // Returns the newest head, not verified.
  virtual absl::StatusOr<tlog::SignedTreeHead> Freeze(const std::string& reason) = 0;
  virtual absl::Status Thaw() = 0;  // kFailedPrecondition: it is not frozen

  virtual absl::Status Block(const gosum::ModuleVersion& module, const std::string& reason) = 0;
  virtual absl::Status Unblock(const gosum::ModuleVersion& module) = 0;  // kNotFound: not blocked
  virtual absl::StatusOr<std::vector<rpc_client::Block>> ListBlocks() = 0;

  // The newest `limit` of them.
  virtual absl::StatusOr<ConflictList> ListConflicts(std::size_t limit) = 0;
  virtual absl::StatusOr<ConflictText> GetConflict(const std::string& id) = 0;  // kNotFound

  virtual absl::StatusOr<ServerStatus> GetStatus() = 0;

  // Waits until the backup is made, however long (at most a day). kAlreadyExists: there is one with
  // this label. kUnavailable also when another one is being made.
  virtual absl::StatusOr<MadeBackup> CreateBackup(const std::string& label) = 0;

  // Of `grant`, created_at is not looked at. kAlreadyExists: there is a token with this name.
  virtual absl::StatusOr<NewToken> CreateToken(const TokenGrant& grant) = 0;
  virtual absl::StatusOr<std::vector<TokenGrant>> ListTokens() = 0;
  virtual absl::Status RevokeToken(const std::string& name) = 0;  // kNotFound
};

}  // namespace sumlog::rpc_client

#endif  // SUMLOG_RPC_CLIENT_ADMIN_CLIENT_H_
