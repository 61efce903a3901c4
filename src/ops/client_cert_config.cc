#include "ops/client_cert_config.h"

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "ops/nearest_name.h"

namespace sumlog::ops {
namespace {

constexpr char kPrefix[] = "client_cert.";

const std::vector<std::string>& KnownKeys() {
  static const std::vector<std::string> keys = {"client_cert.name", "client_cert.san",
                                                "client_cert.scopes", "client_cert.modules",
                                                "client_cert.expires"};
  return keys;
}

absl::Status SetText(const ConfigEntry& entry, std::string* target) {
  if (entry.is_list) return absl::InvalidArgumentError("got a list, want text in quotes");
  *target = entry.value;
  return absl::OkStatus();
}

absl::Status AddToList(const ConfigEntry& entry, std::vector<std::string>* target) {
  if (!entry.is_list) {
    return absl::InvalidArgumentError(
        absl::StrCat("got text, want a list, such as [\"", entry.value, "\"]"));
  }
  target->push_back(entry.value);
  return absl::OkStatus();
}

absl::Status Set(const ConfigEntry& entry, ClientCertConfig* cert) {
  if (entry.name == "client_cert.name") return SetText(entry, &cert->name);
  if (entry.name == "client_cert.san") return SetText(entry, &cert->san);
  if (entry.name == "client_cert.scopes") return AddToList(entry, &cert->scopes);
  if (entry.name == "client_cert.modules") return AddToList(entry, &cert->modules);
  if (entry.name == "client_cert.expires") return SetText(entry, &cert->expires);
  const std::string nearest = NearestName(entry.name, KnownKeys());
  return absl::InvalidArgumentError(absl::StrCat(
      "unknown key", nearest.empty() ? "" : absl::StrCat("; did you mean ", nearest, "?")));
}

}  // namespace

bool IsClientCertEntry(const ConfigEntry& entry) {
  return entry.table_line != 0 && absl::StartsWith(entry.name, kPrefix);
}

absl::StatusOr<std::vector<ClientCertConfig>> ReadClientCerts(
    const std::vector<ConfigEntry>& entries, absl::string_view path) {
  std::map<std::size_t, ClientCertConfig> certs;  // by line
  for (const ConfigEntry& entry : entries) {
    if (!IsClientCertEntry(entry)) continue;
    ClientCertConfig& cert = certs[entry.table_line];
    cert.where = absl::StrCat(path, ":", entry.table_line, ": ");
    const absl::Status status = Set(entry, &cert);
    if (!status.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ":", entry.line, ": ", entry.name, ": ", status.message()));
    }
  }
  if (certs.size() > kMaxClientCerts) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": ", certs.size(), " of [[client_cert]], want at most ", kMaxClientCerts));
  }
  std::vector<ClientCertConfig> list;
  for (auto& [line, cert] : certs) list.push_back(std::move(cert));
  return list;
}

}  // namespace sumlog::ops
