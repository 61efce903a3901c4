// What is known of a mirror of a data directory, gathered for `mirror status` and `status`.

#ifndef SUMLOG_CLI_MIRROR_FACTS_H_
#define SUMLOG_CLI_MIRROR_FACTS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/json_output.h"
#include "cli/verb.h"
#include "mirror/follower_state.h"
#include "ops/config.h"
#include "ops/mirror_config.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::cli {

struct MirrorFacts {
  std::string name, key, upstream, mode;
  absl::Status problem;                      // the database cannot be opened, or is not right
  std::optional<tlog::SignedTreeHead> head;  // served up to here; the newest that it has seen, of
                                             // one that holds what was looked up only
  std::uint64_t verified_records = 0;        // of the tree; more than the head's while it follows
  mirror::FollowerState state;
  std::uint64_t disk_used_bytes = 0;
  std::uint64_t disk_free_bytes = 0;

  // The upstream has contradicted itself, and has not been honest since.
  bool is_contradicted() const {
    return state.failures > 0 && state.contradiction_at > state.last_complete;
  }
  bool is_wrong() const { return !problem.ok() || is_contradicted(); }
};

// Reads only, beside a process that may be following. kInvalidArgument: its name cannot be a
// file's. What is wrong with what is there is `problem`.
absl::StatusOr<MirrorFacts> ReadMirrorFacts(const ops::Config& config,
                                            const ops::MirrorConfig& mirror);

Json ToJson(const MirrorFacts& facts);

// "2026-11-21 08:30:00 UTC, 3s ago".
std::string Since(const Context& context, absl::Time time);

// Name, mode, size and contact: "sum.example.com, full, tree 700, contact 3s ago".
std::string DescribeInALine(const Context& context, const MirrorFacts& facts);

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_MIRROR_FACTS_H_
