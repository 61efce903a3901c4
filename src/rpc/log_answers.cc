#include "rpc/log_answers.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "rpc/proto_convert.h"
#include "sumlog/gosum/module_path.h"
#include "sumlog/tlog/tile.h"

namespace sumlog::rpc {
namespace {

using tlog::Hash;
using tlog::TreeHead;

absl::Status CheckSize(absl::string_view what, std::uint64_t size, std::uint64_t newest_size) {
  if (size <= newest_size) return absl::OkStatus();
  return absl::OutOfRangeError(absl::StrCat(
      what, " ", size, " is beyond the newest head, which covers ", newest_size, " records"));
}

absl::Status CheckNumber(std::uint64_t number, std::uint64_t tree_size) {
  if (number < tree_size) return absl::OkStatus();
  return absl::OutOfRangeError(
      absl::StrCat("record number ", number, " is outside a tree of ", tree_size, " records"));
}

// The width to read of a tile: the one that is asked for, or the widest that the head covers.
absl::StatusOr<std::uint32_t> WidthOf(bool is_given, std::uint32_t width, const tlog::TileId& tile,
                                      std::uint64_t newest_size) {
  if (is_given && (width == 0 || width > tlog::kFullTileWidth)) {
    return absl::InvalidArgumentError(absl::StrCat("tile width ", width, ", want 1 to 256"));
  }
  const std::uint32_t widest = tlog::WidestTile(tile.level, tile.index, newest_size);
  if (!is_given && widest > 0) return widest;
  if (is_given && width <= widest) return width;
  return absl::OutOfRangeError(
      absl::StrCat(tile.kind == tlog::TileId::Kind::kHash ? "hash" : "data", " tile ", tile.index,
                   " of level ", tile.level, " has ", widest, " entries in the tree of ",
                   newest_size, " records", is_given ? absl::StrCat(", asked for ", width) : ""));
}

}  // namespace

absl::Status LogAnswers::FillRecord(std::uint64_t number, std::string text,
                                    v1::LoggedRecord* out) const {
  absl::StatusOr<storage::Provenance> provenance = reader_->store().Provenance(number);
  if (absl::IsNotFound(provenance.status())) {
    return absl::DataLossError(absl::StrCat("record ", number, " has no provenance"));
  }
  RETURN_IF_ERROR(provenance.status());
  out->set_number(number);
  out->set_text(std::move(text));
  ToProto(*provenance, out->mutable_provenance());
  return absl::OkStatus();
}

absl::Status LogAnswers::Prove(const tlog::InclusionQuery& query, v1::InclusionProof* out) {
  ASSIGN_OR_RETURN(const std::vector<Hash> path, ProveInclusion(query, nodes_));
  out->set_number(query.index);
  out->set_tree_size(query.tree_size);
  ToProto(path, out->mutable_hashes());
  return absl::OkStatus();
}

absl::StatusOr<Hash> LogAnswers::LeafOf(std::uint64_t number) {
  const tlog::NodeId node = {.height = 0, .index = number};
  Hash leaf = {};
  RETURN_IF_ERROR(nodes_.ReadNodes(absl::MakeConstSpan(&node, 1), absl::MakeSpan(&leaf, 1)));
  return leaf;
}

absl::StatusOr<TreeHead> LogAnswers::HeadOf(std::uint64_t size, const TreeHead& newest) {
  if (size == newest.size) return newest;
  ASSIGN_OR_RETURN(const Hash root, RootFromNodes(size, nodes_));
  return TreeHead{.size = size, .root = root};
}

absl::Status LogAnswers::GetSignedHead(const v1::GetSignedHeadRequest& request,
                                       v1::GetSignedHeadResponse* response) {
  const std::shared_ptr<const log::PublishedHead> newest = reader_->Newest();
  const std::uint64_t newest_size = newest->signed_head.head.size;
  if (!request.has_size() || request.size() == newest_size) {
    ToProto(*newest, response->mutable_head());
    return absl::OkStatus();
  }
  if (request.size() > newest_size) {
    return absl::NotFoundError(absl::StrCat(
        "no head of ", request.size(), " records was published; the newest covers ", newest_size));
  }
  ASSIGN_OR_RETURN(const std::vector<storage::StoredHead> heads,
                   reader_->store().SignedHeads(request.size(), request.size(), 1));
  if (heads.empty()) {
    return absl::NotFoundError(absl::StrCat(
        "no head of ", request.size(),
        " records was published, or it is no longer kept; a proof for this size can still be had"));
  }
  return ToProto(heads.front(), response->mutable_head());
}

absl::Status LogAnswers::Lookup(const v1::LookupRequest& request, v1::LookupResponse* response) {
  const gosum::ModuleVersion module = {.path = request.module().path(),
                                       .version = request.module().version()};
  RETURN_IF_ERROR(gosum::CheckModuleVersion(module.path, module.version));
  absl::StatusOr<log::LookupAnswer> answer = reader_->Lookup(module);
  if (absl::IsNotFound(answer.status())) {
    return absl::NotFoundError(absl::StrCat(module.ToString(), " is not in the log"));
  }
  RETURN_IF_ERROR(answer.status());

  const std::uint64_t number = answer->number;
  ASSIGN_OR_RETURN(const Hash leaf, LeafOf(number));
  if (leaf != tlog::LeafHash(answer->record_text)) {
    return absl::DataLossError(
        absl::StrCat("the text of record ", number, " is not the one that was signed"));
  }
  const std::shared_ptr<const log::PublishedHead> newest = reader_->Newest();
  RETURN_IF_ERROR(FillRecord(number, std::move(answer->record_text), response->mutable_record()));
  ToProto(*newest, response->mutable_head());
  return Prove({.index = number, .tree_size = newest->signed_head.head.size},
               response->mutable_proof());
}

absl::Status LogAnswers::GetRecord(const v1::GetRecordRequest& request,
                                   v1::GetRecordResponse* response) {
  const std::uint64_t number = request.number();
  RETURN_IF_ERROR(CheckNumber(number, reader_->Newest()->signed_head.head.size));
  absl::StatusOr<std::string> text = reader_->store().Record(number);
  if (absl::IsNotFound(text.status())) {
    return absl::DataLossError(absl::StrCat("record ", number, " is missing in the store"));
  }
  RETURN_IF_ERROR(text.status());
  return FillRecord(number, *std::move(text), response->mutable_record());
}

absl::StatusOr<std::uint64_t> LogAnswers::NumberOf(const v1::GetInclusionProofRequest& request,
                                                   std::uint64_t tree_size) {
  if (request.has_number()) {
    RETURN_IF_ERROR(CheckNumber(request.number(), tree_size));
    return request.number();
  }
  if (!request.has_leaf_hash()) {
    return absl::InvalidArgumentError("neither a record number nor a leaf hash is given");
  }
  const std::string& bytes = request.leaf_hash();
  Hash leaf = {};
  if (bytes.size() != leaf.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("leaf hash of ", bytes.size(), " bytes, want ", leaf.size()));
  }
  std::copy(bytes.begin(), bytes.end(), leaf.begin());
  const absl::StatusOr<std::uint64_t> number = reader_->store().FindLeaf(leaf);
  if (absl::IsNotFound(number.status()) || (number.ok() && *number >= tree_size)) {
    return absl::NotFoundError(absl::StrCat("none of the first ", tree_size,
                                            " records has the leaf hash ", tlog::FormatHash(leaf)));
  }
  RETURN_IF_ERROR(number.status());
  ASSIGN_OR_RETURN(const Hash found, LeafOf(*number));
  if (found != leaf) {
    return absl::DataLossError(
        absl::StrCat("the index has a leaf hash at record ", *number, ", which has another"));
  }
  return *number;
}

absl::Status LogAnswers::GetInclusionProof(const v1::GetInclusionProofRequest& request,
                                           v1::GetInclusionProofResponse* response) {
  const std::shared_ptr<const log::PublishedHead> newest = reader_->Newest();
  const TreeHead& newest_head = newest->signed_head.head;
  const std::uint64_t tree_size = request.has_tree_size() ? request.tree_size() : newest_head.size;
  RETURN_IF_ERROR(CheckSize("tree size", tree_size, newest_head.size));
  ASSIGN_OR_RETURN(const std::uint64_t number, NumberOf(request, tree_size));
  ASSIGN_OR_RETURN(const Hash leaf, LeafOf(number));
  ASSIGN_OR_RETURN(const TreeHead head, HeadOf(tree_size, newest_head));
  response->set_leaf_hash(ToBytes(leaf));
  ToProto(head, response->mutable_tree_head());
  return Prove({.index = number, .tree_size = tree_size}, response->mutable_proof());
}

absl::Status LogAnswers::GetConsistencyProof(const v1::GetConsistencyProofRequest& request,
                                             v1::GetConsistencyProofResponse* response) {
  const std::shared_ptr<const log::PublishedHead> newest = reader_->Newest();
  const TreeHead& newest_head = newest->signed_head.head;
  const std::uint64_t old_size = request.old_size();
  const std::uint64_t new_size = request.has_new_size() ? request.new_size() : newest_head.size;
  if (old_size == 0 || old_size > new_size) {
    return absl::InvalidArgumentError(
        absl::StrCat("old size ", old_size, ", want 1 to the new size, ", new_size));
  }
  RETURN_IF_ERROR(CheckSize("new size", new_size, newest_head.size));
  ASSIGN_OR_RETURN(const TreeHead old_head, HeadOf(old_size, newest_head));
  ASSIGN_OR_RETURN(const TreeHead new_head, HeadOf(new_size, newest_head));
  ASSIGN_OR_RETURN(const std::vector<Hash> path,
                   ProveConsistency({.old_size = old_size, .new_size = new_size}, nodes_));
  ToProto(old_head, response->mutable_old_head());
  ToProto(new_head, response->mutable_new_head());
  v1::ConsistencyProof* const proof = response->mutable_proof();
  proof->set_old_size(old_size);
  proof->set_new_size(new_size);
  ToProto(path, proof->mutable_hashes());
  return absl::OkStatus();
}

absl::Status LogAnswers::GetHashTile(const v1::GetHashTileRequest& request,
                                     v1::GetHashTileResponse* response) {
  if (request.level() >= tlog::kMaxTileLevels) {
    return absl::InvalidArgumentError(
        absl::StrCat("tile level ", request.level(), ", want 0 to ", tlog::kMaxTileLevels - 1));
  }
  tlog::TileId tile = {.level = request.level(), .index = request.index()};
  ASSIGN_OR_RETURN(tile.width, WidthOf(request.has_width(), request.width(), tile,
                                       reader_->Newest()->signed_head.head.size));
  ASSIGN_OR_RETURN(const std::vector<Hash> hashes, reader_->HashTile(tile));
  response->set_hashes(std::string(tlog::HashesAsBytes(hashes)));
  return absl::OkStatus();
}

absl::Status LogAnswers::GetDataTile(const v1::GetDataTileRequest& request,
                                     v1::GetDataTileResponse* response) {
  tlog::TileId tile = {.kind = tlog::TileId::Kind::kData, .index = request.index()};
  ASSIGN_OR_RETURN(tile.width, WidthOf(request.has_width(), request.width(), tile,
                                       reader_->Newest()->signed_head.head.size));
  ASSIGN_OR_RETURN(const storage::PackedTexts texts, reader_->DataTile(tile));
  response->mutable_texts()->Reserve(static_cast<int>(texts.size()));
  for (std::size_t i = 0; i < texts.size(); ++i) response->add_texts(std::string(texts[i]));
  return absl::OkStatus();
}

absl::Status LogAnswers::ListSignedHeads(const v1::ListSignedHeadsRequest& request,
                                         v1::ListSignedHeadsResponse* response) {
  constexpr std::uint32_t kMaxPageSize = 1000;
  constexpr std::uint32_t kDefaultPageSize = 100;
  if (request.page_size() > kMaxPageSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("page size ", request.page_size(), ", want at most ", kMaxPageSize));
  }
  if (request.has_max_size() && request.min_size() > request.max_size()) {
    return absl::InvalidArgumentError(absl::StrCat("smallest size ", request.min_size(),
                                                   " is above the largest, ", request.max_size()));
  }
  const std::shared_ptr<const log::PublishedHead> newest = reader_->Newest();
  const std::uint64_t newest_size = newest->signed_head.head.size;
  const std::uint64_t last =
      request.has_max_size() ? std::min(request.max_size(), newest_size) : newest_size;
  if (request.min_size() > last) return absl::OkStatus();

  const std::size_t page_size = request.page_size() == 0 ? kDefaultPageSize : request.page_size();
  ASSIGN_OR_RETURN(const std::vector<storage::StoredHead> heads,
                   reader_->store().SignedHeads(request.min_size(), last, page_size + 1));
  for (std::size_t i = 0; i < std::min(heads.size(), page_size); ++i) {
    if (heads[i].size == newest_size) {
      // The store may hold a renewed head of this size that is not published yet.
      ToProto(*newest, response->add_heads());
    } else {
      RETURN_IF_ERROR(ToProto(heads[i], response->add_heads()));
    }
  }
  if (heads.size() > page_size) response->set_next_min_size(heads[page_size].size);
  return absl::OkStatus();
}

}  // namespace sumlog::rpc
