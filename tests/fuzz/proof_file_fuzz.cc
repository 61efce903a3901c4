// Goal: no text crashes the parser of proof files, and what it accepts it would write again, byte
// for byte. Method: libFuzzer; what is accepted is also verified, which must not succeed: nobody
// has the key.

#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "sumlog/tlog/proof_file.h"

namespace sumlog::tlog {
namespace {

void Fuzz(absl::string_view text) {
  static const Signer* const signer = new Signer(*Signer::FromSeed("fuzz.example", Ed25519Seed{9}));
  const absl::StatusOr<ProofFile> file = ParseProofFile(text);
  if (!file.ok()) {
    CHECK(absl::IsInvalidArgument(file.status()));
    return;
  }
  const absl::StatusOr<std::string> again = FormatProofFile(*file);
  CHECK(again.ok() && *again == text);
  CHECK(!VerifyProofFile(*file, LeafHash(file->extra), {&signer->verifier(), 1}).ok());
}

}  // namespace
}  // namespace sumlog::tlog

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sumlog::tlog::Fuzz(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
