// The log behind a server, as verbs read it, and the one door through which what a server does
// comes into messages: one line of it, with our own "why" and "fix" below.

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/status_macros.h"
#include "cli/answer_recorder.h"
#include "cli/printable.h"
#include "cli/server_evidence.h"
#include "cli/verified_log.h"
#include "cli/verifier_key.h"
#include "client/http_fetcher.h"
#include "client/mask_credentials.h"
#include "sumlog/client/failure_details.h"

namespace sumlog::cli {
namespace {

constexpr absl::string_view kWhyTampering =
    "\nwhy: the server, or somebody on the way to it, sent what contradicts the log's signature"
    "\nfix: do not retry, and use nothing of what came; send that file to the log's owner"
    "\nfix: run the same command from another network: an honest log answers everybody alike";
constexpr absl::string_view kWhyAnotherKey =
    "\nwhy: the key is another log's, or somebody else answers in its place"
    "\nfix: compare the 8 hex digits in --key with those that the log's owner gives out; if they"
    " are the same, send that file to the owner, and ask from another network";

// What came from outside has no line of its own in a message.
std::string OneLine(const absl::Status& status) { return Printable(status.message()); }

// What a refused answer means to somebody who gave a server and a key.
class Judge {
 public:
  struct Options {
    std::string server, key, evidence_dir;
    Clock* clock = nullptr;
  };

  // `answers` outlives this object.
  Judge(Options options, const AnswerRecorder& answers)
      : options_(std::move(options)), answers_(answers) {}

  // Of a whole answer (/latest, /lookup): whatever is none comes from no checksum database.
  absl::Status OfAnswer(const absl::Status& status) const {
    const bool is_no_answer = absl::IsNotFound(status) || absl::IsInvalidArgument(status) ||
                              absl::IsResourceExhausted(status);
    return is_no_answer ? NoDatabaseAt(options_.server, status) : OfTiles(status);
  }

  // Of tiles under a head that has been verified.
  absl::Status OfTiles(const absl::Status& status) const {
    switch (status.code()) {
      case absl::StatusCode::kDataLoss:
        return Accuse(status, kWhyTampering);
      case absl::StatusCode::kUnauthenticated:
        return Accuse(status, kWhyAnotherKey);
      case absl::StatusCode::kUnavailable:
        return client::Reword(status,
                              absl::StrCat(OneLine(status), "\nfix: sumlog status --server ",
                                           Printable(client::MaskCredentials(options_.server)),
                                           " says whether it answers; a retry may help"));
      default:
        return client::Reword(status, OneLine(status));
    }
  }

 private:
  // Keeps what came before it says anything.
  absl::Status Accuse(const absl::Status& status, absl::string_view why) const {
    const absl::StatusOr<std::string> file =
        SaveEvidence({.found = std::string(status.message()),
                      .server = client::MaskCredentials(options_.server),
                      .key = options_.key,
                      .when = options_.clock->Now(),
                      .answers = answers_.answers()},
                     options_.evidence_dir);
    const std::string kept =
        file.ok()
            ? absl::StrCat("\nwhat came is kept in ", Printable(*file))
            : absl::StrCat("\nwhat came could not be kept in a file: ", OneLine(file.status()),
                           "\nfix: name a folder for it, --evidence-dir D, and ask again");
    return client::Reword(status, absl::StrCat(OneLine(status), kept, why));
  }

  const Options options_;
  const AnswerRecorder& answers_;
};

// Tiles whose failures have been judged.
class JudgedTiles final : public tlog::TileReader {
 public:
  // `judge` outlives this object.
  JudgedTiles(std::unique_ptr<tlog::TileReader> tiles, const Judge& judge)
      : tiles_(std::move(tiles)), judge_(judge) {}

  absl::StatusOr<std::vector<std::vector<tlog::Hash>>> ReadTiles(
      absl::Span<const tlog::TileId> tiles) override {
    auto read = tiles_->ReadTiles(tiles);
    if (!read.ok()) return judge_.OfTiles(read.status());
    return read;
  }

 private:
  const std::unique_ptr<tlog::TileReader> tiles_;
  const Judge& judge_;
};

class RemoteLog final : public VerifiedLog {
 public:
  RemoteLog(Judge::Options options, tlog::VerifierKey key, std::unique_ptr<client::Fetcher> fetcher)
      : key_(std::move(key)),
        fetcher_(std::move(fetcher), options.clock),
        judge_(std::move(options), fetcher_),
        client_(client::SumdbClient::Create({.key = key_, .fetcher = &fetcher_})) {}

  const tlog::VerifierKey& key() const override { return key_; }

  absl::StatusOr<tlog::SignedTreeHead> Newest() override {
    if (newest_.has_value()) return *newest_;
    absl::StatusOr<tlog::SignedTreeHead> head = client_->Latest();
    if (!head.ok()) return judge_.OfAnswer(head.status());
    newest_ = *head;
    return head;
  }

  absl::StatusOr<tlog::TileReader*> Tiles() override {
    if (tiles_ == nullptr) {
      ASSIGN_OR_RETURN(const tlog::SignedTreeHead newest, Newest());
      tiles_ = std::make_unique<JudgedTiles>(client_->Tiles(newest.head), judge_);
    }
    return tiles_.get();
  }

  absl::StatusOr<client::VerifiedRecord> Lookup(const gosum::ModuleVersion& module) override {
    absl::StatusOr<client::VerifiedRecord> record = client_->Lookup(module);
    if (record.ok()) return record;
    if (!absl::IsNotFound(record.status())) return judge_.OfAnswer(record.status());
    // Any web server has a 404; one with a head that the key has signed speaks for the log.
    ASSIGN_OR_RETURN(const tlog::SignedTreeHead newest, Newest());
    return client::Reword(
        record.status(),
        absl::StrCat(module.ToString(), " is not in log ", key_.name(), " of ", newest.head.size,
                     " records, says its server: ", OneLine(record.status())));
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
  const tlog::VerifierKey key_;
  AnswerRecorder fetcher_;
  const Judge judge_;
  const std::unique_ptr<client::SumdbClient> client_;
  std::optional<tlog::SignedTreeHead> newest_;
  std::unique_ptr<tlog::TileReader> tiles_;
};

}  // namespace

absl::Status NoDatabaseAt(const std::string& server, const absl::Status& reason) {
  return client::WithServerText(
      absl::UnavailableError(absl::StrCat("no checksum database answers at ",
                                          Printable(client::MaskCredentials(server)), ": ",
                                          OneLine(reason), "\nfix: check --server")),
      client::ServerTextOf(reason));
}

absl::StatusOr<std::unique_ptr<VerifiedLog>> OpenRemoteLog(const Context& context,
                                                           const LogFlags& flags) {
  ASSIGN_OR_RETURN(tlog::VerifierKey key, ParseKeyFlag(flags.key));
  client::HttpFetcherOptions options;
  options.base_url = flags.server;
  ASSIGN_OR_RETURN(std::unique_ptr<client::Fetcher> fetcher, client::NewHttpFetcher(options));
  return std::make_unique<RemoteLog>(Judge::Options{.server = flags.server,
                                                    .key = key.ToString(),
                                                    .evidence_dir = flags.evidence_dir,
                                                    .clock = context.clock},
                                     std::move(key), std::move(fetcher));
}

}  // namespace sumlog::cli
