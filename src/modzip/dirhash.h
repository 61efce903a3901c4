// The "h1:" hash of go.sum: one SHA-256 over a list of files and their own SHA-256.
//
// Owned by one thread. Spec: golang.org/x/mod/sumdb/dirhash v0.42.0 Hash1.

#ifndef SUMLOG_MODZIP_DIRHASH_H_
#define SUMLOG_MODZIP_DIRHASH_H_

#include <string>

#include "absl/strings/string_view.h"
#include "crypto/sha256.h"
#include "crypto/sha256_stream.h"

namespace sumlog::modzip {

class DirHash {
 public:
  // Files must come in ascending order of the bytes of their names. `name` holds no newline.
  void AddFile(absl::string_view name, const crypto::Digest& content_digest);

  // "h1:" and 44 characters of base64; then begins anew.
  std::string Finish();

 private:
  crypto::Sha256Stream lines_;
  std::string last_name_;
};

}  // namespace sumlog::modzip

#endif  // SUMLOG_MODZIP_DIRHASH_H_
