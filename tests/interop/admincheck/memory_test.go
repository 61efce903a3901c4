package admincheck

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc/credentials/insecure"

	"sumlog.test/interop/sumlog"
	"sumlog.test/interop/sumlogv1"
)

// bigRecord has a path almost as long as paths may be.
func bigRecord(n int) *sumlogv1.Record {
	big := record(n, "")
	big.Module.Path = fmt.Sprintf("example.com/%s/m%d", strings.Repeat("x", 900), n)
	return big
}

// streamAll reads every record, and returns how many bytes of text they have.
func (c clients) streamAll(t *testing.T) (size int) {
	stream, err := c.log.StreamRecords(t.Context(), &sumlogv1.StreamRecordsRequest{})
	for err == nil {
		var some *sumlogv1.StreamRecordsResponse
		if some, err = stream.Recv(); err == nil {
			for _, text := range some.Texts {
				size += len(text)
			}
		}
	}
	if err != io.EOF {
		t.Error(err)
	}
	return size
}

// Streams take memory for what is on its way to a client, not for what they are going to send. The
// limit leaves room for what sanitizers keep of freed memory.
func TestStreamsOfALogTakeNoMemoryForAllOfIt(t *testing.T) {
	var goSum strings.Builder
	for n := range 24_000 {
		goSum.WriteString(text(bigRecord(n)))
	}
	server := sumlog.Serve(t, sumlog.LogWith(t, goSum.String()), "--grpc", "127.0.0.1:0")
	reader := dial(t, server.GRPC, insecure.NewCredentials())
	if size := reader.streamAll(t); size != goSum.Len() {
		t.Fatalf("records of %d bytes, want %d", size, goSum.Len())
	}
	before := server.PeakMemory(t) // with the cache of the database filled

	for range 4 {
		silent := dial(t, server.GRPC, insecure.NewCredentials())
		for range 15 {
			stream, err := silent.log.StreamRecords(t.Context(), &sumlogv1.StreamRecordsRequest{})
			if err == nil {
				_, err = stream.Recv() // the first message, and no other
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() { reader.streamAll(t) })
	}
	group.Wait()
	grown := server.PeakMemory(t) - before
	t.Logf("%d MiB before, %d MiB more for 64 streams of %d MiB each", before>>20, grown>>20, goSum.Len()>>20)
	if limit := 12 * goSum.Len(); grown > limit {
		t.Errorf("64 streams of %d bytes each took %d bytes of memory, want at most %d", goSum.Len(), grown, limit)
	}
}
