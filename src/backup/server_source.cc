// A server of the log as a source of records.

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "backup/record_source.h"
#include "base/status_macros.h"
#include "sumlog/client/failure_details.h"
#include "sumlog/gosum/record.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::backup {
namespace {

// 256 records of the largest size that a tree may hold, and a newline between them.
constexpr std::size_t kMaxDataTileBytes = tlog::kFullTileWidth * (gosum::kMaxRecordSizeBytes + 1);

// Texts in the form of data tiles: an empty line between two of them, which no text has in itself.
// kUnavailable: fewer than `width`, or the last one has no end. That is a file that was cut, which
// contradicts nothing that is signed.
absl::StatusOr<storage::PackedTexts> ParseDataTile(absl::string_view bytes, std::uint32_t width) {
  storage::PackedTexts texts;
  texts.Reserve(width, bytes.size());
  while (texts.size() < width) {
    const std::size_t end = bytes.find("\n\n");
    if (end == absl::string_view::npos) {
      if (bytes.empty()) break;
      texts.Append(bytes);
      break;
    }
    texts.Append(bytes.substr(0, end + 1));
    bytes.remove_prefix(end + 2);
  }
  if (texts.size() != width) {
    return absl::UnavailableError(absl::StrCat("has ", texts.size(), " records, want ", width));
  }
  if (width > 0 && !absl::EndsWith(texts[width - 1], "\n")) {
    return absl::UnavailableError(
        absl::StrCat("ends within its record ", width - 1, " of ", width));
  }
  return texts;
}

class ServerSource final : public RecordSource {
 public:
  ServerSource(client::Fetcher& fetcher, std::string url,
               std::unique_ptr<client::SumdbClient> client, SourceHead newest)
      : fetcher_(fetcher),
        url_(std::move(url)),
        client_(std::move(client)),
        newest_(std::move(newest)),
        tiles_(client_->Tiles(newest_.signed_head.head)) {}

  const std::string& name() const override { return url_; }
  const SourceHead& newest() const override { return newest_; }
  tlog::TileReader& Tiles() override { return *tiles_; }

  absl::StatusOr<storage::PackedTexts> DataTile(std::uint64_t index, std::uint32_t width) override {
    tlog::TileId tile{.kind = tlog::TileId::Kind::kData, .index = index, .width = width};
    absl::StatusOr<std::string> bytes = Fetch(tile);
    if (absl::IsNotFound(bytes.status()) && width < tlog::kFullTileWidth) {
      tile.width = tlog::kFullTileWidth;  // the tree of the server has grown
      bytes = Fetch(tile);
    }
    if (!bytes.ok()) {
      return client::Reword(
          // Of a tree that it has signed: not an answer about something that is not there.
          absl::IsNotFound(bytes.status()) ? absl::UnavailableError(bytes.status().message())
                                           : bytes.status(),
          absl::StrCat(url_, " does not give ", tlog::FormatTilePath(tile), ": ",
                       bytes.status().message()));
    }
    absl::StatusOr<storage::PackedTexts> texts = ParseDataTile(*bytes, width);
    if (texts.ok()) return texts;
    return absl::UnavailableError(absl::StrCat(
        tlog::FormatTilePath(tile), " of ", url_, " ", texts.status().message(),
        "\nwhy: it was cut on its way, or the server does not have all of it"
        "\nfix: run the same command again, which goes on; or name another source, --forward-from "
        "SRC"));
  }

  absl::StatusOr<storage::Provenance> ProvenanceOf(std::uint64_t) override {
    return storage::Provenance{.how = "restored", .from = url_, .when = newest_.signed_at};
  }

 private:
  absl::StatusOr<std::string> Fetch(const tlog::TileId& tile) {
    return fetcher_.Fetch(absl::StrCat("/", tlog::FormatTilePath(tile)), kMaxDataTileBytes);
  }

  client::Fetcher& fetcher_;
  const std::string url_;
  const std::unique_ptr<client::SumdbClient> client_;
  const SourceHead newest_;
  const std::unique_ptr<tlog::TileReader> tiles_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<RecordSource>> OpenServerSource(client::Fetcher& fetcher,
                                                               const std::string& url,
                                                               const tlog::VerifierKey& key,
                                                               Clock* clock) {
  std::unique_ptr<client::SumdbClient> client =
      client::SumdbClient::Create({.key = key, .fetcher = &fetcher});
  absl::StatusOr<tlog::SignedTreeHead> head = client->Latest();
  if (!head.ok()) {
    const absl::Status& status = head.status();
    const std::string message = absl::StrCat(url, ": ", status.message());
    // What answers is no checksum database, or not this one.
    if (absl::IsDataLoss(status) || absl::IsUnauthenticated(status)) {
      return client::Reword(status, message);
    }
    return client::WithServerText(absl::UnavailableError(message), client::ServerTextOf(status));
  }
  return std::make_unique<ServerSource>(
      fetcher, url, std::move(client),
      SourceHead{.signed_head = *std::move(head), .signed_at = clock->Now()});
}

}  // namespace sumlog::backup
