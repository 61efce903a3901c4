#include "backup/small_state.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/status_macros.h"

namespace sumlog::backup {

absl::Status TakeOverSmallState(const storage::LogStore& from, storage::LogStore& to) {
  std::vector<std::string> gone;
  RETURN_IF_ERROR(to.VisitState("", [&](absl::string_view key, absl::string_view) -> absl::Status {
    ASSIGN_OR_RETURN(const std::optional<std::string> value, from.GetState(key));
    if (!value.has_value()) gone.emplace_back(key);
    return absl::OkStatus();
  }));
  for (const std::string& key : gone) RETURN_IF_ERROR(to.PutState(key, std::nullopt));
  return from.VisitState("", [&](absl::string_view key, absl::string_view value) -> absl::Status {
    ASSIGN_OR_RETURN(const std::optional<std::string> there, to.GetState(key));
    if (there.has_value() && *there == value) return absl::OkStatus();
    return to.PutState(key, std::string(value));
  });
}

}  // namespace sumlog::backup
