#include "sumlog/gosum/module_path.h"

#include <cstddef>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "gosum/major_suffix.h"
#include "gosum/path_element.h"
#include "gosum/quote.h"
#include "gosum/semantic_version.h"

namespace sumlog::gosum {
namespace {

// `reason` reads on after the path: "ends with a slash".
absl::Status MalformedPath(absl::string_view path, absl::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat("module path ", Quote(path), " ", reason));
}

// Why an element of `path` is empty.
absl::Status EmptyElement(absl::string_view path) {
  if (path.front() == '/') return MalformedPath(path, "begins with a slash");
  if (path.back() == '/') return MalformedPath(path, "ends with a slash");
  return MalformedPath(path, "has two slashes in a row");
}

absl::Status CheckElements(absl::string_view path) {
  absl::string_view rest = path;
  while (true) {
    const std::size_t slash = rest.find('/');
    const absl::string_view element = rest.substr(0, slash);
    if (element.empty()) return EmptyElement(path);
    if (const absl::Status status = CheckModulePathElement(element); !status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("module path ", Quote(path), ": element ",
                                                     Quote(element), " ", status.message()));
    }
    if (slash == absl::string_view::npos) return absl::OkStatus();
    rest.remove_prefix(slash + 1);
  }
}

// The first element is a host name, all lower case so that no two spellings mean one host.
absl::Status CheckHost(absl::string_view path) {
  const absl::string_view host = path.substr(0, path.find('/'));
  if (!absl::StrContains(host, '.')) {
    return MalformedPath(path, absl::StrCat("has no dot in its first element ", Quote(host),
                                            ", want a host name like \"example.com\""));
  }
  if (host.front() == '-') return MalformedPath(path, "begins with a dash");
  for (const char c : host) {
    const auto code = static_cast<unsigned char>(c);
    if (!absl::ascii_islower(code) && !absl::ascii_isdigit(code) && c != '-' && c != '.') {
      return MalformedPath(path, absl::StrCat("has ", QuoteByte(c), " in its first element, ",
                                              "want lower-case letters, digits, '-' and '.'"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckVersionSize(absl::string_view version) {
  if (version.size() <= kMaxVersionSizeBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("version ", Quote(version), " has ",
                                                 version.size(), " bytes, want at most ",
                                                 kMaxVersionSizeBytes));
}

// What go.sum files and lookups may name: nothing short, and no build metadata but one.
bool IsCanonical(const SemanticVersion& version) {
  return !version.is_short && (version.build.empty() || version.build == "+incompatible");
}

}  // namespace

absl::Status CheckModulePath(absl::string_view path) {
  if (path.empty()) return absl::InvalidArgumentError("module path is empty");
  if (path.size() > kMaxPathSizeBytes) {
    return MalformedPath(
        path, absl::StrCat("has ", path.size(), " bytes, want at most ", kMaxPathSizeBytes));
  }
  RETURN_IF_ERROR(CheckElements(path));
  RETURN_IF_ERROR(CheckHost(path));
  const auto suffix = MajorSuffix(path);
  if (!suffix.ok()) return MalformedPath(path, suffix.status().message());
  return absl::OkStatus();
}

bool IsCanonicalVersion(absl::string_view version) {
  if (version.size() > kMaxVersionSizeBytes) return false;
  const std::optional<SemanticVersion> parsed = ParseSemanticVersion(version);
  return parsed.has_value() && IsCanonical(*parsed);
}

absl::Status CheckModuleVersion(absl::string_view path, absl::string_view version) {
  RETURN_IF_ERROR(CheckModulePath(path));
  RETURN_IF_ERROR(CheckVersionSize(version));
  const std::optional<SemanticVersion> parsed = ParseSemanticVersion(version);
  if (!parsed.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("version ", Quote(version), " of ", Quote(path),
                                                   " is not a semantic version like \"v1.2.3\""));
  }
  if (!IsCanonical(*parsed)) {
    return absl::InvalidArgumentError(
        absl::StrCat("version ", Quote(version), " of ", Quote(path),
                     " is not canonical, want all three numbers and no build metadata but "
                     "\"+incompatible\""));
  }
  ASSIGN_OR_RETURN(const absl::string_view suffix, MajorSuffix(path));
  if (const absl::Status status = CheckMajor(suffix, *parsed, version); !status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("module ", Quote(path), ": ", status.message()));
  }
  return absl::OkStatus();
}

}  // namespace sumlog::gosum
