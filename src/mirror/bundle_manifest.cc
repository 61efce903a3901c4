#include "mirror/bundle_manifest.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace sumlog::mirror {
namespace {

constexpr absl::string_view kFirstLine = "sumlog bundle 1";

absl::Status Malformed(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("bundle.txt ", what));
}

// Takes what is not there as empty: FormatManifest then writes another text.
BundleManifest ReadLines(absl::string_view text) {
  BundleManifest manifest;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (absl::ConsumePrefix(&line, "log ")) {
      manifest.log_name = std::string(line);
    } else if (absl::ConsumePrefix(&line, "from ")) {
      if (!absl::SimpleAtoi(line, &manifest.from)) manifest.from = 0;
    } else if (absl::ConsumePrefix(&line, "to ")) {
      if (!absl::SimpleAtoi(line, &manifest.to)) manifest.to = 0;
    } else if (absl::ConsumePrefix(&line, "proof ")) {
      manifest.proof.push_back(tlog::ParseHash(line).value_or(tlog::Hash{}));
    }
  }
  return manifest;
}

}  // namespace

std::string FormatManifest(const BundleManifest& manifest) {
  std::string text = absl::StrCat(kFirstLine, "\nlog ", manifest.log_name, "\nfrom ", manifest.from,
                                  "\nto ", manifest.to, "\n");
  for (const tlog::Hash& hash : manifest.proof) {
    absl::StrAppend(&text, "proof ", tlog::FormatHash(hash), "\n");
  }
  return text;
}

absl::StatusOr<BundleManifest> ParseManifest(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, absl::StrCat(kFirstLine, "\n"))) {
    return Malformed(absl::StrCat("does not begin with \"", kFirstLine, "\""));
  }
  BundleManifest manifest = ReadLines(text);
  if (absl::StrCat(kFirstLine, "\n", text) != FormatManifest(manifest)) {
    return Malformed("has lines that are missing, doubled, malformed or out of order");
  }
  if (manifest.log_name.empty()) return Malformed("names no log");
  if (manifest.from > manifest.to) {
    return Malformed(absl::StrCat("goes from record ", manifest.from, " to ", manifest.to));
  }
  return manifest;
}

std::string EntryName(absl::string_view log_name, absl::string_view path) {
  return absl::StrCat("sumdb/", log_name, path);
}

}  // namespace sumlog::mirror
