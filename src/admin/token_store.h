// Bearer tokens: a secret that stands for a grant.
//
//   slt.<name>.<64 hexadecimal digits>
//
// The secret is 256 random bits, said once when the token is made; what is kept, in the log's small
// state, is its SHA-256. A token is found by its name and its hash compared in constant time. There
// is nothing to guess, so no salt and no slow hash are needed.
//
// Safe from any thread.

#ifndef SUMLOG_ADMIN_TOKEN_STORE_H_
#define SUMLOG_ADMIN_TOKEN_STORE_H_

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "admin/grant.h"
#include "admin/grant_json.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "sumlog/storage/log_store.h"

namespace sumlog::admin {

inline constexpr std::size_t kMaxTokens = 1000;

struct NewToken {
  Grant grant;         // as it is kept
  std::string secret;  // said this once
};

class TokenStore {
 public:
  // Reads the tokens. Keeps pointers to `store` and `clock`, which must outlive this object.
  // kDataLoss: a token that cannot be read; else the store's own errors.
  static absl::StatusOr<std::unique_ptr<TokenStore>> Open(storage::LogStore* store, Clock* clock);

  // Makes a token. Sets created_at itself; times are kept with microseconds.
  //   kInvalidArgument    not a grant (CheckGrant), or one that has expired already or would
  //                       expire after the year 9999
  //   kAlreadyExists      a token with this name
  //   kResourceExhausted  kMaxTokens exist
  // or the store's own errors; then there is no such token.
  absl::StatusOr<NewToken> Create(Grant grant);

  // Ends a token. kNotFound: no token with this name; else the store's own errors.
  absl::Status Revoke(absl::string_view name);

  // All tokens, expired ones too, by name.
  std::vector<Grant> List() const;

  // The grant behind a secret. kUnauthenticated: none, or it has expired. The message never says
  // which part of a secret was wrong.
  absl::StatusOr<Grant> Check(absl::string_view secret) const;

 private:
  TokenStore(storage::LogStore* store, Clock* clock) : store_(store), clock_(clock) {}

  // Constant after construction.
  storage::LogStore* const store_;
  Clock* const clock_;

  mutable Mutex mu_;
  std::map<std::string, HashedGrant, std::less<>> tokens_ ABSL_GUARDED_BY(mu_);  // by name
};

}  // namespace sumlog::admin

#endif  // SUMLOG_ADMIN_TOKEN_STORE_H_
