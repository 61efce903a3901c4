package modzip

import (
	"math/rand"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/mod/module"

	"sumlog.test/interop/oracle"
)

var nameTokens = strings.Split("a b B dir go.mod GO.mod Go.Mod LICENSE .go _x vendor internal aux con.txt COM1 lpt9.x "+
	". .. ... a. .a é É ß ẞ ſ s K k K Σ σ ς ǅ ǆ Ǆ İ ı i I 𐐀 𐐨 漢 字 ٣ ☺ \u0301 \xff \xed\xa0\x80 \x00 \n \x7f "+
	"! # $ % & ( ) + , - = @ [ ] ^ { } ~ ~1 ' \" * < > ? ` | \\ : ;", " ")

// name is a path of a few elements of a few tokens, mostly of such that are fine.
func name(random *rand.Rand, fine int) string {
	tokens := nameTokens
	if random.Intn(20) < fine {
		tokens = nameTokens[:12]
	}
	var out strings.Builder
	for range 1 + random.Intn(4) {
		if out.Len() > 0 {
			out.WriteByte('/')
			if random.Intn(60) == 0 {
				out.WriteByte('/')
			}
		}
		for range 1 + random.Intn(2) {
			out.WriteString(tokens[random.Intn(len(tokens))])
		}
	}
	return out.String()
}

func TestFilePathsAgree(t *testing.T) {
	s := start(t)
	paths := []string{"", "/", "a", "a/", "/a", "a//b", "./a", "a/../b", "a b", " ", "a/ "}
	for code := range 256 {
		c := string([]byte{byte(code)})
		paths = append(paths, c, c+"a", "a"+c, "a/"+c+"/b", "é"+c)
	}
	random := rand.New(rand.NewSource(1))
	for range 20000 {
		paths = append(paths, name(random, 5))
	}
	for _, path := range paths {
		want := module.CheckFilePath(path)
		got := s.oracle.Ask("check-file-path", path)
		if got.OK != (want == nil) {
			t.Errorf("%q: ours says %v, x/mod %v", path, got, want)
		}
		if got.OK {
			s.accepted++
		} else {
			s.refused++
		}
	}
	s.balanced()
}

// least stands for all runes that are equal to r but for case.
func least(r rune) rune {
	low := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		low = min(low, next)
	}
	return low
}

// TestEveryCodePointAgrees asks for all of Unicode that may have letters. Ours knows the letters of version 15; a Go that
// knows more is no error, since ours refuses them.
func TestEveryCodePointAgrees(t *testing.T) {
	s := start(t)
	const block = 0x1000
	classOf := map[string]rune{}
	for first := rune(0); first <= unicode.MaxRune; first += block {
		if first >= 0x40000 && first%(16*block) != 0 {
			continue // nothing is assigned there but tags and private use: samples will do
		}
		var texts []any
		for r := first; r < first+block; r++ {
			texts = append(texts, string(r))
		}
		for i, folded := range s.oracle.Ask("fold-paths", texts...).Fields {
			r := first + rune(i)
			accepted, want := folded != "no", module.CheckFilePath(string(r)) == nil
			if accepted != want && (accepted || unicode.Version == "15.0.0") {
				t.Errorf("%U: ours accepts %v, x/mod %v", r, accepted, want)
			}
			if !accepted {
				s.refused++
				continue
			}
			s.accepted++
			if other, ok := classOf[folded]; ok && other != least(r) {
				t.Errorf("%U folds to %q, as %U does", r, oracle.Bytes(folded), other)
			}
			classOf[folded] = least(r)
		}
	}
	forms := map[rune]bool{}
	for _, class := range classOf {
		if forms[class] {
			t.Errorf("the cases of %U have two forms in ours", class)
		}
		forms[class] = true
	}
	s.balanced()
}
