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
  //   kNotFound            404 or 410; the message holds the server's text
  //   kUnavailable         not reachable, time-out, 5xx, 429
  //   kResourceExhausted   the body is longer than max_bytes
  //   kInvalidArgument     any other answer
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
    Fetcher* fetcher = nullptr;  // outlives the client
  };

  static std::unique_ptr<SumdbClient> Create(Options options);
  virtual ~SumdbClient() = default;

  // Looks a module version up and verifies the answer. Status codes: the fetcher's, and
  //   kNotFound      the database does not have it; the message is the server's text
  //   kDataLoss      signed bytes contradict each other or the proof: evidence of tampering
  //   kInvalidArgument  an answer that is no answer of a checksum database
  virtual absl::StatusOr<VerifiedRecord> Lookup(const gosum::ModuleVersion& module) = 0;

  // Fetches /latest, verifies its signature and that it is consistent with the newest head seen.
  virtual absl::StatusOr<tlog::SignedTreeHead> Latest() = 0;

  // Verified hash tiles of the tree of `head`, for proofs at that size. Keeps a reference to the
  // client.
  virtual std::unique_ptr<tlog::TileReader> Tiles(const tlog::TreeHead& head) = 0;
};

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_SUMDB_CLIENT_H_
