#include "backup/lacking_records.h"

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "log/frozen_state.h"

namespace sumlog::backup {

absl::Status FreezeIfLacking(std::uint64_t size, const std::optional<tlog::TreeHead>& lacking,
                             absl::Time now, storage::LogStore& store) {
  ASSIGN_OR_RETURN(const std::optional<log::FrozenState> frozen, log::LoadFrozenState(store));
  const bool is_ours = frozen.has_value() && frozen->who == kRestoreWho;
  if (!lacking.has_value()) {
    return is_ours ? log::KeepFrozenState(std::nullopt, store) : absl::OkStatus();
  }
  if (frozen.has_value() && !is_ours) return absl::OkStatus();
  return log::KeepFrozenState(
      log::FrozenState{.reason = absl::StrCat("the restored database lacks records ", size, " to ",
                                              lacking->size - 1),
                       .who = kRestoreWho,
                       .when = now},
      store);
}

}  // namespace sumlog::backup
