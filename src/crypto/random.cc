#include "crypto/random.h"

#include <openssl/err.h>
#include <openssl/rand.h>

#include "absl/strings/str_cat.h"

namespace sumlog::crypto {
namespace {

constexpr std::size_t kMaxRandomBytes = std::size_t{1} << 20;  // keys and tokens are far smaller

absl::Status Fill(unsigned char* out, std::size_t count) {
  // The private generator: its output is never published as such.
  if (RAND_priv_bytes(out, static_cast<int>(count)) == 1) return absl::OkStatus();
  const unsigned long error = ERR_get_error();
  ERR_clear_error();
  const char* const reason = ERR_reason_error_string(error);
  return absl::UnavailableError(
      absl::StrCat("no random bytes: ", reason != nullptr ? reason : "unknown reason"));
}

}  // namespace

absl::StatusOr<std::string> RandomBytes(std::size_t count) {
  if (count > kMaxRandomBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(count, " random bytes asked for, want at most ", kMaxRandomBytes));
  }
  std::string bytes(count, '\0');
  const absl::Status status = Fill(reinterpret_cast<unsigned char*>(bytes.data()), count);
  if (!status.ok()) return status;
  return bytes;
}

absl::StatusOr<std::array<std::uint8_t, 32>> RandomSeed() {
  std::array<std::uint8_t, 32> seed = {};
  const absl::Status status = Fill(seed.data(), seed.size());
  if (!status.ok()) return status;
  return seed;
}

}  // namespace sumlog::crypto
