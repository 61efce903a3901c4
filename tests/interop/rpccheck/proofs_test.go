// Package rpccheck asks sumlog.v1.Log with a generated Go client, and believes x/mod alone.
//
// Method: a real server process with a log of three levels of tiles, whose heads were published at
// a few sizes only. All records are streamed once, and golang.org/x/mod makes the hashes of the whole
// tree of them, whose root must be the signed one. Thousands of random (record, size) and (old, new)
// proofs, and those of sizes 1, powers of two and tile boundaries with their neighbours, are checked
// by x/mod's CheckRecord and CheckTree against the leaves and roots of that tree: what an answer says
// of them itself counts for nothing, and must be the same.
package rpccheck

import (
	"bufio"
	"fmt"
	"io"
	"math/rand"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"sumlog.test/interop/sumlogv1"
	"sumlog.test/interop/xmodlog"
)

const records = 66_000 // more than 256·256

type server struct {
	client sumlogv1.LogClient
	head   tlog.Tree // of the newest signed head, whose signature was verified
	leaves []tlog.Hash
	tree   xmodlog.Hashes // of leaves; its root is that of head
}

// start runs a server until the end of the test.
func start(t *testing.T) *server {
	t.Helper()
	program := os.Getenv("SUMLOG_RPC_LOG_SERVER")
	if program == "" {
		t.Skip("SUMLOG_RPC_LOG_SERVER is not set")
	}
	command := exec.Command(program, fmt.Sprint(records))
	command.Stderr = os.Stderr
	input, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		input.Close()
		if err := command.Wait(); err != nil {
			t.Error(err)
		}
	})
	line, err := bufio.NewReader(output).ReadString('\n')
	fields := strings.Fields(line)
	if err != nil || len(fields) != 2 {
		t.Fatalf("the server printed %q, %v", line, err)
	}
	connection, err := grpc.NewClient(fields[0], grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	s := &server{client: sumlogv1.NewLogClient(connection)}
	s.head = s.newest(t, fields[1])
	s.stream(t)
	return s
}

// stream fills leaves and tree with every record.
func (s *server) stream(t *testing.T) {
	t.Helper()
	stream, err := s.client.StreamRecords(t.Context(), &sumlogv1.StreamRecordsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for {
		batch, err := stream.Recv()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if batch.First != uint64(len(s.leaves)) {
			t.Fatalf("records from %d, want %d", batch.First, len(s.leaves))
		}
		for _, text := range batch.Texts {
			number := int64(len(s.leaves))
			if !strings.HasPrefix(text, fmt.Sprintf("example.com/m%d v1.0.0 ", number)) {
				t.Fatalf("record %d: %q", number, text)
			}
			leaf := tlog.RecordHash([]byte(text))
			hashes, err := tlog.StoredHashesForRecordHash(number, leaf, s.tree)
			if err != nil {
				t.Fatal(err)
			}
			s.leaves = append(s.leaves, leaf)
			s.tree = append(s.tree, hashes...)
		}
	}
	if int64(len(s.leaves)) != s.head.N || s.root(t, s.head.N) != s.head.Hash {
		t.Fatalf("the %d records that were streamed have another root than the signed head of %d",
			len(s.leaves), s.head.N)
	}
}

// root is that of the first size records.
func (s *server) root(t *testing.T, size int64) tlog.Hash {
	root, err := tlog.TreeHash(size, s.tree)
	if err != nil {
		t.Error(err)
	}
	return root
}

// newest opens the newest signed head under the log's key.
func (s *server) newest(t *testing.T, key string) tlog.Tree {
	t.Helper()
	verifier, err := note.NewVerifier(key)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := s.client.GetSignedHead(t.Context(), &sumlogv1.GetSignedHeadRequest{})
	if err != nil {
		t.Fatal(err)
	}
	opened, err := note.Open([]byte(answer.Head.Note), note.VerifierList(verifier))
	if err != nil {
		t.Fatal(err)
	}
	tree, err := tlog.ParseTree([]byte(opened.Text))
	if err != nil {
		t.Fatal(err)
	}
	if tree.N != records || uint64(tree.N) != answer.Head.TreeHead.Size ||
		tree.Hash != hashOf(answer.Head.TreeHead.Root) {
		t.Fatalf("head of %d records, want %d, or another root than in the note", tree.N, records)
	}
	return tree
}

func hashOf(b []byte) tlog.Hash {
	if len(b) != tlog.HashSize {
		return tlog.Hash{}
	}
	return tlog.Hash(b)
}

func hashesOf(list [][]byte) []tlog.Hash {
	hashes := make([]tlog.Hash, len(list))
	for i, b := range list {
		hashes[i] = hashOf(b)
	}
	return hashes
}

// sizes are 1, every power of two and tile boundary with its neighbours, and the newest.
func sizes() []int64 {
	var all []int64
	add := func(middle int64) {
		for size := middle - 1; size <= middle+1; size++ {
			if size >= 1 && size <= records {
				all = append(all, size)
			}
		}
	}
	for size := int64(1); size <= records; size *= 2 {
		add(size)
	}
	for _, size := range []int64{3 * 256, 255 * 256, 257 * 256, records / 3, records} {
		add(size)
	}
	return all
}

// each runs check(i, random) for i below count, eight at a time.
func each(t *testing.T, count int, check func(i int, random *rand.Rand) error) {
	t.Helper()
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			random := rand.New(rand.NewSource(int64(worker)))
			for i := worker; i < count; i += 8 {
				if err := check(i, random); err != nil {
					t.Errorf("number %d: %v", i, err)
					return
				}
			}
		})
	}
	group.Wait()
}

func (s *server) checkInclusion(t *testing.T, number, size int64) error {
	wanted := uint64(size)
	answer, err := s.client.GetInclusionProof(t.Context(), &sumlogv1.GetInclusionProofRequest{
		Record: &sumlogv1.GetInclusionProofRequest_Number{Number: uint64(number)}, TreeSize: &wanted})
	if err != nil {
		return fmt.Errorf("record %d of %d: %w", number, size, err)
	}
	if answer.Proof.Number != uint64(number) || answer.Proof.TreeSize != wanted || answer.TreeHead.Size != wanted {
		return fmt.Errorf("record %d of %d: the answer is about something else", number, size)
	}
	root, leaf := s.root(t, size), s.leaves[number]
	if hashOf(answer.TreeHead.Root) != root || hashOf(answer.LeafHash) != leaf {
		return fmt.Errorf("record %d of %d: the answer has another root or leaf than the log", number, size)
	}
	return tlog.CheckRecord(tlog.RecordProof(hashesOf(answer.Proof.Hashes)), size, root, number, leaf)
}

// checkConsistency asks for the newest tree when new is its size.
func (s *server) checkConsistency(t *testing.T, old, new int64) error {
	request := &sumlogv1.GetConsistencyProofRequest{OldSize: uint64(old)}
	if wanted := uint64(new); new != s.head.N {
		request.NewSize = &wanted
	}
	answer, err := s.client.GetConsistencyProof(t.Context(), request)
	if err != nil {
		return fmt.Errorf("%d to %d: %w", old, new, err)
	}
	oldRoot, newRoot := s.root(t, old), s.root(t, new)
	if hashOf(answer.OldHead.Root) != oldRoot || hashOf(answer.NewHead.Root) != newRoot {
		return fmt.Errorf("%d to %d: the answer has other roots than the log", old, new)
	}
	return tlog.CheckTree(tlog.TreeProof(hashesOf(answer.Proof.Hashes)), new, newRoot, old, oldRoot)
}

func TestInclusionProofs(t *testing.T) {
	s := start(t)
	special := sizes()
	each(t, 6000, func(i int, random *rand.Rand) error {
		size := 1 + random.Int63n(records)
		if i%2 == 0 {
			size = special[i/2%len(special)]
		}
		number := random.Int63n(size)
		switch i % 7 {
		case 0:
			number = 0
		case 1:
			number = size - 1
		}
		return s.checkInclusion(t, number, size)
	})
}

func TestConsistencyProofs(t *testing.T) {
	s := start(t)
	special := sizes()
	each(t, 6000, func(i int, random *rand.Rand) error {
		new := 1 + random.Int63n(records)
		old := 1 + random.Int63n(new)
		if i%2 == 0 {
			old, new = special[random.Intn(len(special))], special[i/2%len(special)]
			old, new = min(old, new), max(old, new)
		}
		return s.checkConsistency(t, old, new)
	})
}

// Every size with something special about it leads to the signed head.
func TestSpecialSizesLeadToTheSignedHead(t *testing.T) {
	s := start(t)
	special := sizes()
	each(t, len(special), func(i int, _ *rand.Rand) error {
		return s.checkConsistency(t, special[i], s.head.N)
	})
}

func TestLookups(t *testing.T) {
	s := start(t)
	each(t, 1000, func(i int, random *rand.Rand) error {
		number := random.Int63n(records)
		answer, err := s.client.Lookup(t.Context(), &sumlogv1.LookupRequest{Module: &sumlogv1.ModuleVersion{
			Path: fmt.Sprintf("example.com/m%d", number), Version: "v1.0.0"}})
		if err != nil {
			return err
		}
		if answer.Record.Number != uint64(number) {
			return fmt.Errorf("record %d, want %d", answer.Record.Number, number)
		}
		if tlog.RecordHash([]byte(answer.Record.Text)) != s.leaves[number] {
			return fmt.Errorf("record %d has another text than in the stream", number)
		}
		return tlog.CheckRecord(tlog.RecordProof(hashesOf(answer.Proof.Hashes)), s.head.N, s.head.Hash,
			number, s.leaves[number])
	})
	_, err := s.client.Lookup(t.Context(), &sumlogv1.LookupRequest{Module: &sumlogv1.ModuleVersion{
		Path: "example.com/absent", Version: "v1.0.0"}})
	if status.Code(err) != codes.NotFound {
		t.Errorf("lookup of an absent version: %v", err)
	}
}
