// Package tlogcheck compares our tlog and notes with golang.org/x/mod v0.42.0, in both directions.
//
// Method: random trees, proofs, tiles and notes from fixed seeds. What one side makes the other must
// accept, byte for byte where the form is fixed; what is damaged both must refuse.
package tlogcheck

import (
	"bytes"
	"fmt"
	"math/rand"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"sumlog.test/interop/oracle"
)

func start(t *testing.T) *oracle.Oracle { return oracle.Start(t, "SUMLOG_TLOG_ORACLE") }

// tree is one of x/mod's making: every stored hash of a log of random leaves.
type tree struct {
	leaves []tlog.Hash
	stored []tlog.Hash
}

func (s *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hashes[i] = s.stored[index]
	}
	return hashes, nil
}

func newTree(t *testing.T, random *rand.Rand, size int) *tree {
	t.Helper()
	s := &tree{}
	for n := range size {
		var leaf tlog.Hash
		random.Read(leaf[:])
		more, err := tlog.StoredHashesForRecordHash(int64(n), leaf, s)
		if err != nil {
			t.Fatal(err)
		}
		s.leaves, s.stored = append(s.leaves, leaf), append(s.stored, more...)
	}
	return s
}

func (s *tree) root(t *testing.T, size int64) tlog.Hash {
	t.Helper()
	root, err := tlog.TreeHash(size, s)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func pack(hashes []tlog.Hash) []byte {
	var packed []byte
	for _, hash := range hashes {
		packed = append(packed, hash[:]...)
	}
	return packed
}

func unpack(packed []byte) []tlog.Hash {
	hashes := make([]tlog.Hash, len(packed)/tlog.HashSize)
	for i := range hashes {
		copy(hashes[i][:], packed[i*tlog.HashSize:])
	}
	return hashes
}

// sizes of trees: all small ones, the neighbours of every power that matters, and random ones.
func sizes(random *rand.Rand) []int {
	var all []int
	for size := 1; size <= 40; size++ {
		all = append(all, size)
	}
	for _, edge := range []int{64, 128, 256, 512, 1024, 4096, 65536} {
		all = append(all, edge-1, edge, edge+1)
	}
	for range 40 {
		all = append(all, 1+random.Intn(5000))
	}
	return append(all, 70000)
}

func TestTreesAndProofsAgree(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	o := start(t)
	for _, size := range sizes(random) {
		s := newTree(t, random, size)
		root := s.root(t, int64(size))
		if got := o.Ask("tree", pack(s.leaves)); !bytes.Equal(oracle.Bytes(got.Fields[0]), root[:]) {
			t.Fatalf("tree of %d records: roots differ", size)
		}
		proofs := 60
		if size <= 40 {
			proofs = 2 * size
		}
		for range proofs {
			checkInclusion(t, o, random, s)
			checkConsistency(t, o, random, s)
		}
	}
}

func checkInclusion(t *testing.T, o *oracle.Oracle, random *rand.Rand, s *tree) {
	t.Helper()
	size := 1 + random.Int63n(int64(len(s.leaves)))
	n := random.Int63n(size)
	root := s.root(t, size)
	want, err := tlog.ProveRecord(size, n, s)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("record %d of %d", n, size)
	ours := o.Ask("prove-inclusion", size, n)
	if !ours.OK || !bytes.Equal(oracle.Bytes(ours.Fields[0]), pack(want)) {
		t.Fatalf("%s: proofs differ: %v", name, ours)
	}
	if err := tlog.CheckRecord(unpack(oracle.Bytes(ours.Fields[0])), size, root, n, s.leaves[n]); err != nil {
		t.Fatalf("%s: x/mod refuses our proof: %v", name, err)
	}
	verify := func(path []tlog.Hash) oracle.Answer {
		return o.Ask("verify-inclusion", size, root[:], n, s.leaves[n][:], pack(path))
	}
	if got := verify(want); !got.OK {
		t.Fatalf("%s: we refuse x/mod's proof: %v", name, got)
	}
	damaged := damage(random, want)
	goErr := tlog.CheckRecord(damaged, size, root, n, s.leaves[n])
	if got := verify(damaged); got.OK || goErr == nil || got.Code != "DATA_LOSS" {
		t.Fatalf("%s: a damaged proof: we say %v, x/mod says %v", name, got, goErr)
	}
}

func checkConsistency(t *testing.T, o *oracle.Oracle, random *rand.Rand, s *tree) {
	t.Helper()
	size := 1 + random.Int63n(int64(len(s.leaves)))
	old := 1 + random.Int63n(size)
	oldRoot, root := s.root(t, old), s.root(t, size)
	want, err := tlog.ProveTree(size, old, s)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("tree %d in %d", old, size)
	ours := o.Ask("prove-consistency", old, size)
	if !ours.OK || !bytes.Equal(oracle.Bytes(ours.Fields[0]), pack(want)) {
		t.Fatalf("%s: proofs differ: %v", name, ours)
	}
	if err := tlog.CheckTree(unpack(oracle.Bytes(ours.Fields[0])), size, root, old, oldRoot); err != nil {
		t.Fatalf("%s: x/mod refuses our proof: %v", name, err)
	}
	verify := func(path []tlog.Hash) oracle.Answer {
		return o.Ask("verify-consistency", old, oldRoot[:], size, root[:], pack(path))
	}
	if got := verify(want); !got.OK {
		t.Fatalf("%s: we refuse x/mod's proof: %v", name, got)
	}
	damaged := damage(random, want)
	goErr := tlog.CheckTree(damaged, size, root, old, oldRoot)
	if got := verify(damaged); got.OK || goErr == nil || got.Code != "DATA_LOSS" {
		t.Fatalf("%s: a damaged proof: we say %v, x/mod says %v", name, got, goErr)
	}
}

// damage changes a proof in one of the ways that an attacker would try.
func damage(random *rand.Rand, path []tlog.Hash) []tlog.Hash {
	damaged := append([]tlog.Hash{}, path...)
	if len(damaged) == 0 {
		return append(damaged, tlog.Hash{1})
	}
	at := random.Intn(len(damaged))
	switch random.Intn(4) {
	case 0:
		damaged[at][random.Intn(tlog.HashSize)] ^= 1 << random.Intn(8)
	case 1:
		damaged = append(damaged[:at], damaged[at+1:]...)
	case 2:
		damaged = append(damaged, damaged[at])
	case 3:
		damaged[at], damaged[0] = damaged[0], tlog.Hash{2}
	}
	return damaged
}

// tileServer gives x/mod's TileHashReader the tiles of a tree, one hash of which may be damaged.
type tileServer struct {
	tree     *tree
	level    int
	index    int64
	position int
	flip     byte
}

func (s *tileServer) Height() int                     { return 8 }
func (s *tileServer) SaveTiles([]tlog.Tile, [][]byte) {}
func (s *tileServer) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var answer [][]byte
	for _, tile := range tiles {
		data, err := tlog.ReadTileData(tile, s.tree)
		if err != nil {
			return nil, err
		}
		data = append([]byte{}, data...)
		if tile.L == s.level && tile.N == s.index && s.position < tile.W {
			data[s.position*tlog.HashSize+7] ^= s.flip
		}
		answer = append(answer, data)
	}
	return answer, nil
}

// A record is proved from untrusted tiles. Both sides must find a damaged hash wherever it is
// needed, and give the same proof where it is not.
func TestAuthenticatedTilesAgree(t *testing.T) {
	random := rand.New(rand.NewSource(2))
	o := start(t)
	refused, accepted := 0, 0
	for _, size := range []int{1, 2, 255, 256, 257, 700, 4096, 65535, 65536, 65537, 66000, 131072, 140000} {
		s := newTree(t, random, size)
		root := s.root(t, int64(size))
		o.Ask("tree", pack(s.leaves))
		for range 150 {
			n := random.Int63n(int64(size))
			server := &tileServer{tree: s}
			// Mostly tiles that the proof of this record may touch.
			server.level = random.Intn(3)
			server.index = n >> (8 * (server.level + 1))
			if last := int64(size-1) >> (8 * (server.level + 1)); random.Intn(2) == 0 {
				server.index = last
			}
			server.position = random.Intn(256)
			if random.Intn(5) > 0 {
				server.flip = 1 << random.Intn(8)
			}
			theirs, err := tlog.ProveRecord(int64(size), n,
				tlog.TileHashReader(tlog.Tree{N: int64(size), Hash: root}, server))
			ours := o.Ask("authenticate", size, root[:], n, server.level, server.index,
				server.position, server.flip)
			name := fmt.Sprintf("record %d of %d, tile %d/%d hash %d flip %d",
				n, size, server.level, server.index, server.position, server.flip)
			switch {
			case err == nil && (!ours.OK || !bytes.Equal(oracle.Bytes(ours.Fields[0]), pack(theirs))):
				t.Errorf("%s: x/mod proves it, we say %v", name, ours)
			case err != nil && (ours.OK || ours.Code != "DATA_LOSS"):
				t.Errorf("%s: x/mod says %v, we say %v", name, err, ours)
			case err != nil:
				refused++
			default:
				accepted++
			}
		}
	}
	if refused < 300 || accepted < 300 {
		t.Errorf("%d refused and %d accepted: the test no longer asks both", refused, accepted)
	}
}
