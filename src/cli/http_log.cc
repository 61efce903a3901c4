// The log behind a server of HTTP, as verbs read it.

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/status_macros.h"
#include "cli/printable.h"
#include "cli/server_judge.h"
#include "cli/tiled_log.h"
#include "cli/verifier_key.h"
#include "client/answer_recorder.h"
#include "client/http_fetcher.h"
#include "client/mask_credentials.h"
#include "sumlog/client/failure_details.h"

namespace sumlog::cli {
namespace {

// What came from outside has no line of its own in a message.
std::string OneLine(const absl::Status& status) { return Printable(status.message()); }

// Tiles whose failures have been judged.
class JudgedTiles final : public tlog::TileReader {
 public:
  // `judge` outlives this object.
  JudgedTiles(std::unique_ptr<tlog::TileReader> tiles, const ServerJudge& judge)
      : tiles_(std::move(tiles)), judge_(judge) {}

  absl::StatusOr<std::vector<std::vector<tlog::Hash>>> ReadTiles(
      absl::Span<const tlog::TileId> tiles) override {
    auto read = tiles_->ReadTiles(tiles);
    if (!read.ok()) return judge_.Of(read.status());
    return read;
  }

 private:
  const std::unique_ptr<tlog::TileReader> tiles_;
  const ServerJudge& judge_;
};

class HttpLog final : public TiledLog {
 public:
  HttpLog(ServerJudge::Options options, tlog::VerifierKey key,
          std::unique_ptr<client::Fetcher> fetcher)
      : key_(std::move(key)),
        answers_(options.clock),
        fetcher_(std::move(fetcher), &answers_),
        judge_(std::move(options), answers_),
        client_(client::SumdbClient::Create({.key = key_, .fetcher = &fetcher_})) {}

  const tlog::VerifierKey& key() const override { return key_; }

  absl::StatusOr<tlog::SignedTreeHead> Newest() override {
    if (newest_.has_value()) return *newest_;
    absl::StatusOr<tlog::SignedTreeHead> head = client_->Latest();
    if (!head.ok()) return judge_.OfAnswer(head.status());
    newest_ = *head;
    return head;
  }

  absl::StatusOr<client::VerifiedRecord> Lookup(const gosum::ModuleVersion& module) override {
    absl::StatusOr<client::VerifiedRecord> record = client_->Lookup(module);
    if (record.ok()) return record;
    const bool is_blocked = absl::IsPermissionDenied(record.status());
    if (!is_blocked && !absl::IsNotFound(record.status())) return judge_.OfAnswer(record.status());
    // Any web server has a 404; one with a head that the key has signed speaks for the log.
    ASSIGN_OR_RETURN(const tlog::SignedTreeHead newest, Newest());
    return client::WithServerText(
        absl::NotFoundError(absl::StrCat(
            module.ToString(), is_blocked ? " is blocked in log " : " is not in log ", key_.name(),
            " of ", newest.head.size, " records, says its server: ", OneLine(record.status()))),
        client::ServerTextOf(record.status()));
  }

  absl::StatusOr<std::optional<storage::Provenance>> ProvenanceOf(std::uint64_t) override {
    return std::nullopt;
  }

  absl::StatusOr<std::string> RecordText(const rpc_client::ProvenLeaf&) override {
    return absl::InvalidArgumentError(
        "over HTTP a record is asked for by its module version\nfix: name MODULE@VERSION in place "
        "of its number, or a gRPC server: --server grpcs://HOST:PORT");
  }

 private:
  absl::StatusOr<tlog::TileReader*> Tiles() override {
    if (tiles_ == nullptr) {
      ASSIGN_OR_RETURN(const tlog::SignedTreeHead newest, Newest());
      tiles_ = std::make_unique<JudgedTiles>(client_->Tiles(newest.head), judge_);
    }
    return tiles_.get();
  }

  absl::StatusOr<std::optional<std::string>> NoteOfSize(std::uint64_t size) override {
    ASSIGN_OR_RETURN(const tlog::SignedTreeHead newest, Newest());
    if (size != newest.head.size) return std::nullopt;
    return newest.note;
  }

  absl::StatusOr<std::uint64_t> NumberOfLeaf(const tlog::Hash&) override {
    return absl::InvalidArgumentError(
        "nobody can be asked for a leaf hash over HTTP\nfix: name the record by MODULE@VERSION or "
        "--record N, or a gRPC server: --server grpcs://HOST:PORT");
  }

  const tlog::VerifierKey key_;
  client::AnswerLog answers_;
  client::AnswerRecorder fetcher_;
  const ServerJudge judge_;
  const std::unique_ptr<client::SumdbClient> client_;
  std::optional<tlog::SignedTreeHead> newest_;
  std::unique_ptr<tlog::TileReader> tiles_;
};

}  // namespace

absl::StatusOr<client::HttpFetcherOptions> HttpOptionsOf(const LogFlags& flags) {
  client::HttpFetcherOptions options;
  options.base_url = flags.server;
  options.ca_file = flags.connect.ca;
  if (!flags.connect.timeout.empty()) {
    ASSIGN_OR_RETURN(options.timeout, ParseTimeout(flags.connect.timeout));
    options.connect_timeout = options.timeout;
  }
  return options;
}

absl::StatusOr<std::unique_ptr<VerifiedLog>> OpenHttpLog(const Context& context,
                                                         const LogFlags& flags) {
  ASSIGN_OR_RETURN(tlog::VerifierKey key, ParseKeyFlag(flags.key));
  ASSIGN_OR_RETURN(const client::HttpFetcherOptions options, HttpOptionsOf(flags));
  ASSIGN_OR_RETURN(std::unique_ptr<client::Fetcher> fetcher, client::NewHttpFetcher(options));
  return std::make_unique<HttpLog>(ServerJudge::Options{.server = flags.server,
                                                        .key = key.ToString(),
                                                        .evidence_dir = flags.evidence_dir,
                                                        .clock = context.clock},
                                   std::move(key), std::move(fetcher));
}

}  // namespace sumlog::cli
