#include "log/frozen_state.h"

#include <string>

#include "base/status_macros.h"

namespace sumlog::log {
namespace {

constexpr char kFrozenKey[] = "frozen";

}  // namespace

absl::StatusOr<std::optional<FrozenState>> LoadFrozenState(const storage::LogStore& store) {
  ASSIGN_OR_RETURN(const std::optional<std::string> kept, store.GetState(kFrozenKey));
  if (!kept.has_value()) return std::nullopt;
  ASSIGN_OR_RETURN(FrozenState state, ParseDecision(*kept));
  return state;
}

absl::Status KeepFrozenState(const std::optional<FrozenState>& state, storage::LogStore& store) {
  if (!state.has_value()) return store.PutState(kFrozenKey, std::nullopt);
  RETURN_IF_ERROR(CheckDecision(*state));
  return store.PutState(kFrozenKey, FormatDecision(*state));
}

}  // namespace sumlog::log
