// Which members a module zip may have.
//
// Pure; safe from any thread. Spec: golang.org/x/mod/zip v0.42.0 CheckZip, and that package's own
// comment where CheckZip does not look (symbolic links).

#ifndef SUMLOG_MODZIP_MEMBER_RULES_H_
#define SUMLOG_MODZIP_MEMBER_RULES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "modzip/directory.h"
#include "sumlog/gosum/module_version.h"

namespace sumlog::modzip {

inline constexpr std::uint64_t kMaxContentSizeBytes = 500 * 1024 * 1024;  // of all files together
inline constexpr std::uint64_t kMaxGoModSizeBytes = 16 * 1024 * 1024;
inline constexpr std::uint64_t kMaxLicenseSizeBytes = 16 * 1024 * 1024;

// What Linux can open (PATH_MAX); the go command could not unpack a longer name.
inline constexpr std::size_t kMaxNameSizeBytes = 4096;

// What every member's name begins with: "path@version/".
std::string NamePrefix(const gosum::ModuleVersion& module);

// OK when CheckZip accepts the members of this (valid) module, and moreover: no name is longer than
// kMaxNameSizeBytes, none comes twice even if it is a folder's, folders have no content, nothing is
// a symbolic link or otherwise irregular, and PathTree has room. Else kInvalidArgument, with the
// member's name and what is wrong.
absl::Status CheckMembers(const gosum::ModuleVersion& module, const std::vector<Member>& members);

}  // namespace sumlog::modzip

#endif  // SUMLOG_MODZIP_MEMBER_RULES_H_
