#include "modzip/module_zip.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <numeric>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "crypto/sha256.h"
#include "crypto/sha256_stream.h"
#include "modzip/archive.h"
#include "modzip/directory.h"
#include "modzip/dirhash.h"
#include "modzip/end_record.h"
#include "modzip/layout.h"
#include "modzip/member_rules.h"
#include "sumlog/gosum/module_path.h"

namespace sumlog::modzip {
namespace {

// Everything that can be said without a look at the content.
absl::StatusOr<std::vector<Member>> CheckedMembers(const gosum::ModuleVersion& module,
                                                   const ZipFile& zip) {
  ASSIGN_OR_RETURN(const DirectoryPlace place, FindDirectory(zip));
  ASSIGN_OR_RETURN(std::vector<Member> members, ReadDirectory(zip, place));
  RETURN_IF_ERROR(CheckMembers(module, members));
  RETURN_IF_ERROR(CheckLayout(zip, members, place.offset));
  return members;
}

std::vector<std::size_t> OrderByName(const std::vector<Member>& members) {
  std::vector<std::size_t> order(members.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return members[a].name < members[b].name; });
  return order;
}

std::string HashOfGoMod(const crypto::Digest& content_digest) {
  DirHash hash;
  hash.AddFile("go.mod", content_digest);
  return hash.Finish();
}

}  // namespace

absl::StatusOr<ModuleZipHashes> HashModuleZip(const gosum::ModuleVersion& module,
                                              const ZipFile& zip) {
  RETURN_IF_ERROR(gosum::CheckModuleVersion(module.path, module.version));
  ASSIGN_OR_RETURN(const std::vector<Member> members, CheckedMembers(module, zip));
  ASSIGN_OR_RETURN(const std::unique_ptr<Archive> archive, Archive::Open(zip, members));
  const std::string go_mod_name = absl::StrCat(NamePrefix(module), "go.mod");
  ModuleZipHashes hashes;
  DirHash zip_hash;
  crypto::Sha256Stream content;
  for (const std::size_t index : OrderByName(members)) {
    const std::string& name = members[index].name;
    RETURN_IF_ERROR(
        archive->ReadMember(index, [&content](absl::string_view piece) { content.Add(piece); }));
    const crypto::Digest digest = content.Finish();
    zip_hash.AddFile(name, digest);
    if (name == go_mod_name) {
      hashes.has_go_mod = true;
      hashes.go_mod_h1 = HashOfGoMod(digest);
    }
  }
  hashes.zip_h1 = zip_hash.Finish();
  if (!hashes.has_go_mod) {
    hashes.go_mod_h1 = HashOfGoMod(crypto::Sha256(SyntheticGoMod(module.path)));
  }
  return hashes;
}

absl::StatusOr<std::string> HashGoMod(absl::string_view content) {
  if (content.size() > kMaxGoModSizeBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("go.mod has ", content.size(), " bytes, want at most ", kMaxGoModSizeBytes));
  }
  return HashOfGoMod(crypto::Sha256(content));
}

std::string SyntheticGoMod(absl::string_view module_path) {
  return absl::StrCat("module ", module_path, "\n");
}

}  // namespace sumlog::modzip
