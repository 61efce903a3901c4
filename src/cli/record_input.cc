#include "cli/record_input.h"

#include <fcntl.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "cli/printable.h"
#include "modzip/member_rules.h"
#include "modzip/module_zip.h"
#include "modzip/zip_file.h"

namespace sumlog::cli {
namespace {

absl::Status CheckFlags(const RecordFlags& flags) {
  const bool has_hash = !flags.sum.empty() || !flags.mod_sum.empty();
  if (!flags.from_zip.empty()) {
    if (!has_hash) return absl::OkStatus();
    return absl::InvalidArgumentError(
        "--from-zip and --sum or --mod-sum are given, want one of the two ways");
  }
  if (!flags.mod.empty()) {
    return absl::InvalidArgumentError("--mod goes with --from-zip, which is not given");
  }
  if (!has_hash) {
    return absl::InvalidArgumentError(
        "no hashes are given\nfix: --sum h1:... --mod-sum h1:..., or --from-zip F");
  }
  if (flags.sum.empty() || flags.mod_sum.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(flags.sum.empty() ? "--mod-sum" : "--sum", " is given without ",
                     flags.sum.empty() ? "--sum" : "--mod-sum",
                     "\nwhy: a log holds both hashes of a module version or none"));
  }
  return absl::OkStatus();
}

// Says which flag a malformed hash came from.
absl::Status CheckHash(absl::string_view flag, const std::string& hash) {
  const absl::Status status = gosum::CheckH1(hash);
  if (status.ok()) return status;
  return absl::InvalidArgumentError(absl::StrCat(flag, ": ", status.message()));
}

absl::StatusOr<std::string> GoModHash(Context& context, const RecordFlags& flags,
                                      const modzip::ModuleZipHashes& hashes) {
  if (flags.mod.empty()) return hashes.go_mod_h1;
  ASSIGN_OR_RETURN(const std::string content, ReadFile(flags.mod, modzip::kMaxGoModSizeBytes));
  ASSIGN_OR_RETURN(const std::string hash, modzip::HashGoMod(content));
  if (hash != hashes.go_mod_h1) {
    *context.err << "warning: " << Printable(flags.mod)
                 << (hashes.has_go_mod
                         ? " differs from the go.mod in the zip\n"
                         : " differs from what `go` makes up for a zip without go.mod\n")
                 << "      go hashes the one that a proxy serves apart from the zip: "
                    "make sure that it is this one\n"
                 << std::flush;
  }
  return hash;
}

absl::StatusOr<modzip::ModuleZipHashes> HashZip(int fd, const gosum::ModuleVersion& module) {
  std::error_code error;
  const std::string folder = std::filesystem::temp_directory_path(error).string();
  ASSIGN_OR_RETURN(const modzip::ZipFile zip,
                   modzip::ZipFile::Spool(fd, error ? "/tmp" : folder, modzip::kMaxZipSizeBytes));
  return modzip::HashModuleZip(module, zip);
}

absl::StatusOr<modzip::ModuleZipHashes> HashZipAt(const std::string& path,
                                                  const gosum::ModuleVersion& module) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return ErrnoToStatus(errno, "open", path);
  absl::StatusOr<modzip::ModuleZipHashes> hashes = HashZip(file.get(), module);
  if (hashes.ok()) return hashes;
  return absl::Status(hashes.status().code(), absl::StrCat(path, ": ", hashes.status().message()));
}

absl::StatusOr<gosum::Record> ReadZip(Context& context, const RecordFlags& flags,
                                      const gosum::ModuleVersion& module) {
  ASSIGN_OR_RETURN(const modzip::ModuleZipHashes hashes, HashZipAt(flags.from_zip, module));
  ASSIGN_OR_RETURN(const std::string mod_hash, GoModHash(context, flags, hashes));
  return gosum::Record{.module = module, .zip_hash = hashes.zip_h1, .mod_hash = mod_hash};
}

}  // namespace

void AddRecordFlags(CLI::App& verb, RecordFlags& flags) {
  verb.add_option("MODULE@VERSION", flags.module, "such as corp.example.com/lib@v1.2.3")
      ->required();
  verb.add_option("--sum", flags.sum, "hash of its zip, as in go.sum")->type_name("h1:...");
  verb.add_option("--mod-sum", flags.mod_sum, "hash of its go.mod, as in go.sum")
      ->type_name("h1:...");
  verb.add_option("--from-zip", flags.from_zip, "or hash this zip, by the rules of `go`")
      ->type_name("F");
  verb.add_option("--mod", flags.mod, "with it: the go.mod that the proxy serves")->type_name("F");
}

absl::StatusOr<gosum::Record> ReadRecord(Context& context, const RecordFlags& flags) {
  ASSIGN_OR_RETURN(const gosum::ModuleVersion module, gosum::ParseModuleVersion(flags.module));
  RETURN_IF_ERROR(CheckFlags(flags));
  if (flags.from_zip.empty()) {
    RETURN_IF_ERROR(CheckHash("--sum", flags.sum));
    RETURN_IF_ERROR(CheckHash("--mod-sum", flags.mod_sum));
    return gosum::Record{.module = module, .zip_hash = flags.sum, .mod_hash = flags.mod_sum};
  }
  absl::StatusOr<gosum::Record> record = ReadZip(context, flags, module);
  // A missing file is not "not in the log".
  if (absl::IsNotFound(record.status())) return absl::UnavailableError(record.status().message());
  return record;
}

}  // namespace sumlog::cli
