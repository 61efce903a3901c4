// A log as a tree of files that any web server, or a file:// URL, can serve to `go`.
//
//   <folder>/sumdb/<name>/supported                     empty: yes
//   <folder>/sumdb/<name>/latest                        the signed head
//   <folder>/sumdb/<name>/lookup/<module>@<version>     escaped, as `go` asks for it
//   <folder>/sumdb/<name>/tile/8/…                      hash and data tiles, at the head's widths
//
// The same head of the same log gives the same tree.

#ifndef SUMLOG_MIRROR_STATIC_TREE_H_
#define SUMLOG_MIRROR_STATIC_TREE_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::mirror {

struct StaticTreeOptions {
  const storage::LogStore* store = nullptr;
  storage::StoredHead head;  // of `store`, signed
  std::string log_name;      // a host name: it becomes the name of a folder
  std::string folder;        // made when missing; must not hold a tree of this log

  // Which module versions get no lookup; their records stay in the tiles. May be empty: none.
  std::function<bool(absl::string_view module)> is_blocked = {};

  // Told after each data tile how many records are done. An error stops the work, which hands it
  // back. May be empty.
  std::function<absl::Status(std::uint64_t records)> watch = {};
};

struct StaticTreeReport {
  std::string path;                   // of the tree
  std::uint64_t lookups = 0;          // files that `go` looks up
  std::uint64_t records_without = 0;  // records that are about no module version, or a second one
  std::uint64_t blocked = 0;          // lookups that are left out
  std::uint64_t tiles = 0;
};

// Makes the tree; it is whole and durable when it has its name. What an earlier call has left in
// <tree>.partial is removed.
//   kAlreadyExists  the tree is there
// or the errors of the store and base/file.h, or what the watch has said: then there is no tree.
absl::StatusOr<StaticTreeReport> WriteStaticTree(const StaticTreeOptions& options);

}  // namespace sumlog::mirror

#endif  // SUMLOG_MIRROR_STATIC_TREE_H_
