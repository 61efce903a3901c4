// The module versions that lookups refuse, with the reasons: a version that turned out to be
// malicious, or was logged by mistake. The log itself forgets nothing: records, tiles and proofs
// stay as they are, and only /lookup answers with the reason.
//
// Kept as small state of the store, "block/<path>@<version>" → FormatDecision, and in memory as an
// immutable value that each change replaces, so that no lookup waits for a change.
//
// Safe from any thread; changes take turns.

#ifndef SUMLOG_LOG_BLOCK_LIST_H_
#define SUMLOG_LOG_BLOCK_LIST_H_

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/mutex.h"
#include "base/snapshot.h"
#include "log/decision.h"
#include "sumlog/gosum/module_version.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::log {

// Room for a bad month, and little enough to be read at every start: 50 MiB at the worst.
inline constexpr std::size_t kMaxBlocks = 100'000;

struct BlockedVersion {
  gosum::ModuleVersion module;
  Decision decision;

  friend bool operator==(const BlockedVersion&, const BlockedVersion&) = default;
};

class BlockList {
 public:
  // Reads what is kept. `store` must outlive the list. kDataLoss: a kept block is damaged, or there
  // are more than kMaxBlocks; else the store's own errors.
  static absl::StatusOr<std::unique_ptr<BlockList>> Load(storage::LogStore* store);

  // Blocks a version, durably; one that is blocked already gets the new decision.
  //   kInvalidArgument    not a module version, or not a decision (CheckDecision)
  //   kResourceExhausted  kMaxBlocks are blocked
  // or the store's own errors; nothing has changed then.
  absl::Status Block(const BlockedVersion& block);

  // kNotFound: it is not blocked. Otherwise as Block.
  absl::Status Unblock(const gosum::ModuleVersion& module);

  // The decision about "path@version"; nothing: it is not blocked.
  std::optional<Decision> Find(absl::string_view module) const;

  // The first `limit` blocks behind "path@version" `after` (empty: from the start), in order of the
  // bytes of "path@version". Cost: a look at every block.
  std::vector<BlockedVersion> List(absl::string_view after, std::size_t limit) const;

  std::size_t size() const { return blocks_.Load()->count; }

 private:
  // By "path@version". In parts, so that a change copies one small part only.
  using Part = std::map<std::string, BlockedVersion, std::less<>>;
  struct Blocks {
    static constexpr std::size_t kParts = 256;
    // Shared: parts that did not change are in the old value and the new one. Null: empty.
    std::array<std::shared_ptr<const Part>, kParts> parts;
    std::size_t count = 0;
  };

  explicit BlockList(storage::LogStore* store)
      : store_(store), blocks_(std::make_shared<const Blocks>()) {}

  static std::size_t PartOf(absl::string_view module);
  static const BlockedVersion* FindIn(const Blocks& blocks, absl::string_view module);
  // `blocks` with the block of `module` set, or removed.
  static std::shared_ptr<const Blocks> With(const Blocks& blocks, const std::string& module,
                                            const std::optional<BlockedVersion>& block);

  storage::LogStore* const store_;
  Snapshot<Blocks> blocks_;  // never null
  Mutex change_mu_;          // held by the one who replaces blocks_
};

}  // namespace sumlog::log

#endif  // SUMLOG_LOG_BLOCK_LIST_H_
