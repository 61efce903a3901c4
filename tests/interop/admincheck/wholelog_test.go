package admincheck

import (
	"io"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"sumlog.test/interop/sumlogv1"
)

// wholeLog streams the texts of all records, and demands that they are those of the newest head.
func (c clients) wholeLog(t *testing.T, key string) (newest tlog.Tree, texts []string) {
	t.Helper()
	answer, err := c.log.GetSignedHead(t.Context(), &sumlogv1.GetSignedHeadRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if newest, err = openHead(key, answer.Head); err != nil {
		t.Fatal(err)
	}
	end := uint64(newest.N)
	stream, err := c.log.StreamRecords(t.Context(), &sumlogv1.StreamRecordsRequest{End: &end})
	if err != nil {
		t.Fatal(err)
	}
	for {
		some, err := stream.Recv()
		if err == io.EOF {
			break
		}
		if err != nil || some.First != uint64(len(texts)) {
			t.Fatalf("after %d records: %v, %v", len(texts), some.GetFirst(), err)
		}
		texts = append(texts, some.Texts...)
	}
	if root := rootOf(t, texts); int64(len(texts)) != newest.N || root != newest.Hash {
		t.Fatalf("%d records with root %v, want those of the head: %v", len(texts), root, newest)
	}
	return newest, texts
}

// rootOf is the root of the tree with these records, by x/mod.
func rootOf(t *testing.T, texts []string) tlog.Hash {
	t.Helper()
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			hashes[i] = stored[index]
		}
		return hashes, nil
	})
	for number, text := range texts {
		hashes, err := tlog.StoredHashes(int64(number), []byte(text), reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, hashes...)
	}
	root, err := tlog.TreeHash(int64(len(texts)), reader)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// checkBeginning demands a proof that the tree with `root` is the beginning of `newest`.
func (c clients) checkBeginning(t *testing.T, size int64, root tlog.Hash, newest tlog.Tree) {
	t.Helper()
	end := uint64(newest.N)
	answer, err := c.log.GetConsistencyProof(t.Context(),
		&sumlogv1.GetConsistencyProofRequest{OldSize: uint64(size), NewSize: &end})
	if err != nil {
		t.Fatal(err)
	}
	var proof tlog.TreeProof
	for _, hash := range answer.Proof.Hashes {
		proof = append(proof, tlog.Hash(hash))
	}
	if err := tlog.CheckTree(proof, newest.N, newest.Hash, size, root); err != nil {
		t.Errorf("the head of %d records is no beginning of that of %d: %v", size, newest.N, err)
	}
}

// moduleVersionOf is "path version" of a record's text.
func moduleVersionOf(text string) string {
	path, rest, _ := strings.Cut(text, " ")
	version, _, _ := strings.Cut(rest, " ")
	return path + " " + version
}
