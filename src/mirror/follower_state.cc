#include "mirror/follower_state.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/printable.h"

namespace sumlog::mirror {
namespace {

constexpr char kFirstLine[] = "sumlog rounds 1\n";

void AppendText(std::string* out, absl::string_view name, absl::string_view text) {
  if (!text.empty()) absl::StrAppend(out, name, ": ", Printable(text), "\n");
}

void AppendTime(std::string* out, absl::string_view name, absl::Time time) {
  if (time == absl::InfinitePast()) return;
  AppendText(out, name, absl::FormatTime(absl::RFC3339_full, time, absl::UTCTimeZone()));
}

void AppendCount(std::string* out, absl::string_view name, std::uint64_t count) {
  absl::StrAppend(out, name, ": ", count, "\n");
}

void SetTime(absl::string_view value, absl::Time* time) {
  absl::Time parsed;
  if (absl::ParseTime(absl::RFC3339_full, value, &parsed, nullptr)) *time = parsed;
}

void SetCount(absl::string_view value, std::uint64_t* count) {
  std::uint64_t parsed = 0;
  if (absl::SimpleAtoi(value, &parsed)) *count = parsed;
}

}  // namespace

std::string FormatFollowerState(const FollowerState& state) {
  std::string out = kFirstLine;
  AppendText(&out, "upstream", state.upstream);
  AppendTime(&out, "last contact", state.last_contact);
  AppendTime(&out, "last complete", state.last_complete);
  AppendCount(&out, "upstream size", state.upstream_size);
  AppendCount(&out, "odd records", state.odd_records);
  AppendCount(&out, "failures", state.failures);
  AppendTime(&out, "error at", state.error_at);
  AppendText(&out, "error", state.error);
  AppendTime(&out, "contradiction at", state.contradiction_at);
  AppendText(&out, "evidence", state.evidence);
  return out;
}

FollowerState ParseFollowerState(absl::string_view text) {
  FollowerState state;
  if (!absl::ConsumePrefix(&text, kFirstLine)) return state;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::ConsumePrefix(&line, "upstream: ")) state.upstream = std::string(line);
    if (absl::ConsumePrefix(&line, "last contact: ")) SetTime(line, &state.last_contact);
    if (absl::ConsumePrefix(&line, "last complete: ")) SetTime(line, &state.last_complete);
    if (absl::ConsumePrefix(&line, "upstream size: ")) SetCount(line, &state.upstream_size);
    if (absl::ConsumePrefix(&line, "odd records: ")) SetCount(line, &state.odd_records);
    if (absl::ConsumePrefix(&line, "failures: ")) SetCount(line, &state.failures);
    if (absl::ConsumePrefix(&line, "error at: ")) SetTime(line, &state.error_at);
    if (absl::ConsumePrefix(&line, "error: ")) state.error = std::string(line);
    if (absl::ConsumePrefix(&line, "contradiction at: ")) SetTime(line, &state.contradiction_at);
    if (absl::ConsumePrefix(&line, "evidence: ")) state.evidence = std::string(line);
  }
  return state;
}

}  // namespace sumlog::mirror
