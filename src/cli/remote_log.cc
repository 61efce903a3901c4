// The log behind a server, as verbs read it.

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/status_macros.h"
#include "cli/verified_log.h"
#include "cli/verifier_key.h"
#include "client/http_fetcher.h"

namespace sumlog::cli {
namespace {

// Passes on what another fetcher brings, and remembers the last body that ends in a note: the
// client does not say of a refused answer whether its key was a wrong one.
class NoteKeeper final : public client::Fetcher {
 public:
  explicit NoteKeeper(std::unique_ptr<client::Fetcher> fetcher) : fetcher_(std::move(fetcher)) {}

  absl::StatusOr<std::string> Fetch(absl::string_view path, std::size_t max_bytes) override {
    absl::StatusOr<std::string> body = fetcher_->Fetch(path, max_bytes);
    if (body.ok() && !absl::StartsWith(path, "/tile/")) last_body_ = *body;
    return body;
  }

  // Whether the last answer held a well-formed head that `key` has not signed.
  bool LastHeadIsOfAnotherKey(const tlog::VerifierKey& key) const {
    absl::string_view note = last_body_;
    if (absl::IsUnauthenticated(OpenHeadOf(key, note).status())) return true;
    const std::size_t blank_line = note.find("\n\n");  // after the record of a lookup
    if (blank_line == absl::string_view::npos) return false;
    note.remove_prefix(blank_line + 2);
    return absl::IsUnauthenticated(OpenHeadOf(key, note).status());
  }

 private:
  const std::unique_ptr<client::Fetcher> fetcher_;
  std::string last_body_;
};

class RemoteLog final : public VerifiedLog {
 public:
  RemoteLog(std::string server, tlog::VerifierKey key, std::unique_ptr<client::Fetcher> fetcher)
      : server_(std::move(server)),
        key_(std::move(key)),
        fetcher_(std::move(fetcher)),
        client_(client::SumdbClient::Create({.key = key_, .fetcher = &fetcher_})) {}

  const tlog::VerifierKey& key() const override { return key_; }

  absl::StatusOr<tlog::SignedTreeHead> Newest() override {
    if (newest_.has_value()) return *newest_;
    absl::StatusOr<tlog::SignedTreeHead> head = client_->Latest();
    if (absl::IsNotFound(head.status())) return NoDatabase(head.status());
    if (!head.ok()) return Explain(head.status());
    newest_ = *head;
    return head;
  }

  absl::StatusOr<tlog::TileReader*> Tiles() override {
    if (tiles_ == nullptr) {
      ASSIGN_OR_RETURN(const tlog::SignedTreeHead newest, Newest());
      tiles_ = client_->Tiles(newest.head);
    }
    return tiles_.get();
  }

  absl::StatusOr<client::VerifiedRecord> Lookup(const gosum::ModuleVersion& module) override {
    absl::StatusOr<client::VerifiedRecord> record = client_->Lookup(module);
    if (!record.ok()) return Explain(record.status());
    return record;
  }

  absl::StatusOr<std::optional<std::string>> NoteOfSize(std::uint64_t size) override {
    ASSIGN_OR_RETURN(const tlog::SignedTreeHead newest, Newest());
    if (size != newest.head.size) return std::nullopt;
    return newest.note;
  }

  absl::StatusOr<std::optional<storage::Provenance>> ProvenanceOf(std::uint64_t) override {
    return std::nullopt;
  }

 private:
  absl::Status NoDatabase(const absl::Status& status) const {
    return absl::UnavailableError(absl::StrCat("no checksum database answers at ", server_, ": ",
                                               status.message(), "\nfix: check --server"));
  }

  // What a refused answer means to somebody who gave a server and a key.
  absl::Status Explain(const absl::Status& status) const {
    if (absl::IsUnavailable(status)) {
      return WithFix(status, absl::StrCat("sumlog status --server ", server_,
                                          " says whether it answers; a retry may help"));
    }
    if (!absl::IsInvalidArgument(status)) return status;
    if (!fetcher_.LastHeadIsOfAnotherKey(key_)) return NoDatabase(status);
    return absl::UnauthenticatedError(
        absl::StrCat(status.message(),
                     "\nfix: compare the 8 hex digits in --key with those of the log's owner"));
  }

  const std::string server_;
  const tlog::VerifierKey key_;
  NoteKeeper fetcher_;
  const std::unique_ptr<client::SumdbClient> client_;
  std::optional<tlog::SignedTreeHead> newest_;
  std::unique_ptr<tlog::TileReader> tiles_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<VerifiedLog>> OpenRemoteLog(const std::string& server,
                                                           const std::string& key_text) {
  ASSIGN_OR_RETURN(tlog::VerifierKey key, ParseKeyFlag(key_text));
  client::HttpFetcherOptions options;
  options.base_url = server;
  ASSIGN_OR_RETURN(std::unique_ptr<client::Fetcher> fetcher, client::NewHttpFetcher(options));
  return std::make_unique<RemoteLog>(server, std::move(key), std::move(fetcher));
}

}  // namespace sumlog::cli
