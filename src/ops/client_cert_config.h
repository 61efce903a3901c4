// [[client_cert]] of sumlog.toml, as it was written: which name of a client certificate stands for
// which grant. What the values mean is judged where grants are known.
//
// Pure; safe from any thread.

#ifndef SUMLOG_OPS_CLIENT_CERT_CONFIG_H_
#define SUMLOG_OPS_CLIENT_CERT_CONFIG_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ops/config_file.h"

namespace sumlog::ops {

inline constexpr std::size_t kMaxClientCerts = 100;

struct ClientCertConfig {
  std::string where = {};  // "/etc/sumlog/sumlog.toml:12: ", of its [[client_cert]]
  std::string name = {};
  std::string san = {};
  std::vector<std::string> scopes = {};
  std::vector<std::string> modules = {};
  std::string expires = {};  // empty: never
};

// Whether `entry` belongs to a [[client_cert]].
bool IsClientCertEntry(const ConfigEntry& entry);

// Of `entries` those that IsClientCertEntry, in order of the file. kInvalidArgument, with file and
// line: an unknown key, a list where one text is wanted or the reverse, more than kMaxClientCerts.
absl::StatusOr<std::vector<ClientCertConfig>> ReadClientCerts(
    const std::vector<ConfigEntry>& entries, absl::string_view path);

}  // namespace sumlog::ops

#endif  // SUMLOG_OPS_CLIENT_CERT_CONFIG_H_
