package realgo

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sumlog.test/interop/sumlog"
)

// A route is a way in which go can be told to use the log.
type route struct {
	name         string
	proxy, sumDB string
}

func routes(t *testing.T, tree, key string, s *sumlog.Server) []route {
	files := "file://" + tree
	return []route{
		{"by URL", files, key + " " + s.URL},
		{"by URL below /sumdb/<name>", files, key + " " + s.URL + "/sumdb/" + sumlog.LogName},
		{"through GOPROXY", proxyInFront(t, tree, s.URL), key},
	}
}

func TestGoDownloadsEveryModule(t *testing.T) {
	tree, goSum := writeTree(t, theModules)
	dir := sumlog.LogWith(t, goSum)
	key := sumlog.VerifierKey(t, dir)
	s := sumlog.Serve(t, dir)
	for version, command := range goCommands(t) {
		for _, r := range routes(t, tree, key, s) {
			t.Run(version+" "+r.name, func(t *testing.T) {
				g := newGo(t, command, r.proxy, r.sumDB)
				for _, m := range theModules {
					if out, err := g.download(m); err != nil {
						t.Errorf("%s@%s: %v\n%s", m.Path, m.Version.Version, err, out)
					}
				}
			})
		}
	}
}

// A build finds the module of each import by probing its parents, which do not exist.
// A log that was written as files serves go by file://, straight and through GOPROXY, with nothing
// running at all.
func TestGoReadsAnExportedTree(t *testing.T) {
	tree, goSum := writeTree(t, theModules)
	dir := sumlog.LogWith(t, goSum)
	key := sumlog.VerifierKey(t, dir)
	sumlog.Run(t, "export", "static", tree, "--dir", dir)
	files := "file://" + tree
	for version, command := range goCommands(t) {
		for name, sumDB := range map[string]string{
			"straight":        key + " " + files + "/sumdb/" + sumlog.LogName,
			"through GOPROXY": key,
		} {
			t.Run(version+" "+name, func(t *testing.T) {
				g := newGo(t, command, files, sumDB)
				for _, m := range theModules {
					if out, err := g.download(m); err != nil {
						t.Errorf("%s@%s: %v\n%s", m.Path, m.Version.Version, err, out)
					}
				}
			})
		}
	}
}

func TestGoTidiesAModuleThatUsesThemAll(t *testing.T) {
	tree, goSum := writeTree(t, theModules)
	dir := sumlog.LogWith(t, goSum)
	key := sumlog.VerifierKey(t, dir)
	s := sumlog.Serve(t, dir)
	for version, command := range goCommands(t) {
		t.Run(version, func(t *testing.T) {
			consumer := t.TempDir()
			write := func(name, content string) {
				if err := os.WriteFile(filepath.Join(consumer, name), []byte(content), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			imports := ""
			for _, m := range theModules {
				if m.Version.Version != "v1.0.0" || m.Path != "example.com/plain" {
					imports += fmt.Sprintf("\t_ %q\n", m.Path)
				}
			}
			write("go.mod", "module example.org/consumer\n\ngo 1.18\n")
			write("main.go", "package main\n\nimport (\n"+imports+")\n\nfunc main() {}\n")
			g := newGo(t, command, proxyInFront(t, tree, s.URL), key)
			for _, m := range theModules[1:] {
				if out, err := g.run(consumer, "get", m.Path+"@"+m.Version.Version); err != nil {
					t.Fatalf("go get %s: %v\n%s", m.Path, err, out)
				}
			}
			if out, err := g.run(consumer, "build", "-o", filepath.Join(consumer, "main"), "."); err != nil {
				t.Fatalf("go build: %v\n%s", err, out)
			}
			got, err := os.ReadFile(filepath.Join(consumer, "go.sum"))
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range strings.Split(strings.TrimSpace(string(got)), "\n") {
				if !strings.Contains(goSum, line+"\n") {
					t.Errorf("go.sum has %q, which the log never held", line)
				}
			}
		})
	}
}

func TestATamperedZipIsASecurityError(t *testing.T) {
	_, goSum := writeTree(t, theModules)
	tampered := t.TempDir()
	for _, m := range theModules {
		writeModule(t, tampered, m, "\n// and a little more\n")
	}
	dir := sumlog.LogWith(t, goSum)
	s := sumlog.Serve(t, dir)
	for version, command := range goCommands(t) {
		t.Run(version, func(t *testing.T) {
			g := newGo(t, command, "file://"+tampered, sumlog.VerifierKey(t, dir)+" "+s.URL)
			for _, m := range theModules {
				out, err := g.download(m)
				if err == nil || !strings.Contains(out, "SECURITY ERROR") {
					t.Errorf("%s: %v, want a SECURITY ERROR\n%s", m.Path, err, out)
				}
			}
		})
	}
}

// What go prints below "server response:" is our text, whole, and within go's bounds.
func TestAMissingModuleShowsOurWords(t *testing.T) {
	tree, goSum := writeTree(t, theModules[:1])
	missing := theModules[2]
	writeModule(t, tree, missing, "")
	dir := sumlog.LogWith(t, goSum)
	s := sumlog.Serve(t, dir)
	for version, command := range goCommands(t) {
		t.Run(version, func(t *testing.T) {
			g := newGo(t, command, "file://"+tree, sumlog.VerifierKey(t, dir)+" "+s.URL)
			out, err := g.download(missing)
			if err == nil {
				t.Fatalf("downloaded a module that the log does not hold\n%s", out)
			}
			for _, want := range []string{
				"404 Not Found", "server response:", missing.Path + "@" + missing.Version.Version,
				"fix:", "platform@corp.example.com",
			} {
				if !strings.Contains(out, want) {
					t.Errorf("go's message lacks %q:\n%s", want, out)
				}
			}
		})
	}
}

func TestAWrongKeyIsRefused(t *testing.T) {
	tree, goSum := writeTree(t, theModules[:1])
	dir := sumlog.LogWith(t, goSum)
	s := sumlog.Serve(t, dir)
	otherKey := sumlog.VerifierKey(t, sumlog.NewLog(t))
	for version, command := range goCommands(t) {
		t.Run(version, func(t *testing.T) {
			g := newGo(t, command, "file://"+tree, otherKey+" "+s.URL)
			out, err := g.download(theModules[0])
			if err == nil || !strings.Contains(out, "no verifiable signatures") {
				t.Errorf("%v, want a refusal of the signature\n%s", err, out)
			}
		})
	}
}
