#include "admin/token_store.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "admin/grant_json.h"
#include "base/status_macros.h"
#include "base/when.h"
#include "crypto/constant_time.h"
#include "crypto/random.h"

namespace sumlog::admin {
namespace {

constexpr char kStatePrefix[] = "token/";
constexpr char kSecretPrefix[] = "slt.";
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kSecretDigits = 2 * kSecretBytes;

std::string StateKey(absl::string_view name) { return absl::StrCat(kStatePrefix, name); }

// As the store keeps it, so that a restart changes nothing.
absl::Time ToMicroseconds(absl::Time time) {
  if (time == absl::InfiniteFuture()) return time;
  return absl::FromUnixMicros(absl::ToUnixMicros(time));
}

// The last moment that has a date of four digits: other programs read none behind it.
absl::Time LatestExpiry() { return absl::FromUnixSeconds(253'402'300'799); }

// The name in "slt.<name>.<digits>", which may hold dots itself; empty when this is no token.
absl::string_view NameIn(absl::string_view secret) {
  const std::size_t prefix = sizeof(kSecretPrefix) - 1;
  if (!absl::StartsWith(secret, kSecretPrefix) || secret.size() <= prefix + 1 + kSecretDigits ||
      secret[secret.size() - kSecretDigits - 1] != '.') {
    return "";
  }
  return secret.substr(prefix, secret.size() - prefix - 1 - kSecretDigits);
}

}  // namespace

absl::StatusOr<std::unique_ptr<TokenStore>> TokenStore::Open(storage::LogStore* store,
                                                             Clock* clock) {
  std::map<std::string, HashedGrant, std::less<>> tokens;
  RETURN_IF_ERROR(store->VisitState(
      kStatePrefix, [&tokens](absl::string_view key, absl::string_view value) -> absl::Status {
        ASSIGN_OR_RETURN(HashedGrant token, ParseHashedGrant(value));
        std::string name = token.grant.name;
        if (key != StateKey(name)) {
          return absl::DataLossError(absl::StrCat("a grant on disk is damaged: \"", name,
                                                  "\" is kept as ", absl::CHexEscape(key)));
        }
        tokens.insert_or_assign(std::move(name), std::move(token));
        return absl::OkStatus();
      }));
  auto opened = std::unique_ptr<TokenStore>(new TokenStore(store, clock));
  MutexLock lock(&opened->mu_);
  opened->tokens_ = std::move(tokens);
  return opened;
}

absl::StatusOr<NewToken> TokenStore::Create(Grant grant) {
  RETURN_IF_ERROR(CheckGrant(grant));
  grant.created_at = ToMicroseconds(clock_->Now());
  grant.expires_at = ToMicroseconds(grant.expires_at);
  if (grant.expires_at <= grant.created_at) {
    return absl::InvalidArgumentError(
        absl::StrCat("the token would expire at ", FormatWhen(grant.expires_at),
                     ", which has passed: now is ", FormatWhen(grant.created_at)));
  }
  if (grant.expires_at > LatestExpiry() && grant.expires_at != absl::InfiniteFuture()) {
    return absl::InvalidArgumentError(
        "the token would expire after the year 9999; leave the expiry out for one that never does");
  }
  ASSIGN_OR_RETURN(const std::string random, crypto::RandomBytes(kSecretBytes));
  std::string secret = absl::StrCat(kSecretPrefix, grant.name, ".", absl::BytesToHexString(random));
  const crypto::Digest hash = crypto::Sha256(secret);

  MutexLock lock(&mu_);
  if (tokens_.find(grant.name) != tokens_.end()) {
    return absl::AlreadyExistsError(
        absl::StrCat("there is a token ", grant.name, "; revoke it first, or choose another name"));
  }
  if (tokens_.size() >= kMaxTokens) {
    return absl::ResourceExhaustedError(
        absl::StrCat("there are ", kMaxTokens, " tokens; revoke those that nobody uses"));
  }
  const HashedGrant token{.grant = grant, .hash = hash};
  RETURN_IF_ERROR(store_->PutState(StateKey(grant.name), FormatHashedGrant(token)));
  tokens_.emplace(grant.name, token);
  return NewToken{.grant = std::move(grant), .secret = std::move(secret)};
}

absl::Status TokenStore::Revoke(absl::string_view name) {
  MutexLock lock(&mu_);
  const auto token = tokens_.find(name);
  if (token == tokens_.end()) {
    return absl::NotFoundError(
        absl::StrCat("there is no token ", absl::CHexEscape(name.substr(0, kMaxGrantNameBytes))));
  }
  RETURN_IF_ERROR(store_->PutState(StateKey(name), std::nullopt));
  tokens_.erase(token);
  return absl::OkStatus();
}

std::vector<Grant> TokenStore::List() const {
  MutexLock lock(&mu_);
  std::vector<Grant> grants;
  grants.reserve(tokens_.size());
  for (const auto& [name, token] : tokens_) grants.push_back(token.grant);
  return grants;
}

absl::StatusOr<Grant> TokenStore::Check(absl::string_view secret) const {
  const absl::Status unknown = absl::UnauthenticatedError(
      "this token is not valid here; want one of \"sumlog token create\", as it was printed");
  const absl::string_view name = NameIn(secret);
  if (name.empty() || name.size() > kMaxGrantNameBytes) return unknown;
  const crypto::Digest hash = crypto::Sha256(secret);
  MutexLock lock(&mu_);
  const auto token = tokens_.find(name);
  if (token == tokens_.end()) return unknown;
  if (!crypto::EqualInConstantTime(hash, token->second.hash)) return unknown;
  const Grant& grant = token->second.grant;
  if (clock_->Now() >= grant.expires_at) {
    return absl::UnauthenticatedError(
        absl::StrCat("the token ", grant.name, " has expired at ", FormatWhen(grant.expires_at)));
  }
  return grant;
}

}  // namespace sumlog::admin
