// The hashes of a module that go.sum and the log hold, from the module's zip file.
//
// A release job that hashes what it built needs no proxy and trusts none. So that its hashes are
// those that every go command finds, zips are taken or refused by Go's own rules, and more strictly
// wherever two readers could see different things in one file.
//
// Safe from any thread. Spec: golang.org/x/mod v0.42.0 zip (CheckZip, Unzip) and sumdb/dirhash.

#ifndef SUMLOG_MODZIP_MODULE_ZIP_H_
#define SUMLOG_MODZIP_MODULE_ZIP_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "modzip/zip_file.h"
#include "sumlog/gosum/module_version.h"

namespace sumlog::modzip {

inline constexpr std::uint64_t kMaxZipSizeBytes = 500 * 1024 * 1024;  // zip.MaxZipFile

struct ModuleZipHashes {
  std::string zip_h1;       // dirhash.HashZip: the go.sum line of the version
  std::string go_mod_h1;    // of the go.mod in the zip, or of SyntheticGoMod when there is none
  bool has_go_mod = false;  // which of the two
};

// Checks the zip of a module version and hashes it. Whatever x/mod's CheckZip, Unzip or HashZip
// refuses, this refuses; what it accepts hashes as there. README.md lists what it refuses besides.
//
// A proxy serves the go.mod apart from the zip, as `.mod`, and the go command hashes that one for
// the "/go.mod" line of go.sum without a look into the zip. Who has a `.mod` file takes
// HashGoMod of it in place of `go_mod_h1`.
//
// kInvalidArgument: not a valid module version (gosum::CheckModuleVersion), or the zip is refused;
// the message names the member, what came and what was wanted. Else status codes as base/file.h.
//
// Cost: memory for the directory (some 500 bytes a member, at most about 200 MiB at
// the bounds of end_record.h), and buffers of fixed size. Reads the file about twice, inflates it
// once, and stops as soon as a member is larger than it claims.
absl::StatusOr<ModuleZipHashes> HashModuleZip(const gosum::ModuleVersion& module,
                                              const ZipFile& zip);

// dirhash.Hash1 of one file "go.mod" with this content. kInvalidArgument: more than
// kMaxGoModSizeBytes.
absl::StatusOr<std::string> HashGoMod(absl::string_view content);

// What the go command takes for the go.mod of a module that has none: "module <path>\n".
std::string SyntheticGoMod(absl::string_view module_path);

}  // namespace sumlog::modzip

#endif  // SUMLOG_MODZIP_MODULE_ZIP_H_
