// Where records that a log lacks can come from: a copy of the same log that somebody else holds.
//
// Nothing of a source is believed. Its newest head is verified under the log's key, its tiles up to
// that head; its records are to be compared with the tiles by whoever takes them.
//
// Owned by one thread. Every call may return what its folder or server says:
//   kUnavailable, kPermissionDenied  it does not answer, or does not give what it must have
//   kUnauthenticated                 a head that the key has not signed: another log's
//   kDataLoss                        what came contradicts what is signed; IsDamagedData: its disk

#ifndef SUMLOG_BACKUP_RECORD_SOURCE_H_
#define SUMLOG_BACKUP_RECORD_SOURCE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "sumlog/client/sumdb_client.h"
#include "sumlog/storage/log_store.h"
#include "sumlog/tlog/note.h"
#include "sumlog/tlog/tile_reader.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::backup {

struct SourceHead {
  tlog::SignedTreeHead signed_head;
  absl::Time signed_at;  // as the source says; of a server: when it was asked
};

class RecordSource {
 public:
  virtual ~RecordSource() = default;

  // For messages: a path or a URL, without credentials.
  virtual const std::string& name() const = 0;

  // The newest head: the same one for as long as this object lives.
  virtual const SourceHead& newest() const = 0;

  // Hash tiles of the tree of newest(), verified.
  virtual tlog::TileReader& Tiles() = 0;

  // Exactly `width` texts of data tile `index`, which newest() covers. Not verified.
  virtual absl::StatusOr<storage::PackedTexts> DataTile(std::uint64_t index,
                                                        std::uint32_t width) = 0;

  // The database behind it, whose small state may be taken over; null: it has none that we see.
  virtual const storage::LogStore* store() const { return nullptr; }

  // How record `number` came in.
  virtual absl::StatusOr<storage::Provenance> ProvenanceOf(std::uint64_t number) = 0;
};

// A database of the log, read-only: its provenance is taken over. kNotFound: no database there.
absl::StatusOr<std::unique_ptr<RecordSource>> OpenDatabaseSource(const std::string& database_path,
                                                                 const tlog::VerifierKey& key);

// The database in a folder that is a data directory, with db/<name>, or a backup, with db, or the
// database itself. kNotFound: neither.
absl::StatusOr<std::string> FindDatabase(const std::string& folder, const std::string& log_name);

// A server of the log, by HTTP. Records from it are marked "restored", from `url`.
//   `fetcher` outlives the source; `url` is for messages and provenance, without credentials.
absl::StatusOr<std::unique_ptr<RecordSource>> OpenServerSource(client::Fetcher& fetcher,
                                                               const std::string& url,
                                                               const tlog::VerifierKey& key,
                                                               Clock* clock);

}  // namespace sumlog::backup

#endif  // SUMLOG_BACKUP_RECORD_SOURCE_H_
