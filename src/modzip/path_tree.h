// The files and folders of a module, to find names that some file system takes for one another.
//
// Owned by one thread. Spec: golang.org/x/mod/zip v0.42.0, the collision checks of CheckZip.

#ifndef SUMLOG_MODZIP_PATH_TREE_H_
#define SUMLOG_MODZIP_PATH_TREE_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sumlog::modzip {

// Bounds the memory: each file, and each folder that some path names, costs about 100 bytes.
inline constexpr std::size_t kMaxPaths = 400'000;

class PathTree {
 public:
  // Has room for that many files and folders.
  explicit PathTree(std::size_t max_paths = kMaxPaths) : max_paths_(max_paths) {}

  // Adds a file or a folder, and the folders above it. `path` must pass gosum::CheckFilePath.
  // kInvalidArgument, with a reason that reads on after the path's name: a name on the way is equal
  // to another one but for its case, is both file and folder, or is a file that is there already;
  // or there is no room. Folders may come again.
  absl::Status Add(absl::string_view path, bool is_folder);

 private:
  struct Node {
    std::uint32_t id = 0;
    bool is_folder = false;
    std::string element;  // as it was written first
  };

  // Adds the last element of `path` to the folder with that id, and sets it to the element's own.
  absl::Status AddElement(absl::string_view path, bool is_folder, std::uint32_t* id);

  const std::size_t max_paths_;

  // By the folder's id, 4 bytes, and the element with its case folded. The module's root is 0.
  absl::flat_hash_map<std::string, Node> nodes_;
};

}  // namespace sumlog::modzip

#endif  // SUMLOG_MODZIP_PATH_TREE_H_
