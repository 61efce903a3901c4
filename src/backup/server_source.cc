// A server of the log as a source of records.

#include <utility>

#include "absl/strings/str_cat.h"
#include "backup/record_source.h"
#include "client/data_tile.h"
#include "sumlog/client/failure_details.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::backup {
namespace {

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
    const absl::StatusOr<std::string> bytes = client::FetchDataTile(fetcher_, index, width);
    if (!bytes.ok()) {
      return client::Reword(bytes.status(), absl::StrCat(url_, ": ", bytes.status().message()));
    }
    const absl::StatusOr<std::vector<absl::string_view>> texts =
        client::ParseDataTile(*bytes, width);
    if (texts.ok()) {
      storage::PackedTexts packed;
      packed.Reserve(width, bytes->size());
      for (const absl::string_view text : *texts) packed.Append(text);
      return packed;
    }
    return absl::UnavailableError(absl::StrCat(
        tlog::FormatTilePath({.kind = tlog::TileId::Kind::kData, .index = index, .width = width}),
        " of ", url_, " ", texts.status().message(),
        "\nwhy: it was cut on its way, or the server does not have all of it"
        "\nfix: run the same command again, which goes on; or name another source, --forward-from "
        "SRC"));
  }

  absl::StatusOr<storage::Provenance> ProvenanceOf(std::uint64_t) override {
    return storage::Provenance{.how = "restored", .from = url_, .when = newest_.signed_at};
  }

 private:
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
