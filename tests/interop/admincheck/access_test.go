package admincheck

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	"sumlog.test/interop/sumlog"
	"sumlog.test/interop/sumlogv1"
)

// authority signs certificates, and is believed by who trusts its pool.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{certificate: certificate, key: key}
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// issue signs a certificate for the names of `template`, valid from an hour ago until `end`.
func (a *authority) issue(t *testing.T, template x509.Certificate, end time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	template.NotBefore, template.NotAfter = end.Add(-2*time.Hour), end
	template.KeyUsage = x509.KeyUsageDigitalSignature
	der, err := x509.CreateCertificate(rand.Reader, &template, a.certificate, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// writePair writes a certificate and its key as PEM files.
func writePair(t *testing.T, pair tls.Certificate, certFile, keyFile string) {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, certFile, "CERTIFICATE", pair.Certificate[0])
	writePEM(t, keyFile, "PRIVATE KEY", key)
}

func writePEM(t *testing.T, file, kind string, der []byte) {
	t.Helper()
	text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// overTLS serves the log's administration on a port, with a certificate of `a` for localhost. `listen`
// are further lines of the section [listen], `rest` what follows the sections.
func overTLS(t *testing.T, dir string, a *authority, listen, rest string) *sumlog.Server {
	t.Helper()
	pair := a.issue(t, x509.Certificate{DNSNames: []string{"localhost"},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}, time.Now().Add(time.Hour))
	writePair(t, pair, filepath.Join(dir, "tls.pem"), filepath.Join(dir, "tls.key"))
	file := filepath.Join(dir, "sumlog.toml")
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const section = "[listen]\n"
	after := strings.Replace(string(before), section,
		section+"tls_cert = \"tls.pem\"\ntls_key = \"tls.key\"\n"+listen, 1) + rest
	if err := os.WriteFile(file, []byte(after), 0o600); err != nil {
		t.Fatal(err)
	}
	return sumlog.Serve(t, dir, "--admin", "localhost:0")
}

// makeTokens makes tokens over the socket, before the log listens elsewhere.
func makeTokens(t *testing.T, dir string, grants ...*sumlogv1.TokenGrant) map[string]string {
	t.Helper()
	server := sumlog.Serve(t, dir)
	defer server.Stop(t)
	c := dial(t, server.Admin, insecure.NewCredentials())
	secrets := map[string]string{}
	for _, grant := range grants {
		answer, err := c.admin.CreateToken(t.Context(), &sumlogv1.CreateTokenRequest{Grant: grant})
		if err != nil {
			t.Fatal(err)
		}
		secrets[grant.Name] = answer.Secret
	}
	return secrets
}

// secure connects to the server's administration over TLS, trusting `a`; the one of `pairs` is shown
// when it asks, also where it does not trust who signed it.
func secure(t *testing.T, server *sumlog.Server, a *authority, pairs ...tls.Certificate) clients {
	t.Helper()
	return secureAt(t, server.Admin, a, pairs...)
}

// secureAt is the same for one of the server's listeners.
func secureAt(t *testing.T, address string, a *authority, pairs ...tls.Certificate) clients {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{RootCAs: a.pool()}
	for _, pair := range pairs {
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return &pair, nil
		}
	}
	return dial(t, "localhost:"+port, credentials.NewTLS(config))
}

func addOne(ctx context.Context, c clients, r *sumlogv1.Record) (*sumlogv1.AddResult, error) {
	answer, err := c.admin.AddRecordBatch(ctx,
		&sumlogv1.AddRecordBatchRequest{Records: []*sumlogv1.Record{r}})
	if err != nil {
		return nil, err
	}
	return answer.Results[0], nil
}

func TestATokenDoesWhatItsGrantSaysOverTLS(t *testing.T) {
	dir, a := sumlog.NewLog(t), newAuthority(t)
	secrets := makeTokens(t, dir,
		&sumlogv1.TokenGrant{Name: "release", Scopes: []string{"ingest"},
			ModulePatterns: []string{"example.com/m0", "example.com/m1"}},
		&sumlogv1.TokenGrant{Name: "auditor", Scopes: []string{"read"}},
		&sumlogv1.TokenGrant{Name: "operator", Scopes: []string{"operate"}})
	c := secure(t, overTLS(t, dir, a, "", ""), a)

	release := withToken(t, secrets["release"])
	if result, err := addOne(release, c, record(0, "")); err != nil || result.Number != 0 ||
		result.Outcome != sumlogv1.AddResult_OUTCOME_APPENDED {
		t.Errorf("an add that is granted: %v, %v", result, err)
	}
	if result, err := addOne(release, c, record(2, "")); err != nil ||
		result.Refusal != sumlogv1.AddResult_REFUSAL_NOT_GRANTED {
		t.Errorf("an add of another module: %v, %v", result, err)
	}
	_, err := c.admin.GetStatus(release, &sumlogv1.GetStatusRequest{})
	wantCode(t, "status with scope ingest", err, codes.PermissionDenied)
	auditor := withToken(t, secrets["auditor"])
	state, err := c.admin.GetStatus(auditor, &sumlogv1.GetStatusRequest{})
	if err != nil || state.Head.TreeHead.Size != 1 {
		t.Errorf("status with scope read: %v, %v", state, err)
	}
	_, err = addOne(auditor, c, record(1, ""))
	wantCode(t, "add with scope read", err, codes.PermissionDenied)
	_, err = c.admin.Freeze(auditor, &sumlogv1.FreezeRequest{Reason: "r"})
	wantCode(t, "freeze with scope read", err, codes.PermissionDenied)

	operator := withToken(t, secrets["operator"])
	if _, err := c.admin.RevokeToken(operator,
		&sumlogv1.RevokeTokenRequest{Name: "release"}); err != nil {
		t.Fatal(err)
	}
	_, err = addOne(release, c, record(1, ""))
	wantCode(t, "add with a revoked token", err, codes.Unauthenticated)
	c.checkLogged(auditor, t, sumlog.VerifierKey(t, dir), record(0, ""), 0)
}

func TestNobodyGetsInWithoutAValidToken(t *testing.T) {
	dir, a := sumlog.NewLog(t), newAuthority(t)
	secrets := makeTokens(t, dir, &sumlogv1.TokenGrant{Name: "operator", Scopes: []string{"operate"}})
	server := overTLS(t, dir, a, "", "")
	c := secure(t, server, a)
	ask := func(ctx context.Context) error {
		_, err := c.admin.GetStatus(ctx, &sumlogv1.GetStatusRequest{})
		return err
	}
	wantCode(t, "no token", ask(t.Context()), codes.Unauthenticated)
	_, err := c.lookup(t.Context(), record(0, ""))
	wantCode(t, "a reader's call without a token", err, codes.Unauthenticated)
	wantCode(t, "an unknown token", ask(withToken(t, "slt"+strings.Repeat("0", 40))),
		codes.Unauthenticated)
	wantCode(t, "an empty token", ask(withToken(t, "")), codes.Unauthenticated)

	expiry := time.Now().Add(time.Second)
	short, err := c.admin.CreateToken(withToken(t, secrets["operator"]), &sumlogv1.CreateTokenRequest{
		Grant: &sumlogv1.TokenGrant{Name: "short", Scopes: []string{"read"},
			ExpiresAt: timestamppb.New(expiry)}})
	if err != nil {
		t.Fatal(err)
	}
	for err == nil { // good until its time has come
		err = ask(withToken(t, short.Secret))
	}
	wantCode(t, "an expired token", err, codes.Unauthenticated)
	if time.Now().Before(expiry) {
		t.Error("the token was refused before its time")
	}

	for what, transport := range map[string]credentials.TransportCredentials{
		"plain text": insecure.NewCredentials(),
		"a server that is not trusted": credentials.NewTLS(
			&tls.Config{RootCAs: newAuthority(t).pool(), ServerName: "localhost"}),
		"another name": credentials.NewTLS(
			&tls.Config{RootCAs: a.pool(), ServerName: "sum.example.com"}),
	} {
		_, err := dial(t, server.Admin, transport).admin.GetStatus(t.Context(),
			&sumlogv1.GetStatusRequest{})
		wantCode(t, what, err, codes.Unavailable)
	}
}

func TestReadersAreAskedForNothingOverTLS(t *testing.T) {
	dir, a := sumlog.NewLog(t), newAuthority(t)
	secrets := makeTokens(t, dir, &sumlogv1.TokenGrant{Name: "release", Scopes: []string{"ingest"},
		ModulePatterns: []string{"example.com"}})
	server := overTLS(t, dir, a, "grpc = \"localhost:0\"\n", "")
	release := withToken(t, secrets["release"])
	if _, err := addOne(release, secure(t, server, a), record(0, "")); err != nil {
		t.Fatal(err)
	}

	readers := secureAt(t, server.GRPC, a)
	key := sumlog.VerifierKey(t, dir)
	readers.checkLogged(t.Context(), t, key, record(0, ""), 0)
	readers.checkLogged(release, t, key, record(0, ""), 0) // a token does no harm
	readers.checkLogged(withToken(t, "none"), t, key, record(0, ""), 0)
	if _, err := addOne(release, readers, record(1, "")); status.Code(err) != codes.Unimplemented {
		t.Errorf("an add through the readers' listener: %v", err)
	}
}
