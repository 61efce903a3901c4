package realgo

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/tlog"

	"sumlog.test/interop/sumlog"
	"sumlog.test/interop/xmodlog"
)

// recordedRecords are those of all recorded lookups of sum.golang.org.
func recordedRecords(t *testing.T) [][]byte {
	t.Helper()
	var records [][]byte
	err := filepath.WalkDir("../../testdata/sum.golang.org/lookup", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		answer, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		_, record, _, err := tlog.ParseRecord(answer)
		records = append(records, record)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return records
}

// A go command verifies real modules by a full mirror. Its upstream is x/mod's server with the real
// records of the recording under a key of the test, for of sum.golang.org's own 70 million records
// nobody can hold a part and sign it.
func TestGoVerifiesRealModulesByAFullMirror(t *testing.T) {
	log, err := xmodlog.New("sum.example.org")
	if err != nil {
		t.Fatal(err)
	}
	// The real ones are in tiles of their own, far apart.
	for i, record := range recordedRecords(t) {
		records := [][]byte{record}
		for other := range 100 {
			path := bigLogPath(100*i + other)
			records = append(records, xmodlog.MadeUpRecord(module.Version{Path: path, Version: "v1.0.0"}))
		}
		if err := log.Append(records...); err != nil {
			t.Fatal(err)
		}
	}
	var lookups atomic.Int64
	handler := log.Handler(xmodlog.BlankLineBetween)
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/lookup/") {
			lookups.Add(1)
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(upstream.Close)
	dir := filepath.Join(t.TempDir(), "mirror")
	sumlog.Run(t, "mirror", "run", "--dir", dir, "--upstream", upstream.URL, "--key", log.VerifierKey, "--once")

	db := database{name: log.Name, key: log.VerifierKey}
	s := verifyWithAndWithout(t, dir, db, func() {
		if lookups.Load() != 0 {
			t.Errorf("the upstream was asked %d times for a module, want 0", lookups.Load())
		}
		upstream.Close()
	})
	checkRefusals(t, s.URL, map[string]string{
		"/lookup/example.com/never-seen@v1.0.0": "is not in the mirror of sum.example.org",
		"/sumdb/sum.golang.org/supported":       "no log sum.golang.org",
	})
}
