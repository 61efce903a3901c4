package admincheck

import (
	"io"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	healthv1 "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/protobuf/proto"

	"sumlog.test/interop/sumlog"
	"sumlog.test/interop/sumlogv1"
)

// One answer for each message, in order, with many under way; every record is provably there.
func TestStreamedRecordsAreThereWhenTheyAreAnswered(t *testing.T) {
	dir, c := local(t)
	key := sumlog.VerifierKey(t, dir)
	const messages, perMessage = 50, 20
	stream, err := c.admin.AddRecords(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for m := range messages {
			all := records(m*perMessage, (m+1)*perMessage)
			if stream.Send(&sumlogv1.AddRecordsRequest{Records: all}) != nil {
				return // Recv says why
			}
		}
		stream.CloseSend()
	}()
	for m := range messages {
		answer, err := stream.Recv()
		if err != nil {
			t.Fatalf("answer %d: %v", m, err)
		}
		tree, err := openHead(key, answer.Head)
		if err != nil {
			t.Fatal(err)
		}
		if len(answer.Results) != perMessage {
			t.Fatalf("%d results, want %d", len(answer.Results), perMessage)
		}
		for i, result := range answer.Results {
			n := m*perMessage + i
			if result.Outcome != sumlogv1.AddResult_OUTCOME_APPENDED || result.Number != uint64(n) ||
				tree.N <= int64(n) {
				t.Fatalf("record %d: %v under a head of %d", n, result, tree.N)
			}
		}
	}
	if _, err := stream.Recv(); err != io.EOF {
		t.Errorf("after the last answer: %v, want the end of the stream", err)
	}
	for n := range messages * perMessage {
		c.checkLogged(t.Context(), t, key, record(n, ""), uint64(n))
	}
}

func TestTheSameRecordAgainHasItsNumberAlready(t *testing.T) {
	dir, c := local(t)
	c.add(t, records(0, 3)...)
	for i, result := range c.add(t, records(1, 4)...) {
		want := sumlogv1.AddResult_OUTCOME_ALREADY_THERE
		if i == 2 {
			want = sumlogv1.AddResult_OUTCOME_APPENDED
		}
		if result.Outcome != want || result.Number != uint64(i+1) {
			t.Errorf("record %d: %v, want %v", i+1, result, want)
		}
	}
	c.checkLogged(t.Context(), t, sumlog.VerifierKey(t, dir), record(2, ""), 2)
}

func TestOtherHashesAreRefusedAndKeptAsEvidence(t *testing.T) {
	dir, c := local(t)
	c.add(t, record(0, ""), record(1, ""))
	result := c.add(t, record(1, "other"))[0]
	if result.Outcome != sumlogv1.AddResult_OUTCOME_REFUSED ||
		result.Refusal != sumlogv1.AddResult_REFUSAL_CONFLICT || result.Number != 1 ||
		!strings.Contains(result.Reason, "record 1") {
		t.Fatalf("got %v, want a conflict with record 1", result)
	}
	c.checkLogged(t.Context(), t, sumlog.VerifierKey(t, dir), record(1, ""), 1)

	list, err := c.admin.ListConflicts(t.Context(), &sumlogv1.ListConflictsRequest{})
	if err != nil || len(list.Conflicts) != 1 || list.Conflicts[0].Id != result.EvidenceId {
		t.Fatalf("conflicts: %v, %v; want %s alone", list, err, result.EvidenceId)
	}
	evidence, err := c.admin.GetConflict(t.Context(),
		&sumlogv1.GetConflictRequest{Id: result.EvidenceId})
	if err != nil {
		t.Fatal(err)
	}
	for _, hash := range []string{record(1, "").ZipHash, record(1, "other").ZipHash} {
		if !strings.Contains(evidence.Text, hash) {
			t.Errorf("the evidence lacks %s:\n%s", hash, evidence.Text)
		}
	}
	_, err = c.admin.GetConflict(t.Context(),
		&sumlogv1.GetConflictRequest{Id: strings.Repeat("0", 32)})
	wantCode(t, "evidence that is not there", err, codes.NotFound)
}

// A bad record is refused by itself: its neighbours are taken, and nothing of it is.
func TestHalfAndMalformedRecordsAreRefused(t *testing.T) {
	_, c := local(t)
	change := func(how func(r *sumlogv1.Record)) *sumlogv1.Record {
		r := record(1, "")
		how(r)
		return r
	}
	bad := map[string]*sumlogv1.Record{
		"no zip hash":         change(func(r *sumlogv1.Record) { r.ZipHash = "" }),
		"no go.mod hash":      change(func(r *sumlogv1.Record) { r.GoModHash = "" }),
		"no module":           change(func(r *sumlogv1.Record) { r.Module = nil }),
		"no version":          change(func(r *sumlogv1.Record) { r.Module.Version = "" }),
		"another kind":        change(func(r *sumlogv1.Record) { r.ZipHash = "h2:" + r.ZipHash[3:] }),
		"a byte less":         change(func(r *sumlogv1.Record) { r.ZipHash = r.ZipHash[:len(r.ZipHash)-4] }),
		"an upper-case '!'":   change(func(r *sumlogv1.Record) { r.Module.Path = "example.com/!m" }),
		"a newline":           change(func(r *sumlogv1.Record) { r.Module.Path = "example.com/m\nx" }),
		"a zero byte":         change(func(r *sumlogv1.Record) { r.Module.Path = "example.com/m\x00" }),
		"an escape":           change(func(r *sumlogv1.Record) { r.Module.Version = "v1.0.0\x1b[2J" }),
		"a newline in a hash": change(func(r *sumlogv1.Record) { r.ZipHash += "\n" }),
		"a path upwards":      change(func(r *sumlogv1.Record) { r.Module.Path = "example.com/../m" }),
		"a version of go.mod": change(func(r *sumlogv1.Record) { r.Module.Version = "v1.0.0/go.mod" }),
		"not canonical":       change(func(r *sumlogv1.Record) { r.Module.Version = "v1.0" }),
		"a wrong major":       change(func(r *sumlogv1.Record) { r.Module.Version = "v2.0.0" }),
	}
	next := uint64(0)
	for what, r := range bad {
		good := record(100+int(next), "")
		results := c.add(t, r, good)
		if results[0].Outcome != sumlogv1.AddResult_OUTCOME_REFUSED ||
			results[0].Refusal != sumlogv1.AddResult_REFUSAL_INVALID || results[0].Reason == "" {
			t.Errorf("%s: %v, want it refused as invalid", what, results[0])
		}
		if results[1].Outcome != sumlogv1.AddResult_OUTCOME_APPENDED || results[1].Number != next {
			t.Errorf("the record after %s: %v, want it appended as %d", what, results[1], next)
		}
		next++
	}
}

func TestADryRunWritesNothing(t *testing.T) {
	_, c := local(t)
	c.add(t, record(0, ""))
	answer, err := c.admin.AddRecordBatch(t.Context(), &sumlogv1.AddRecordBatchRequest{
		Records: []*sumlogv1.Record{record(0, ""), record(1, ""), record(0, "other")}, DryRun: true})
	if err != nil {
		t.Fatal(err)
	}
	want := []sumlogv1.AddResult_Outcome{sumlogv1.AddResult_OUTCOME_ALREADY_THERE,
		sumlogv1.AddResult_OUTCOME_APPENDED, sumlogv1.AddResult_OUTCOME_REFUSED}
	for i, result := range answer.Results {
		if result.Outcome != want[i] {
			t.Errorf("record %d: %v, want %v", i, result, want[i])
		}
	}
	_, err = c.lookup(t.Context(), record(1, ""))
	wantCode(t, "lookup after a dry run", err, codes.NotFound)
	list, err := c.admin.ListConflicts(t.Context(), &sumlogv1.ListConflictsRequest{})
	if err != nil || len(list.Conflicts) != 0 {
		t.Errorf("a dry run left evidence: %v, %v", list, err)
	}
}

// What is too large or empty is refused as a whole, and the server goes on.
func TestMessagesBeyondTheLimitsAreRefused(t *testing.T) {
	_, c := local(t)
	huge := record(0, "")
	huge.Module.Path = "example.com/" + strings.Repeat("a", 10<<20)
	_, err := c.admin.AddRecordBatch(t.Context(),
		&sumlogv1.AddRecordBatchRequest{Records: []*sumlogv1.Record{huge}})
	wantCode(t, "10 MiB", err, codes.ResourceExhausted)
	_, err = c.admin.AddRecordBatch(t.Context(), &sumlogv1.AddRecordBatchRequest{})
	wantCode(t, "no records", err, codes.InvalidArgument)
	_, err = c.admin.AddRecordBatch(t.Context(),
		&sumlogv1.AddRecordBatchRequest{Records: records(0, 4097)})
	wantCode(t, "4097 records", err, codes.InvalidArgument)
	if results := c.add(t, records(0, 4096)...); results[4095].Number != 4095 {
		t.Errorf("the last of 4096 records: %v", results[4095])
	}
}

func TestAFrozenLogRefusesUntilThawAcrossARestart(t *testing.T) {
	dir := sumlog.NewLog(t)
	server := sumlog.Serve(t, dir)
	c := dial(t, server.Admin, insecure.NewCredentials())
	c.add(t, record(0, ""))
	const reason = "audit until Monday"
	frozen, err := c.admin.Freeze(t.Context(), &sumlogv1.FreezeRequest{Reason: reason})
	if err != nil || frozen.Head.TreeHead.Size != 1 {
		t.Fatalf("freeze: %v, %v", frozen, err)
	}
	server.Stop(t)
	c = dial(t, sumlog.Serve(t, dir).Admin, insecure.NewCredentials())
	result := c.add(t, record(1, ""))[0]
	if result.Refusal != sumlogv1.AddResult_REFUSAL_FROZEN || !strings.Contains(result.Reason, reason) {
		t.Errorf("an add to a frozen log: %v", result)
	}
	state, err := c.admin.GetStatus(t.Context(), &sumlogv1.GetStatusRequest{})
	if err != nil || state.Frozen.GetReason() != reason || state.Frozen.Who != "local-socket" {
		t.Errorf("status of a frozen log: %v, %v", state, err)
	}
	if _, err := c.admin.Thaw(t.Context(), &sumlogv1.ThawRequest{}); err != nil {
		t.Fatal(err)
	}
	if result := c.add(t, record(1, ""))[0]; result.Number != 1 {
		t.Errorf("after thaw: %v", result)
	}
	_, err = c.admin.Thaw(t.Context(), &sumlogv1.ThawRequest{})
	wantCode(t, "thaw of a log that is not frozen", err, codes.FailedPrecondition)
}

func TestABlockedVersionIsAnsweredWithItsReason(t *testing.T) {
	dir, c := local(t)
	c.add(t, record(0, ""))
	module := record(0, "").Module
	const reason = "holds a leaked password, use v1.0.1"
	if _, err := c.admin.Block(t.Context(),
		&sumlogv1.BlockRequest{Module: module, Reason: reason}); err != nil {
		t.Fatal(err)
	}
	_, err := c.lookup(t.Context(), record(0, ""))
	wantCode(t, "lookup of a blocked version", err, codes.PermissionDenied)
	if err == nil || !strings.Contains(err.Error(), reason) {
		t.Errorf("%v does not say %q", err, reason)
	}
	kept, err := c.log.GetRecord(t.Context(), &sumlogv1.GetRecordRequest{Number: 0})
	if err != nil || kept.Record.Text != text(record(0, "")) {
		t.Errorf("the log itself: %v, %v", kept, err)
	}
	list, err := c.admin.ListBlocks(t.Context(), &sumlogv1.ListBlocksRequest{})
	if err != nil || len(list.Blocks) != 1 || !proto.Equal(list.Blocks[0].Module, module) {
		t.Errorf("blocks: %v, %v", list, err)
	}
	if _, err := c.admin.Unblock(t.Context(), &sumlogv1.UnblockRequest{Module: module}); err != nil {
		t.Fatal(err)
	}
	c.checkLogged(t.Context(), t, sumlog.VerifierKey(t, dir), record(0, ""), 0)
}

func TestHealthSaysServing(t *testing.T) {
	server := sumlog.Serve(t, sumlog.NewLog(t))
	connection, err := grpc.NewClient(server.Admin,
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	for _, service := range []string{"", "sumlog.v1.Log", "sumlog.v1.Admin"} {
		answer, err := healthv1.NewHealthClient(connection).Check(t.Context(),
			&healthv1.HealthCheckRequest{Service: service})
		if err != nil || answer.Status != healthv1.HealthCheckResponse_SERVING {
			t.Errorf("health of %q: %v, %v", service, answer, err)
		}
	}
}
