#include "ops/mirror_config.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/types/optional.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "ops/duration.h"
#include "ops/nearest_name.h"

namespace sumlog::ops {
namespace {

constexpr char kPrefix[] = "mirror.";
constexpr char kFull[] = "full";
constexpr char kLookupThrough[] = "lookup-through";
constexpr char kBundles[] = "bundles";

const std::vector<std::string>& KnownKeys() {
  static const std::vector<std::string> keys = {"mirror.key",
                                                "mirror.upstream",
                                                "mirror.mode",
                                                "mirror.interval",
                                                "mirror.max_requests_per_second",
                                                "mirror.ca"};
  return keys;
}

// A [[mirror]] while its lines are read.
struct Draft {
  std::string where;
  absl::optional<tlog::VerifierKey> key;
  std::vector<std::string> upstream;
  MirrorMode mode = MirrorMode::kFull;
  absl::Duration interval = kDefaultMirrorInterval;
  std::uint32_t max_requests_per_second = kDefaultMaxRequestsPerSecond;
  std::string ca_file;
};

absl::Status SetMode(absl::string_view value, MirrorMode* mode) {
  if (value == kFull) {
    *mode = MirrorMode::kFull;
  } else if (value == kLookupThrough) {
    *mode = MirrorMode::kLookupThrough;
  } else if (value == kBundles) {
    *mode = MirrorMode::kBundles;
  } else {
    return absl::InvalidArgumentError(
        absl::StrCat("got \"", value, "\", want \"full\", \"lookup-through\" or \"bundles\""));
  }
  return absl::OkStatus();
}

absl::Status SetInterval(absl::string_view value, absl::Duration* interval) {
  ASSIGN_OR_RETURN(const absl::Duration parsed, ParseDuration(value));
  if (parsed < kLeastMirrorInterval) {
    return absl::InvalidArgumentError(absl::StrCat("got \"", value, "\", want at least ",
                                                   absl::FormatDuration(kLeastMirrorInterval),
                                                   ": it is another's server"));
  }
  *interval = parsed;
  return absl::OkStatus();
}

absl::Status SetPace(absl::string_view value, std::uint32_t* max_requests_per_second) {
  std::uint32_t number = 0;
  if (!absl::SimpleAtoi(value, &number) || number > kMostRequestsPerSecond) {
    return absl::InvalidArgumentError(absl::StrCat("got \"", value, "\", want an integer of 0 to ",
                                                   kMostRequestsPerSecond, "; 0: no bound"));
  }
  *max_requests_per_second = number;
  return absl::OkStatus();
}

absl::Status SetCaFile(absl::string_view value, std::string* ca_file) {
  if (value.empty()) return absl::InvalidArgumentError("an empty path, want a PEM file");
  *ca_file = std::string(value);
  return absl::OkStatus();
}

absl::Status AddUpstream(const ConfigEntry& entry, Draft* draft) {
  if (!entry.is_list) {
    return absl::InvalidArgumentError("got text, want a list, such as [\"https://HOST\"]");
  }
  if (entry.value.empty()) return absl::InvalidArgumentError("an empty URL");
  draft->upstream.push_back(entry.value);
  if (draft->upstream.size() <= kMaxUpstreams) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("want at most ", kMaxUpstreams, " URLs"));
}

absl::Status Set(const ConfigEntry& entry, Draft* draft) {
  if (entry.name == "mirror.upstream") return AddUpstream(entry, draft);
  if (std::find(KnownKeys().begin(), KnownKeys().end(), entry.name) == KnownKeys().end()) {
    const std::string nearest = NearestName(entry.name, KnownKeys());
    return absl::InvalidArgumentError(absl::StrCat(
        "unknown key", nearest.empty() ? "" : absl::StrCat("; did you mean ", nearest, "?")));
  }
  if (entry.is_list) return absl::InvalidArgumentError("got a list, want text in quotes");
  if (entry.name == "mirror.mode") return SetMode(entry.value, &draft->mode);
  if (entry.name == "mirror.interval") return SetInterval(entry.value, &draft->interval);
  if (entry.name == "mirror.max_requests_per_second") {
    return SetPace(entry.value, &draft->max_requests_per_second);
  }
  if (entry.name == "mirror.ca") return SetCaFile(entry.value, &draft->ca_file);
  ASSIGN_OR_RETURN(tlog::VerifierKey key, tlog::VerifierKey::Parse(entry.value));
  draft->key = std::move(key);
  return absl::OkStatus();
}

absl::StatusOr<MirrorConfig> Finish(Draft draft) {
  if (!draft.key.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        draft.where, "[[mirror]] without key: nothing that is mirrored could be verified\n",
        "fix: key = \"NAME+HASH+KEY\", the verifier key that the log's owner gives out"));
  }
  if (draft.mode == MirrorMode::kBundles && !draft.upstream.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        draft.where, "[[mirror]] with an upstream and mode \"bundles\", which asks no network\n",
        "fix: mode = \"full\", or no upstream"));
  }
  if (draft.mode != MirrorMode::kBundles && draft.upstream.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(draft.where, "[[mirror]] without upstream\n",
                     "fix: upstream = [\"https://HOST\"]; or mode = \"bundles\", where "
                     "no network is"));
  }
  return MirrorConfig{.where = std::move(draft.where),
                      .key = *std::move(draft.key),
                      .upstream = std::move(draft.upstream),
                      .mode = draft.mode,
                      .interval = draft.interval,
                      .ca_file = std::move(draft.ca_file),
                      .max_requests_per_second = draft.max_requests_per_second};
}

// `text` in quotes; `what` it is, for messages.
absl::StatusOr<std::string> Quoted(absl::string_view what, absl::string_view text) {
  if (!IsValidUtf8(text)) return absl::InvalidArgumentError(absl::StrCat(what, " is not UTF-8"));
  for (const char c : text) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) {
      return absl::InvalidArgumentError(absl::StrCat(what, " has a control character"));
    }
  }
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
}

}  // namespace

absl::string_view NameOf(MirrorMode mode) {
  switch (mode) {
    case MirrorMode::kLookupThrough:
      return kLookupThrough;
    case MirrorMode::kBundles:
      return kBundles;
    case MirrorMode::kFull:
      break;
  }
  return kFull;
}

bool IsMirrorEntry(const ConfigEntry& entry) {
  return entry.table_line != 0 && absl::StartsWith(entry.name, kPrefix);
}

absl::StatusOr<std::vector<MirrorConfig>> ReadMirrors(const std::vector<ConfigEntry>& entries,
                                                      absl::string_view path) {
  std::map<std::size_t, Draft> drafts;  // by line
  for (const ConfigEntry& entry : entries) {
    if (!IsMirrorEntry(entry)) continue;
    Draft& draft = drafts[entry.table_line];
    draft.where = absl::StrCat(path, ":", entry.table_line, ": ");
    const absl::Status status = Set(entry, &draft);
    if (!status.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ":", entry.line, ": ", entry.name, ": ", status.message()));
    }
  }
  if (drafts.size() > kMaxMirrors) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": ", drafts.size(), " of [[mirror]], want at most ", kMaxMirrors));
  }
  std::vector<MirrorConfig> mirrors;
  for (auto& [line, draft] : drafts) {
    ASSIGN_OR_RETURN(MirrorConfig mirror, Finish(std::move(draft)));
    for (const MirrorConfig& other : mirrors) {
      if (other.name() != mirror.name()) continue;
      return absl::InvalidArgumentError(
          absl::StrCat(mirror.where, "a second mirror of ", mirror.name(), "; the first is at ",
                       other.where.substr(0, other.where.size() - 2),
                       "\nfix: one [[mirror]] for each log, with all URLs in upstream"));
    }
    mirrors.push_back(std::move(mirror));
  }
  return mirrors;
}

absl::Status CheckMirrorNames(const std::vector<MirrorConfig>& mirrors,
                              absl::string_view log_name) {
  for (const MirrorConfig& mirror : mirrors) {
    if (mirror.name() != log_name) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        mirror.where, "[[mirror]] of ", log_name, ", which is the origin log of this directory\n",
        "fix: another --dir for the mirror of a log that is signed elsewhere"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> FormatMirror(const MirrorConfig& mirror) {
  std::string text = absl::StrCat("[[mirror]]\nkey = \"", mirror.key.ToString(), "\"\n");
  if (mirror.mode == MirrorMode::kBundles) return text + "mode = \"bundles\"\n";
  absl::StrAppend(&text, "upstream = [");
  absl::string_view separator = "";
  for (const std::string& url : mirror.upstream) {
    ASSIGN_OR_RETURN(const std::string quoted, Quoted("the upstream's URL", url));
    absl::StrAppend(&text, separator, quoted);
    separator = ", ";
  }
  absl::StrAppend(&text, "]\nmode = \"", NameOf(mirror.mode), "\"\ninterval = \"",
                  absl::FormatDuration(mirror.interval),
                  "\"\nmax_requests_per_second = ", mirror.max_requests_per_second, "\n");
  if (mirror.ca_file.empty()) return text;
  ASSIGN_OR_RETURN(const std::string quoted, Quoted("the path of ca", mirror.ca_file));
  return absl::StrCat(text, "ca = ", quoted, "\n");
}

absl::StatusOr<std::string> AddMirror(absl::string_view content, const MirrorConfig& mirror) {
  ASSIGN_OR_RETURN(const std::string lines, FormatMirror(mirror));
  const absl::string_view gap = content.empty()                 ? ""
                                : absl::EndsWith(content, "\n") ? "\n"
                                                                : "\n\n";
  std::string added = absl::StrCat(content, gap, lines);
  if (added.size() <= kMaxConfigBytes) return added;
  return absl::InvalidArgumentError(absl::StrCat("the file would be of ", added.size(),
                                                 " bytes, want at most ", kMaxConfigBytes));
}

}  // namespace sumlog::ops
