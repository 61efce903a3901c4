package gosum

import (
	"math/rand"
	"strings"
)

var pathSeeds = []string{
	"x.y", "x.y/z", "rsc.io/quote/v3", "github.com/BurntSushi/toml", "golang.org/toolchain",
	"gopkg.in/yaml.v2", "gopkg.in/check.v1", "gopkg.in/user/pkg.v0", "gopkg.in/a.v3-unstable",
	"gopkg.in", "x.y/com1", "x.y/aux.txt", "x.y/LPT9", "x.y/z~1", "x.y/a~b.c~1", "x.y/v2/w",
	"x.y/v10", "x.y/испытание", "1.2/3", "v2.x/y", "example.com/a/b/c/d/e/f/v17",
}

var versionSeeds = []string{
	"v0.0.0", "v1.2.3", "v2.0.0", "v3.1.4", "v17.0.0+incompatible", "v2.0.0+incompatible",
	"v1.0.0-alpha.1", "v1.2.3-0", "v1.2.3-rc.1+incompatible", "v1.2.3+meta", "v1", "v1.2",
	"v0.0.0-20160102150405-abcdef123456", "v0.0.1-go1.26.8.linux-amd64", "v1.2.3-RC1", "master",
	"v10.0.0", "con", ".v", "a b",
}

var patternSeeds = []string{
	"rsc.io", "*.io", "*/quote", "rsc*,*/*/v3", "[a-z]*.y/?", "x.y/[^a-c]*", "git.corp.example/*",
	"a\\*b", "*a*b*c", "[\\]-a]", "[é-я]", "rsc.io/", ",,a.b,", "[[]", "[^^]x", "x.y/*[^x]*",
}

// What near misses are made of.
var pathTokens = strings.Split("/ . .. // - _ ~ ~1 ~12 v v0 v1 v2 /v2 /v3 /v10 .v1 .v2 .v0 .v02 "+
	"-unstable gopkg.in/ gopkg.in aux con COM1 lpt9 nul a b Z x.y x.y/ 0 1 9 ! !a !Z é @ % + \xff", " ")

var versionTokens = strings.Split("v v1 v2 v0 v17 . 0 1 10 01 00 .0 .1 .2.3 - -rc -0 -00 -0a .a + +meta "+
	"+incompatible incompatible -unstable v0.0.0- 20160102150405 a Z ! !a / /go.mod con ~ é @ \xff", " ")

var patternTokens = strings.Split("* ** ? [ ] [a-z] [^a] [^a-c] [x.] [\\]] [*] [é] - ^ \\ \\* \\[ , / a b c "+
	"x.y rsc.io quote v3 . é \xff", " ")

// generator makes inputs from a seed, each time the same.
type generator struct{ *rand.Rand }

func (g generator) pick(list []string) string { return list[g.Intn(len(list))] }

// text is a seed, a mutated seed or a chain of tokens.
func (g generator) text(seeds, tokens []string) string {
	switch g.Intn(8) {
	case 0:
		return g.pick(seeds)
	case 1, 2, 3:
		return g.chain(tokens)
	default:
		text := g.pick(seeds)
		for range 1 + g.Intn(3) {
			text = g.mutate(text, tokens)
		}
		return text
	}
}

func (g generator) chain(tokens []string) string {
	var text strings.Builder
	for range 1 + g.Intn(7) {
		text.WriteString(g.pick(tokens))
	}
	return text.String()
}

func (g generator) mutate(text string, tokens []string) string {
	at := g.Intn(len(text) + 1)
	switch g.Intn(6) {
	case 0: // any byte in place of another
		if at == len(text) {
			return text + string([]byte{byte(g.Intn(256))})
		}
		return text[:at] + string([]byte{byte(g.Intn(256))}) + text[at+1:]
	case 1: // any rune more
		return text[:at] + string(rune(g.Intn(0x500))) + text[at:]
	case 2: // a token more
		return text[:at] + g.pick(tokens) + text[at:]
	case 3: // a piece less
		return text[:at] + text[at+g.Intn(min(3, len(text)-at)+1):]
	case 4: // the case of one letter
		if at == len(text) {
			return strings.ToUpper(text)
		}
		return text[:at] + strings.ToUpper(text[at:at+1]) + text[at+1:]
	default: // a piece doubled
		end := min(len(text), at+g.Intn(4))
		return text[:end] + text[at:end] + text[end:]
	}
}

// instance makes a name that one pattern of a list may well match: each wildcard becomes some text.
func (g generator) instance(list string) string {
	var name strings.Builder
	pattern := g.pick(strings.Split(list, ","))
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; c {
		case '*':
			name.WriteString(g.pick([]string{"", "", "a", "ab", "xbc", "é", "/", "\xff"}))
		case '?':
			name.WriteString(g.pick([]string{"a", "é", "z", "\xff", "/", ""}))
		case '[':
			name.WriteString(g.pick([]string{"a", "b", "x", "é", "]", "/", "-", "[", "*"}))
			if end := strings.IndexByte(pattern[i:], ']'); end > 0 {
				i += end
			}
		case '\\':
			// The next character stands for itself.
		default:
			name.WriteByte(c)
		}
	}
	return name.String() + g.pick([]string{"", "", "/", "/v2", "x", "/a/b"})
}
