#include "sumlog/gosum/module_version.h"

#include <cstddef>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "gosum/quote.h"
#include "sumlog/gosum/module_path.h"

namespace sumlog::gosum {
namespace {

struct Halves {
  absl::string_view path;
  absl::string_view version;
};

absl::StatusOr<Halves> SplitAtSign(absl::string_view text) {
  const std::size_t at = text.find('@');
  if (at == absl::string_view::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("module version ", Quote(text), " has no '@', want PATH@VERSION"));
  }
  const Halves halves{.path = text.substr(0, at), .version = text.substr(at + 1)};
  if (absl::StrContains(halves.version, '@')) {
    return absl::InvalidArgumentError(
        absl::StrCat("module version ", Quote(text), " has more than one '@', want PATH@VERSION"));
  }
  return halves;
}

}  // namespace

std::string ModuleVersion::ToString() const { return absl::StrCat(path, "@", version); }

absl::StatusOr<ModuleVersion> ParseModuleVersion(absl::string_view text) {
  ASSIGN_OR_RETURN(const Halves halves, SplitAtSign(text));
  RETURN_IF_ERROR(CheckModuleVersion(halves.path, halves.version));
  return ModuleVersion{.path = std::string(halves.path), .version = std::string(halves.version)};
}

absl::StatusOr<ModuleVersion> ParseEscapedModuleVersion(absl::string_view escaped) {
  ASSIGN_OR_RETURN(const Halves halves, SplitAtSign(escaped));
  ModuleVersion module;
  ASSIGN_OR_RETURN(module.path, UnescapePath(halves.path));
  ASSIGN_OR_RETURN(module.version, UnescapeVersion(halves.version));
  RETURN_IF_ERROR(CheckModuleVersion(module.path, module.version));
  return module;
}

absl::StatusOr<std::string> EscapeModuleVersion(const ModuleVersion& module) {
  RETURN_IF_ERROR(CheckModuleVersion(module.path, module.version));
  ASSIGN_OR_RETURN(const std::string path, EscapePath(module.path));
  ASSIGN_OR_RETURN(const std::string version, EscapeVersion(module.version));
  return absl::StrCat(path, "@", version);
}

}  // namespace sumlog::gosum
