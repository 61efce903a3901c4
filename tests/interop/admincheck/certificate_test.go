package admincheck

import (
	"crypto/tls"
	"crypto/x509"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"sumlog.test/interop/sumlog"
	"sumlog.test/interop/sumlogv1"
)

const releaseJob = "spiffe://corp.example.com/release"

// What sumlog.toml grants to certificates.
const releaseEntry = `
[[client_cert]]
name = "release"
san = "` + releaseJob + `"
scopes = ["ingest"]
modules = ["example.com/m0", "example.com/m1"]
`
const auditorEntry = `
[[client_cert]]
name = "auditor"
san = "auditor.corp.example.com"
scopes = ["read"]
`

// overMutualTLS serves administration to who has a certificate of `clients` and an entry above.
func overMutualTLS(t *testing.T, dir string, servers, clients *authority) *sumlog.Server {
	t.Helper()
	writePEM(t, filepath.Join(dir, "clients.pem"), "CERTIFICATE", clients.certificate.Raw)
	return overTLS(t, dir, servers, "client_ca = \"clients.pem\"\n", releaseEntry+auditorEntry)
}

// forRelease is a certificate of the release job.
func (a *authority) forRelease(t *testing.T, end time.Time) tls.Certificate {
	t.Helper()
	name, err := url.Parse(releaseJob)
	if err != nil {
		t.Fatal(err)
	}
	return a.issue(t, x509.Certificate{URIs: []*url.URL{name},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}, end)
}

// forHost is a client's certificate for a DNS name.
func (a *authority) forHost(t *testing.T, name string) tls.Certificate {
	t.Helper()
	return a.issue(t, x509.Certificate{DNSNames: []string{name},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}, time.Now().Add(time.Hour))
}

func TestACertificateDoesWhatItsEntrySays(t *testing.T) {
	dir, servers, job := sumlog.NewLog(t), newAuthority(t), newAuthority(t)
	server := overMutualTLS(t, dir, servers, job)
	release := secure(t, server, servers, job.forRelease(t, time.Now().Add(time.Hour)))
	if result := release.add(t, record(0, ""))[0]; result.Number != 0 ||
		result.Outcome != sumlogv1.AddResult_OUTCOME_APPENDED {
		t.Errorf("an add that is granted: %v", result)
	}
	results := release.add(t, record(2, ""), record(1, ""))
	if results[0].Refusal != sumlogv1.AddResult_REFUSAL_NOT_GRANTED || results[0].Reason == "" {
		t.Errorf("an add of another module: %v", results[0])
	}
	if results[1].Outcome != sumlogv1.AddResult_OUTCOME_APPENDED || results[1].Number != 1 {
		t.Errorf("the record beside it: %v", results[1])
	}
	_, err := release.admin.GetStatus(t.Context(), &sumlogv1.GetStatusRequest{})
	wantCode(t, "status with scope ingest", err, codes.PermissionDenied)
	_, err = release.admin.CreateToken(t.Context(), &sumlogv1.CreateTokenRequest{
		Grant: &sumlogv1.TokenGrant{Name: "more", Scopes: []string{"operate"}}})
	wantCode(t, "a token with scope ingest", err, codes.PermissionDenied)

	auditor := secure(t, server, servers, job.forHost(t, "auditor.corp.example.com"))
	state, err := auditor.admin.GetStatus(t.Context(), &sumlogv1.GetStatusRequest{})
	if err != nil || state.Head.TreeHead.Size != 2 {
		t.Errorf("status with scope read: %v, %v", state, err)
	}
	_, err = addOne(t.Context(), auditor, record(1, ""))
	wantCode(t, "an add with scope read", err, codes.PermissionDenied)
	release.checkLogged(t.Context(), t, sumlog.VerifierKey(t, dir), record(1, ""), 1)
}

func TestNobodyGetsInWithoutAGrantedCertificate(t *testing.T) {
	dir, servers, job := sumlog.NewLog(t), newAuthority(t), newAuthority(t)
	server := overMutualTLS(t, dir, servers, job)
	hour := time.Now().Add(time.Hour)
	for _, test := range []struct {
		what  string
		shown []tls.Certificate
		want  codes.Code
	}{
		// The handshake fails: to a client of gRPC a connection that cannot be made.
		{"of another authority", []tls.Certificate{newAuthority(t).forRelease(t, hour)},
			codes.Unavailable},
		{"of the server's own authority", []tls.Certificate{servers.forRelease(t, hour)},
			codes.Unavailable},
		{"expired", []tls.Certificate{job.forRelease(t, time.Now().Add(-time.Minute))},
			codes.Unavailable},
		{"none", nil, codes.Unauthenticated},
		{"of a name without an entry",
			[]tls.Certificate{job.forHost(t, "stranger.corp.example.com")}, codes.PermissionDenied},
		// Of the right text, and another kind: names of hosts are easier to come by.
		{"of a host named as the job", []tls.Certificate{job.forHost(t, releaseJob)},
			codes.PermissionDenied},
	} {
		_, err := addOne(t.Context(), secure(t, server, servers, test.shown...), record(0, ""))
		wantCode(t, "a certificate "+test.what, err, test.want)
	}
	auditor := secure(t, server, servers, job.forHost(t, "auditor.corp.example.com"))
	state, err := auditor.admin.GetStatus(t.Context(), &sumlogv1.GetStatusRequest{})
	if err != nil || state.Head.TreeHead.Size != 0 {
		t.Errorf("after them all: %v, %v; want an empty log", state, err)
	}
}

// An entry that is taken out ends what its holder may do, over the connection that is open too.
func TestAnEntryThatIsTakenOutEndsItsGrant(t *testing.T) {
	dir, servers, job := sumlog.NewLog(t), newAuthority(t), newAuthority(t)
	server := overMutualTLS(t, dir, servers, job)
	release := secure(t, server, servers, job.forRelease(t, time.Now().Add(time.Hour)))
	release.add(t, record(0, ""))

	file := filepath.Join(dir, "sumlog.toml")
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	after := strings.Replace(string(before), releaseEntry, "", 1)
	if err := os.WriteFile(file, []byte(after), 0o600); err != nil {
		t.Fatal(err)
	}
	server.Reload(t)
	for err == nil { // good until it has been read
		_, err = addOne(t.Context(), release, record(0, ""))
	}
	wantCode(t, "an add after its entry has gone", err, codes.PermissionDenied)
}
