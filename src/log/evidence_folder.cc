#include "log/evidence_folder.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "base/utf8.h"

namespace sumlog::log {
namespace {

constexpr std::size_t kIdDigits = 32;
constexpr char kSuffix[] = ".txt";

// Where a piece of evidence stands in the order of the list. A token is one of these.
struct Place {
  std::int64_t kept_at_ns = 0;
  std::string id;

  friend auto operator<=>(const Place&, const Place&) = default;
};

std::string FormatToken(const Place& place) {
  return absl::StrCat(place.kept_at_ns, "-", place.id);
}

absl::StatusOr<Place> ParseToken(absl::string_view token) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(token, absl::MaxSplits('-', 1));
  Place place{.kept_at_ns = 0, .id = std::string(parts.second)};
  if (!absl::SimpleAtoi(parts.first, &place.kept_at_ns) || !CheckEvidenceId(place.id).ok() ||
      FormatToken(place) != token) {
    return absl::InvalidArgumentError("the page token is not one that a page has given");
  }
  return place;
}

std::int64_t KeptAt(const struct stat& info) {
  return absl::ToUnixNanos(absl::TimeFromTimespec(info.st_mtim));
}

EvidenceEntry EntryOf(const Place& place, absl::string_view text) {
  EvidenceEntry entry{
      .id = place.id, .module_version = "", .kept_at = absl::FromUnixNanos(place.kept_at_ns)};
  // The second line: see FormatEvidence.
  const std::vector<absl::string_view> lines = absl::StrSplit(text, absl::MaxSplits('\n', 2));
  if (lines.size() < 2) return entry;
  absl::string_view line = lines[1];
  if (absl::ConsumePrefix(&line, "module version: ") && IsValidUtf8(line)) {
    entry.module_version = std::string(line);
  }
  return entry;
}

// The place of one file of the folder; nothing when it is not whole evidence, or gone.
std::optional<Place> PlaceOf(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  absl::string_view id = name;
  if (!absl::ConsumeSuffix(&id, kSuffix) || !CheckEvidenceId(id).ok()) return std::nullopt;
  struct stat info = {};
  if (::lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
  return Place{.kept_at_ns = KeptAt(info), .id = std::string(id)};
}

}  // namespace

absl::Status CheckEvidenceId(absl::string_view id) {
  const bool is_hex = std::all_of(id.begin(), id.end(), [](char c) {
    return absl::ascii_isdigit(static_cast<unsigned char>(c)) || (c >= 'a' && c <= 'f');
  });
  if (is_hex && id.size() == kIdDigits) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("an evidence id of ", id.size(),
                                                 " bytes, want 32 lower-case hexadecimal digits"));
}

EvidenceFolder::EvidenceFolder(const std::string& dir) : folder_(absl::StrCat(dir, "/conflicts")) {}

absl::StatusOr<EvidencePage> EvidenceFolder::List(std::size_t limit,
                                                  absl::string_view token) const {
  if (limit == 0 || limit > kMaxEvidencePage) {
    return absl::InvalidArgumentError(
        absl::StrCat("a page of ", limit, ", want 1 to ", kMaxEvidencePage));
  }
  std::optional<Place> after;
  if (!token.empty()) {
    ASSIGN_OR_RETURN(after, ParseToken(token));
  }
  // The best `limit` places so far, the last of them in front; one more tells whether there is a
  // page behind this one.
  std::vector<Place> places;
  const auto newer = [](const Place& a, const Place& b) { return a > b; };
  std::error_code error;
  std::filesystem::directory_iterator it(folder_, error);
  for (const std::filesystem::directory_iterator end; !error && it != end; it.increment(error)) {
    std::optional<Place> place = PlaceOf(it->path());
    if (!place.has_value() || (after.has_value() && *place >= *after)) continue;
    if (places.size() > limit && *place < places.front()) continue;
    places.push_back(*std::move(place));
    std::push_heap(places.begin(), places.end(), newer);
    if (places.size() <= limit + 1) continue;
    std::pop_heap(places.begin(), places.end(), newer);
    places.pop_back();
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return ErrnoToStatus(error.value(), "read folder", folder_);
  }
  std::sort(places.begin(), places.end(), newer);
  EvidencePage page;
  for (std::size_t i = 0; i < std::min(limit, places.size()); ++i) {
    const absl::StatusOr<EvidenceText> evidence = Read(places[i].id);
    if (absl::IsNotFound(evidence.status())) continue;  // removed by hand meanwhile
    RETURN_IF_ERROR(evidence.status());
    page.entries.push_back(evidence->entry);
  }
  if (places.size() > limit) page.next_token = FormatToken(places[limit - 1]);
  return page;
}

absl::StatusOr<EvidenceText> EvidenceFolder::Read(absl::string_view id) const {
  RETURN_IF_ERROR(CheckEvidenceId(id));
  const std::string path = absl::StrCat(folder_, "/", id, kSuffix);
  struct stat info = {};
  if (::lstat(path.c_str(), &info) != 0 && errno != ENOENT) {
    return ErrnoToStatus(errno, "read", path);
  }
  if (!S_ISREG(info.st_mode)) {
    return absl::NotFoundError(absl::StrCat("no evidence with id ", id));
  }
  ASSIGN_OR_RETURN(std::string text, ReadFile(path, kMaxEvidenceBytes));
  EvidenceEntry entry = EntryOf({.kept_at_ns = KeptAt(info), .id = std::string(id)}, text);
  return EvidenceText{.entry = std::move(entry), .text = std::move(text)};
}

}  // namespace sumlog::log
