// Lists of module path patterns, as GOPRIVATE and GONOSUMDB have them: "git.corp.example,*.corp/x".
//
// They decide which module names may never be asked of a public host, so a pattern that could not
// do its work is an error here; the go command ignores it.
//
// Thread rule: ModulePatterns is constant after construction; safe from any thread.
// Spec: golang.org/x/mod/module v0.42.0 MatchPrefixPatterns, with Go's path.Match.

#ifndef SUMLOG_GOSUM_MODULE_PATTERN_H_
#define SUMLOG_GOSUM_MODULE_PATTERN_H_

#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sumlog::gosum {

// Bounds the work of a match. Lists in use have a few dozen patterns.
inline constexpr std::size_t kMaxPatternListSizeBytes = 64 * 1024;

class ModulePatterns {
 public:
  ModulePatterns();  // matches nothing

  // Reads a comma-separated list. A pattern is a glob over path elements: '*' any characters of one
  // element, '?' one of them, "[a-z]" and "[^a-z]" a class, '\' takes the next character as it is.
  // Empty patterns and one slash at the end of a pattern are ignored, as in Go.
  //
  // kInvalidArgument, naming the pattern: it is malformed ("[a", "[]", a lone '\'), has white space
  // or control characters (no module path has them), or the list is longer than
  // kMaxPatternListSizeBytes.
  static absl::StatusOr<ModulePatterns> Parse(absl::string_view list);

  // Whether a pattern matches `path` (unescaped, of any length) or the elements it begins with:
  // "corp.example" and "corp.example/*" both match "corp.example/a/b", only the first one matches
  // "corp.example" itself.
  bool Matches(absl::string_view path) const;

  // Whether there is no pattern at all.
  bool empty() const;

 private:
  struct List;
  explicit ModulePatterns(std::shared_ptr<const List> list);

  std::shared_ptr<const List> list_;  // never null; shared because copies of a constant may be
};

}  // namespace sumlog::gosum

#endif  // SUMLOG_GOSUM_MODULE_PATTERN_H_
