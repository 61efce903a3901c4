// A Fetcher that somebody else owns, where one's own is wanted.
//
// As safe as the fetcher itself.

#ifndef SUMLOG_CLIENT_BORROWED_FETCHER_H_
#define SUMLOG_CLIENT_BORROWED_FETCHER_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sumlog/client/sumdb_client.h"

namespace sumlog::client {

class BorrowedFetcher final : public Fetcher {
 public:
  // `fetcher` outlives this object.
  explicit BorrowedFetcher(Fetcher& fetcher) : fetcher_(fetcher) {}

  absl::StatusOr<std::string> Fetch(absl::string_view path, std::size_t max_bytes) override {
    return fetcher_.Fetch(path, max_bytes);
  }

 private:
  Fetcher& fetcher_;
};

}  // namespace sumlog::client

#endif  // SUMLOG_CLIENT_BORROWED_FETCHER_H_
