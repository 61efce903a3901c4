#include "admin/grant_json.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "nlohmann/json.hpp"

namespace sumlog::admin {
namespace {

using Json = nlohmann::json;

absl::StatusOr<HashedGrant> FromJson(const Json& json) {
  HashedGrant hashed;
  Grant& grant = hashed.grant;
  grant.name = json.at("name").get<std::string>();
  for (const Json& scope : json.at("scopes")) {
    ASSIGN_OR_RETURN(const Scope parsed, ParseScope(scope.get<std::string>()));
    grant.scopes.push_back(parsed);
  }
  grant.module_patterns = json.at("module_patterns").get<std::vector<std::string>>();
  grant.created_at = absl::FromUnixMicros(json.at("created_at").get<std::int64_t>());
  if (json.contains("expires_at")) {
    grant.expires_at = absl::FromUnixMicros(json.at("expires_at").get<std::int64_t>());
  }
  RETURN_IF_ERROR(CheckGrant(grant));
  const auto digits = json.at("sha256").get<std::string>();
  const std::string hash = absl::HexStringToBytes(digits);
  if (hash.size() != hashed.hash.size() || absl::BytesToHexString(hash) != digits) {
    return absl::InvalidArgumentError("sha256 is not 64 hexadecimal digits");
  }
  std::copy(hash.begin(), hash.end(), hashed.hash.begin());
  return hashed;
}

}  // namespace

std::string FormatHashedGrant(const HashedGrant& hashed) {
  const Grant& grant = hashed.grant;
  Json json{
      {"name", grant.name},
      {"scopes", Json::array()},
      {"module_patterns", grant.module_patterns},
      {"created_at", absl::ToUnixMicros(grant.created_at)},
      {"sha256", absl::BytesToHexString(std::string(hashed.hash.begin(), hashed.hash.end()))}};
  for (const Scope scope : grant.scopes) json["scopes"].push_back(ScopeName(scope));
  if (grant.expires_at != absl::InfiniteFuture()) {
    json["expires_at"] = absl::ToUnixMicros(grant.expires_at);
  }
  return json.dump();
}

absl::StatusOr<HashedGrant> ParseHashedGrant(absl::string_view text) {
  absl::StatusOr<HashedGrant> grant = absl::UnknownError("");
  try {
    grant = FromJson(Json::parse(text.begin(), text.end()));
  } catch (const Json::exception& error) {
    grant = absl::InvalidArgumentError(error.what());
  }
  if (grant.ok()) return grant;
  return absl::DataLossError(
      absl::StrCat("a grant on disk is damaged: ", grant.status().message()));
}

}  // namespace sumlog::admin
