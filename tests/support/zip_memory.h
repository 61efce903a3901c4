// Zip files that lie in memory alone.
//
// Safe from any thread.

#ifndef SUMLOG_TESTS_SUPPORT_ZIP_MEMORY_H_
#define SUMLOG_TESTS_SUPPORT_ZIP_MEMORY_H_

#include <sys/mman.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/string_view.h"
#include "base/check.h"
#include "base/file.h"
#include "modzip/module_zip.h"
#include "modzip/zip_file.h"

namespace sumlog::testing {

inline modzip::ZipFile ZipInMemory(absl::string_view bytes) {
  FileDescriptor file(::memfd_create("zip", MFD_CLOEXEC));
  CHECK(file.valid());
  CHECK(::write(file.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  auto zip = modzip::ZipFile::Adopt(std::move(file), modzip::kMaxZipSizeBytes);
  CHECK(zip.ok());
  return *std::move(zip);
}

}  // namespace sumlog::testing

#endif  // SUMLOG_TESTS_SUPPORT_ZIP_MEMORY_H_
