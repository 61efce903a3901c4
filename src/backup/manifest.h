// The manifest: what a backup says of itself, signed by the log's key.
//
//   sumlog backup v1
//   key sum.example.com+c89c7779+AZ…
//   label nightly
//   made 2026-11-21T12:00:00.000000Z
//   size 1000
//   root d79jYEOPpUOUsZZkn7p2kIBK5f83xMB5rVvX+Wc3Jjk=
//   head Z28uc3VtIGRhdGFiYXNlIHRyZWUK…                    the whole signed head, in base64
//   file 91 b1946ac92492d2347c6235b4d2611184… CURRENT     bytes, SHA-256, name; by name
//   file 4096 591785b794601e212b260e25925636fd… 000012.sst
//
//   — sum.example.com yJx3edd…
//
// Its first line is no tree head's, so nobody can take it for one. It holds no private key.
//
// Pure; safe from any thread.

#ifndef SUMLOG_BACKUP_MANIFEST_H_
#define SUMLOG_BACKUP_MANIFEST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "crypto/sha256.h"
#include "sumlog/tlog/note.h"
#include "sumlog/tlog/tree_head.h"

namespace sumlog::backup {

// A file of a backup.
struct ManifestFile {
  std::string name;  // in the folder "db" of the backup: a plain name
  std::uint64_t size_bytes = 0;
  crypto::Digest sha256 = {};

  friend bool operator==(const ManifestFile&, const ManifestFile&) = default;
};

struct Manifest {
  std::string key;  // the log's verifier key
  std::string label;
  absl::Time made_at;         // kept with microseconds
  tlog::SignedTreeHead head;  // the newest in the copy
  std::vector<ManifestFile> files;

  std::uint64_t size_bytes() const;  // of all files
};

// The signed note. kInvalidArgument: a name or label that is none, or more files than a note holds
// (about 9,000, of 16 to 64 MiB each).
absl::StatusOr<std::string> SignManifest(const Manifest& manifest, const tlog::Signer& signer);

// The inverse.
//   kUnauthenticated  a manifest that `key` has not signed: another log's
//   kDataLoss         its signature by `key` is wrong: changed since
//   kInvalidArgument  not a manifest that SignManifest has written
absl::StatusOr<Manifest> OpenManifest(absl::string_view note, const tlog::VerifierKey& key);

}  // namespace sumlog::backup

#endif  // SUMLOG_BACKUP_MANIFEST_H_
