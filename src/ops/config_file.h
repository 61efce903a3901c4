// sumlog.toml as a flat list of keys and values. Hides the TOML library.
//
//   [listen]            a section: each key has one value, text or an integer (policy.private may
//                       have a list, which is its elements between commas)
//   http = ":8080"
//   [[client_cert]]     a table, of which there may be many; its keys may have lists of text
//   scopes = ["read"]
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
  std::string name;            // "listen.http", "client_cert.san"
  std::string value;           // text, or the digits of an integer; of a list, one element
  std::size_t line = 0;        // 1-based
  std::size_t table_line = 0;  // of the [[table]] that it stands in; 0: it stands in a section
  bool is_list = false;        // one of a list; a list without elements is no entry
};

// `path` is for messages. kInvalidArgument, with file and line: not TOML, a key outside any
// section, a value of another kind, a table without keys, or nesting beyond these.
absl::StatusOr<std::vector<ConfigEntry>> ParseConfigFile(absl::string_view content,
                                                         absl::string_view path);

}  // namespace sumlog::ops

#endif  // SUMLOG_OPS_CONFIG_FILE_H_
