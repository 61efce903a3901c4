// Globs over slash-separated names: Go's path.Match.
//
// Thread rule: Glob is constant after construction; safe from any thread.
// Spec: package path of Go 1.26, func Match.

#ifndef SUMLOG_GOSUM_GLOB_H_
#define SUMLOG_GOSUM_GLOB_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sumlog::gosum {

class Glob {
 public:
  // kInvalidArgument when path.Match returns ErrBadPattern, with a reason that reads on after the
  // pattern: "ends inside a class".
  static absl::StatusOr<Glob> Parse(absl::string_view pattern);

  // Whether the glob matches all of `name`. Cost: at most the product of both lengths, and no
  // allocation. A star gives its first fit to what follows it and never tries another, which is all
  // there is as long as only a '/' in the pattern matches a '/'. A negated class may match one as
  // well; then a match may be missed, exactly where Go misses it.
  bool Matches(absl::string_view name) const;

 private:
  struct Range {
    char32_t first = 0, last = 0;
  };
  // Matches one byte of a name, or one character.
  struct Term {
    enum class Kind { kByte, kAnyButSlash, kClass };
    Kind kind = Kind::kByte;
    char byte = 0;              // of kByte
    bool is_negated = false;    // of kClass
    std::vector<Range> ranges;  // of kClass
  };
  // A run of terms, with or without a star before it. Only the last one may have no terms.
  struct Chunk {
    bool has_star = false;
    std::vector<Term> terms;
  };

  static absl::StatusOr<Term> TakeTerm(absl::string_view* pattern);
  static absl::StatusOr<Term> TakeClass(absl::string_view* pattern);
  static bool MatchTerm(const Term& term, absl::string_view* name);
  static std::optional<absl::string_view> MatchTerms(const std::vector<Term>& terms,
                                                     absl::string_view name);
  static std::optional<absl::string_view> MatchChunk(const Chunk& chunk, bool is_last,
                                                     absl::string_view name);

  std::vector<Chunk> chunks_;
};

}  // namespace sumlog::gosum

#endif  // SUMLOG_GOSUM_GLOB_H_
