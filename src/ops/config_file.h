// sumlog.toml as a flat list of keys and values. Hides the TOML library.
//
// Pure; safe from any thread.

#ifndef SUMLOG_OPS_CONFIG_FILE_H_
#define SUMLOG_OPS_CONFIG_FILE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sumlog::ops {

inline constexpr std::size_t kMaxConfigBytes = 64 * 1024;

struct ConfigEntry {
  std::string name;      // "listen.http"
  std::string value;     // text, or the digits of an integer
  std::size_t line = 0;  // 1-based
};

// `path` is for messages. kInvalidArgument, with file and line: not TOML, a key outside any
// section, a value that is neither text nor an integer, or nesting beyond sections.
absl::StatusOr<std::vector<ConfigEntry>> ParseConfigFile(absl::string_view content,
                                                         absl::string_view path);

}  // namespace sumlog::ops

#endif  // SUMLOG_OPS_CONFIG_FILE_H_
