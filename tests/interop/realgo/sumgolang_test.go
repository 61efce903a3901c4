package realgo

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"sumlog.test/interop/sumlog"
)

const sumGolangKey = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"

// realModules are recorded lookups, with the whole content of each one's go.mod.
var realModules = map[string]string{
	"github.com/eapache/queue@v1.1.0":          "module github.com/eapache/queue\n",
	"github.com/jackc/pgio@v1.0.0":             "module github.com/jackc/pgio\n\ngo 1.12\n",
	"github.com/josharian/intern@v1.0.0":       "module github.com/josharian/intern\n\ngo 1.5\n",
	"github.com/nats-io/nuid@v1.0.1":           "module github.com/nats-io/nuid\n",
	"github.com/valyala/bytebufferpool@v1.0.0": "module github.com/valyala/bytebufferpool\n",
}

// recordedSumGolang serves the recording of sum.golang.org; a tile that is narrower than a recorded
// one is its prefix.
func recordedSumGolang(t *testing.T) *httptest.Server {
	t.Helper()
	folder, err := filepath.Abs("../../testdata/sum.golang.org")
	if err != nil {
		t.Fatal(err)
	}
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := strings.TrimPrefix(r.URL.Path, "/")
		body, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(path)))
		if tile, isNoTile := tlog.ParseTilePath(path); err != nil && isNoTile == nil {
			body, err = prefixOfWider(folder, tile)
		}
		if err != nil {
			http.Error(w, "not recorded", http.StatusNotFound)
			return
		}
		w.Write(body)
	}))
	t.Cleanup(upstream.Close)
	return upstream
}

func prefixOfWider(folder string, tile tlog.Tile) ([]byte, error) {
	size := tile.W * tlog.HashSize
	for ; tile.W <= 1<<tile.H; tile.W++ {
		body, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(tile.Path())))
		if err == nil {
			return body[:size], nil
		}
	}
	return nil, os.ErrNotExist
}

// consumerOf is a module that requires modules, whose go.mod files a GOPROXY tree has.
func consumerOf(t *testing.T, modules map[string]string) (consumer, tree string) {
	t.Helper()
	consumer, tree = t.TempDir(), t.TempDir()
	requires := ""
	for name, goMod := range modules {
		path, version, _ := strings.Cut(name, "@")
		requires += "\t" + path + " " + version + "\n"
		folder := filepath.Join(tree, filepath.FromSlash(path), "@v")
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
		info := fmt.Sprintf("{\"Version\": %s}", strconv.Quote(version))
		for suffix, content := range map[string]string{".mod": goMod, ".info": info} {
			if err := os.WriteFile(filepath.Join(folder, version+suffix), []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	goMod := "module example.org/consumer\n\ngo 1.16\n\nrequire (\n" + requires + ")\n"
	if err := os.WriteFile(filepath.Join(consumer, "go.mod"), []byte(goMod), 0o644); err != nil {
		t.Fatal(err)
	}
	return consumer, tree
}

// mirrorOf makes a directory with a lookup-through mirror of sum.golang.org.
func mirrorOf(t *testing.T, upstream string) string {
	t.Helper()
	dir := t.TempDir()
	config := fmt.Sprintf("[policy]\nprivate = [\"corp.example.com\"]\n\n[[mirror]]\nkey = %q\n"+
		"upstream = [%q]\nmode = \"lookup-through\"\n", sumGolangKey, upstream)
	if err := os.WriteFile(filepath.Join(dir, "sumlog.toml"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// database is a checksum database as go knows it.
type database struct {
	name string
	key  string // what GOSUMDB has for it: for sum.golang.org, the name
}

// verifyEveryWay has each go command verify the real modules by the mirror of `db` that `s` is:
// found through GOPROXY, and named by GOSUMDB.
func verifyEveryWay(t *testing.T, s *sumlog.Server, db database) {
	consumer, tree := consumerOf(t, realModules)
	verify := func(t *testing.T, command, proxy, sumDB string) {
		t.Helper()
		os.Remove(filepath.Join(consumer, "go.sum"))
		g := newGo(t, command, proxy, sumDB)
		if out, err := g.run(consumer, "list", "-m", "-mod=mod", "all"); err != nil {
			t.Fatalf("go list: %v\n%s", err, out)
		}
		sums, err := os.ReadFile(filepath.Join(consumer, "go.sum"))
		if err != nil || strings.Count(string(sums), "/go.mod h1:") != len(realModules) {
			t.Fatalf("go.sum: %v\n%s", err, sums)
		}
		latest := filepath.Join(g.home, "go", "pkg", "sumdb", db.name, "latest")
		if _, err := os.Stat(latest); err != nil {
			t.Errorf("go has verified nothing: %v", err)
		}
	}
	for version, command := range goCommands(t) {
		t.Run(version+" through GOPROXY", func(t *testing.T) {
			verify(t, command, proxyInFront(t, tree, s.URL), db.key)
		})
		t.Run(version+" by URL", func(t *testing.T) {
			verify(t, command, "file://"+tree, db.key+" "+s.URL+"/sumdb/"+db.name)
		})
	}
}

// verifyWithAndWithout verifies through the mirror in dir: while its upstream is there, when `leave`
// has ended that, and when the server was started again. It returns the server.
func verifyWithAndWithout(t *testing.T, dir string, db database, leave func()) *sumlog.Server {
	t.Helper()
	s := sumlog.Serve(t, dir)
	t.Run("upstream there", func(t *testing.T) { verifyEveryWay(t, s, db) })
	leave()
	t.Run("upstream gone", func(t *testing.T) { verifyEveryWay(t, s, db) })
	s.Stop(t)
	s = sumlog.Serve(t, dir)
	t.Run("upstream gone and server started again", func(t *testing.T) { verifyEveryWay(t, s, db) })
	return s
}

// checkRefusals demands that the mirror gives none of these paths, and the reason for each.
func checkRefusals(t *testing.T, url string, reasons map[string]string) {
	t.Helper()
	for path, why := range reasons {
		answer, err := http.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode == http.StatusOK || !strings.Contains(string(body), why) {
			t.Errorf("%s: %s, %v\n%s\nwant %q", path, answer.Status, err, body, why)
		}
	}
}

// A go command with the default GOSUMDB verifies real modules through our mirror of sum.golang.org:
// while that can be reached, and when it is gone.
func TestGoVerifiesRealModulesThroughAMirror(t *testing.T) {
	upstream := recordedSumGolang(t)
	sumGolang := database{name: "sum.golang.org", key: "sum.golang.org"}
	s := verifyWithAndWithout(t, mirrorOf(t, upstream.URL), sumGolang, upstream.Close)
	checkRefusals(t, s.URL, map[string]string{
		"/lookup/golang.org/x/net@v0.39.0":       "cannot be reached",
		"/lookup/corp.example.com/secret@v1.0.0": "the name is private",
		"/tile/8/data/000":                       "only those records that somebody has looked up",
	})
}
