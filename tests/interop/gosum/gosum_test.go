package gosum

import (
	"bytes"
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/tlog"

	"sumlog.test/interop/oracle"
)

const rounds = 20000

// session asks the oracle, and counts both outcomes: a test that never sees one of them is worth
// little.
type session struct {
	t        *testing.T
	oracle   *oracle.Oracle
	gen      generator
	accepted int
	refused  int
}

func start(t *testing.T, seed int64) *session {
	s := &session{t: t, oracle: oracle.Start(t, "SUMLOG_GOSUM_ORACLE"), gen: generator{rand.New(rand.NewSource(seed))}}
	t.Cleanup(func() {
		t.Logf("%d accepted, %d refused", s.accepted, s.refused)
		if least := (s.accepted + s.refused) / 20; s.accepted < least || s.refused < least {
			t.Errorf("inputs are too one-sided: %d accepted, %d refused", s.accepted, s.refused)
		}
	})
	return s
}

// expect asks one question: ours must accept if and only if accept says so, and then answer with
// these texts. A refusal must be the caller's fault, with a reason.
func (s *session) expect(accept bool, texts []string, question string, fields ...any) {
	s.t.Helper()
	got := s.oracle.Ask(question, fields...)
	if got.OK != accept {
		s.t.Errorf("%s %q: we say %v, want accepted: %v", question, fields, got, accept)
		return
	}
	if !accept {
		s.refused++
		if got.Code != "INVALID_ARGUMENT" || got.Message == "" {
			s.t.Errorf("%s %q: refused with %v", question, fields, got)
		}
		return
	}
	s.accepted++
	if len(got.Fields) != len(texts) {
		s.t.Errorf("%s %q: got %d fields, want %d", question, fields, len(got.Fields), len(texts))
		return
	}
	for i, text := range texts {
		if string(oracle.Bytes(got.Fields[i])) != text {
			s.t.Errorf("%s %q: got %q, want %q", question, fields, oracle.Bytes(got.Fields[i]), text)
		}
	}
}

// expectYes asks a question whose answer is the word "yes" or "no".
func (s *session) expectYes(yes bool, question string, fields ...any) {
	s.t.Helper()
	want := map[bool]string{true: "yes", false: "no"}[yes]
	if got := s.oracle.Ask(question, fields...); !got.OK || got.Fields[0] != want {
		s.t.Errorf("%s %q: got %v %v, want %s", question, fields, got, got.Fields, want)
	}
	if yes {
		s.accepted++
	} else {
		s.refused++
	}
}

// everyByte puts each byte, and some runes, at each end of and into the middle of a text.
func everyByte(text string) []string {
	var texts []string
	middle := len(text) / 2
	insert := func(piece string) {
		texts = append(texts, piece+text, text+piece, text[:middle]+piece+text[middle:])
	}
	for code := range 256 {
		insert(string([]byte{byte(code)}))
	}
	for _, r := range "éÉſKİıß☺\u00a0\u2028\ufeff\ufffd𝒜" {
		insert(string(r))
	}
	return texts
}

func (s *session) paths() []string {
	paths := append([]string{""}, pathSeeds...)
	for _, seed := range []string{"x.y/zz", "x.y", "gopkg.in/a.v2", "x.y/com/v2", "x.y/!a!b"} {
		paths = append(paths, everyByte(seed)...)
	}
	for range rounds {
		paths = append(paths, s.gen.text(pathSeeds, pathTokens))
	}
	long := "x.y/" + strings.Repeat("a", maxPathSize)
	for size := maxPathSize - 2; size <= maxPathSize+2; size++ {
		paths = append(paths, long[:size], strings.ToUpper(long[:size]), "x.y/"+strings.ToUpper(long[4:size]))
	}
	return paths
}

func (s *session) versions() []string {
	versions := append([]string{""}, versionSeeds...)
	for _, seed := range []string{"v1.2.3", "v2.0.0-rc.1", "v1.0.0+incompatible", "ab", "!a!b"} {
		versions = append(versions, everyByte(seed)...)
	}
	for range rounds {
		versions = append(versions, s.gen.text(versionSeeds, versionTokens))
	}
	for size := maxVersionSize - 2; size <= maxVersionSize+2; size++ {
		versions = append(versions, "v1.0.0-"+strings.Repeat("a", size-7), "v1.0.0-"+strings.Repeat("A", size-7))
	}
	return versions
}

func TestPathsAgree(t *testing.T) {
	s := start(t, 1)
	for _, path := range s.paths() {
		s.expect(acceptPath(path), nil, "check-path", path)
		escaped, _ := module.EscapePath(path)
		s.expect(acceptPath(path), []string{escaped}, "escape-path", path)
		for _, text := range []string{path, escaped, strings.ToLower(path), bang(path)} {
			plain, err := module.UnescapePath(text)
			s.expect(err == nil && acceptPath(plain), []string{plain}, "unescape-path", text)
		}
	}
}

// bang escapes without asking whether it may.
func bang(text string) string {
	var out strings.Builder
	for _, c := range []byte(text) {
		if 'A' <= c && c <= 'Z' {
			out.WriteByte('!')
			c += 'a' - 'A'
		}
		out.WriteByte(c)
	}
	return out.String()
}

func TestVersionsAgree(t *testing.T) {
	s := start(t, 2)
	for _, version := range s.versions() {
		s.expectYes(isCanonical(version), "canonical", version)
		escaped, _ := module.EscapeVersion(version)
		s.expect(acceptVersion(version), []string{escaped}, "escape-version", version)
		for _, text := range []string{version, escaped, bang(version)} {
			plain, err := module.UnescapeVersion(text)
			s.expect(err == nil && len(plain) <= maxVersionSize, []string{plain}, "unescape-version", text)
		}
	}
}

func TestPathsWithVersionsAgree(t *testing.T) {
	s := start(t, 3)
	paths, versions := s.paths(), s.versions()
	// Valid ones more often than chance has it, so that the rules about both parts are reached.
	var validPaths, validVersions []string
	for _, path := range paths {
		if module.CheckPath(path) == nil {
			validPaths = append(validPaths, path)
		}
	}
	for _, version := range versions {
		if module.CanonicalVersion(version) != "" {
			validVersions = append(validVersions, version)
		}
	}
	for range 2 * rounds {
		path, version := s.gen.pick(validPaths), s.gen.pick(validVersions)
		switch s.gen.Intn(10) {
		case 0:
			path = s.gen.pick(paths)
		case 1:
			version = s.gen.pick(versions)
		case 2, 3: // a version of the path's own major version
			if _, major, ok := module.SplitPathVersion(path); ok && major != "" {
				version = strings.TrimSuffix(major[1:], "-unstable") + ".0.0-" + version
			}
		}
		s.expect(acceptModule(path, version), nil, "check", path, version)
		escaped := bang(path) + "@" + bang(version)
		if strings.Contains(path+version, "!") {
			continue // bang would make another module of it
		}
		s.expect(acceptModule(path, version), []string{path, version}, "parse-escaped", escaped)
	}
}

func TestPatternsAgree(t *testing.T) {
	s := start(t, 4)
	paths := s.paths()[:10000]
	for range 4 * rounds {
		list, path := s.gen.text(patternSeeds, patternTokens), s.gen.pick(paths)
		if s.gen.Intn(8) > 0 {
			path = s.gen.instance(list)
		}
		if !acceptPatterns(list) {
			s.expect(false, nil, "match", list, path)
			continue
		}
		s.expectYes(module.MatchPrefixPatterns(list, path), "match", list, path)
	}
	for _, list := range append(everyByte("a[b]*"), strings.Repeat("a", maxPatternListSize), strings.Repeat("a", maxPatternListSize+1)) {
		if !acceptPatterns(list) {
			s.expect(false, nil, "match", list, "ab")
			continue
		}
		s.expectYes(module.MatchPrefixPatterns(list, "ab"), "match", list, "ab")
	}
}

func TestHashesAgree(t *testing.T) {
	s := start(t, 5)
	const hash = "h1:w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Y="
	hashes := append(everyByte(hash), "", "h1:", hash, hash[3:], "h2:"+hash[3:], hash+"=", hash[:46])
	for code := range 256 {
		hashes = append(hashes, hash[:45]+string([]byte{byte(code)})+"=", hash[:46]+string([]byte{byte(code)}))
	}
	for range rounds / 10 {
		hashes = append(hashes, s.gen.mutate(hash, []string{"=", "A", "\n", "h1:"}), hash)
	}
	for _, text := range hashes {
		s.expect(acceptH1(text), nil, "check-h1", text)
	}
}

func TestRecordTextsAgree(t *testing.T) {
	s := start(t, 6)
	tokens := []string{"a", "b c", "\n", "\n", "\n\n", "\t", "\r", "\x00", "\x1f", "\x7f", "é", "\xff", "\xed\xa0\x80", "\ufffd", "𝒜", "\xf4\x90\x80\x80", "\xc0\x80"}
	texts := append(everyByte("a\nb\n"), "", "\n", "\n\n", "\na\n", "a", "a\n")
	for range rounds {
		texts = append(texts, s.gen.chain(tokens)+"\n", s.gen.chain(tokens[:3]))
	}
	for _, text := range texts {
		formatted, err := tlog.FormatRecord(7, []byte(text))
		s.expect(err == nil, nil, "check-record-text", text)
		if err == nil && !bytes.Equal(formatted, fmt.Appendf(nil, "7\n%s\n", text)) {
			t.Fatalf("x/mod changes the text %q", text)
		}
	}
}

// TestDifferencesAreReal fails when a difference that differences.go lists is gone, so that the list
// stays true.
func TestDifferencesAreReal(t *testing.T) {
	longPath := "x.y/" + strings.Repeat("a", maxPathSize)
	longVersion := "v1.0.0-" + strings.Repeat("a", maxVersionSize)
	if module.CheckPath(longPath) != nil || acceptPath(longPath) {
		t.Error("no difference: length of a path")
	}
	if module.Check("x.y", longVersion) != nil || acceptModule("x.y", longVersion) {
		t.Error("no difference: length of a version")
	}
	for _, version := range []string{"v1.2", "v1.2.3+meta"} {
		if module.Check("x.y", version) != nil || acceptModule("x.y", version) {
			t.Errorf("no difference: %s", version)
		}
	}
	if !module.MatchPrefixPatterns("[,x.y", "x.y") || acceptPatterns("[,x.y") {
		t.Error("no difference: malformed patterns")
	}
}
