#include "backup/restore_state.h"

#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/status_macros.h"

namespace sumlog::backup {
namespace {

constexpr char kFirstLine[] = "sumlog restore 3";
constexpr std::size_t kMaxStateBytes = 4096;
constexpr char kOldDecisions[] = "old";
constexpr char kNewestDecisions[] = "newest";
constexpr std::pair<RestoreState::Step, absl::string_view> kSteps[] = {
    {RestoreState::Step::kCopying, "copying"},
    {RestoreState::Step::kCopied, "copied"},
    {RestoreState::Step::kReady, "ready"},
};

std::string PathIn(const std::string& folder) { return absl::StrCat(folder, "/state"); }

std::string Format(const RestoreState& state) {
  absl::string_view step;
  for (const auto& [value, name] : kSteps) {
    if (value == state.step) step = name;
  }
  return absl::StrCat(kFirstLine, "\nof ", state.of, "\nbase ", state.base_size, "\nstep ", step,
                      "\nhead ", state.ready_head, "\ndecisions ",
                      state.has_old_decisions ? kOldDecisions : kNewestDecisions, "\n");
}

std::optional<RestoreState> Parse(absl::string_view text) {
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  if (lines.size() != 7) return std::nullopt;
  RestoreState state;
  absl::string_view of = lines[1], base = lines[2], step = lines[3], head = lines[4],
                    decisions = lines[5];
  if (!absl::ConsumePrefix(&of, "of ") || !absl::ConsumePrefix(&base, "base ") ||
      !absl::ConsumePrefix(&step, "step ") || !absl::ConsumePrefix(&head, "head ") ||
      !absl::ConsumePrefix(&decisions, "decisions ") || !absl::SimpleAtoi(base, &state.base_size)) {
    return std::nullopt;
  }
  state.of = std::string(of);
  state.ready_head = std::string(head);
  state.has_old_decisions = decisions == kOldDecisions;
  for (const auto& [value, name] : kSteps) {
    if (name == step) state.step = value;
  }
  if (Format(state) != text) return std::nullopt;
  return state;
}

}  // namespace

absl::StatusOr<std::optional<RestoreState>> LoadRestoreState(const std::string& folder) {
  const absl::StatusOr<std::string> text = ReadFile(PathIn(folder), kMaxStateBytes);
  if (absl::IsNotFound(text.status()) || absl::IsResourceExhausted(text.status())) {
    return std::nullopt;
  }
  RETURN_IF_ERROR(text.status());
  return Parse(*text);
}

absl::Status KeepRestoreState(const RestoreState& state, const std::string& folder) {
  return ReplaceFileDurably(PathIn(folder), Format(state), 0600);
}

}  // namespace sumlog::backup
