package mirrorcheck

import (
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"sumlog.test/interop/sumlog"
	"sumlog.test/interop/xmodlog"
)

// An upstream with TLS, and HTTP/2 where both sides speak it, whose authority only the mirror's
// --ca names. All of a mirror's questions go over one connection, or over the eight it may open.
func TestAMirrorSharesConnections(t *testing.T) {
	for _, protocol := range []struct {
		name               string
		major, connections int
	}{{"HTTP 1.1", 1, 8}, {"HTTP 2", 2, 1}} {
		t.Run(protocol.name, func(t *testing.T) {
			log := newLog(t, madeUpRecords(t, 256*100))
			handler := log.Handler(xmodlog.BlankLineAfterEach)
			var connections, others atomic.Int64
			u := &upstream{Server: httptest.NewUnstartedServer(http.HandlerFunc(
				func(w http.ResponseWriter, r *http.Request) {
					if r.ProtoMajor != protocol.major {
						others.Add(1)
					}
					handler.ServeHTTP(w, r)
				}))}
			u.EnableHTTP2 = protocol.major == 2
			u.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					connections.Add(1)
				}
			}
			u.StartTLS()
			t.Cleanup(u.Close)

			dir := filepath.Join(t.TempDir(), "mirror")
			if done := sumlog.Try(t, once(dir, u, log)...); done.Code != 3 {
				t.Errorf("believed a certificate of nobody: exit code %d\n%s", done.Code, done.Talk)
			}
			connections.Store(0)
			ca := filepath.Join(t.TempDir(), "ca.pem")
			certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: u.Certificate().Raw})
			if err := os.WriteFile(ca, certificate, 0o644); err != nil {
				t.Fatal(err)
			}
			sumlog.Run(t, append(once(dir, u, log), "--ca", ca)...)
			if got := int(connections.Load()); got > protocol.connections || others.Load() != 0 {
				t.Errorf("%d connections and %d requests of another HTTP, want at most %d and 0",
					got, others.Load(), protocol.connections)
			}
		})
	}
}
