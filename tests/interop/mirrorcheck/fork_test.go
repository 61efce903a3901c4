package mirrorcheck

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/module"

	"sumlog.test/interop/sumlog"
	"sumlog.test/interop/xmodlog"
)

// stateOf is what "mirror status" says of the mirror in `dir`.
type stateOf struct {
	Verified int64  `json:"verified_records"`
	Evidence string `json:"evidence"`
	Head     *struct {
		Size int64 `json:"size"`
	} `json:"head"`
}

func status(t *testing.T, dir string) stateOf {
	t.Helper()
	var all struct{ Mirrors []stateOf }
	out := sumlog.Try(t, "mirror", "status", "--dir", dir, "--json").Out
	if err := json.Unmarshal([]byte(out), &all); err != nil || len(all.Mirrors) != 1 {
		t.Fatalf("%v: %s", err, out)
	}
	return all.Mirrors[0]
}

// otherRecords are none of those that madeUpRecords makes.
func otherRecords(count int) [][]byte {
	records := make([][]byte, count)
	for i := range records {
		m := module.Version{Path: "other.example.org/m" + strconv.Itoa(i), Version: "v1.0.0"}
		records[i] = xmodlog.MadeUpRecord(m)
	}
	return records
}

// Whatever the second history of an upstream is, and wherever it begins, a mirror takes nothing of
// it, keeps both signed heads, and goes on when the upstream shows the first one again.
func TestAMirrorTakesNothingOfASecondHistory(t *testing.T) {
	records := madeUpRecords(t, 1100)
	for _, each := range []struct {
		what     string
		size     int    // of the head that the mirror has seen
		until    string // how many records of it the mirror has taken
		fork, to int    // the second history begins after `fork` records and has `to`
	}{
		{"below what it has, longer", 1000, "", 300, 1100},
		{"below what it has, as long", 1000, "", 999, 1000},
		{"below what it has, shorter", 1000, "", 300, 800},
		{"in the first record", 1000, "", 0, 1100},
		{"at its newest record, longer", 1000, "", 999, 1100},
		{"in the tile at the right edge", 1000, "", 800, 1100},
		{"after what it has, before the head that it has seen", 1000, "600", 900, 1100},
		{"after what it has, as long as the head that it has seen", 1000, "600", 900, 1000},
	} {
		t.Run(each.what, func(t *testing.T) {
			log := newLog(t, records[:each.size])
			u := serveLog(t, log, xmodlog.BlankLineBetween)
			dir := filepath.Join(t.TempDir(), "mirror")
			first := once(dir, u, log)
			if each.until != "" {
				first = append(first, "--until", each.until)
			}
			sumlog.Run(t, first...)
			before := status(t, dir)

			forked, err := log.Fork(each.fork)
			if err != nil {
				t.Fatal(err)
			}
			grow(t, forked, otherRecords(each.to-each.fork))
			u.show(forked)
			done := sumlog.Try(t, once(dir, u, log)...)
			if done.Code != 4 {
				t.Fatalf("exit code %d, want 4\n%s%s", done.Code, done.Out, done.Talk)
			}
			after := status(t, dir)
			if after.Verified != before.Verified || (after.Head == nil) != (before.Head == nil) {
				t.Errorf("the mirror had %+v, and has %+v", before, after)
			}
			checkEvidence(t, dir, after.Evidence, log, forked)

			u.show(log)
			grow(t, log, records[each.size:])
			mustReach(t, dir, u, log)
			s := sumlog.Serve(t, dir)
			checkEveryTile(t, s, log)
		})
	}
}

// checkEvidence demands that a file keeps the newest heads of both logs.
func checkEvidence(t *testing.T, dir, file string, log, forked *xmodlog.Log) {
	t.Helper()
	if folder := filepath.Join(dir, "evidence", "mirrors", name); filepath.Dir(file) != folder {
		t.Errorf("the evidence is %q, want a file in %s", file, folder)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, each := range []*xmodlog.Log{log, forked} {
		head, err := each.Signed(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(head)) {
			if !strings.Contains(string(text), "| "+line) && line != "\n" {
				t.Errorf("no %q in\n%s", line, text)
			}
		}
	}
}
