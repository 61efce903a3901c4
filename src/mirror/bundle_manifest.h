// What a bundle says of itself, in its file bundle.txt.
//
//   sumlog bundle 1
//   log sum.golang.org
//   from 1000
//   to 5000
//   proof <base64>         one line for each hash of the consistency proof
//
// Nothing of it is believed: whoever takes the bundle in verifies its head and its tiles.
//
// Pure; safe from any thread.

#ifndef SUMLOG_MIRROR_BUNDLE_MANIFEST_H_
#define SUMLOG_MIRROR_BUNDLE_MANIFEST_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sumlog/tlog/hash.h"

namespace sumlog::mirror {

inline constexpr std::size_t kMaxManifestBytes = 16 * 1024;

struct BundleManifest {
  std::string log_name;
  std::uint64_t from = 0;         // the bundle adds records [from, to)
  std::uint64_t to = 0;           // the size of its signed head
  std::vector<tlog::Hash> proof;  // that the tree of `to` begins with that of `from`

  friend bool operator==(const BundleManifest&, const BundleManifest&) = default;
};

std::string FormatManifest(const BundleManifest& manifest);

// Accepts exactly what FormatManifest writes. kInvalidArgument says what is wrong.
absl::StatusOr<BundleManifest> ParseManifest(absl::string_view text);

// Name in the bundle of the file that a server of the log has at `path` ("/latest").
std::string EntryName(absl::string_view log_name, absl::string_view path);

}  // namespace sumlog::mirror

#endif  // SUMLOG_MIRROR_BUNDLE_MANIFEST_H_
