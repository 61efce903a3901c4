// Package gosum compares our rules of module paths and versions with golang.org/x/mod's, on
// generated inputs. Nothing may differ but what this file lists.
package gosum

import (
	"encoding/base64"
	"path"
	"strings"

	"golang.org/x/mod/module"
)

// The bounds of include/sumlog/gosum/*.h. x/mod has none. Ours are far above what exists, and keep
// rows, queues and error bodies small whatever a client sends.
const (
	maxPathSize        = 1024
	maxVersionSize     = 256
	maxPatternListSize = 64 * 1024
)

// acceptPath says whether ours must accept a path. Difference: the bound on its length.
func acceptPath(p string) bool {
	return module.CheckPath(p) == nil && len(p) <= maxPathSize
}

// acceptVersion says whether ours must accept a version for escaping. Difference: the bound.
func acceptVersion(v string) bool {
	_, err := module.EscapeVersion(v)
	return err == nil && len(v) <= maxVersionSize
}

// isCanonical says whether a version may stand in go.sum. Difference: the bound.
func isCanonical(v string) bool {
	return v != "" && module.CanonicalVersion(v) == v && len(v) <= maxVersionSize
}

// acceptModule says whether ours must accept a path with a version. Differences: the bounds; and
// module.Check takes every semantic version ("v1.2", "v1.2.3+meta"), while the go command looks up
// and records canonical ones only, so a log of others would hold records that nobody can ask for.
func acceptModule(p, v string) bool {
	return module.Check(p, v) == nil && acceptPath(p) && isCanonical(v)
}

// acceptPatterns says whether ours must accept a pattern list. Difference: MatchPrefixPatterns
// ignores a malformed pattern, and never matches one with white space or control characters (but in
// a negated class). The list keeps private names from public hosts, so ours refuses both.
func acceptPatterns(list string) bool {
	if len(list) > maxPatternListSize {
		return false
	}
	for pattern := range strings.SplitSeq(list, ",") {
		if _, err := path.Match(strings.TrimSuffix(pattern, "/"), ""); err != nil {
			return false
		}
		for _, c := range []byte(pattern) {
			if c <= ' ' || c == 0x7f {
				return false
			}
		}
	}
	return true
}

// acceptH1 says whether ours must accept a hash. Difference: encoding/base64 skips "\r" and "\n" and
// (unless Strict) ignores bits behind the last byte; with ours a hash has one spelling, since
// go.sum lines are compared as text.
func acceptH1(hash string) bool {
	text, ok := strings.CutPrefix(hash, "h1:")
	if !ok || strings.ContainsAny(text, "\r\n") {
		return false
	}
	sum, err := base64.StdEncoding.Strict().DecodeString(text)
	return err == nil && len(sum) == 32
}
