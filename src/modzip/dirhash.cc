#include "modzip/dirhash.h"

#include "absl/strings/str_cat.h"
#include "base/base64.h"
#include "base/check.h"
#include "crypto/hex.h"

namespace sumlog::modzip {
namespace {

absl::string_view AsText(const crypto::Digest& digest) {
  return absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size());
}

}  // namespace

void DirHash::AddFile(absl::string_view name, const crypto::Digest& content_digest) {
  CHECK(last_name_ <= name && name.find('\n') == absl::string_view::npos);
  last_name_ = std::string(name);
  lines_.Add(absl::StrCat(crypto::HexOf(content_digest), "  ", name, "\n"));
}

std::string DirHash::Finish() {
  last_name_.clear();
  return absl::StrCat("h1:", Base64Encode(AsText(lines_.Finish())));
}

}  // namespace sumlog::modzip
