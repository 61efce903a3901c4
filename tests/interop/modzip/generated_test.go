package modzip

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/module"
)

var modules = []module.Version{
	{Path: "example.com/m", Version: "v1.2.3"},
	{Path: "github.com/BurntSushi/toml", Version: "v1.0.0-rc.1"},
	{Path: "gopkg.in/yaml.v2", Version: "v2.4.0"},
	{Path: "example.com/m/v3", Version: "v3.0.0-20160102150405-abcdef123456"},
	{Path: "example.com/old", Version: "v2.0.0+incompatible"},
}

func content(random *rand.Rand) []byte {
	size := random.Intn(2000)
	switch random.Intn(20) {
	case 0, 1:
		size = 0
	case 2:
		size = 60000 + random.Intn(140000) // more than a buffer
	}
	out := make([]byte, size)
	if random.Intn(3) == 0 {
		random.Read(out) // cannot be deflated
		return out
	}
	for i := range out {
		out[i] = "package main\n"[random.Intn(13)]
	}
	return out
}

// generated writes a zip as Go's own writer does. Returns the names.
func generated(t *testing.T, random *rand.Rand, m module.Version) ([]byte, []string) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	var names []string
	fine := 20
	if random.Intn(3) == 0 {
		fine = 18
	}
	for range random.Intn(8) {
		names = append(names, name(random, fine))
	}
	if random.Intn(2) == 0 {
		names = append(names, "go.mod")
	}
	random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	prefix := m.Path + "@" + m.Version + "/"
	for i, name := range names {
		switch random.Intn(40) {
		case 0:
			names[i] = name // without the prefix
		case 1, 2:
			names[i] = prefix + name + "/"
		default:
			names[i] = prefix + name
		}
		writeMember(t, random, w, names[i])
	}
	if random.Intn(10) == 0 {
		w.SetComment("made by a test")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), names
}

// writeMember writes in one of the ways of Go's writer: sizes in the header, or behind the content.
func writeMember(t *testing.T, random *rand.Rand, w *zip.Writer, name string) {
	header := &zip.FileHeader{Name: name, Method: []uint16{zip.Store, zip.Deflate}[random.Intn(2)]}
	body := content(random)
	if strings.HasSuffix(name, "/") {
		body, header.Method = nil, zip.Store
	}
	var err error
	var to io.Writer
	if random.Intn(3) == 0 {
		packed := body
		if header.Method == zip.Deflate {
			packed = deflate(body)
		}
		header.CRC32 = crc32.ChecksumIEEE(body)
		header.CompressedSize64, header.UncompressedSize64 = uint64(len(packed)), uint64(len(body))
		to, err = w.CreateRaw(header)
		body = packed
	} else {
		to, err = w.CreateHeader(header)
	}
	if err == nil {
		_, err = to.Write(body)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// hasTwice says whether a name comes twice. Ours refuses that even of folders.
func hasTwice(names []string) bool {
	sorted := slices.Sorted(slices.Values(names))
	return len(slices.Compact(sorted)) < len(names)
}

func TestGeneratedZipsAgree(t *testing.T) {
	s := start(t)
	random := rand.New(rand.NewSource(2))
	for i := range 4000 {
		m := modules[random.Intn(len(modules))]
		content, names := generated(t, random, m)
		s.write(content)
		if hasTwice(names) {
			s.expectNoLooser(m, names)
		} else {
			s.expectAgreement(m, fmt.Sprintf("zip %d: %q", i, names))
		}
	}
	s.balanced()
}

// TestDamagedZipsAreNoLooser changes bytes anywhere in zips that were fine.
func TestDamagedZipsAreNoLooser(t *testing.T) {
	s := start(t)
	random := rand.New(rand.NewSource(3))
	m := modules[0]
	prefix := m.Path + "@" + m.Version + "/"
	base := rawZip{comment: "x", members: []rawMember{
		deflated(prefix+"go.mod", "module example.com/m\n"), stored(prefix+"b", "bb"), folder(prefix + "d/"),
		deflated(prefix+"d/c", strings.Repeat("abcdefg", 9)).with(func(m *rawMember) { m.flags = descriptorFlag }),
	}}
	plain := base.bytes()
	base.zip64 = true
	for _, whole := range [][]byte{plain, base.bytes()} {
		// Every bit of the file, then random damage.
		for i := range 8 * len(whole) {
			damaged := slices.Clone(whole)
			damaged[i/8] ^= 1 << (i % 8)
			s.write(damaged)
			s.expectNoLooser(m, fmt.Sprintf("bit %d", i))
		}
		for size := range whole {
			s.write(whole[:size])
			s.expectNoLooser(m, fmt.Sprintf("cut to %d", size))
		}
		for range 3000 {
			damaged := slices.Clone(whole)
			for range 1 + random.Intn(4) {
				at := random.Intn(len(damaged))
				switch random.Intn(4) {
				case 0:
					damaged[at] = byte(random.Intn(256))
				case 1:
					damaged[at] = []byte{0, 1, 0xff, 8, 'P', '/'}[random.Intn(6)]
				case 2:
					damaged = slices.Delete(damaged, at, min(len(damaged), at+random.Intn(3)))
				case 3:
					from := random.Intn(len(damaged))
					damaged = slices.Insert(damaged, at, damaged[from:min(len(damaged), from+random.Intn(50))]...)
				}
				if len(damaged) == 0 {
					break
				}
			}
			s.write(damaged)
			s.expectNoLooser(m, "random damage")
		}
	}
}

// TestDamagedStreamsAreNoLooser damages deflate streams, and claims what Go reads from them: the
// claims then are no reason to refuse.
func TestDamagedStreamsAreNoLooser(t *testing.T) {
	s := start(t)
	random := rand.New(rand.NewSource(4))
	m := modules[0]
	seeds := [][]byte{deflate([]byte("short")), deflate(bytes.Repeat([]byte("abc"), 200)), deflate(content(random)),
		deflate([]byte(strings.Repeat("the quick brown fox jumps over the lazy dog ", 30))), {3, 0}, {1, 0, 0, 0xff, 0xff}}
	for i := range 8000 {
		packed := slices.Clone(seeds[random.Intn(len(seeds))])
		for range random.Intn(3) {
			at := random.Intn(min(len(packed), 100))
			switch random.Intn(3) {
			case 0:
				packed[at] ^= 1 << random.Intn(8)
			case 1:
				packed[at] = byte(random.Intn(256))
			case 2:
				packed = packed[:1+random.Intn(len(packed))]
			}
		}
		body, _ := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), 1<<20))
		member := rawMember{name: "example.com/m@v1.2.3/a", method: 8, packed: packed}.claims(string(body))
		s.write(rawZip{members: []rawMember{member}}.bytes())
		s.expectNoLooser(m, fmt.Sprintf("stream %d: %x", i, packed[:min(len(packed), 40)]))
	}
	s.balanced()
}
