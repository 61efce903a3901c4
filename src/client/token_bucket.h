// How soon the next of many requests may go out when there are to be at most so many in a second.
//
// A second's worth may go at once; from then on they are spread evenly. Who comes while there is
// no room takes a place in the line, and is told when its turn is.
//
// Not safe from several threads: the caller has the lock.

#ifndef SUMLOG_CLIENT_TOKEN_BUCKET_H_
#define SUMLOG_CLIENT_TOKEN_BUCKET_H_

#include <cstdint>

#include "absl/time/time.h"

namespace sumlog::client {

class TokenBucket {
 public:
  // `per_second` is at least 1.
  TokenBucket(std::uint32_t per_second, absl::Time now)
      : per_second_(per_second), room_(per_second), at_(now) {}

  // Takes the next turn; returns how long after `now` it is: zero or more. When somebody sets the
  // clock back, nothing is gained and nothing lost; when it is set forward, a second's worth at
  // most may go at once, as ever.
  absl::Duration Take(absl::Time now);

 private:
  const double per_second_;
  double room_;  // requests that may go out now, at most a second's worth; below 0: so many wait
  absl::Time at_;
};

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_TOKEN_BUCKET_H_
