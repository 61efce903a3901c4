package admincheck

import (
	"context"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"

	"sumlog.test/interop/sumlog"
	"sumlog.test/interop/sumlogv1"
)

// someOffers are those of count module versions from first on.
func someOffers(first, count int) []offer {
	var offers []offer
	for n := first; n < first+count; n++ {
		offers = append(offers, offer{n: n})
	}
	return offers
}

func requestOf(offers []offer) *sumlogv1.AddRecordsRequest {
	request := &sumlogv1.AddRecordsRequest{}
	for _, o := range offers {
		request.Records = append(request.Records, o.record())
	}
	return request
}

// polite is a client that is served while others misbehave: what it adds is there at once.
type polite struct {
	clients
	ledger *ledger
	next   int // record that it adds, and nobody else
}

func (p *polite) isServed(t *testing.T) {
	t.Helper()
	offers := someOffers(p.next, 2)
	p.next += 2
	answer, err := p.admin.AddRecordBatch(t.Context(),
		&sumlogv1.AddRecordBatchRequest{Records: requestOf(offers).Records})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.ledger.take(offers, answer.Results, answer.Head); err != nil {
		t.Fatal(err)
	}
	p.checkLogged(t.Context(), t, p.ledger.key, offers[1].record(), answer.Results[1].Number)
}

// addWithoutReading sends messages for as long as the server takes them, and reads no answer. It
// returns when that has come to a halt: nothing was taken during twenty calls of another client.
func addWithoutReading(t *testing.T, c clients, p *polite) {
	t.Helper()
	stream, err := c.admin.AddRecords(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var sent atomic.Int64
	go func() {
		for stream.Send(requestOf(someOffers(int(sent.Load()), 1))) == nil {
			sent.Add(1)
		}
	}()
	for calls := 0; calls < 20; calls++ {
		before := sent.Load()
		p.isServed(t)
		if after := sent.Load(); after > 1_000_000 {
			t.Fatal("the server takes records without end from who reads no answer")
		} else if after != before {
			calls = 0
		}
	}
}

// cut adds over a connection of its own, and breaks that below gRPC after the first answer, with
// messages under way.
func cut(t *testing.T, path string, l *ledger, first int) {
	t.Helper()
	var wire net.Conn
	connection, err := grpc.NewClient("passthrough:///"+path,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(context.Context, string) (net.Conn, error) {
			var err error
			wire, err = net.Dial("unix", path)
			return wire, err
		}))
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	stream, err := sumlogv1.NewAdminClient(connection).AddRecords(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const messages, perMessage = 10, 100
	for m := range messages {
		if err := stream.Send(requestOf(someOffers(first+m*perMessage, perMessage))); err != nil {
			t.Fatal(err)
		}
	}
	answer, err := stream.Recv()
	if err != nil {
		t.Fatal(err)
	}
	if err := l.take(someOffers(first, perMessage), answer.Results, answer.Head); err != nil {
		t.Fatal(err)
	}
	wire.Close()
	for err == nil { // what had come before
		_, err = stream.Recv()
	}
	wantCode(t, "a stream whose connection was cut", err, codes.Unavailable)
}

// sayRaw writes bytes to the socket, and goes away without listening.
func sayRaw(t *testing.T, path, bytes string) {
	t.Helper()
	wire, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(wire, bytes) // may be refused in the middle
	wire.Close()
}

// Whatever some clients do, the others are served, and nothing that was acknowledged is lost.
func TestRudeClientsAreNobodyElsesTrouble(t *testing.T) {
	dir := sumlog.NewLog(t)
	l := newLedger(sumlog.VerifierKey(t, dir))
	server := sumlog.Serve(t, dir)
	path := strings.TrimPrefix(server.Admin, "unix:")
	p := &polite{clients: dial(t, server.Admin, insecure.NewCredentials()), ledger: l,
		next: 1_000_000}
	for first := 2_000_000; first < 2_016_000; first += 4000 { // more than connections hold unread
		p.add(t, records(first, first+4000)...)
	}

	// Clients that never read, of answers and of streams; they stay to the end.
	addWithoutReading(t, dial(t, server.Admin, insecure.NewCredentials()), p)
	deaf := dial(t, server.Admin, insecure.NewCredentials())
	for range 64 {
		if _, err := deaf.log.StreamRecords(t.Context(), &sumlogv1.StreamRecordsRequest{}); err != nil {
			t.Fatal(err)
		}
		if _, err := deaf.log.WatchHeads(t.Context(), &sumlogv1.WatchHeadsRequest{}); err != nil {
			t.Fatal(err)
		}
		p.isServed(t)
	}

	for i := range 10 {
		cut(t, path, l, 3_000_000+1000*i)
		p.isServed(t)
	}
	for _, bytes := range []string{"", "PRI * HTTP/2.0\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03", // half a frame
		strings.Repeat("\xff", 1<<20)} {
		sayRaw(t, path, bytes)
		p.isServed(t)
	}

	short, end := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer end()
	adds, err := p.admin.AddRecords(short)
	if err == nil {
		_, err = adds.Recv() // nothing was sent
	}
	wantCode(t, "a stream beyond its deadline", err, codes.DeadlineExceeded)
	_, err = p.lookup(short, record(1_000_000, ""))
	wantCode(t, "a call beyond its deadline", err, codes.DeadlineExceeded)
	p.isServed(t)

	server.Stop(t) // ends well although they are still there
	l.checkLog(t, dial(t, sumlog.Serve(t, dir).Admin, insecure.NewCredentials()))
}
