package admincheck

import (
	"io"
	"math/rand"
	"sync"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"sumlog.test/interop/sumlog"
)

const (
	adders     = 64     // streams at once
	versions   = 20_000 // module versions, of which each stream offers all, in an order of its own
	perMessage = 16
	contested  = 100 // of so many versions half of the streams offer other hashes for one
)

// offersOf are those of one stream, by message.
func offersOf(adder int) [][]offer {
	var messages [][]offer
	for i, n := range rand.New(rand.NewSource(int64(adder))).Perm(versions) {
		if i%perMessage == 0 {
			messages = append(messages, nil)
		}
		o := offer{n: n}
		if n%contested == 0 && adder%2 == 1 {
			o = o.rival()
		}
		messages[len(messages)-1] = append(messages[len(messages)-1], o)
	}
	return messages
}

// underWay is how many messages of a stream wait for their answers at most: a server that is far
// ahead of who reads its answers would be done before it is killed.
const underWay = 8

// addAll offers messages by one stream, several under way, and enters the answers, calling
// `answered` after each. Returns how the stream ended: nil when all were answered.
func addAll(t *testing.T, c clients, l *ledger, messages [][]offer, answered func()) error {
	stream, err := c.admin.AddRecords(t.Context())
	if err != nil {
		return err
	}
	window := make(chan struct{}, underWay)
	go func() {
		for _, offers := range messages {
			select {
			case window <- struct{}{}:
			case <-stream.Context().Done():
				return
			}
			if stream.Send(requestOf(offers)) != nil {
				return // Recv says why
			}
		}
		stream.CloseSend()
	}()
	for _, offers := range messages {
		answer, err := stream.Recv()
		if err != nil {
			return err
		}
		<-window
		if err := l.take(offers, answer.Results, answer.Head); err != nil {
			t.Error(err)
		}
		answered()
	}
	if _, err := stream.Recv(); err != io.EOF {
		return status.Errorf(codes.Internal, "after the last answer: %v", err)
	}
	return nil
}

// addFromAll runs 64 streams at once, each over a connection of its own, until all have ended.
func addFromAll(t *testing.T, address string, add func(c clients, messages [][]offer)) {
	t.Helper()
	var group sync.WaitGroup
	for adder := range adders {
		c := dial(t, address, insecure.NewCredentials())
		group.Go(func() { add(c, offersOf(adder)) })
	}
	group.Wait()
}

// Many at once offer the same module versions, some with other hashes; the server is killed while
// they do. Whatever anybody was told before stands when it is back, and from then on.
func TestNothingAcknowledgedIsLostWhenTheServerIsKilled(t *testing.T) {
	dir := sumlog.NewLog(t)
	l := newLedger(sumlog.VerifierKey(t, dir))
	server := sumlog.Serve(t, dir)
	for range 3 {
		var kill sync.Once
		enough := l.size() + versions/20
		addFromAll(t, server.Admin, func(c clients, messages [][]offer) {
			err := addAll(t, c, l, messages, func() {
				if l.size() >= enough {
					kill.Do(func() { server.Kill(t) })
				}
			})
			wantCode(t, "a stream whose server was killed", err, codes.Unavailable)
		})
		server = sumlog.Serve(t, dir)
		l.checkLog(t, dial(t, server.Admin, insecure.NewCredentials()))
	}

	addFromAll(t, server.Admin, func(c clients, messages [][]offer) {
		if err := addAll(t, c, l, messages[:len(messages)/10], func() {}); err != nil {
			t.Errorf("a stream of a server that goes on: %v", err)
		}
	})
	if len(l.evidence) == 0 {
		t.Error("nothing was contested")
	}
	l.checkLog(t, dial(t, server.Admin, insecure.NewCredentials()))
	server.Stop(t)
	sumlog.Run(t, "fsck", "--dir", dir)
}
