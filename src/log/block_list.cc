#include "log/block_list.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "sumlog/gosum/module_path.h"

namespace sumlog::log {
namespace {

constexpr char kPrefix[] = "block/";

absl::StatusOr<BlockedVersion> ParseBlock(absl::string_view key, absl::string_view value) {
  absl::StatusOr<gosum::ModuleVersion> module = gosum::ParseModuleVersion(key);
  absl::StatusOr<Decision> decision = ParseDecision(value);
  if (!module.ok() || !decision.ok()) {
    return absl::DataLossError(absl::StrCat("the block of ", key, " is damaged in the store"));
  }
  return BlockedVersion{.module = *std::move(module), .decision = *std::move(decision)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<BlockList>> BlockList::Load(storage::LogStore* store) {
  std::array<Part, Blocks::kParts> parts;
  auto blocks = std::make_shared<Blocks>();
  RETURN_IF_ERROR(store->VisitState(
      kPrefix, [&](absl::string_view key, absl::string_view value) -> absl::Status {
        if (blocks->count == kMaxBlocks) {
          return absl::DataLossError(
              absl::StrCat("the store has more than ", kMaxBlocks, " blocks"));
        }
        absl::ConsumePrefix(&key, kPrefix);
        ASSIGN_OR_RETURN(BlockedVersion block, ParseBlock(key, value));
        const std::string module = block.module.ToString();
        parts[PartOf(module)].emplace(module, std::move(block));
        ++blocks->count;
        return absl::OkStatus();
      }));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    blocks->parts[i] = std::make_shared<const Part>(std::move(parts[i]));
  }
  std::unique_ptr<BlockList> list(new BlockList(store));
  list->blocks_.Store(std::move(blocks));
  return list;
}

std::size_t BlockList::PartOf(absl::string_view module) {
  return std::hash<std::string_view>()(std::string_view(module.data(), module.size())) %
         Blocks::kParts;
}

const BlockedVersion* BlockList::FindIn(const Blocks& blocks, absl::string_view module) {
  if (blocks.count == 0) return nullptr;  // nearly always
  const Part* const part = blocks.parts[PartOf(module)].get();
  if (part == nullptr) return nullptr;
  const auto it = part->find(module);
  return it == part->end() ? nullptr : &it->second;
}

std::shared_ptr<const BlockList::Blocks> BlockList::With(
    const Blocks& blocks, const std::string& module, const std::optional<BlockedVersion>& block) {
  auto changed = std::make_shared<Blocks>(blocks);
  std::shared_ptr<const Part>& part = changed->parts[PartOf(module)];
  Part new_part = part == nullptr ? Part() : *part;
  changed->count -= new_part.erase(module);
  if (block.has_value()) {
    new_part.emplace(module, *block);
    ++changed->count;
  }
  part = std::make_shared<const Part>(std::move(new_part));
  return changed;
}

absl::Status BlockList::Block(const BlockedVersion& block) {
  RETURN_IF_ERROR(gosum::CheckModuleVersion(block.module.path, block.module.version));
  RETURN_IF_ERROR(CheckDecision(block.decision));
  const std::string module = block.module.ToString();
  const std::string value = FormatDecision(block.decision);
  // As it will be after a restart: without the fractions of a microsecond.
  ASSIGN_OR_RETURN(const BlockedVersion kept, ParseBlock(module, value));
  MutexLock lock(&change_mu_);
  const std::shared_ptr<const Blocks> blocks = blocks_.Load();
  if (blocks->count >= kMaxBlocks && FindIn(*blocks, module) == nullptr) {
    return absl::ResourceExhaustedError(
        absl::StrCat("cannot block ", module, ": ", kMaxBlocks, " versions are blocked already"));
  }
  RETURN_IF_ERROR(store_->PutState(absl::StrCat(kPrefix, module), value));
  blocks_.Store(With(*blocks, module, kept));
  return absl::OkStatus();
}

absl::Status BlockList::Unblock(const gosum::ModuleVersion& module) {
  RETURN_IF_ERROR(gosum::CheckModuleVersion(module.path, module.version));
  const std::string key = module.ToString();
  MutexLock lock(&change_mu_);
  const std::shared_ptr<const Blocks> blocks = blocks_.Load();
  if (FindIn(*blocks, key) == nullptr) {
    return absl::NotFoundError(absl::StrCat(key, " is not blocked"));
  }
  RETURN_IF_ERROR(store_->PutState(absl::StrCat(kPrefix, key), std::nullopt));
  blocks_.Store(With(*blocks, key, std::nullopt));
  return absl::OkStatus();
}

std::optional<Decision> BlockList::Find(absl::string_view module) const {
  const std::shared_ptr<const Blocks> blocks = blocks_.Load();
  const BlockedVersion* const block = FindIn(*blocks, module);
  return block == nullptr ? std::nullopt : std::optional<Decision>(block->decision);
}

std::vector<BlockedVersion> BlockList::List(absl::string_view after, std::size_t limit) const {
  const std::shared_ptr<const Blocks> blocks = blocks_.Load();
  std::vector<const Part::value_type*> rows;
  for (const std::shared_ptr<const Part>& part : blocks->parts) {
    if (part == nullptr) continue;
    auto it = after.empty() ? part->begin() : part->upper_bound(after);
    // No more than `limit` of any part can be among the first.
    for (std::size_t i = 0; it != part->end() && i < limit; ++it, ++i) rows.push_back(&*it);
  }
  const auto end = rows.begin() + static_cast<std::ptrdiff_t>(std::min(limit, rows.size()));
  std::partial_sort(rows.begin(), end, rows.end(),
                    [](const auto* a, const auto* b) { return a->first < b->first; });
  std::vector<BlockedVersion> page;
  for (auto it = rows.begin(); it != end; ++it) page.push_back((*it)->second);
  return page;
}

}  // namespace sumlog::log
