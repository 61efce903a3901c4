// Goal: what the real sum.golang.org has answered verifies, every bit of it.
// Method: a recording (tests/testdata/sum.golang.org), served by tile prefixes; then with one bit
// flipped at a time, everywhere in one answer's chain and at random places in those of all the
// others.

#include <algorithm>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/http_fetcher.h"
#include "client/lookup_answer.h"
#include "gtest/gtest.h"
#include "sumlog/client/sumdb_client.h"
#include "sumlog/gosum/record.h"
#include "sumlog/tlog/inclusion.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::client {
namespace {

namespace fs = std::filesystem;

constexpr char kKey[] = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

std::string Folder() { return std::string(SUMLOG_TESTDATA) + "/sum.golang.org"; }

tlog::VerifierKey Key() { return *tlog::VerifierKey::Parse(kKey); }

// The recorded lookups, by their escaped "module@version".
std::vector<std::string> Lookups() {
  std::vector<std::string> lookups;
  const fs::path folder = fs::path(Folder()) / "lookup";
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      lookups.push_back(fs::relative(entry.path(), folder).generic_string());
    }
  }
  std::sort(lookups.begin(), lookups.end());
  return lookups;
}

// The recording with one bit flipped in one answer, or with none; remembers what was asked.
class Recording final : public Fetcher {
 public:
  struct Asked {
    std::string path;
    std::size_t size_bytes = 0;
  };

  Recording() {
    HttpFetcherOptions options;
    options.base_url = "file://" + Folder();
    files_ = *NewHttpFetcher(options);
  }

  void Flip(const std::string& path, std::size_t place) { flip_ = {path, place}; }

  absl::StatusOr<std::string> Fetch(absl::string_view path, std::size_t max_bytes) override {
    const absl::StatusOr<tlog::TileId> tile = tlog::ParseTilePath(path.substr(1));
    absl::StatusOr<std::string> answer =
        tile.ok() ? PrefixOfWiderTile(*tile) : files_->Fetch(path, max_bytes);
    if (!answer.ok()) return answer;
    asked_.push_back({std::string(path), answer->size()});
    if (flip_.first == path) {
      answer->at(flip_.second) =
          static_cast<char>(answer->at(flip_.second) ^ 1 << flip_.second % 8);
    }
    return answer;
  }

  const std::vector<Asked>& asked() const { return asked_; }

 private:
  absl::StatusOr<std::string> PrefixOfWiderTile(tlog::TileId tile) {
    const std::size_t size_bytes = tile.width * tlog::kHashSizeBytes;
    absl::StatusOr<std::string> answer = absl::NotFoundError("no tile is recorded");
    for (; !answer.ok() && tile.width <= tlog::kFullTileWidth; ++tile.width) {
      answer = files_->Fetch("/" + tlog::FormatTilePath(tile), 8192);
    }
    if (answer.ok()) answer->resize(size_bytes);
    return answer;
  }

  std::unique_ptr<Fetcher> files_;
  std::pair<std::string, std::size_t> flip_;
  std::vector<Asked> asked_;
};

absl::StatusOr<VerifiedRecord> LookUp(Recording& recording, const std::string& escaped) {
  const auto client = SumdbClient::Create({.key = Key(), .fetcher = &recording});
  return client->Lookup(*gosum::ParseEscapedModuleVersion(escaped));
}

TEST(Recording, HoldsLookupsOfManyKinds) {
  const std::vector<std::string> lookups = Lookups();
  EXPECT_EQ(lookups.size(), 43u);
  const auto count = [&lookups](const std::string& part) {
    return std::count_if(lookups.begin(), lookups.end(), [&part](const std::string& lookup) {
      return lookup.find(part) != std::string::npos;
    });
  };
  EXPECT_GE(count("!"), 8);         // upper case
  EXPECT_GE(count("@v0.0.0-"), 8);  // pseudo-versions
  EXPECT_GE(count("/v3@"), 4);      // major versions
}

TEST(Recording, EveryNoteVerifiesUnderGooglesKey) {
  const std::vector<tlog::VerifierKey> keys = {Key()};
  Recording recording;
  const auto latest = tlog::OpenTreeHead(*recording.Fetch("/latest", 1u << 20), keys);
  ASSERT_TRUE(latest.ok()) << latest.status();
  EXPECT_EQ(latest->head.size, 71'769'961u);
  for (const std::string& lookup : Lookups()) {
    const std::string body = *recording.Fetch("/lookup/" + lookup, 1u << 20);
    const auto answer = ParseLookupAnswer(body);
    ASSERT_TRUE(answer.ok()) << lookup << ": " << answer.status();
    const auto head = tlog::OpenTreeHead(answer->note, keys);
    EXPECT_TRUE(head.ok()) << lookup << ": " << head.status();
  }
}

TEST(Recording, EveryRecordIsProvedUnderItsOwnHead) {
  for (const std::string& lookup : Lookups()) {
    Recording recording;
    const auto record = LookUp(recording, lookup);
    ASSERT_TRUE(record.ok()) << lookup << ": " << record.status();
    EXPECT_EQ(tlog::VerifyInclusion(record->head.head, record->number, tlog::LeafHash(record->text),
                                    record->path),
              absl::OkStatus());
    const auto parsed = gosum::ParseRecordText(record->text);
    ASSERT_TRUE(parsed.ok()) << lookup << ": " << parsed.status();
    EXPECT_EQ(*gosum::EscapeModuleVersion(parsed->module), lookup);
    EXPECT_NE(record->head.note.find(absl::StrCat("\n", record->head.head.size, "\n")),
              std::string::npos);
  }
}

TEST(Recording, AllHeadsAreOfOneTimelineInAnyOrder) {
  std::vector<std::string> lookups = Lookups();
  std::mt19937 random(1);
  for (int order = 0; order < 3; ++order) {
    std::shuffle(lookups.begin(), lookups.end(), random);
    Recording recording;
    const auto client = SumdbClient::Create({.key = Key(), .fetcher = &recording});
    for (const std::string& lookup : lookups) {
      const auto record = client->Lookup(*gosum::ParseEscapedModuleVersion(lookup));
      ASSERT_TRUE(record.ok()) << lookup << ": " << record.status();
    }
    const auto latest = client->Latest();
    ASSERT_TRUE(latest.ok()) << latest.status();
  }
}

bool IsTile(const Recording::Asked& asked) { return absl::StartsWith(asked.path, "/tile/"); }

void ExpectFlipFound(const std::string& lookup, const std::string& path, std::size_t place) {
  Recording recording;
  recording.Flip(path, place);
  const absl::Status status = LookUp(recording, lookup).status();
  // Another record number may lead to tiles that are not recorded; sum.golang.org has them.
  const bool is_in_number = path == "/lookup/" + lookup && place < 8;
  EXPECT_TRUE(absl::IsDataLoss(status) || absl::IsInvalidArgument(status) ||
              absl::IsUnauthenticated(status) || (is_in_number && absl::IsUnavailable(status)))
      << lookup << ": " << path << " byte " << place << ": " << status;
}

TEST(Recording, AFlippedBitInAnyHashOfOneChainIsFound) {
  const std::string lookup = "golang.org/x/text@v0.24.0";
  Recording recording;
  ASSERT_TRUE(LookUp(recording, lookup).ok());
  for (const Recording::Asked& asked : recording.asked()) {
    // Every byte of the answer itself, one byte of each hash of a tile.
    const std::size_t step = IsTile(asked) ? tlog::kHashSizeBytes : 1;
    for (std::size_t i = 0; i < asked.size_bytes / step; ++i) {
      ExpectFlipFound(lookup, asked.path, i * step + i % step);
    }
  }
}

TEST(Recording, AFlippedBitInAnyLookupIsFound) {
  std::mt19937 random(2);
  for (const std::string& lookup : Lookups()) {
    Recording recording;
    ASSERT_TRUE(LookUp(recording, lookup).ok());
    for (const Recording::Asked& asked : recording.asked()) {
      for (int i = 0; i < 3; ++i) ExpectFlipFound(lookup, asked.path, random() % asked.size_bytes);
    }
  }
}

}  // namespace
}  // namespace sumlog::client
