// Package modzip compares our checks and hashes of module zips with those of golang.org/x/mod: what
// it refuses, ours must refuse; what both accept must have equal hashes. What ours refuses besides
// is a test of its own in broken_test.go, which says what x/mod does with each.
package modzip

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
	modzip "golang.org/x/mod/zip"

	"sumlog.test/interop/oracle"
)

// hashes are what go.sum says of a module.
type hashes struct{ zip, goMod string }

// goModSum hashes a go.mod as the go command does.
func goModSum(content []byte) string {
	sum, err := dirhash.Hash1([]string{"go.mod"}, func(string) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(content)), nil
	})
	if err != nil {
		panic(err)
	}
	return sum
}

// goModOf returns the go.mod that belongs to the zip, made up when it has none (as the go command's
// modfetch.LegacyGoMod; no valid path needs quotes).
func goModOf(m module.Version, file string) ([]byte, error) {
	z, err := zip.OpenReader(file)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	for _, f := range z.File {
		if f.Name == fmt.Sprintf("%s@%s/go.mod", m.Path, m.Version) {
			r, err := f.Open()
			if err != nil {
				return nil, err
			}
			return io.ReadAll(r)
		}
	}
	return fmt.Appendf(nil, "module %s\n", m.Path), nil
}

// reference says what x/mod makes of a zip: refused by CheckZip or HashZip, or its hashes.
func reference(m module.Version, file string) (hashes, error) {
	if _, err := modzip.CheckZip(m, file); err != nil {
		return hashes{}, err
	}
	sum, err := dirhash.HashZip(file, dirhash.Hash1)
	if err != nil {
		return hashes{}, err
	}
	goMod, err := goModOf(m, file)
	return hashes{sum, goModSum(goMod)}, err
}

// strictReference is reference, refused by Unzip as well. Slow: it writes every file.
func strictReference(t *testing.T, m module.Version, file string) (hashes, error) {
	want, err := reference(m, file)
	if err != nil {
		return want, err
	}
	return want, modzip.Unzip(filepath.Join(t.TempDir(), "x"), m, file)
}

// session asks the oracle, and counts what happened: a test that never sees zips accepted, or never
// refused, is worth little.
type session struct {
	t                 *testing.T
	oracle            *oracle.Oracle
	file              string
	accepted, refused int
}

func start(t *testing.T) *session {
	folder := t.TempDir()
	if shm, err := os.MkdirTemp("/dev/shm", "sumlog"); err == nil {
		folder = shm
		t.Cleanup(func() { os.RemoveAll(shm) })
	}
	s := &session{t: t, oracle: oracle.Start(t, "SUMLOG_MODZIP_ORACLE"), file: filepath.Join(folder, "x.zip")}
	t.Cleanup(func() { t.Logf("%d accepted, %d refused", s.accepted, s.refused) })
	return s
}

func (s *session) balanced() {
	s.t.Helper()
	if least := (s.accepted + s.refused) / 20; s.accepted < least || s.refused < least {
		s.t.Errorf("zips are too one-sided: %d accepted, %d refused", s.accepted, s.refused)
	}
}

func (s *session) write(content []byte) {
	if err := os.WriteFile(s.file, content, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// ask hashes the written file with ours. A refusal must be the caller's fault, with a reason that a
// terminal can show.
func (s *session) ask(m module.Version) oracle.Answer {
	s.t.Helper()
	got := s.oracle.Ask("hash-zip", m.Path, m.Version, s.file)
	if got.OK {
		s.accepted++
		return got
	}
	s.refused++
	bad := slices.ContainsFunc([]byte(got.Message), func(c byte) bool { return c < ' ' || c == 0x7f })
	if got.Code != "INVALID_ARGUMENT" || got.Message == "" || bad {
		s.t.Errorf("refused with %q", got)
	}
	return got
}

// expectEqual compares hashes of a zip that ours accepted.
func (s *session) expectEqual(got oracle.Answer, want hashes, what any) {
	s.t.Helper()
	ours := hashes{string(oracle.Bytes(got.Fields[0])), string(oracle.Bytes(got.Fields[1]))}
	if ours != want {
		s.t.Errorf("%v: ours are %v, want %v", what, ours, want)
	}
}

// expectNoLooser fails when ours accepts what x/mod refuses, or with other hashes.
func (s *session) expectNoLooser(m module.Version, what any) {
	s.t.Helper()
	got := s.ask(m)
	if !got.OK {
		return
	}
	want, err := reference(m, s.file)
	if err != nil {
		s.t.Errorf("%v: ours accepts what x/mod refuses: %v", what, err)
		return
	}
	s.expectEqual(got, want, what)
}

// expectAgreement fails unless both accept with equal hashes, or both refuse.
func (s *session) expectAgreement(m module.Version, what any) {
	s.t.Helper()
	want, err := reference(m, s.file)
	got := s.ask(m)
	if got.OK != (err == nil) {
		s.t.Errorf("%v: ours says %v, x/mod %v", what, got, err)
		return
	}
	if got.OK {
		s.expectEqual(got, want, what)
	}
}
