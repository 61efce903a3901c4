// Package prooffile compares the proof files of the built sumlog with the C2SP tlog-proof form, read
// and written here from the specification alone, and with x/mod's CheckRecord and note.Open.
package prooffile

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"sumlog.test/interop/sumlog"
	"sumlog.test/interop/xmodlog"
)

// sizes of the trees that are proved: 1, and around powers of two and the tile's width.
var sizes = []int{1, 2, 3, 4, 5, 7, 8, 9, 255, 256, 257, 511, 513}

// proofFile is a tlog-proof.
type proofFile struct {
	extra []byte
	index int64
	proof tlog.RecordProof
	note  []byte
}

// parse reads a file as the specification describes it.
func parse(t *testing.T, text []byte) proofFile {
	t.Helper()
	head, signed, found := bytes.Cut(text, []byte("\n\n"))
	if !found {
		t.Fatalf("no empty line in %q", text)
	}
	lines := strings.Split(string(head), "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" {
		t.Fatalf("first line %q", lines[0])
	}
	lines = lines[1:]
	file := proofFile{note: signed}
	var err error
	if extra, found := strings.CutPrefix(lines[0], "extra "); found {
		if file.extra, err = base64.StdEncoding.Strict().DecodeString(extra); err != nil {
			t.Fatal(err)
		}
		lines = lines[1:]
	}
	index, found := strings.CutPrefix(lines[0], "index ")
	if !found {
		t.Fatalf("line %q, want the index", lines[0])
	}
	if file.index, err = strconv.ParseInt(index, 10, 64); err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			t.Fatal(err)
		}
		file.proof = append(file.proof, hash)
	}
	return file
}

func (f proofFile) format() []byte {
	var text bytes.Buffer
	text.WriteString("c2sp.org/tlog-proof@v1\n")
	if f.extra != nil {
		fmt.Fprintf(&text, "extra %s\n", base64.StdEncoding.EncodeToString(f.extra))
	}
	fmt.Fprintf(&text, "index %d\n", f.index)
	for _, hash := range f.proof {
		fmt.Fprintf(&text, "%s\n", hash)
	}
	text.WriteString("\n")
	text.Write(f.note)
	return text.Bytes()
}

// record is the text of record i of every log here.
func record(i int) string {
	m := module.Version{Path: fmt.Sprintf("example.com/m%d", i), Version: "v1.0.0"}
	return string(xmodlog.MadeUpRecord(m))
}

func TestOursVerifiesByTheSpecification(t *testing.T) {
	dir := sumlog.NewLog(t)
	verifier, err := note.NewVerifier(sumlog.VerifierKey(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	logged := 0
	for _, size := range sizes {
		var goSum strings.Builder
		for ; logged < size; logged++ {
			goSum.WriteString(record(logged))
		}
		sumlog.Import(t, dir, goSum.String())
		for _, index := range []int{0, size / 2, size - 1} {
			file := filepath.Join(t.TempDir(), "x.tlog-proof")
			module := fmt.Sprintf("example.com/m%d@v1.0.0", index)
			sumlog.Run(t, "prove", "inclusion", module, "--dir", dir, "--out", file)
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			parsed := parse(t, text)
			if parsed.index != int64(index) || string(parsed.extra) != record(index) {
				t.Fatalf("record %d of %d: index %d, extra %q", index, size, parsed.index, parsed.extra)
			}
			opened, err := note.Open(parsed.note, note.VerifierList(verifier))
			if err != nil {
				t.Fatal(err)
			}
			tree, err := tlog.ParseTree([]byte(opened.Text))
			if err != nil {
				t.Fatal(err)
			}
			if tree.N != int64(size) {
				t.Fatalf("head of %d records, want %d", tree.N, size)
			}
			leaf := tlog.RecordHash(parsed.extra)
			if err := tlog.CheckRecord(parsed.proof, tree.N, tree.Hash, parsed.index, leaf); err != nil {
				t.Errorf("record %d of %d: %v", index, size, err)
			}
			if !bytes.Equal(parsed.format(), text) {
				t.Errorf("record %d of %d: written again it is another file", index, size)
			}
		}
	}
}

// hashes is what x/mod reads a tree's hashes from.
type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	read := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		read[i] = h[index]
	}
	return read, nil
}

func TestWeAcceptWhatTheReferenceWrites(t *testing.T) {
	secret, key, err := note.GenerateKey(rand.Reader, "log.example.com")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	witnessSecret, _, err := note.GenerateKey(rand.Reader, "witness.example.com")
	if err != nil {
		t.Fatal(err)
	}
	witness, err := note.NewSigner(witnessSecret)
	if err != nil {
		t.Fatal(err)
	}
	var stored hashes
	logged := 0
	for _, size := range sizes {
		for ; logged < size; logged++ {
			added, err := tlog.StoredHashes(int64(logged), []byte(record(logged)), stored)
			if err != nil {
				t.Fatal(err)
			}
			stored = append(stored, added...)
		}
		root, err := tlog.TreeHash(int64(size), stored)
		if err != nil {
			t.Fatal(err)
		}
		text := string(tlog.FormatTree(tlog.Tree{N: int64(size), Hash: root}))
		signed, err := note.Sign(&note.Note{Text: text}, signer, witness)
		if err != nil {
			t.Fatal(err)
		}
		index := size / 2
		proof, err := tlog.ProveRecord(int64(size), int64(index), stored)
		if err != nil {
			t.Fatal(err)
		}
		check(t, key, index, proofFile{index: int64(index), proof: proof, note: signed})
	}
}

// check has sumlog check the file with the record in it, and without.
func check(t *testing.T, key string, index int, file proofFile) {
	t.Helper()
	folder := t.TempDir()
	module := fmt.Sprintf("example.com/m%d@v1.0.0", index)
	write := func(name string, content []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	text := write("record", []byte(record(index)))
	bare := write("bare.tlog-proof", file.format())
	file.extra = []byte(record(index))
	whole := write("whole.tlog-proof", file.format())
	want := fmt.Sprintf("proved: %s, record %d\n", module, index)
	for _, arguments := range [][]string{{whole}, {whole, "--record", module}, {bare, "--record-file", text}} {
		got := sumlog.Run(t, append([]string{"prove", "check", "--key", key}, arguments...)...)
		if !strings.HasPrefix(got, want) {
			t.Errorf("%v: got %q, want %q", arguments, got, want)
		}
	}
}
