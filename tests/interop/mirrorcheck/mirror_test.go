package mirrorcheck

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"sumlog.test/interop/sumlog"
	"sumlog.test/interop/xmodclient"
	"sumlog.test/interop/xmodlog"
)

// once is the call that brings the mirror in `dir` to the newest head.
func once(dir string, u *upstream, log *xmodlog.Log) []string {
	return []string{"mirror", "run", "--dir", dir, "--upstream", u.URL, "--key", log.VerifierKey,
		"--interval", "1s", "--max-requests-per-second", "0", "--once"}
}

// mustReach demands that a mirror reaches the newest head.
func mustReach(t *testing.T, dir string, u *upstream, log *xmodlog.Log) {
	t.Helper()
	events := strings.Split(strings.TrimSpace(sumlog.Run(t, append(once(dir, u, log), "--json")...)), "\n")
	var end struct {
		Verified int64 `json:"verified_records"`
		Served   int64 `json:"served_records"`
		Odd      int64 `json:"odd_records"`
	}
	if err := json.Unmarshal([]byte(events[len(events)-1]), &end); err != nil {
		t.Fatal(err)
	}
	if end.Verified != log.Size() || end.Served != log.Size() || end.Odd != 0 {
		t.Fatalf("mirror run ended with %+v, want all %d records", end, log.Size())
	}
}

// latestOf is the newest head that a mirror serves, verified.
func latestOf(t *testing.T, s *sumlog.Server, log *xmodlog.Log) tlog.Tree {
	t.Helper()
	tree, err := xmodclient.NewMachine(s.URL+"/sumdb/"+name, log.VerifierKey).Latest()
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// awaitHead waits until a mirror serves the newest head of the log.
func awaitHead(t *testing.T, s *sumlog.Server, log *xmodlog.Log) {
	t.Helper()
	deadline := time.After(patience)
	for poll := time.NewTicker(20 * time.Millisecond); ; {
		if latestOf(t, s, log).N == log.Size() {
			return
		}
		select {
		case <-poll.C:
		case <-deadline:
			t.Fatalf("the mirror serves a head of %d records, want %d", latestOf(t, s, log).N, log.Size())
		}
	}
}

func TestAMirrorOfAnXmodServer(t *testing.T) {
	records := madeUpRecords(t, recordCount(t))
	for _, form := range []xmodlog.DataTileForm{xmodlog.BlankLineAfterEach, xmodlog.BlankLineBetween} {
		t.Run(form.String(), func(t *testing.T) { mirrorThroughALogsLife(t, records, form) })
	}
}

// mirrorThroughALogsLife mirrors a log that grows to all of these records.
func mirrorThroughALogsLife(t *testing.T, records [][]byte, form xmodlog.DataTileForm) {
	begin, grown, followed := len(records)*8/10+1, len(records)*9/10+3, len(records)-300
	log := newLog(t, records[:begin])
	u := serveLog(t, log, form)
	dir := filepath.Join(t.TempDir(), "mirror")

	step(t, "a first run is killed", func(t *testing.T) {
		kill := sumlog.Start(t, once(dir, u, log)...)
		u.await(t, "/tile/8/data/", begin/256/2)
		kill()
	})
	step(t, "the next one goes on", func(t *testing.T) {
		mustReach(t, dir, u, log)
		// Pieces of 256 data tiles are kept: lost is one that was on its way, and one that waited.
		twice := 0
		for _, times := range u.fullDataTiles() {
			twice += times - 1
		}
		if twice > 2*256 {
			t.Errorf("%d data tiles were asked for twice, want %d at most", twice, 2*256)
		}
	})
	u.forget()
	step(t, "the log grows", func(t *testing.T) {
		grow(t, log, records[begin:grown])
		mustReach(t, dir, u, log)
	})
	s := sumlog.Serve(t, dir)
	step(t, "a server follows", func(t *testing.T) {
		grow(t, log, records[grown:followed])
		awaitHead(t, s, log)
	})
	checkEachOnce(t, u)
	step(t, "it is killed and started again", func(t *testing.T) {
		s.Kill(t)
		u.forget()
		s = sumlog.Serve(t, dir)
		if tree := latestOf(t, s, log); tree.N != log.Size() {
			t.Errorf("the mirror serves a head of %d records, want %d", tree.N, log.Size())
		}
		u.await(t, "/latest", 2) // it has done a whole round
		if asked := u.askedFor(); len(asked) != 1 {
			t.Errorf("asked again for %v, want /latest alone", asked)
		}
		grow(t, log, records[followed:])
		awaitHead(t, s, log)
	})
	checkEachOnce(t, u)
	u.Close() // all that follows, the mirror has to know by itself
	step(t, "every tile is the log's own", func(t *testing.T) { checkEveryTile(t, s, log) })
	step(t, "x/mod's client verifies", func(t *testing.T) {
		xmodclient.CheckEveryRecord(t, s.URL+"/sumdb/"+name, log.VerifierKey, toLookUp(records))
	})
	s.Stop(t)
}

// step is a part of a test that makes no sense without those before it.
func step(t *testing.T, what string, run func(t *testing.T)) {
	t.Helper()
	began := time.Now()
	if run(t); t.Failed() {
		t.Fatalf("so far: %s", what)
	}
	t.Logf("%s: %.1f s", what, time.Since(began).Seconds())
}

// checkEachOnce demands that no data tile that is full was asked for twice.
func checkEachOnce(t *testing.T, u *upstream) {
	t.Helper()
	for path, times := range u.fullDataTiles() {
		if times > 1 {
			t.Errorf("asked %d times for %s", times, path)
		}
	}
}

// checkEveryTile demands that the mirror serves each tile of the tree, data tiles in the form of
// sum.golang.org, also where a database alone in its directory is, at the root.
func checkEveryTile(t *testing.T, s *sumlog.Server, log *xmodlog.Log) {
	truth := log.Handler(xmodlog.BlankLineBetween)
	machine := xmodclient.NewMachine(s.URL, log.VerifierKey)
	for _, tile := range tilesOf(log.Size()) {
		path := "/" + tile.Path()
		want := httptest.NewRecorder()
		truth.ServeHTTP(want, httptest.NewRequest("GET", path, nil))
		got, err := machine.ReadRemote(path)
		if err != nil {
			t.Fatal(err)
		}
		if want.Code != 200 || !bytes.Equal(got, want.Body.Bytes()) {
			t.Fatalf("%s is not the upstream's (%d)", path, want.Code)
		}
	}
}

// tilesOf are all tiles of a tree, data tiles with them.
func tilesOf(size int64) []tlog.Tile {
	tiles := tlog.NewTiles(8, 0, size)
	for _, tile := range tiles {
		if tile.L == 0 {
			tile.L = -1
			tiles = append(tiles, tile)
		}
	}
	return tiles
}
