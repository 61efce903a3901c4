package modzip

import (
	"bytes"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"archive/zip"

	"golang.org/x/mod/module"
	modzip "golang.org/x/mod/zip"

	"sumlog.test/interop/oracle"
)

var m = module.Version{Path: "example.com/m", Version: "v1.2.3"}

const p = "example.com/m@v1.2.3/"

// A broken zip: how it is made, whether x/mod accepts it all the same, and a piece of our message.
type broken struct {
	what     string
	zip      rawZip
	accepted bool
	message  string
}

func of(members ...rawMember) rawZip { return rawZip{members: members} }

var (
	fine       = deflated(p+"a.go", "package a\n")
	streamed   = fine.with(func(m *rawMember) { m.flags = descriptorFlag })
	other      = stored(p+"b.go", "package b\n")
	zeroMember = 0
)

func changed(change func(*rawMember)) rawZip { return of(other, fine.with(change)) }

// headed gives the member's own header other fields than the directory has.
func headed(change func(*headerFields)) rawZip {
	return changed(func(m *rawMember) {
		h := m.header()
		change(&h)
		m.inHeader = &h
	})
}

func streamedWith(change func(*rawMember)) rawZip { return of(other, streamed.with(change)) }

func large(name string, size uint32) rawZip {
	return of(deflated(name, "x").with(func(m *rawMember) { m.claimed = size }))
}

var namesCases = []broken{
	{"other prefix", of(deflated("example.com/n@v1.2.3/a.go", "x")), false, "is not below"},
	{"no prefix", of(deflated("a.go", "x")), false, "is not below"},
	{"other version", of(deflated("example.com/m@v1.2.4/a.go", "x")), false, "is not below"},
	{"prefix without slash", of(deflated("example.com/m@v1.2.3", "x")), false, "is not below"},
	{"not clean: dot", of(deflated(p+"./a", "x")), false, "ends with a dot"},
	{"not clean: dots", of(deflated(p+"b/../a", "x")), false, "ends with a dot"},
	{"climbs out", of(deflated(p+"../../a", "x")), false, "ends with a dot"},
	{"two slashes", of(deflated(p+"b//a", "x")), false, "is empty"},
	{"slash alone", of(folder(p + "/")), false, "is empty"},
	{"two slashes at the end", of(folder(p + "b//")), false, "is empty"},
	{"backslash", of(deflated(p+`b\a`, "x")), false, `contains '\'`},
	{"NUL", of(deflated(p+"a\x00b", "x")), false, "contains byte 0x00"},
	{"newline", of(deflated(p+"a\nb", "x")), false, "contains byte 0x0a"},
	{"not UTF-8", of(deflated(p+"a\xff", "x")), false, "not valid UTF-8"},
	{"not a letter", of(deflated(p+"☺", "x")), false, "U+263a"},
	{"reserved on Windows", of(deflated(p+"x/Aux.go", "x")), false, "reserved on Windows"},
	{"file twice", of(fine, fine), false, "is there twice"},
	{"folder twice", of(folder(p+"d/"), folder(p+"d/")), true, "is there twice"},
	{"root twice", of(folder(p), folder(p)), true, "is there twice"},
	{"case of a file", of(fine, deflated(p+"A.go", "x")), false, "differs only in case"},
	{"case of a folder", of(deflated(p+"d/a", "x"), deflated(p+"D/b", "x")), false, "differs only in case"},
	{"case of a letter beyond ASCII", of(deflated(p+"σ", "x"), deflated(p+"ς", "x")), false, "differs only in case"},
	{"Kelvin", of(deflated(p+"k", "x"), deflated(p+"\u212a", "x")), false, "differs only in case"},
	{"file and folder", of(deflated(p+"d", "x"), deflated(p+"d/a", "x")), false, "both a file and a folder"},
	{"folder and file", of(folder(p+"d/"), deflated(p+"d", "x")), false, "both a file and a folder"},
	{"go.mod below the root", of(deflated(p+"d/go.mod", "x")), false, "outside the module's root"},
	{"Go.Mod below the root", of(deflated(p+"d/Go.Mod", "x")), false, "outside the module's root"},
	{"go.mod in capitals", of(deflated(p+"GO.MOD", "x")), false, "not spelled"},
	{"long name", of(deflated(p+strings.Repeat("a/", 2100)+"a", "x")), false, "has a name of"},
	{"symbolic link", of(stored(p+"l", "a.go").with(func(m *rawMember) { m.mode = 0o120777 })), true, "symbolic link"},
	{"device", of(stored(p+"l", "").with(func(m *rawMember) { m.mode = 0o060644 })), true, "has mode"},
	{"folder's mode on a file", of(stored(p+"l", "").with(func(m *rawMember) { m.mode = 0o040755 })), true, "has mode"},
	{"folder with content", of(stored(p+"d/", "x")), false, "is a folder of 1 bytes"},
}

var sizeCases = []broken{
	{"go.mod too large", large(p+"go.mod", modzip.MaxGoMod+1), false, "want at most 16777216"},
	{"LICENSE too large", large(p+"LICENSE", modzip.MaxLICENSE+1), false, "want at most 16777216"},
	{"one file too large", large(p+"a", modzip.MaxZipFile+1), false, "want at most 524288000"},
	{"all files too large", of(large(p+"a", modzip.MaxZipFile-5).members[0], large(p+"b", 6).members[0]), false, "want at most 524288000"},
	{"claims less than there is", changed(func(m *rawMember) { m.claimed = 3 }), false, "more content than the 3 bytes"},
	{"claims nothing", changed(func(m *rawMember) { m.claimed = 0 }), false, "more content than the 0 bytes"},
	{"claims more than there is", changed(func(m *rawMember) { m.claimed++ }), false, "has 10 bytes of content, want 11"},
	{"stored and claims more", of(other.with(func(m *rawMember) { m.claimed++ })), false, "is stored in 10 bytes"},
	{"stored and claims less", of(other.with(func(m *rawMember) { m.claimed-- })), false, "is stored in 10 bytes"},
}

var contentCases = []broken{
	{"wrong CRC", changed(func(m *rawMember) { m.crc++ }), false, "want"},
	{"no CRC", changed(func(m *rawMember) { m.crc = 0 }), true, "has content of CRC"},
	{"deflate stream without end", changed(func(m *rawMember) {
		m.packed = slices.Concat([]byte{0, 10, 0, 0xf5, 0xff}, []byte("package a\n"))
		m.claimedIn = 15
	}), false, "cut off"},
	{"deflate stream cut off", changed(func(m *rawMember) { m.packed = m.packed[:len(m.packed)-1]; m.claimedIn-- }), false, "cut off"},
	{"deflate stream and junk", changed(func(m *rawMember) { m.packed = slices.Concat(m.packed, []byte("junk")); m.claimedIn += 4 }), true, "behind the end of its deflate stream"},
	{"not deflate", changed(func(m *rawMember) { m.packed = slices.Concat([]byte{7}, m.packed[1:]) }), false, "malformed deflate stream"},
	{"empty and deflate", changed(func(m *rawMember) { m.packed, m.claimed, m.claimedIn, m.crc = nil, 0, 0, 0 }), false, "cut off"},
	{"method bzip2", changed(func(m *rawMember) { m.method = 12 }), false, "compressed by method 12"},
	{"encrypted", changed(func(m *rawMember) { m.flags = 1 }), true, "is encrypted"},
}

var headerCases = []broken{
	{"name in header", headed(func(h *headerFields) { h.name = p + "b.go" }), true, "is called"},
	{"longer name in header", headed(func(h *headerFields) { h.name += "x" }), true, "is called"},
	{"method in header", headed(func(h *headerFields) { h.method = 0 }), true, "method 0 in its header"},
	{"flags in header", headed(func(h *headerFields) { h.flags = 2 }), true, "flags 2"},
	{"CRC in header", headed(func(h *headerFields) { h.crc++ }), true, "in its header"},
	{"size in header", headed(func(h *headerFields) { h.sized++ }), true, "in its header"},
	{"packed size in header", headed(func(h *headerFields) { h.packed-- }), true, "in its header"},
	{"zeros in header", headed(func(h *headerFields) { h.crc, h.packed, h.sized = 0, 0, 0 }), true, "in its header"},
	{"no header", of(fine, other).damaged(0, 'X'), false, "has no header"},
	{"descriptor with another CRC", streamedWith(func(m *rawMember) { h := m.header(); h.crc++; m.inDescriptor = &h }), false, "in its descriptor"},
	{"descriptor with another size", streamedWith(func(m *rawMember) { h := m.header(); h.sized++; m.inDescriptor = &h }), true, "in its descriptor"},
	{"descriptor without signature", of(streamed.with(func(m *rawMember) { m.descriptor = appendSizes(nil, m.header()) }), other), true, "no descriptor with a signature"},
	{"no descriptor", streamedWith(func(m *rawMember) { m.descriptor = []byte{} }), false, "does not end before the directory"},
	{"half of the sizes in header", streamedWith(func(m *rawMember) { h := m.header(); h.crc = 0; m.inHeader = &h }), true, "in its header"},
}

var layoutCases = []broken{
	{"leading junk, offsets of the file", of(fine.with(func(m *rawMember) { m.before = []byte("#!/bin/sh\n") })), true, "nothing owns the bytes from 0"},
	{"gap between members", of(other, fine.with(func(m *rawMember) { m.before = []byte("x") })), true, "nothing owns"},
	{"gap before the directory", rawZip{members: []rawMember{fine}, beforeDir: []byte("x")}, true, "where its members end"},
	{"overlap: two names for one member", of(fine, deflated(p+"b.go", "package a\n").with(func(m *rawMember) { m.offsetOf = &zeroMember })), true, "where another one reaches to"},
	{"overlap: a member inside another", insideOut(), true, "where another one reaches to"},
	{"gap before the end record", rawZip{members: []rawMember{fine}, beforeEnd: []byte("x")}, true, "does not end at the end record"},
	{"directory offset too low", rawZip{members: []rawMember{fine}, offsetDelta: -1}, false, "does not end at the end record"},
	{"directory offset too high", rawZip{members: []rawMember{fine}, offsetDelta: 1}, false, "does not end at the end record"},
	{"junk in the directory", rawZip{members: []rawMember{fine}, inDir: []byte("junk")}, true, "in its directory behind the last"},
	{"a member too many", rawZip{members: []rawMember{fine}, countDelta: 1}, false, "is cut off"},
	{"a member too few", rawZip{members: []rawMember{fine, other}, countDelta: -1}, false, "in its directory behind the last"},
	{"member beyond the directory", of(fine.with(func(m *rawMember) { m.claimedIn += 1000 })), true, "does not end before the directory"},
	{"member on another disk", changed(func(m *rawMember) { m.disk = 1 }), true, "lies on disk 1"},
	{"end record on another disk", rawZip{members: []rawMember{fine}, disk: 1}, true, "several disks"},
	{"directory on another disk", rawZip{members: []rawMember{fine}, dirDisk: 1}, true, "several disks"},
	{"trailing junk", rawZip{members: []rawMember{fine}, after: []byte("x")}, true, "behind its end record"},
	{"trailing junk of a page", rawZip{members: []rawMember{fine}, after: make([]byte, 4096)}, true, "behind its end record"},
	{"comment too short", rawZip{members: []rawMember{fine}, comment: "abc", commentDelta: -1}, true, "behind its end record"},
	{"comment too long", rawZip{members: []rawMember{fine}, comment: "abc", commentDelta: 1}, false, "behind its end record"},
	{"a zip in the comment", rawZip{members: []rawMember{fine}, comment: string(of(other).bytes())}, true, "does not end at the end record"},
	{"zip64 size of a member", changed(func(m *rawMember) {
		m.extra = le.AppendUint64([]byte{1, 0, 8, 0}, uint64(m.claimed))
		m.claimed = 0xffffffff
	}), true, "zip64 sizes"},
	{"zip64 locator to elsewhere", rawZip{members: []rawMember{fine}, zip64: true, zip64Change: func(_, l []byte) { l[8]-- }}, false, "zip64 locator"},
	{"zip64 locator on another disk", rawZip{members: []rawMember{fine}, zip64: true, zip64Change: func(_, l []byte) { l[4]++ }}, false, "zip64 locator"},
	{"zip64 record without signature", rawZip{members: []rawMember{fine}, zip64: true, zip64Change: func(r, _ []byte) { r[0]++ }}, false, "zip64 end record"},
	{"zip64 record of another size", rawZip{members: []rawMember{fine}, zip64: true, zip64Change: func(r, _ []byte) { r[4]++ }}, true, "zip64 end record"},
	{"zip64 record with another count", rawZip{members: []rawMember{fine}, zip64: true, zip64Change: func(r, _ []byte) { r[24]++; r[32]++ }}, false, "is cut off"},
	{"zip64 record that contradicts", rawZip{members: []rawMember{fine}, zip64: true, endChange: func(e []byte) { e[16]--; e[17], e[18], e[19] = 0, 0, 0 }}, true, "contradicts"},
	{"zip64 record with millions of members", rawZip{members: []rawMember{fine}, zip64: true, zip64Change: func(r, _ []byte) { r[27]++; r[35]++ }}, true, "members, want at most"},
}

// insideOut is a stored member whose content is a member of its own.
func insideOut() rawZip {
	inner := fine.appendLocal(nil)
	outer := stored(p+"outer", string(inner))
	z := of(outer, fine.with(func(m *rawMember) { m.offsetOf = &zeroMember }))
	z.shift = []int{0, 30 + len(outer.name)}
	return z
}

func TestBrokenZipsAreRefused(t *testing.T) {
	s := start(t)
	for _, c := range slices.Concat(namesCases, sizeCases, contentCases, headerCases, layoutCases) {
		s.write(c.zip.bytes())
		_, err := strictReference(t, m, s.file)
		if (err == nil) != c.accepted {
			t.Errorf("%s: x/mod says %v, want accepted: %v", c.what, err, c.accepted)
		}
		got := s.ask(m)
		if got.OK || !strings.Contains(got.Message, c.message) {
			t.Errorf("%s: ours says %v, want %q", c.what, got, c.message)
		}
	}
}

func TestNearestFineZipsAreAccepted(t *testing.T) {
	s := start(t)
	cases := map[string]rawZip{
		"nothing at all":          of(),
		"nothing, with a comment": {comment: "abc"},
		"root":                    of(folder(p), fine),
		"folder":                  of(folder(p+"d/"), deflated(p+"d/a", "x"), folder(p+"e/")),
		"no size":                 of(stored(p+"a", ""), deflated(p+"b", "")),
		"descriptors":             of(streamed, other.with(func(m *rawMember) { m.flags = descriptorFlag })),
		"descriptor, and sizes in the header": streamedWith(func(m *rawMember) {
			h := m.header()
			m.inHeader = &h
		}),
		"another order":     {members: []rawMember{other, fine, stored(p+"c", "")}, order: []int{2, 0, 1}},
		"comments":          {members: []rawMember{fine.with(func(m *rawMember) { m.comment = "x" })}, comment: strings.Repeat("x", 65535)},
		"extra fields":      changed(func(m *rawMember) { m.extra, m.localExtra = []byte{'A', 'B', 1, 0, 7}, []byte{'C', 'D', 0, 0} }),
		"zip64":             {members: []rawMember{fine, other}, zip64: true},
		"empty zip64":       {zip64: true},
		"modes":             of(fine.with(func(m *rawMember) { m.mode = 0o100755 }), folder(p+"d/").with(func(m *rawMember) { m.mode = 0o040755 })),
		"go.mod folder":     of(deflated(p+"go.mod/a", "x")),
		"large LICENSE.txt": of(deflated(p+"LICENSE.txt", strings.Repeat("x", modzip.MaxLICENSE+1))),
		"largest go.mod":    of(deflated(p+"go.mod", strings.Repeat("x", modzip.MaxGoMod))),
		"cases":             of(deflated(p+"É/ß", "x"), deflated(p+"É/SS", "y"), deflated(p+"漢", "z")),
		"CRC of zero":       of(stored(p+"a", "\x9d\x0a\xd9\x6d")),
	}
	for what, z := range cases {
		s.write(z.bytes())
		want, err := strictReference(t, m, s.file)
		if err != nil {
			t.Errorf("%s: x/mod says %v", what, err)
		}
		if got := s.ask(m); !got.OK {
			t.Errorf("%s: ours says %v", what, got)
		} else {
			s.expectEqual(got, want, what)
		}
	}
}

func TestBadModuleVersionsAreRefused(t *testing.T) {
	s := start(t)
	s.write(of().bytes())
	for _, bad := range []module.Version{{Path: "", Version: "v1.2.3"}, {Path: "example.com/m", Version: "v1.2"},
		{Path: "example.com/m", Version: "v2.0.0"}, {Path: "Example.com/m", Version: "v1.0.0"}, {Path: "example.com/m", Version: ""}} {
		if _, err := modzip.CheckZip(bad, s.file); err == nil {
			t.Errorf("x/mod accepts %v", bad)
		}
		if got := s.ask(bad); got.OK {
			t.Errorf("ours accepts %v", bad)
		}
	}
}

// TestBombsAreCheap has members that grow a thousandfold: a liar is refused as soon as it exceeds its
// claim, and an honest one needs no more memory than a small one. (Honest ones that are too large
// are in sizeCases: nothing of them is inflated.)
func TestBombsAreCheap(t *testing.T) {
	s := start(t)
	s.write(of(fine).bytes())
	s.ask(m)
	before := s.peakMemory()
	zeros := func(size int) []byte {
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		to, _ := w.Create(p + "zeros")
		io.CopyN(to, zeroReader{}, int64(size))
		w.Close()
		return out.Bytes()
	}
	s.write(zeros(64 << 20))
	if got := s.ask(m); !got.OK {
		t.Errorf("64 MiB of zeros: ours says %v", got)
	}
	liar := deflated(p+"zeros", strings.Repeat("\x00", 32<<20)).with(func(m *rawMember) { m.claimed = 1000 })
	s.write(of(liar).bytes())
	if got := s.ask(m); got.OK || !strings.Contains(got.Message, "more content than the 1000 bytes") {
		t.Errorf("a liar: ours says %v", got)
	}
	if grown := s.peakMemory() - before; grown > 16<<10 {
		t.Errorf("bombs took %d KiB, want at most 16 MiB", grown)
	}
}

type zeroReader struct{}

func (zeroReader) Read(out []byte) (int, error) {
	clear(out)
	return len(out), nil
}

func (s *session) peakMemory() int {
	kib, err := strconv.Atoi(s.oracle.Ask("peak-memory").Fields[0])
	if err != nil {
		s.t.Fatal(err)
	}
	return kib
}

func TestTooLargeZipFileIsRefused(t *testing.T) {
	s := start(t)
	s.write(nil)
	if err := os.Truncate(s.file, modzip.MaxZipFile+1); err != nil { // a hole: takes no room
		t.Fatal(err)
	}
	if got := s.ask(m); got.OK || !strings.Contains(got.Message, "larger than 524288000 bytes") {
		t.Errorf("ours says %v", got)
	}
}

// TestManyMembersAgree needs the zip64 records that Go writes from 65,535 members on.
func TestManyMembersAgree(t *testing.T) {
	s := start(t)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i := range 65537 {
		to, _ := w.CreateHeader(&zip.FileHeader{Name: p + strconv.Itoa(i)})
		to.Write([]byte{'x'})
	}
	w.Close()
	s.write(out.Bytes())
	s.expectAgreement(m, "65,537 members")
	if s.accepted != 1 {
		t.Error("not accepted")
	}
}

func TestGoModHashesAgree(t *testing.T) {
	s := start(t)
	for _, content := range []string{"", "module example.com/m\n", strings.Repeat("x", 100000), "\x00\xff\r\n"} {
		got := s.oracle.Ask("hash-go-mod", content)
		if want := goModSum([]byte(content)); !got.OK || string(oracle.Bytes(got.Fields[0])) != want {
			t.Errorf("%q: ours says %v %v, want %v", content[:min(20, len(content))], got, got.Fields, want)
		}
	}
}
