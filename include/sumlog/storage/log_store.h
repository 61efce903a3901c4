// LogStore: what a log keeps on disk, drawn from its callers' questions.
//
// A store holds the records of one log with their hash tiles, an index, signed heads and
// provenance. It knows no Merkle mathematics and no signatures: it keeps what it is given,
// atomically and durably, and refuses a writer that did not see the newest head. Whether a module
// version may be logged twice is the writer's business, not the store's.
//
// Thread rule: safe from any thread. Commits and puts of state take turns; reads wait for neither.
//
// Every call may return, besides what it says:
//   kDataLoss           what is on disk cannot be what was written: corruption. Never an answer.
//   kUnavailable        the disk did not do its work; retry may help
//   kResourceExhausted  no space left on the disk; the same call works again when there is
//
// Two implementations pass one contract suite (tests/contract): storage/memory, the model, and
// storage/rocksdb, whose byte layout is in storage/README.md.

#ifndef SUMLOG_STORAGE_LOG_STORE_H_
#define SUMLOG_STORAGE_LOG_STORE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tree_edge.h"

namespace sumlog::storage {

// Limits: a batch or state beyond them is kInvalidArgument.
inline constexpr std::size_t kMaxRecordBytes = 1u << 20;  // far above what any go.sum line needs
inline constexpr std::size_t kMaxKeyBytes = 4u << 10;     // of an index row or of small state
inline constexpr std::size_t kMaxProvenanceBytes = 4u << 10;  // each of `how` and `from`
inline constexpr std::size_t kMaxStateBytes = 64u << 10;
inline constexpr std::size_t kMaxDroppedHeads = 1024;  // so that every commit stays short

// A signed tree head as it is kept: the store reads `size` and believes the rest.
struct StoredHead {
  std::uint64_t size = 0;
  std::string note;      // the whole signed note
  absl::Time signed_at;  // kept with microseconds

  friend bool operator==(const StoredHead&, const StoredHead&) = default;
};

// How a record came in. Outside the Merkle leaf: nobody's proof depends on it.
struct Provenance {
  std::string how;   // one word: "import", "ingest", "source", "mirror"
  std::string from;  // from whom or where: a file, a URL, a token's name; at most 4 KiB
  absl::Time when;   // kept with microseconds

  friend bool operator==(const Provenance&, const Provenance&) = default;
};

// Texts in a row, in one piece of memory.
class PackedTexts {
 public:
  void Append(absl::string_view text);
  void Reserve(std::size_t count, std::size_t size_bytes);

  std::size_t size() const { return ends_.size(); }
  bool empty() const { return ends_.empty(); }
  std::size_t size_bytes() const { return bytes_.size(); }

  // `i` must be below size(); the view lives until the next change.
  absl::string_view operator[](std::size_t i) const;

  friend bool operator==(const PackedTexts&, const PackedTexts&) = default;

 private:
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

struct IndexRow {
  std::string key;           // "path@version", unescaped; at most 4 KiB
  std::uint64_t number = 0;  // of its record
};

struct ProvenanceRun {
  std::uint64_t first = 0;  // number of the first record that came in this way; the run goes on to
                            // the next run's first
  Provenance provenance;
};

// Everything that one round adds. Its records get the numbers from `expected_size` on.
struct CommitBatch {
  std::uint64_t expected_size = 0;  // of the newest head, when the store is not new
  bool expect_new_store = false;    // the very first commit: there is no head yet
  StoredHead head;                  // head.size == expected_size + records.size()
  PackedTexts records;
  std::vector<tlog::TileGrowth> tiles;    // what TreeEdge::Append returned for these records
  std::vector<IndexRow> index;            // none for an odd record of a mirrored log
  std::vector<ProvenanceRun> provenance;  // ascending; the first starts at expected_size when there
                                          // are records
  std::vector<std::uint64_t> dropped_heads = {};  // sizes of older heads that the history loses:
                                                  // ascending, below expected_size, at most
                                                  // kMaxDroppedHeads; one that is not kept is fine
};

class LogStore {
 public:
  virtual ~LogStore() = default;

  // Appends one round: all of it or nothing, durable on return. Meant for few records at a time:
  // the cost is one synced write of about the bytes that are new.
  //
  //   kFailedPrecondition  the newest head is not of `expected_size` (or the store is not new):
  //                        another writer, or a writer that is behind. Nothing was written.
  //   kInvalidArgument     the batch contradicts itself or the store (sizes, tile positions), or
  //                        breaks a limit. Nothing was written.
  //
  // A batch without records renews the head: a head of the same size replaces the one before.
  //
  // After any other error the batch may or may not be there after a restart, but is not visible
  // now: ask SignedHead(), then commit the very same batch again or stop.
  virtual absl::Status Commit(const CommitBatch& batch) = 0;

  // The same promise as Commit, made for many thousands of records at once: writes sorted files and
  // adopts them, which leaves no compaction debt.
  virtual absl::Status CommitBulk(const CommitBatch& batch) = 0;

  // The newest head. kNotFound: a new store.
  virtual absl::StatusOr<StoredHead> SignedHead() const = 0;

  // Heads that are kept with min_size <= size <= max_size, ascending, at most `limit`.
  virtual absl::StatusOr<std::vector<StoredHead>> SignedHeads(std::uint64_t min_size,
                                                              std::uint64_t max_size,
                                                              std::size_t limit) const = 0;

  // The widest version of a hash tile that the newest head covers: 1 to 256 hashes.
  // kNotFound: the tile lies outside the tree.
  virtual absl::StatusOr<std::vector<tlog::Hash>> HashTile(std::uint32_t level,
                                                           std::uint64_t index) const = 0;

  // The text of one record. kNotFound: number >= size of the newest head.
  virtual absl::StatusOr<std::string> Record(std::uint64_t number) const = 0;

  // Records 256·index on, as many as the newest head covers, at most 256. kNotFound: none.
  virtual absl::StatusOr<PackedTexts> DataTile(std::uint64_t index) const = 0;

  // The lowest number of a record with this index key. kNotFound: none below the newest head.
  virtual absl::StatusOr<std::uint64_t> Find(absl::string_view key) const = 0;

  // The lowest number of a record with this leaf hash. kNotFound: none below the newest head.
  virtual absl::StatusOr<std::uint64_t> FindLeaf(const tlog::Hash& leaf) const = 0;

  // kNotFound: number >= size of the newest head.
  virtual absl::StatusOr<storage::Provenance> Provenance(std::uint64_t number) const = 0;

  // Calls `visit(key, number)` for every index key in order of its bytes, with what Find answers,
  // until it returns an error, which is handed back. `key` lives as long as the call of `visit`.
  // For checks of the whole store.
  virtual absl::Status VisitIndex(
      const std::function<absl::Status(absl::string_view key, std::uint64_t number)>& visit)
      const = 0;

  // Small durable state beside the log (frozen or not, blocked versions). Keys are at most 4 KiB,
  // values 64 KiB. An absent key is an empty optional. PutState with an empty optional deletes.
  virtual absl::StatusOr<std::optional<std::string>> GetState(absl::string_view key) const = 0;
  virtual absl::Status PutState(absl::string_view key, const std::optional<std::string>& value) = 0;

  // Calls `visit(key, value)` for every state key that begins with `prefix`, in order of its bytes,
  // until it returns an error, which is handed back. Views live as long as the call of `visit`,
  // which may use the store. A key that is put or deleted meanwhile may be visited or not.
  virtual absl::Status VisitState(
      absl::string_view prefix,
      const std::function<absl::Status(absl::string_view key, absl::string_view value)>& visit)
      const = 0;
};

}  // namespace sumlog::storage

#endif  // SUMLOG_STORAGE_LOG_STORE_H_
