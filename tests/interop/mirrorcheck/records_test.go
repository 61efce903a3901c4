package mirrorcheck

import (
	"fmt"
	"os"
	"strconv"
	"testing"

	"golang.org/x/mod/module"

	"sumlog.test/interop/xmodlog"
)

// recordCount is how many records the big log has: a million, or as SUMLOG_MIRROR_RECORDS says,
// for builds that a million would take too long.
func recordCount(t *testing.T) int {
	t.Helper()
	wish := os.Getenv("SUMLOG_MIRROR_RECORDS")
	if wish == "" {
		return 1_000_000
	}
	count, err := strconv.Atoi(wish)
	if err != nil {
		t.Fatal(err)
	}
	return count
}

// toLookUp is which of the records x/mod's client verifies, half a millisecond each: some of each
// kind and of each tile, and at night every one.
func toLookUp(records [][]byte) [][]byte {
	if os.Getenv("SUMLOG_NIGHTLY") != "" {
		return records
	}
	var some [][]byte
	for i := 0; i < len(records); i += 37 {
		some = append(some, records[i])
	}
	return some
}

// madeUpVersion is module version i: one of each kind of path and version in turn, no two the same.
func madeUpVersion(i int) module.Version {
	commit := fmt.Sprintf("%012x", uint64(i)*0x9e3779b97f4a7c15>>16)
	path, version := fmt.Sprintf("github.com/team-%d/module-%d", i%977, i/3), ""
	switch i % 8 {
	case 0, 1, 2: // several versions of one module
		version = fmt.Sprintf("v1.%d.%d", i%3, i%40)
	case 3:
		path = fmt.Sprintf("github.com/AzureTeam%d/SDK-For-Go/internal/Module%d", i%977, i)
		version = fmt.Sprintf("v0.%d.0-RC.1", i%40)
	case 4:
		path = fmt.Sprintf("go.example.org/x/legacy_%d", i)
		version = fmt.Sprintf("v%d.0.1+incompatible", 2+i%20)
	case 5:
		path = fmt.Sprintf("example.com/~user%d/tool.%d/v3", i%977, i)
		version = fmt.Sprintf("v3.%d.4", i%40)
	case 6:
		version = "v0.0.0-20260101120000-" + commit
	case 7:
		version = "v1.4.3-0.20260101120000-" + commit
	}
	return module.Version{Path: path, Version: version}
}

// madeUpRecords are about 220 bytes each, as those of sum.golang.org.
func madeUpRecords(t *testing.T, count int) [][]byte {
	t.Helper()
	records := make([][]byte, count)
	seen := make(map[module.Version]bool, count)
	for i := range records {
		m := madeUpVersion(i)
		if err := module.Check(m.Path, m.Version); err != nil || seen[m] {
			t.Fatalf("version %d: %v, %v, seen %t", i, m, err, seen[m])
		}
		seen[m] = true
		records[i] = xmodlog.MadeUpRecord(m)
	}
	return records
}

// newLog has the first of the records.
func newLog(t *testing.T, records [][]byte) *xmodlog.Log {
	t.Helper()
	log, err := xmodlog.New(name)
	if err != nil {
		t.Fatal(err)
	}
	grow(t, log, records)
	return log
}

func grow(t *testing.T, log *xmodlog.Log, records [][]byte) {
	t.Helper()
	if err := log.Append(records...); err != nil {
		t.Fatal(err)
	}
}
