// A checksum-database client that believes nothing it cannot verify.
//
//   ASSIGN_OR_RETURN(auto client, SumdbClient::Create({.key = key, .fetch = fetcher.get()}));
//   ASSIGN_OR_RETURN(VerifiedRecord record, client->Lookup(module));
//
// Every head is checked against the key and against the newest head seen before; every record and
// every tile is checked up to a head.
//
// Safe from any thread. Spec: golang.org/x/mod/sumdb Client.

#ifndef SUMLOG_CLIENT_SUMDB_CLIENT_H_
#define SUMLOG_CLIENT_SUMDB_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sumlog/client/head_memory.h"
#include "sumlog/client/tile_memory.h"
#include "sumlog/gosum/module_version.h"
#include "sumlog/tlog/note.h"
#include "sumlog/tlog/tile_reader.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::client {

// Fetches "<base URL><path>". Safe from any thread.
class Fetcher {
 public:
  virtual ~Fetcher() = default;

  // `path` starts with '/'. Returns the body of a 200 answer of at most `max_bytes`. Otherwise:
  //   kNotFound            404 or 410
  //   kPermissionDenied    403
  //   kUnavailable         not reachable, time-out, 5xx, 429, no memory
  //   kResourceExhausted   the body is longer than max_bytes; nothing else
  //   kInvalidArgument     any other answer
  // Messages are one line of our own words; the server's are ServerTextOf (failure_details.h).
  virtual absl::StatusOr<std::string> Fetch(absl::string_view path, std::size_t max_bytes) = 0;
};

struct VerifiedRecord {
  std::uint64_t number = 0;
  std::string text;              // the record, byte for byte as hashed
  tlog::SignedTreeHead head;     // the head it was verified against
  std::vector<tlog::Hash> path;  // the inclusion proof, leaf first
};

class SumdbClient {
 public:
  struct Options {
    tlog::VerifierKey key;
    Fetcher* fetcher = nullptr;    // outlives the client
    HeadMemory* memory = nullptr;  // outlives the client; null: heads are forgotten with it
    // Outlives the client; may be null. Gets every tile that was verified under a head of the
    // database's one history, before the call that needed it returns.
    TileMemory* tiles = nullptr;
    // Outlives the client; may be null. Tiles that the caller holds of the database's history, not
    // believed either. They are asked first whether an older head is the beginning of a newer one:
    // a server that shows an older head may not have the tiles of the newer.
    tlog::TileReader* held_tiles = nullptr;
  };

  static std::unique_ptr<SumdbClient> Create(Options options);
  virtual ~SumdbClient() = default;

  // Looks a module version up and verifies the answer. Status codes:
  //   kNotFound         404 or 410: the database does not have it, or is none (Latest tells which)
  //   kPermissionDenied 403: the database gives a reason in place of the record (ServerTextOf), or
  //                     is none
  //   kUnavailable      not reachable, or it does not give what it has: a retry may help
  //   kInvalidArgument, kResourceExhausted
  //                     what came is no answer of a checksum database, or no module was asked for
  //   kUnauthenticated  a well-formed head that the key has not signed: the key of another log, or
  //                     somebody else answers. Nothing that came can be believed; do not retry
  //   kDataLoss         signed bytes contradict each other, a tile or the proof: evidence of
  //                     tampering. For a fork, ForkedNotesOf has the notes (failure_details.h)
  //   kFailedPrecondition  the memory holds what is no head of this key
  // or the memories' own errors.
  virtual absl::StatusOr<VerifiedRecord> Lookup(const gosum::ModuleVersion& module) = 0;

  // Fetches /latest, verifies its signature and that it is consistent with the newest head seen.
  // Status codes as Lookup; kNotFound: what answers is no checksum database.
  virtual absl::StatusOr<tlog::SignedTreeHead> Latest() = 0;

  // Verified hash tiles of the tree of `head`, for proofs at that size. Keeps a reference to the
  // client. `head` must be one that this client has verified. Its ReadTiles returns
  //   kDataLoss         a tile of another size, or one that does not lead to the head
  //   kUnavailable      not reachable, or the server does not give the tile
  //   kInvalidArgument  the caller asked for what is no tile of that tree
  virtual std::unique_ptr<tlog::TileReader> Tiles(const tlog::TreeHead& head) = 0;
};

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_SUMDB_CLIENT_H_
