package realgo

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// goClient is a developer's machine: a go command with a home, caches and settings of its own.
type goClient struct {
	command string // path of the go command
	home    string
	proxy   string // GOPROXY
	sumDB   string // GOSUMDB
}

// newGo is a machine that has seen nothing yet.
func newGo(t *testing.T, command, proxy, sumDB string) *goClient {
	t.Helper()
	home := t.TempDir()
	t.Cleanup(func() { makeWritable(home) })
	return &goClient{command: command, home: home, proxy: proxy, sumDB: sumDB}
}

func makeWritable(folder string) {
	filepath.Walk(folder, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.IsDir() {
			os.Chmod(path, 0o755)
		}
		return nil
	})
}

// run runs go in `folder` and returns all that it printed.
func (g *goClient) run(folder string, arguments ...string) (string, error) {
	command := exec.Command(g.command, arguments...)
	command.Dir = folder
	command.Env = []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + g.home,
		"GOPATH=" + filepath.Join(g.home, "go"),
		"GOMODCACHE=" + filepath.Join(g.home, "mod"),
		"GOCACHE=" + filepath.Join(g.home, "build"),
		"GOFLAGS=-modcacherw",
		"GOTOOLCHAIN=local",
		"GOENV=off",
		"GOPROXY=" + g.proxy,
		"GOSUMDB=" + g.sumDB,
		"GONOSUMDB=none",
		"GOPRIVATE=",
		"GOTELEMETRY=off",
	}
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	err := command.Run()
	return out.String(), err
}

// download fetches one module version and returns what go printed.
func (g *goClient) download(m generated) (string, error) {
	return g.run(g.home, "mod", "download", m.Path+"@"+m.Version.Version)
}

// cleanModules drops the module cache, as `go clean -modcache` does; what the machine knows of the
// log stays.
func (g *goClient) cleanModules(t *testing.T) {
	t.Helper()
	if out, err := g.run(g.home, "clean", "-modcache"); err != nil {
		t.Fatalf("go clean -modcache: %v\n%s", err, out)
	}
}

// proxyInFront serves a module tree and hands /sumdb/… to sumlog, as a company's GOPROXY does.
func proxyInFront(t *testing.T, tree, sumlogURL string) string {
	t.Helper()
	target, err := url.Parse(sumlogURL)
	if err != nil {
		t.Fatal(err)
	}
	sumdb := httputil.NewSingleHostReverseProxy(target)
	files := http.FileServer(http.Dir(tree))
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/sumdb/") {
			sumdb.ServeHTTP(w, r)
			return
		}
		files.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	return front.URL
}

// goCommands lists the go commands to test with: the one that runs this test, Debian's when it is
// there, and in the nightly form some older ones from the Go module registry.
func goCommands(t *testing.T) map[string]string {
	t.Helper()
	onPath, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	commands := map[string]string{"go on PATH": onPath}
	if _, err := os.Stat("/usr/bin/go"); err == nil && onPath != "/usr/bin/go" {
		commands["Debian go"] = "/usr/bin/go"
	}
	if os.Getenv("SUMLOG_NIGHTLY") != "" {
		for _, version := range []string{"go1.21.13", "go1.22.12"} {
			commands[version] = fetchToolchain(t, onPath, version)
		}
	}
	return commands
}

// fetchToolchain downloads a Go toolchain as a module and returns its go command.
func fetchToolchain(t *testing.T, goCommand, version string) string {
	t.Helper()
	name := "golang.org/toolchain@v0.0.1-" + version + ".linux-amd64"
	command := exec.Command(goCommand, "mod", "download", name)
	command.Dir = os.TempDir()
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	cache, err := exec.Command(goCommand, "env", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(strings.TrimSpace(string(cache)), filepath.FromSlash(name))
	makeWritable(root)
	for _, pattern := range []string{"bin/*", "pkg/tool/*/*"} {
		programs, _ := filepath.Glob(filepath.Join(root, pattern))
		for _, program := range programs {
			os.Chmod(program, 0o755) // modules carry no x bits
		}
	}
	return filepath.Join(root, "bin", "go")
}
