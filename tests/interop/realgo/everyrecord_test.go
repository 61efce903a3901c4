package realgo

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"sumlog.test/interop/sumlog"
)

const bigLogSize = 100_000

// h1 is a made-up but well-formed hash.
func h1(seed string) string {
	sum := sha256.Sum256([]byte(seed))
	return "h1:" + base64.StdEncoding.EncodeToString(sum[:])
}

func bigLogPath(i int) string { return fmt.Sprintf("example.com/team%d/Module%d", i%97, i) }

func bigLogRecord(i int) string {
	path := bigLogPath(i)
	return fmt.Sprintf("%s v1.%d.0 %s\n%s v1.%d.0/go.mod %s\n", path, i%50, h1(path), path, i%50, h1(path+"/go.mod"))
}

// memoryOps is a client's machine in memory.
type memoryOps struct {
	url, key string
	http     *http.Client
	mu       sync.Mutex
	config   map[string][]byte
	cache    map[string][]byte
	faults   []string // security errors
}

func newMemoryOps(url, key string) *memoryOps {
	return &memoryOps{
		url: url, key: key,
		http:   &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}},
		config: map[string][]byte{"key": []byte(key)},
		cache:  map[string][]byte{},
	}
}

func (o *memoryOps) ReadRemote(path string) ([]byte, error) { return o.get(path) }

func (o *memoryOps) get(path string) ([]byte, error) {
	answer, err := o.http.Get(o.url + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", path, answer.Status, body)
	}
	return body, err
}

func (o *memoryOps) ReadConfig(file string) ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.config[file], nil
}

func (o *memoryOps) WriteConfig(file string, old, new []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !bytes.Equal(o.config[file], old) {
		return sumdb.ErrWriteConflict
	}
	o.config[file] = new
	return nil
}

func (o *memoryOps) ReadCache(file string) ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if data, ok := o.cache[file]; ok {
		return data, nil
	}
	return nil, errors.New("not cached")
}

func (o *memoryOps) WriteCache(file string, data []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cache[file] = data
}

func (o *memoryOps) Log(string) {}
func (o *memoryOps) SecurityError(text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.faults = append(o.faults, text)
}

// bigLog serves a log of bigLogSize generated records.
func bigLog(t *testing.T) (url, key string) {
	var goSum strings.Builder
	for i := range bigLogSize {
		goSum.WriteString(bigLogRecord(i))
	}
	dir := sumlog.LogWith(t, goSum.String())
	return sumlog.Serve(t, dir).URL, sumlog.VerifierKey(t, dir)
}

func TestTheReferenceClientAgreesWithABigLog(t *testing.T) {
	url, key := bigLog(t)
	t.Run("every record verifies", func(t *testing.T) { checkEveryRecord(t, url, key) })
	t.Run("every tile is as computed", func(t *testing.T) { checkEveryTile(t, url, key) })
}

func checkEveryRecord(t *testing.T, url, key string) {
	ops := newMemoryOps(url, key)
	client := sumdb.NewClient(ops)
	var workers sync.WaitGroup
	const workerCount = 8
	for worker := range workerCount {
		workers.Go(func() {
			for i := worker; i < bigLogSize; i += workerCount {
				lines, err := client.Lookup(bigLogPath(i), fmt.Sprintf("v1.%d.0", i%50))
				if err != nil {
					t.Errorf("record %d: %v", i, err)
					return
				}
				if want := strings.SplitN(bigLogRecord(i), "\n", 2)[0]; len(lines) != 1 || lines[0] != want {
					t.Errorf("record %d: got %q, want %q", i, lines, want)
					return
				}
			}
		})
	}
	workers.Wait()
	if len(ops.faults) > 0 {
		t.Errorf("security errors: %q", ops.faults)
	}
}

// storedHashes keeps a tree as x/mod does.
type storedHashes []tlog.Hash

func (s storedHashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = s[index]
	}
	return hashes, nil
}

// readLog downloads every data tile and returns the records' texts and x/mod's own tree of them.
func readLog(t *testing.T, ops *memoryOps, size int64) (records []string, hashes storedHashes) {
	t.Helper()
	for n := int64(0); n < size; n += 256 {
		tile := tlog.Tile{H: 8, L: -1, N: n / 256, W: int(min(256, size-n))}
		body, err := ops.get("/" + tile.Path())
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

func latest(t *testing.T, ops *memoryOps) tlog.Tree {
	t.Helper()
	verifier, err := note.NewVerifier(ops.key)
	if err != nil {
		t.Fatal(err)
	}
	body, err := ops.get("/latest")
	if err != nil {
		t.Fatal(err)
	}
	opened, err := note.Open(body, note.VerifierList(verifier))
	if err != nil {
		t.Fatal(err)
	}
	tree, err := tlog.ParseTree([]byte(opened.Text))
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func checkEveryTile(t *testing.T, url, key string) {
	ops := newMemoryOps(url, key)
	tree := latest(t, ops)
	if tree.N != bigLogSize {
		t.Fatalf("the log has %d records, want %d", tree.N, bigLogSize)
	}
	records, hashes := readLog(t, ops, tree.N)
	root, err := tlog.TreeHash(tree.N, hashes)
	if err != nil || root != tree.Hash {
		t.Fatalf("the data tiles hash to %v, %v; signed is %v", root, err, tree.Hash)
	}
	seen := map[string]bool{}
	for _, record := range records {
		seen[record] = true
	}
	for i := range bigLogSize {
		if !seen[bigLogRecord(i)] {
			t.Fatalf("record %d is in no data tile", i)
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
			got, err := ops.get("/" + part.Path())
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
