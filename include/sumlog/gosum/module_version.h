// A module at a version: what a record is about.
//
// Pure; safe from any thread.

#ifndef SUMLOG_GOSUM_MODULE_VERSION_H_
#define SUMLOG_GOSUM_MODULE_VERSION_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sumlog::gosum {

struct ModuleVersion {
  std::string path;     // "github.com/BurntSushi/toml", unescaped
  std::string version;  // "v1.2.0", canonical

  // "path@version".
  std::string ToString() const;

  friend bool operator==(const ModuleVersion&, const ModuleVersion&) = default;
};

// Splits "path@version" at the only '@' and checks both parts (CheckModuleVersion).
// kInvalidArgument says which part is wrong and why.
absl::StatusOr<ModuleVersion> ParseModuleVersion(absl::string_view text);

// The same for the escaped form of a lookup URL: "github.com/!burnt!sushi/toml@v1.2.0".
absl::StatusOr<ModuleVersion> ParseEscapedModuleVersion(absl::string_view escaped);

// The escaped form. kInvalidArgument when the module version is not valid.
absl::StatusOr<std::string> EscapeModuleVersion(const ModuleVersion& module);

}  // namespace sumlog::gosum

#endif  // SUMLOG_GOSUM_MODULE_VERSION_H_
