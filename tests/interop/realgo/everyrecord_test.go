package realgo

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/tlog"

	"sumlog.test/interop/sumlog"
	"sumlog.test/interop/xmodclient"
	"sumlog.test/interop/xmodlog"
)

const bigLogSize = 100_000

func bigLogPath(i int) string { return fmt.Sprintf("example.com/team%d/Module%d", i%97, i) }

// bigLogRecords are those of a generated log.
func bigLogRecords() [][]byte {
	records := make([][]byte, bigLogSize)
	for i := range records {
		records[i] = xmodlog.MadeUpRecord(module.Version{Path: bigLogPath(i), Version: fmt.Sprintf("v1.%d.0", i%50)})
	}
	return records
}

func TestTheReferenceClientAgreesWithABigLog(t *testing.T) {
	records := bigLogRecords()
	dir := sumlog.LogWith(t, string(bytes.Join(records, nil)))
	url, key := sumlog.Serve(t, dir).URL, sumlog.VerifierKey(t, dir)
	t.Run("every record verifies", func(t *testing.T) {
		xmodclient.CheckEveryRecord(t, url, key, records)
	})
	t.Run("every tile is as computed", func(t *testing.T) {
		checkEveryTile(t, xmodclient.NewMachine(url, key), records)
	})
}

// readLog downloads every data tile and returns the records' texts and x/mod's own tree of them.
func readLog(t *testing.T, machine *xmodclient.Machine, size int64) (records []string, hashes xmodlog.Hashes) {
	t.Helper()
	for n := int64(0); n < size; n += 256 {
		tile := tlog.Tile{H: 8, L: -1, N: n / 256, W: int(min(256, size-n))}
		body, err := machine.ReadRemote("/" + tile.Path())
		if err != nil {
			t.Fatal(err)
		}
		// The form of sum.golang.org: a blank line between records, none after the last.
		texts := strings.Split(string(body), "\n\n")
		if len(texts) != tile.W {
			t.Fatalf("%s holds %d records, want %d", tile.Path(), len(texts), tile.W)
		}
		for i, text := range texts {
			if i < len(texts)-1 {
				text += "\n"
			}
			more, err := tlog.StoredHashes(n+int64(i), []byte(text), hashes)
			if err != nil {
				t.Fatal(err)
			}
			records, hashes = append(records, text), append(hashes, more...)
		}
	}
	return records, hashes
}

func checkEveryTile(t *testing.T, machine *xmodclient.Machine, want [][]byte) {
	tree, err := machine.Latest()
	if err != nil {
		t.Fatal(err)
	}
	if tree.N != bigLogSize {
		t.Fatalf("the log has %d records, want %d", tree.N, bigLogSize)
	}
	records, hashes := readLog(t, machine, tree.N)
	root, err := tlog.TreeHash(tree.N, hashes)
	if err != nil || root != tree.Hash {
		t.Fatalf("the data tiles hash to %v, %v; signed is %v", root, err, tree.Hash)
	}
	seen := map[string]bool{}
	for _, record := range records {
		seen[record] = true
	}
	for _, record := range want {
		if !seen[string(record)] {
			t.Fatalf("no data tile has %s", record)
		}
	}
	for _, tile := range tlog.NewTiles(8, 0, tree.N) {
		full, err := tlog.ReadTileData(tile, hashes)
		if err != nil {
			t.Fatal(err)
		}
		for _, width := range widths(tile) {
			part := tile
			part.W = width
			got, err := machine.ReadRemote("/" + part.Path())
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, full[:width*tlog.HashSize]) {
				t.Errorf("%s differs from x/mod's own", part.Path())
			}
		}
	}
}

// widths are all those of a tile at the right edge and of the first tiles of each level, and a few
// of the others.
func widths(tile tlog.Tile) []int {
	if tile.W < 256 || tile.N < 2 {
		all := make([]int, tile.W)
		for i := range all {
			all[i] = i + 1
		}
		return all
	}
	return []int{1, int(tile.N%254) + 2, 256}
}

func TestMain(m *testing.M) {
	os.Unsetenv("HTTP_PROXY") // everything here is on loopback
	os.Unsetenv("http_proxy")
	os.Exit(m.Run())
}
