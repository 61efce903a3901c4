// Command unicodetables writes src/gosum/unicode_tables.cc from the tables of the Go that runs it:
//
//	go run ./unicodetables | clang-format-14 > ../../src/gosum/unicode_tables.cc
//
// The test of package gosum compares every code point with Go, so a table that went stale is found.
package main

import (
	"fmt"
	"unicode"
)

// A caseRange says that the runes first, first+stride … last fold by adding delta.
type caseRange struct{ first, last, stride, delta rune }

// leastOfOrbit returns the least rune that is equal to r but for case; A to Z stand as a to z.
func leastOfOrbit(r rune) rune {
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	if 'A' <= least && least <= 'Z' {
		least += 'a' - 'A'
	}
	return least
}

func caseRanges() []caseRange {
	var ranges []caseRange
	for r := rune(0); r <= unicode.MaxRune; r++ {
		delta := leastOfOrbit(r) - r
		if delta == 0 {
			continue
		}
		if len(ranges) > 0 {
			last := &ranges[len(ranges)-1]
			step := r - last.last
			if last.delta == delta && (step == last.stride || last.first == last.last && step <= 2) {
				last.last, last.stride = r, step
				continue
			}
		}
		ranges = append(ranges, caseRange{r, r, 1, delta})
	}
	return ranges
}

func main() {
	fmt.Printf("// Written by tests/interop/unicodetables from Unicode %s; not by hand.\n\n", unicode.Version)
	fmt.Print("#include \"gosum/unicode_tables.h\"\n\nnamespace sumlog::gosum {\nnamespace {\n\n")
	fmt.Print("constexpr RuneRange kLetters[] = {")
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !unicode.IsLetter(r) {
			continue
		}
		first := r
		for unicode.IsLetter(r + 1) {
			r++
		}
		fmt.Printf("{%#x, %#x}, ", first, r)
	}
	fmt.Print("};\n\nconstexpr CaseRange kCases[] = {")
	for _, c := range caseRanges() {
		fmt.Printf("{%#x, %#x, %d, %d}, ", c.first, c.last, c.stride, c.delta)
	}
	fmt.Print("};\n\n}  // namespace\n\n")
	fmt.Print("absl::Span<const RuneRange> LetterRanges() { return kLetters; }\n\n")
	fmt.Print("absl::Span<const CaseRange> CaseRanges() { return kCases; }\n\n")
	fmt.Print("}  // namespace sumlog::gosum\n")
}
