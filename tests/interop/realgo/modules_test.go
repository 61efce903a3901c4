package realgo

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
	modzip "golang.org/x/mod/zip"
)

// generated is one module version of the tree: its go.mod (empty: none in the zip) and one Go file.
type generated struct {
	module.Version
	hasGoMod bool
}

// theModules has one of each kind of path and version that the protocol treats in its own way.
var theModules = []generated{
	{module.Version{Path: "example.com/plain", Version: "v1.0.0"}, true},
	{module.Version{Path: "example.com/plain", Version: "v1.1.0"}, true},
	{module.Version{Path: "example.com/Upper/CamelCase", Version: "v1.2.3-RC1"}, true},
	{module.Version{Path: "example.com/legacy", Version: "v2.0.0+incompatible"}, false},
	{module.Version{Path: "example.com/pseudo", Version: "v0.0.0-20260101120000-0123456789ab"}, true},
	{module.Version{Path: "example.com/major/v3", Version: "v3.1.4"}, true},
	// Its parents example.com/a and example.com/a/b do not exist.
	{module.Version{Path: "example.com/a/b/nested", Version: "v1.0.0"}, true},
}

func (m generated) goMod() string { return "module " + m.Path + "\n" }

func (m generated) packageName() string {
	return strings.ToLower(strings.TrimSuffix(filepath.Base(strings.TrimSuffix(m.Path, "/v3")), "/"))
}

func (m generated) goFile(extra string) string {
	return fmt.Sprintf("package %s\n\n// Version is this module's.\nconst Version = %q\n%s",
		m.packageName(), m.Version.Version, extra)
}

// memoryFile is a file of a module zip.
type memoryFile struct {
	name    string
	content string
}

func (f memoryFile) Path() string                { return f.name }
func (f memoryFile) Lstat() (os.FileInfo, error) { return memoryInfo{f}, nil }
func (f memoryFile) Open() (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader(f.content)), nil
}

type memoryInfo struct{ file memoryFile }

func (i memoryInfo) Name() string       { return filepath.Base(i.file.name) }
func (i memoryInfo) Size() int64        { return int64(len(i.file.content)) }
func (i memoryInfo) Mode() os.FileMode  { return 0o644 }
func (i memoryInfo) ModTime() time.Time { return time.Time{} }
func (i memoryInfo) IsDir() bool        { return false }
func (i memoryInfo) Sys() any           { return nil }

// writeModule puts one version into a GOPROXY tree and returns its two go.sum lines. `extra` goes
// into the Go file: the same version with another extra is a tampered one.
func writeModule(t *testing.T, tree string, m generated, extra string) string {
	t.Helper()
	files := []modzip.File{memoryFile{"code.go", m.goFile(extra)}}
	if m.hasGoMod {
		files = append(files, memoryFile{"go.mod", m.goMod()})
	}
	var packed bytes.Buffer
	if err := modzip.Create(&packed, m.Version, files); err != nil {
		t.Fatal(err)
	}
	path, err := module.EscapePath(m.Path)
	if err != nil {
		t.Fatal(err)
	}
	version, err := module.EscapeVersion(m.Version.Version)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(tree, filepath.FromSlash(path), "@v")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	info := fmt.Sprintf(`{"Version":%q,"Time":"2026-01-01T12:00:00Z"}`, m.Version.Version)
	for name, content := range map[string][]byte{
		version + ".info": []byte(info),
		version + ".mod":  []byte(m.goMod()),
		version + ".zip":  packed.Bytes(),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	appendLine(t, filepath.Join(folder, "list"), m.Version.Version)
	return goSumLines(t, m, packed.Bytes())
}

func goSumLines(t *testing.T, m generated, packed []byte) string {
	t.Helper()
	reader, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range reader.File {
		names = append(names, file.Name)
	}
	zipHash, err := dirhash.Hash1(names, func(name string) (io.ReadCloser, error) { return reader.Open(name) })
	if err != nil {
		t.Fatal(err)
	}
	modHash, err := dirhash.Hash1([]string{"go.mod"}, func(string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(m.goMod())), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%s %s %s\n%s %s/go.mod %s\n",
		m.Path, m.Version.Version, zipHash, m.Path, m.Version.Version, modHash)
}

func appendLine(t *testing.T, path, line string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := fmt.Fprintln(file, line); err != nil {
		t.Fatal(err)
	}
}

// writeTree generates the modules and returns the folder and the whole go.sum.
func writeTree(t *testing.T, modules []generated) (tree, goSum string) {
	t.Helper()
	tree = t.TempDir()
	for _, m := range modules {
		goSum += writeModule(t, tree, m, "")
	}
	return tree, goSum
}
