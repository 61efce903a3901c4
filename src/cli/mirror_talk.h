// What `mirror run` says while it follows: progress, heads, failures; as text or as JSON lines.
//
// Text: heads on `out`, all else on `err`. With --json every event is one line of `out`:
//   {"event":"progress",…}  {"event":"head",…}  {"event":"failed",…}  {"event":"behind",…}
//   {"event":"done",…}  of a run that ends by itself
//
// Owned by one thread.

#ifndef SUMLOG_CLI_MIRROR_TALK_H_
#define SUMLOG_CLI_MIRROR_TALK_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "cli/json_output.h"
#include "cli/progress.h"
#include "cli/verb.h"
#include "mirror/follower.h"

namespace sumlog::cli {

// How much of the disk the database takes now, and will take.
class DiskForecast {
 public:
  explicit DiskForecast(std::string folder) : folder_(std::move(folder)) {}

  // Looks at the disk, now and then. `done` records are there, of `target`.
  void Update(std::uint64_t done, std::uint64_t target, absl::Time now);

  // "1.2 GiB of about 14.0 GiB on disk"; empty before there was a look.
  std::string Describe() const;

  // Once, when what is still to come will not fit; else empty.
  std::string Warning();

  std::uint64_t used_bytes() const { return used_bytes_; }
  std::uint64_t expected_bytes() const { return expected_bytes_; }  // 0: too early to say

 private:
  const std::string folder_;
  absl::Time looked_ = absl::InfinitePast();
  std::uint64_t used_bytes_ = 0;
  std::uint64_t expected_bytes_ = 0;
  bool has_warned_ = false;
};

// The failure of a round, with what it means and the way out: where evidence lies, too.
absl::Status ExplainRound(const mirror::Round& round, const std::string& upstream);

// Where evidence lies, as a line for a failure's message; empty: it could not be kept.
std::string TellKept(const std::string& evidence);

void PrintEvent(Context& context, const Json& event);

class MirrorTalk {
 public:
  // Keeps a reference to `context`. `database`: its folder.
  MirrorTalk(Context& context, std::string name, std::string upstream, std::string database);

  void OnProgress(const mirror::SyncOptions::Progress& progress, std::uint64_t received_bytes);
  void OnHead(const tlog::SignedTreeHead& head);

  // `will_retry`: another round follows; else whoever calls prints the failure.
  void OnRound(const mirror::Round& round, bool will_retry);

 private:
  Context& context_;
  const std::string name_, upstream_;
  DiskForecast disk_;
  std::optional<Progress> progress_;  // of the round that is under way
  absl::Time told_ = absl::InfinitePast();
  std::string last_failure_;
};

}  // namespace sumlog::cli

#endif  // SUMLOG_CLI_MIRROR_TALK_H_
