// Hashes module zips with our library, and answers its questions about file names, for
// tests/interop/modzip.

#include <fcntl.h>
#include <sys/resource.h>

#include <cerrno>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "gosum/file_path.h"
#include "gosum/unicode.h"
#include "interop/oracle.h"
#include "modzip/module_zip.h"

namespace sumlog::interop {
namespace {

// Module path, version, file of the zip → both hashes, and whether the zip has a go.mod.
absl::StatusOr<Fields> HashZip(const Fields& fields) {
  const gosum::ModuleVersion module{.path = UnpackBytes(fields[0]),
                                    .version = UnpackBytes(fields[1])};
  const std::string path = UnpackBytes(fields[2]);
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return ErrnoToStatus(errno, "open", path);
  ASSIGN_OR_RETURN(const modzip::ZipFile zip,
                   modzip::ZipFile::Adopt(std::move(file), modzip::kMaxZipSizeBytes));
  ASSIGN_OR_RETURN(const modzip::ModuleZipHashes hashes, modzip::HashModuleZip(module, zip));
  return Fields{PackBytes(hashes.zip_h1), PackBytes(hashes.go_mod_h1),
                hashes.has_go_mod ? "yes" : "no"};
}

absl::StatusOr<Fields> HashGoMod(const Fields& fields) {
  ASSIGN_OR_RETURN(const std::string hash, modzip::HashGoMod(UnpackBytes(fields[0])));
  return Fields{PackBytes(hash)};
}

absl::StatusOr<Fields> CheckFilePath(const Fields& fields) {
  const absl::Status status = gosum::CheckFilePath(UnpackBytes(fields[0]));
  if (!status.ok()) return status;
  return Fields();
}

// Any number of texts → for each the folded one when it is a file path, else "no".
absl::StatusOr<Fields> FoldPaths(const Fields& fields) {
  Fields answers;
  for (const std::string& field : fields) {
    const std::string path = UnpackBytes(field);
    const bool is_path = gosum::CheckFilePath(path).ok();
    answers.push_back(is_path ? PackBytes(gosum::FoldCase(path)) : "no");
  }
  return answers;
}

// The most memory that this program has had so far, in KiB.
absl::StatusOr<Fields> PeakMemory(const Fields&) {
  struct rusage usage;
  CHECK(::getrusage(RUSAGE_SELF, &usage) == 0);
  return Fields{absl::StrCat(usage.ru_maxrss)};
}

}  // namespace
}  // namespace sumlog::interop

int main() {
  using namespace sumlog::interop;  // NOLINT: a table of this file's own functions
  return RunOracle({{"hash-zip", HashZip},
                    {"hash-go-mod", HashGoMod},
                    {"check-file-path", CheckFilePath},
                    {"fold-paths", FoldPaths},
                    {"peak-memory", PeakMemory}});
}
