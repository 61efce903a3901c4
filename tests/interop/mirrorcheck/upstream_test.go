package mirrorcheck

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"sumlog.test/interop/xmodlog"
)

const (
	name     = "sum.example.org"
	patience = 2 * time.Minute // never waited for when all is well
)

// upstream serves a log and remembers what it was asked for.
type upstream struct {
	*httptest.Server
	form    xmodlog.DataTileForm
	mu      sync.Mutex // guards what follows
	handler http.Handler
	asked   map[string]int // by path
	changed chan struct{}  // closed with the next request
}

func serveLog(t *testing.T, log *xmodlog.Log, form xmodlog.DataTileForm) *upstream {
	t.Helper()
	u := &upstream{form: form, asked: map[string]int{}, changed: make(chan struct{})}
	u.show(log)
	u.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u.note(r.URL.Path).ServeHTTP(w, r)
	}))
	t.Cleanup(u.Close)
	return u
}

func (u *upstream) note(path string) http.Handler {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.asked[path]++
	close(u.changed)
	u.changed = make(chan struct{})
	return u.handler
}

// show makes it serve another log.
func (u *upstream) show(log *xmodlog.Log) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.handler = log.Handler(u.form)
}

// forget makes it as if it had never been asked for anything.
func (u *upstream) forget() {
	u.mu.Lock()
	defer u.mu.Unlock()
	clear(u.asked)
}

// askedFor is how often it was asked for each path.
func (u *upstream) askedFor() map[string]int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return maps.Clone(u.asked)
}

// await waits until it was asked so often for paths that contain `part`.
func (u *upstream) await(t *testing.T, part string, times int) {
	t.Helper()
	deadline := time.After(patience)
	for {
		u.mu.Lock()
		count, changed := 0, u.changed
		for path, each := range u.asked {
			if strings.Contains(path, part) {
				count += each
			}
		}
		u.mu.Unlock()
		if count >= times {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("asked %d times for %s, want %d", count, part, times)
		}
	}
}

// fullDataTiles is how often it was asked for each data tile that is full.
func (u *upstream) fullDataTiles() map[string]int {
	asked := u.askedFor()
	maps.DeleteFunc(asked, func(path string, _ int) bool {
		tile, err := tlog.ParseTilePath(strings.TrimPrefix(path, "/"))
		return err != nil || tile.L != -1 || tile.W != 256
	})
	return asked
}
