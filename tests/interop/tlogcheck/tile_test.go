package tlogcheck

import (
	"fmt"
	"math/big"
	"math/rand"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"sumlog.test/interop/oracle"
)

func TestAddedTilesAgree(t *testing.T) {
	random := rand.New(rand.NewSource(3))
	o := start(t)
	pairs := [][2]int64{{0, 0}, {0, 1}, {0, 70000}, {255, 256}, {256, 256}, {0, 65536}, {65535, 65537}}
	for range 2000 {
		size := random.Int63n(1 << (1 + random.Intn(19)))
		pairs = append(pairs, [2]int64{random.Int63n(size + 1), size})
	}
	for _, pair := range pairs {
		var want strings.Builder
		for _, tile := range tlog.NewTiles(8, pair[0], pair[1]) {
			fmt.Fprintln(&want, tile.Path())
		}
		got := o.Ask("added-tiles", pair[0], pair[1])
		if !got.OK || string(oracle.Bytes(got.Fields[0])) != want.String() {
			t.Fatalf("tiles from %d to %d: got %s, want %s", pair[0], pair[1], oracle.Bytes(got.Fields[0]), want.String())
		}
	}
}

// theirs parses as x/mod does, and says whether ours must accept the path. Known differences, both
// stricter: we serve height 8 only, and refuse a tile that no tree of up to 2^63-1 records has.
func theirs(path string) (tile tlog.Tile, accept bool) {
	tile, err := tlog.ParseTilePath(path)
	if err != nil || tile.H != 8 || tile.L >= 8 {
		return tile, false
	}
	end := new(big.Int).SetInt64(tile.N)
	end.Lsh(end, 8).Add(end, big.NewInt(int64(tile.W))).Lsh(end, uint(8*max(tile.L, 0)))
	return tile, end.IsInt64()
}

func checkPath(t *testing.T, o *oracle.Oracle, path string) bool {
	t.Helper()
	want, accept := theirs(path)
	got := o.Ask("parse-tile", path)
	if got.OK != accept {
		t.Errorf("%q: we say %v, x/mod accepts: %v", path, got, accept)
		return accept
	}
	if !accept {
		return false
	}
	level := "data"
	if want.L >= 0 {
		level = strconv.Itoa(want.L)
	}
	fields := []string{level, strconv.FormatInt(want.N, 10), strconv.Itoa(want.W), path}
	for i := range 3 {
		if got.Fields[i] != fields[i] {
			t.Errorf("%q: got %v, want %v", path, got.Fields, fields)
		}
	}
	if string(oracle.Bytes(got.Fields[3])) != path {
		t.Errorf("%q comes back as %q", path, oracle.Bytes(got.Fields[3]))
	}
	return true
}

func TestTilePathsAgree(t *testing.T) {
	random := rand.New(rand.NewSource(4))
	o := start(t)
	for _, path := range []string{
		"", "tile", "tile/8/0", "tile/8/0/1", "tile/8/0/000.p/256", "tile/8/0/000.p/0",
		"tile/8/0/000.p/01", "tile/8/0/x000/001", "tile/08/0/000", "tile/8/-1/000", "tile/31/0/000",
		"tile/8/64/000", "tile/8/63/000", "tile/8/7/000", "tile/8/data/x001/000.p/1", "tile/8/0/x178/724",
		"tile/8/0/x178/724.p/13", "tile/8/0/x999/x999/x999/x999/x999/x999/999",
		"tile/8/0/x036/x028/x797/x018/x963/967", "tile/8/0/x036/x028/x797/x018/x963/968",
		"tile/8/0/x9223/x372/000", "tile/8/0/x009/x223/x372/x036/x854/x775/807",
		"tile/8/0/x009/x223/x372/x036/x854/x775/808", "/tile/8/0/000", "tile/8/0/000/", "tile/8/0/000.p",
		"tile/8/0/000.p/", "tile/8/0/000.p/1/2", "tile/8/0/000.p/-1", "tile/8/0/000.p/+1",
		"tile/8/+0/000", "tile/+8/0/000", "tile/8/00/000", "tile/8/0/00a", "tile/8/0/ 00",
	} {
		checkPath(t, o, path)
	}
	accepted := 0
	alphabet := "0123456789x/.p-+adtile"
	for range 20000 {
		tile := tlog.Tile{H: 8, L: random.Intn(9) - 1, N: random.Int63n(1 << (1 + random.Intn(50))), W: 1 + random.Intn(256)}
		if random.Intn(20) == 0 {
			tile.H = 1 + random.Intn(30)
			tile.W = 1 + random.Intn(1<<tile.H)
		}
		path := []byte(tile.Path())
		for range random.Intn(3) { // none, one or two changes
			at := random.Intn(len(path))
			switch random.Intn(3) {
			case 0:
				path[at] = alphabet[random.Intn(len(alphabet))]
			case 1:
				path = append(path[:at], path[at+1:]...)
			case 2:
				path = append(path[:at], append([]byte{alphabet[random.Intn(len(alphabet))]}, path[at:]...)...)
			}
		}
		if checkPath(t, o, string(path)) {
			accepted++
		}
	}
	if accepted < 4000 || accepted > 15000 {
		t.Errorf("%d of 20000 paths were good: the test no longer asks both", accepted)
	}
}
