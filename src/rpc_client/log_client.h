// A client of sumlog.v1.Log that believes nothing it cannot verify: SumdbClient over gRPC. Hides
// gRPC: no other room sees its headers.
//
// Every head is checked against the key and against the newest head seen before; records, proofs
// and roots are checked up to such a head before they are handed on. Every call may return:
//   kUnavailable      no connection, no answer in time, or one that is none of a log: a retry may
//                     help. Also what the server says when it cannot answer, or refuses what every
//                     log answers
//   kPermissionDenied the server does not know who asks, or grants it nothing; all of the message
//   is
//                     ours, and its second line says the way out
//   kUnauthenticated  a well-formed head that the key has not signed
//   kDataLoss         signed bytes contradict each other or their proof: evidence of tampering. For
//                     a fork, client::ForkedNotesOf has the notes
//   kInvalidArgument  the caller asks for what the newest head does not cover
//   kFailedPrecondition  the memory holds what is no head of this key; also its own errors
// and what stands beside it. Messages are our own words; the server's stand beside them
// (client::ServerTextOf).
//
// Owned by one thread; it starts none of its own, gRPC has some.

#ifndef SUMLOG_RPC_CLIENT_LOG_CLIENT_H_
#define SUMLOG_RPC_CLIENT_LOG_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "rpc_client/admin_client.h"
#include "rpc_client/leaf_check.h"
#include "sumlog/client/head_memory.h"
#include "sumlog/client/sumdb_client.h"
#include "sumlog/gosum/module_version.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/note.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::rpc_client {

// How a record came in, as the server says: no proof covers it.
struct ClaimedProvenance {
  std::string how, from;
  absl::Time when = absl::UnixEpoch();
};

struct LookedUpRecord {
  client::VerifiedRecord record;
  ClaimedProvenance provenance;
};

// That the record with this leaf hash has this number.
struct ProvenLeaf {
  std::uint64_t number = 0;
  tlog::Hash leaf = {};
  std::vector<tlog::Hash> path;  // as tlog::VerifyInclusion takes it
};

class LogClient {
 public:
  struct Options {
    ConnectOptions connect;
    tlog::VerifierKey key;
    // Called with each answer before it is judged: what was asked, and the bytes of the message, or
    // the text of a signed head in it.
    std::function<void(absl::string_view question, absl::string_view bytes)> on_answer = {};
    client::HeadMemory* memory = nullptr;  // outlives the client; null: heads are forgotten with it
  };

  // Status codes as AdminClient::Connect.
  static absl::StatusOr<std::unique_ptr<LogClient>> Connect(Options options);

  virtual ~LogClient() = default;

  // The newest head: the server's, or a newer one that has been seen.
  virtual absl::StatusOr<tlog::SignedTreeHead> Newest() = 0;

  // Takes in a head that came another way (the answer to AddRecords): its signature is checked, and
  // that it is of one timeline with every head seen before. Returns it.
  virtual absl::StatusOr<tlog::SignedTreeHead> Take(absl::string_view note) = 0;

  // Looks a module version up and verifies the answer.
  // kNotFound: not in the log, says a server that has a head signed by the key; or blocked, which
  // the message says, with the server's reason beside it.
  virtual absl::StatusOr<LookedUpRecord> Lookup(const gosum::ModuleVersion& module) = 0;

  // The head of the first `size` records of the tree of Newest(); its note is empty where the
  // server keeps no signed head of that size.
  virtual absl::StatusOr<tlog::SignedTreeHead> HeadOfSize(std::uint64_t size) = 0;

  // `head` is one that this client has returned.
  virtual absl::StatusOr<ProvenLeaf> ProveNumber(std::uint64_t number,
                                                 const tlog::TreeHead& head) = 0;
  // kNotFound: no record of that tree has this leaf hash, says the server.
  virtual absl::StatusOr<ProvenLeaf> ProveLeaf(const tlog::Hash& leaf,
                                               const tlog::TreeHead& head) = 0;

  // `older` and `newer` are heads that this client has returned; older.size <= newer.size.
  virtual absl::StatusOr<std::vector<tlog::Hash>> ProveConsistency(const tlog::TreeHead& older,
                                                                   const tlog::TreeHead& newer) = 0;

  // The text of a record that has been proved. kDataLoss: what came has another leaf hash.
  virtual absl::StatusOr<std::string> RecordText(const ProvenLeaf& leaf) = 0;

  // Checks that each of the records has the number it is said to have in the tree of `head`, which
  // this client has returned; however many. kDataLoss also: one of them has not, and the message
  // names it. Cost: an answer of 8 KiB for each 256 neighbours, 16 asked for at a time.
  virtual absl::Status CheckLeaves(std::vector<ClaimedLeaf> claims, const tlog::TreeHead& head) = 0;
};

// The note of the newest head as it comes, for those who have no key: nothing is verified.
absl::StatusOr<std::string> FetchNewestNote(const ConnectOptions& options);

}  // namespace sumlog::rpc_client

#endif  // SUMLOG_RPC_CLIENT_LOG_CLIENT_H_
