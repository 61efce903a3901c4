// Package admincheck drives the running sumlog as a release job in Go would: generated clients over
// a Unix socket, and over TLS with tokens and client certificates.
//
// Method: the built program as a process. What it answers about records is believed only as far as
// golang.org/x/mod verifies it under the log's key; that a change was made or refused is looked up
// with a second call.
package admincheck

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"sumlog.test/interop/sumlog"
	"sumlog.test/interop/sumlogv1"
)

// clients are both services over one connection.
type clients struct {
	log   sumlogv1.LogClient
	admin sumlogv1.AdminClient
}

// dial connects to an address of sumlog's listening line, which is in gRPC's own form.
func dial(t *testing.T, address string, transport credentials.TransportCredentials) clients {
	t.Helper()
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(transport))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	return clients{log: sumlogv1.NewLogClient(connection), admin: sumlogv1.NewAdminClient(connection)}
}

// local is a new log, served, and clients on its socket.
func local(t *testing.T) (dir string, c clients) {
	t.Helper()
	dir = sumlog.NewLog(t)
	return dir, dial(t, sumlog.Serve(t, dir).Admin, insecure.NewCredentials())
}

// withToken is a context whose calls carry a bearer token.
func withToken(t *testing.T, secret string) context.Context {
	return metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer "+secret)
}

// record is that of example.com/m<n>@v1.0.0 with hashes that depend on `salt`.
func record(n int, salt string) *sumlogv1.Record {
	hash := func(what string) string {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %s", what, n, salt))
		return "h1:" + base64.StdEncoding.EncodeToString(sum[:])
	}
	return &sumlogv1.Record{
		Module:    &sumlogv1.ModuleVersion{Path: fmt.Sprintf("example.com/m%d", n), Version: "v1.0.0"},
		ZipHash:   hash("zip"),
		GoModHash: hash("go.mod"),
	}
}

// text is the record as the log must hash it.
func text(r *sumlogv1.Record) string {
	return fmt.Sprintf("%s %s %s\n%s %s/go.mod %s\n", r.Module.Path, r.Module.Version, r.ZipHash,
		r.Module.Path, r.Module.Version, r.GoModHash)
}

func records(first, end int) []*sumlogv1.Record {
	var all []*sumlogv1.Record
	for n := first; n < end; n++ {
		all = append(all, record(n, ""))
	}
	return all
}

// add adds records with the unary call.
func (c clients) add(t *testing.T, records ...*sumlogv1.Record) []*sumlogv1.AddResult {
	t.Helper()
	answer, err := c.admin.AddRecordBatch(t.Context(), &sumlogv1.AddRecordBatchRequest{Records: records})
	if err != nil {
		t.Fatal(err)
	}
	return answer.Results
}

func (c clients) lookup(ctx context.Context, r *sumlogv1.Record) (*sumlogv1.LookupResponse, error) {
	return c.log.Lookup(ctx, &sumlogv1.LookupRequest{Module: r.Module})
}

// openHead verifies a signed head under the log's key.
func openHead(key string, head *sumlogv1.SignedHead) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open([]byte(head.Note), note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	return tlog.ParseTree([]byte(opened.Text))
}

// checkLogged demands that the log holds a record under a number, provably.
func (c clients) checkLogged(ctx context.Context, t *testing.T, key string, r *sumlogv1.Record,
	number uint64) {
	t.Helper()
	answer, err := c.lookup(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := openHead(key, answer.Head)
	if err != nil {
		t.Fatal(err)
	}
	if answer.Record.Number != number || answer.Record.Text != text(r) {
		t.Fatalf("record %d is %q, want %d with %q", answer.Record.Number, answer.Record.Text, number,
			text(r))
	}
	var proof tlog.RecordProof
	for _, hash := range answer.Proof.Hashes {
		if len(hash) != tlog.HashSize {
			t.Fatalf("a hash of %d bytes in the proof", len(hash))
		}
		proof = append(proof, tlog.Hash(hash))
	}
	leaf := tlog.RecordHash([]byte(text(r)))
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, int64(number), leaf); err != nil {
		t.Fatal(err)
	}
}

// wantCode demands that a call failed with this code and a message that says why.
func wantCode(t *testing.T, what string, err error, code codes.Code) {
	t.Helper()
	if status.Code(err) != code || (code != codes.OK && status.Convert(err).Message() == "") {
		t.Errorf("%s: got %v, want %v with a message", what, err, code)
	}
}
