#include "gosum/glob.h"

#include <cstddef>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "base/utf8.h"

namespace sumlog::gosum {
namespace {

// Takes one character; a byte that is not UTF-8 counts as U+FFFD, as in Go. `text` is not empty.
char32_t TakeRune(absl::string_view* text) {
  constexpr char32_t kReplacement = 0xFFFD;
  const Utf8Rune rune = DecodeUtf8(*text);
  text->remove_prefix(rune.size_bytes == 0 ? 1 : rune.size_bytes);
  return rune.size_bytes == 0 ? kReplacement : rune.code_point;
}

// Takes one bound of a range inside a class.
absl::StatusOr<char32_t> TakeClassRune(absl::string_view* pattern) {
  if (absl::StartsWith(*pattern, "-")) {
    return absl::InvalidArgumentError("has '-' in a class without a character on both sides");
  }
  if (absl::StartsWith(*pattern, "]")) {
    return absl::InvalidArgumentError("has a class with a character missing before ']'");
  }
  absl::ConsumePrefix(pattern, "\\");
  if (pattern->empty()) return absl::InvalidArgumentError("ends inside a class");
  if (DecodeUtf8(*pattern).size_bytes == 0) {
    return absl::InvalidArgumentError("has a class that is not valid UTF-8");
  }
  return TakeRune(pattern);
}

}  // namespace

// `pattern` goes on behind the '['.
absl::StatusOr<Glob::Term> Glob::TakeClass(absl::string_view* pattern) {
  Term term;
  term.kind = Term::Kind::kClass;
  term.is_negated = absl::ConsumePrefix(pattern, "^");
  do {
    Range range;
    ASSIGN_OR_RETURN(range.first, TakeClassRune(pattern));
    range.last = range.first;
    if (absl::ConsumePrefix(pattern, "-")) {
      ASSIGN_OR_RETURN(range.last, TakeClassRune(pattern));
    }
    term.ranges.push_back(range);
  } while (!absl::ConsumePrefix(pattern, "]"));
  return term;
}

// `pattern` is neither empty nor begins with a star.
absl::StatusOr<Glob::Term> Glob::TakeTerm(absl::string_view* pattern) {
  Term term;
  if (absl::ConsumePrefix(pattern, "[")) return TakeClass(pattern);
  if (absl::ConsumePrefix(pattern, "?")) {
    term.kind = Term::Kind::kAnyButSlash;
    return term;
  }
  if (absl::ConsumePrefix(pattern, "\\") && pattern->empty()) {
    return absl::InvalidArgumentError("ends with a '\\' that has nothing to quote");
  }
  term.byte = pattern->front();
  pattern->remove_prefix(1);
  return term;
}

absl::StatusOr<Glob> Glob::Parse(absl::string_view pattern) {
  Glob glob;
  while (!pattern.empty()) {
    Chunk chunk;
    while (absl::ConsumePrefix(&pattern, "*")) chunk.has_star = true;
    while (!pattern.empty() && pattern.front() != '*') {
      ASSIGN_OR_RETURN(Term term, TakeTerm(&pattern));
      chunk.terms.push_back(std::move(term));
    }
    glob.chunks_.push_back(std::move(chunk));
  }
  return glob;
}

// Takes what `term` matches off the front of `name`, which is not empty.
bool Glob::MatchTerm(const Term& term, absl::string_view* name) {
  switch (term.kind) {
    case Term::Kind::kByte: {
      const char byte = name->front();
      name->remove_prefix(1);
      return byte == term.byte;
    }
    case Term::Kind::kAnyButSlash:
      return TakeRune(name) != U'/';
    case Term::Kind::kClass: {
      const char32_t rune = TakeRune(name);
      bool is_in_class = false;
      for (const Range& range : term.ranges) {
        is_in_class = is_in_class || (range.first <= rune && rune <= range.last);
      }
      return is_in_class != term.is_negated;
    }
  }
  return false;
}

// The rest of `name` behind the terms, when they match its beginning.
std::optional<absl::string_view> Glob::MatchTerms(const std::vector<Term>& terms,
                                                  absl::string_view name) {
  for (const Term& term : terms) {
    if (name.empty() || !MatchTerm(term, &name)) return std::nullopt;
  }
  return name;
}

// The rest of `name` behind the chunk at its first fit. The last chunk has to leave nothing.
std::optional<absl::string_view> Glob::MatchChunk(const Chunk& chunk, bool is_last,
                                                  absl::string_view name) {
  while (true) {
    const std::optional<absl::string_view> rest = MatchTerms(chunk.terms, name);
    if (rest.has_value() && (rest->empty() || !is_last)) return rest;
    const bool star_can_grow = chunk.has_star && !name.empty() && name.front() != '/';
    if (!star_can_grow) return std::nullopt;
    name.remove_prefix(1);
  }
}

bool Glob::Matches(absl::string_view name) const {
  for (const Chunk& chunk : chunks_) {
    const bool is_trailing_star = chunk.has_star && chunk.terms.empty();
    if (is_trailing_star) return !absl::StrContains(name, '/');
    const std::optional<absl::string_view> rest =
        MatchChunk(chunk, /*is_last=*/&chunk == &chunks_.back(), name);
    if (!rest.has_value()) return false;
    name = *rest;
  }
  return name.empty();
}

}  // namespace sumlog::gosum
