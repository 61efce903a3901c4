// [[mirror]] of sumlog.toml: which logs of others are followed, under which key, and from where.
//
//   [[mirror]]
//   key = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
//   upstream = ["https://sum.golang.org", "https://sum.golang.google.cn"]
//   mode = "full"
//   interval = "1m"
//   max_requests_per_second = 100
//
// Pure; safe from any thread.

#ifndef SUMLOG_OPS_MIRROR_CONFIG_H_
#define SUMLOG_OPS_MIRROR_CONFIG_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ops/config_file.h"
#include "sumlog/tlog/note.h"

namespace sumlog::ops {

inline constexpr std::size_t kMaxMirrors = 100;
inline constexpr std::size_t kMaxUpstreams = 16;  // of one mirror: places that serve the same log
inline constexpr absl::Duration kDefaultMirrorInterval = absl::Minutes(1);
// Nobody needs to ask another's server more often, and some of them would shut the door.
inline constexpr absl::Duration kLeastMirrorInterval = absl::Seconds(1);

// What one server is asked in a second at most. A full mirror of sum.golang.org is 281,500
// requests, 47 minutes of them, once, about as fast as 32 at a time over half the world; following
// it takes a dozen a minute. A burst of lookups, each of which asks for up to a dozen tiles, is not
// held.
inline constexpr std::uint32_t kDefaultMaxRequestsPerSecond = 100;
inline constexpr std::uint32_t kMostRequestsPerSecond = 1'000'000;

enum class MirrorMode {
  kFull,           // every record is fetched, and follows the upstream
  kLookupThrough,  // a record is fetched when somebody asks for it
  kBundles,        // no network is asked: bundles are brought by hand
};

// As it is written in the file: "full", "lookup-through", "bundles".
absl::string_view NameOf(MirrorMode mode);

struct MirrorConfig {
  std::string where;      // "/etc/sumlog/sumlog.toml:12: ", of its [[mirror]]
  tlog::VerifierKey key;  // of the log; its name is that of the mirror
  // Base URLs, in order of preference, 1 to kMaxUpstreams; none in kBundles. They may hold
  // credentials: mask them before they are shown. Whether they are URLs is judged where they are
  // used.
  std::vector<std::string> upstream;
  MirrorMode mode = MirrorMode::kFull;
  absl::Duration interval = kDefaultMirrorInterval;  // between two questions for a newer head
  // PEM file of the authorities that certificates of the upstream are believed from; empty: the
  // system's.
  std::string ca_file = {};
  // To each of the URLs; 0: no bound, for a server of one's own.
  std::uint32_t max_requests_per_second = kDefaultMaxRequestsPerSecond;

  const std::string& name() const { return key.name(); }
};

// Whether `entry` belongs to a [[mirror]].
bool IsMirrorEntry(const ConfigEntry& entry);

// Of `entries` those that IsMirrorEntry, in order of the file. kInvalidArgument, with file and
// line: an unknown key or a wrong value, no key, an upstream that lacks or has no use, two mirrors
// of one name, more than kMaxMirrors.
absl::StatusOr<std::vector<MirrorConfig>> ReadMirrors(const std::vector<ConfigEntry>& entries,
                                                      absl::string_view path);

// kInvalidArgument: one of them has the name of the origin log (empty: there is none).
absl::Status CheckMirrorNames(const std::vector<MirrorConfig>& mirrors, absl::string_view log_name);

// The lines of the file that ReadMirrors makes `mirror` of, `where` apart. kInvalidArgument: an
// upstream or a path that text in quotes cannot hold (control characters).
absl::StatusOr<std::string> FormatMirror(const MirrorConfig& mirror);

// `content`, a configuration file or nothing, with `mirror` behind it. kInvalidArgument as
// FormatMirror, or the file would be longer than it may be.
absl::StatusOr<std::string> AddMirror(absl::string_view content, const MirrorConfig& mirror);

}  // namespace sumlog::ops

#endif  // SUMLOG_OPS_MIRROR_CONFIG_H_
