#include "modzip/member_rules.h"

#include <sys/stat.h>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "gosum/file_path.h"
#include "gosum/quote.h"
#include "modzip/path_tree.h"

namespace sumlog::modzip {
namespace {

absl::Status CheckKind(const Member& member) {
  const std::uint32_t kind = member.unix_mode & S_IFMT;
  const std::uint32_t want = member.is_folder() ? S_IFDIR : S_IFREG;
  if (kind == 0 || kind == want) return absl::OkStatus();
  if (kind == S_IFLNK) return BadMember(member.name, "is a symbolic link");
  return BadMember(member.name, absl::StrCat("has mode ", absl::Hex(member.unix_mode), " (hex), ",
                                             "want a regular file, or a folder ending in '/'"));
}

// `path` is the member's inside the module, not empty and without the slash of a folder.
absl::Status CheckPath(const Member& member, absl::string_view path, PathTree* tree) {
  if (const absl::Status status = gosum::CheckFilePath(path); !status.ok()) {
    return BadMember(member.name, status.message());
  }
  if (const absl::Status status = tree->Add(path, member.is_folder()); !status.ok()) {
    return BadMember(member.name, status.message());
  }
  return absl::OkStatus();
}

// A go.mod below the root would begin another module; one in capitals would be one on some systems.
absl::Status CheckGoModName(const Member& member, absl::string_view path) {
  const absl::string_view base = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  if (!absl::EqualsIgnoreCase(base, "go.mod")) return absl::OkStatus();
  if (base != path) return BadMember(member.name, "is a go.mod outside the module's root");
  if (base != "go.mod") return BadMember(member.name, "is not spelled \"go.mod\"");
  return absl::OkStatus();
}

absl::Status CheckSize(const Member& member, absl::string_view path, std::uint64_t* total) {
  *total += member.size_bytes;
  if (*total > kMaxContentSizeBytes) {
    return BadMember(member.name, absl::StrCat("brings the content to ", *total,
                                               " bytes, want at most ", kMaxContentSizeBytes));
  }
  const std::uint64_t limit = path == "go.mod"    ? kMaxGoModSizeBytes
                              : path == "LICENSE" ? kMaxLicenseSizeBytes
                                                  : kMaxContentSizeBytes;
  if (member.size_bytes <= limit) return absl::OkStatus();
  return BadMember(member.name,
                   absl::StrCat("has ", member.size_bytes, " bytes, want at most ", limit));
}

absl::Status CheckFolder(const Member& member) {
  if (member.size_bytes == 0) return absl::OkStatus();
  return BadMember(member.name,
                   absl::StrCat("is a folder of ", member.size_bytes, " bytes, want none"));
}

}  // namespace

std::string NamePrefix(const gosum::ModuleVersion& module) {
  return absl::StrCat(module.ToString(), "/");
}

absl::Status CheckMembers(const gosum::ModuleVersion& module, const std::vector<Member>& members) {
  const std::string prefix = NamePrefix(module);
  absl::flat_hash_set<absl::string_view> names;
  PathTree tree;
  std::uint64_t total = 0;
  for (const Member& member : members) {
    if (member.name.size() > kMaxNameSizeBytes) {
      return BadMember(member.name, absl::StrCat("has a name of ", member.name.size(),
                                                 " bytes, want at most ", kMaxNameSizeBytes));
    }
    absl::string_view path = member.name;
    if (!absl::ConsumePrefix(&path, prefix)) {
      return BadMember(member.name, absl::StrCat("is not below ", gosum::Quote(prefix)));
    }
    if (!names.insert(member.name).second) return BadMember(member.name, "is there twice");
    RETURN_IF_ERROR(CheckKind(member));
    if (member.is_folder()) RETURN_IF_ERROR(CheckFolder(member));
    if (path.empty()) continue;  // the module's root
    absl::ConsumeSuffix(&path, "/");
    RETURN_IF_ERROR(CheckPath(member, path, &tree));
    if (member.is_folder()) continue;
    RETURN_IF_ERROR(CheckGoModName(member, path));
    RETURN_IF_ERROR(CheckSize(member, path, &total));
  }
  return absl::OkStatus();
}

}  // namespace sumlog::modzip
