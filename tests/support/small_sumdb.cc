#include "support/small_sumdb.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/check.h"
#include "sumlog/tlog/hash.h"
#include "sumlog/tlog/tree_head.h"
#include "support/batch_builder.h"

namespace sumlog::testing {
namespace {

absl::Status NotHere(absl::string_view path) {
  return absl::NotFoundError(absl::StrCat("not here: ", path));
}

}  // namespace

gosum::ModuleVersion TestModule(std::uint64_t number) {
  return {.path = absl::StrCat("example.com/m", number), .version = "v1.0.0"};
}

tlog::Signer TestSigner(absl::string_view name) {
  const tlog::Hash seed = tlog::LeafHash(name);
  absl::StatusOr<tlog::Signer> signer = tlog::Signer::FromSeed(name, seed);
  CHECK(signer.ok());
  return *std::move(signer);
}

void SmallSumdb::Append(const std::string& text) {
  const tlog::Hash leaf = tlog::LeafHash(text);
  for (tlog::TileGrowth& growth : edge_.Append(absl::MakeConstSpan(&leaf, 1))) {
    std::vector<tlog::Hash>& tile = tiles_[{growth.level, growth.index}];
    tile.insert(tile.end(), growth.hashes.begin(), growth.hashes.end());
  }
  texts_.push_back(text);
  roots_.push_back(edge_.Root());
}

void SmallSumdb::AppendMadeUp(std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) Append(TestRecord(size()));
}

std::string SmallSumdb::Note(std::uint64_t size) const {
  const tlog::TreeHead head{.size = size, .root = roots_.at(size)};
  const absl::StatusOr<tlog::SignedTreeHead> signed_head =
      tlog::SignTreeHead(head, absl::MakeConstSpan(&signer_, 1));
  CHECK(signed_head.ok());
  return signed_head->note;
}

std::vector<std::string> SmallSumdb::TakeAsked() {
  MutexLock lock(&mu_);
  return std::exchange(asked_, {});
}

absl::StatusOr<std::string> SmallSumdb::Fetch(absl::string_view path, std::size_t max_bytes) {
  {
    MutexLock lock(&mu_);
    asked_.emplace_back(path);
  }
  absl::StatusOr<std::string> answer = TrueAnswer(path);
  if (on_the_way_) answer = on_the_way_(std::string(path), std::move(answer));
  if (answer.ok() && answer->size() > max_bytes) {
    return absl::ResourceExhaustedError(absl::StrCat("longer than ", max_bytes, " bytes"));
  }
  return answer;
}

absl::StatusOr<std::string> SmallSumdb::TrueAnswer(absl::string_view path) const {
  if (path == "/latest") return Note(std::min(size(), answered_size_));
  if (absl::ConsumePrefix(&path, "/lookup/")) return TrueLookup(path);
  if (absl::StartsWith(path, "/tile/")) return TrueTile(path.substr(1));
  return NotHere(path);
}

absl::StatusOr<std::string> SmallSumdb::TrueLookup(absl::string_view escaped) const {
  const std::uint64_t head_size = std::min(size(), answered_size_);
  for (std::uint64_t number = 0; number < size(); ++number) {
    const bool is_it = forced_number_ < size() ? number == forced_number_
                                               : TestModule(number).ToString() == escaped;
    if (is_it) return absl::StrCat(number, "\n", texts_[number], "\n", Note(head_size));
  }
  return NotHere(escaped);
}

absl::StatusOr<std::string> SmallSumdb::TrueTile(absl::string_view path) const {
  const absl::StatusOr<tlog::TileId> tile = tlog::ParseTilePath(path);
  if (!tile.ok()) return tile.status();
  if (tile->kind == tlog::TileId::Kind::kData) {
    const std::uint64_t first = tile->index * tlog::kFullTileWidth;
    if (first + tile->width > size()) return NotHere(path);
    if (!have_partial_tiles_ && tile->width < tlog::kFullTileWidth) return NotHere(path);
    const auto begin = texts_.begin() + static_cast<std::ptrdiff_t>(first);
    return absl::StrJoin(begin, begin + tile->width, "\n");
  }
  const auto found = tiles_.find({tile->level, tile->index});
  if (found == tiles_.end() || found->second.size() < tile->width) return NotHere(path);
  if (!have_partial_tiles_ && tile->width < tlog::kFullTileWidth) return NotHere(path);
  return std::string(tlog::HashesAsBytes(absl::MakeConstSpan(found->second).first(tile->width)));
}

}  // namespace sumlog::testing
