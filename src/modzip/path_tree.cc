#include "modzip/path_tree.h"

#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "base/status_macros.h"
#include "gosum/quote.h"
#include "gosum/unicode.h"

namespace sumlog::modzip {
namespace {

absl::string_view LastElement(absl::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

}  // namespace

absl::Status PathTree::AddElement(absl::string_view path, bool is_folder, std::uint32_t* id) {
  const absl::string_view element = LastElement(path);
  std::string key;
  AppendBigEndian32(&key, *id);
  key += gosum::FoldCase(element);
  const auto [found, is_new] = nodes_.try_emplace(std::move(key));
  Node& node = found->second;
  if (is_new) {
    if (nodes_.size() > max_paths_) {
      return absl::InvalidArgumentError(
          absl::StrCat("is one too many, want at most ", max_paths_, " files and folders"));
    }
    node = {.id = static_cast<std::uint32_t>(nodes_.size()),
            .is_folder = is_folder,
            .element = std::string(element)};
  } else if (node.element != element) {
    return absl::InvalidArgumentError(
        absl::StrCat("differs only in case from another one: ", gosum::Quote(node.element),
                     " is there already"));
  } else if (node.is_folder != is_folder) {
    return absl::InvalidArgumentError(
        absl::StrCat("makes ", gosum::Quote(path), " both a file and a folder"));
  } else if (!is_folder) {
    return absl::InvalidArgumentError("is there twice");
  }
  *id = node.id;
  return absl::OkStatus();
}

absl::Status PathTree::Add(absl::string_view path, bool is_folder) {
  std::uint32_t id = 0;
  for (std::size_t slash = path.find('/'); slash != absl::string_view::npos;
       slash = path.find('/', slash + 1)) {
    RETURN_IF_ERROR(AddElement(path.substr(0, slash), true, &id));
  }
  return AddElement(path, is_folder, &id);
}

}  // namespace sumlog::modzip
