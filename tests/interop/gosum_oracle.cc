// Answers questions about module paths, versions, patterns, hashes and record texts from our
// library, for tests/interop/gosum.

#include <string>

#include "base/status_macros.h"
#include "interop/oracle.h"
#include "sumlog/gosum/module_path.h"
#include "sumlog/gosum/module_pattern.h"
#include "sumlog/gosum/module_version.h"
#include "sumlog/gosum/record.h"

namespace sumlog::interop {
namespace {

absl::StatusOr<Fields> OkOr(const absl::Status& status) {
  if (!status.ok()) return status;
  return Fields();
}

absl::StatusOr<Fields> TextOr(const absl::StatusOr<std::string>& text) {
  if (!text.ok()) return text.status();
  return Fields{PackBytes(*text)};
}

absl::StatusOr<Fields> CheckPath(const Fields& fields) {
  return OkOr(gosum::CheckModulePath(UnpackBytes(fields[0])));
}

absl::StatusOr<Fields> Check(const Fields& fields) {
  return OkOr(gosum::CheckModuleVersion(UnpackBytes(fields[0]), UnpackBytes(fields[1])));
}

absl::StatusOr<Fields> Canonical(const Fields& fields) {
  return Fields{gosum::IsCanonicalVersion(UnpackBytes(fields[0])) ? "yes" : "no"};
}

absl::StatusOr<Fields> EscapePath(const Fields& fields) {
  return TextOr(gosum::EscapePath(UnpackBytes(fields[0])));
}

absl::StatusOr<Fields> EscapeVersion(const Fields& fields) {
  return TextOr(gosum::EscapeVersion(UnpackBytes(fields[0])));
}

absl::StatusOr<Fields> UnescapePath(const Fields& fields) {
  return TextOr(gosum::UnescapePath(UnpackBytes(fields[0])));
}

absl::StatusOr<Fields> UnescapeVersion(const Fields& fields) {
  return TextOr(gosum::UnescapeVersion(UnpackBytes(fields[0])));
}

// "path@version", escaped → both in plain form.
absl::StatusOr<Fields> ParseEscaped(const Fields& fields) {
  ASSIGN_OR_RETURN(const gosum::ModuleVersion module,
                   gosum::ParseEscapedModuleVersion(UnpackBytes(fields[0])));
  return Fields{PackBytes(module.path), PackBytes(module.version)};
}

// Pattern list, path → "yes" or "no".
absl::StatusOr<Fields> Match(const Fields& fields) {
  ASSIGN_OR_RETURN(const gosum::ModulePatterns patterns,
                   gosum::ModulePatterns::Parse(UnpackBytes(fields[0])));
  return Fields{patterns.Matches(UnpackBytes(fields[1])) ? "yes" : "no"};
}

absl::StatusOr<Fields> CheckH1(const Fields& fields) {
  return OkOr(gosum::CheckH1(UnpackBytes(fields[0])));
}

absl::StatusOr<Fields> CheckRecordText(const Fields& fields) {
  return OkOr(gosum::CheckRecordText(UnpackBytes(fields[0])));
}

}  // namespace
}  // namespace sumlog::interop

int main() {
  using namespace sumlog::interop;  // NOLINT: a table of this file's own functions
  return RunOracle({{"check-path", CheckPath},
                    {"check", Check},
                    {"canonical", Canonical},
                    {"escape-path", EscapePath},
                    {"escape-version", EscapeVersion},
                    {"unescape-path", UnescapePath},
                    {"unescape-version", UnescapeVersion},
                    {"parse-escaped", ParseEscaped},
                    {"match", Match},
                    {"check-h1", CheckH1},
                    {"check-record-text", CheckRecordText}});
}
