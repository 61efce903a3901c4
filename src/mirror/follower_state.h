// How following an upstream goes, as it is kept in a file for those who ask later:
//
//   sumlog rounds 1
//   upstream: https://sum.golang.org
//   last contact: 2026-11-21T08:30:00Z
//   …
//
// Pure; safe from any thread.

#ifndef SUMLOG_MIRROR_FOLLOWER_STATE_H_
#define SUMLOG_MIRROR_FOLLOWER_STATE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sumlog::mirror {

inline constexpr std::size_t kMaxFollowerStateBytes = 64 * 1024;

struct FollowerState {
  std::string upstream;                                // URLs without credentials
  absl::Time last_contact = absl::InfinitePast();      // the upstream has shown a head, verified
  absl::Time last_complete = absl::InfinitePast();     // all that it had signed was here
  std::uint64_t upstream_size = 0;                     // of the newest head that it has shown
  std::uint64_t odd_records = 0;                       // signed, but about no module version
  std::uint64_t failures = 0;                          // rounds in a row that failed
  absl::Time error_at = absl::InfinitePast();          // of the last round that failed
  std::string error;                                   // its message, one line
  absl::Time contradiction_at = absl::InfinitePast();  // signed bytes contradicted each other
  std::string evidence;  // the file that keeps what came then; empty: it could not be kept

  friend bool operator==(const FollowerState&, const FollowerState&) = default;
};

std::string FormatFollowerState(const FollowerState& state);

// What is not said, or not understood, stays as it is in FollowerState(): the file is for people.
FollowerState ParseFollowerState(absl::string_view text);

}  // namespace sumlog::mirror

#endif  // SUMLOG_MIRROR_FOLLOWER_STATE_H_
