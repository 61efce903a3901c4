// Goal: no bytes make the reader of module zips crash, and a refusal is the caller's fault with a
// message that is safe to show.
// Method: libFuzzer; each input is a zip in memory, hashed as a module that the seeds name.

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "base/check.h"
#include "modzip/module_zip.h"
#include "sumlog/gosum/record.h"
#include "support/zip_memory.h"

namespace sumlog::modzip {
namespace {

void Fuzz(absl::string_view bytes) {
  const ZipFile zip = testing::ZipInMemory(bytes);
  const auto hashes = HashModuleZip({.path = "example.com/m", .version = "v1.2.3"}, zip);
  if (hashes.ok()) {
    CHECK(gosum::CheckH1(hashes->zip_h1).ok() && gosum::CheckH1(hashes->go_mod_h1).ok());
    return;
  }
  CHECK(absl::IsInvalidArgument(hashes.status()));
  const std::string ascii = absl::StrReplaceAll(hashes.status().message(), {{"…", ""}});
  CHECK(!ascii.empty());
  for (const char c : ascii) CHECK(absl::ascii_isprint(static_cast<unsigned char>(c)));
}

}  // namespace
}  // namespace sumlog::modzip

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sumlog::modzip::Fuzz(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
