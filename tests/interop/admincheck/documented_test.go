package admincheck

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sumlog.test/interop/sumlog"
)

const releaseJobs = "../../../docs/release-jobs.md"

// documentedProgram builds the Go program of docs/release-jobs.md, against the generated files.
func documentedProgram(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(releaseJobs)
	if err != nil {
		t.Fatal(err)
	}
	_, program, found := strings.Cut(string(text), "```go\n")
	program, _, closed := strings.Cut(program, "```\n")
	if !found || !closed {
		t.Fatalf("%s has no program in Go", releaseJobs)
	}
	program = strings.ReplaceAll(program, "corp.example.com/release/sumlogv1",
		"sumlog.test/interop/sumlogv1")
	source := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(source, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}

	// The compiler sees it in a folder of this module, as with_generated does for sumlogv1.
	var overlay struct{ Replace map[string]string }
	generated, err := os.ReadFile(os.Getenv("SUMLOG_GO_OVERLAY"))
	if err != nil || json.Unmarshal(generated, &overlay) != nil {
		t.Fatalf("SUMLOG_GO_OVERLAY: %v", err)
	}
	module, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	overlay.Replace[filepath.Join(module, "documented", "main.go")] = source
	mapped, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	overlayFile, binary := filepath.Join(folder, "overlay.json"), filepath.Join(folder, "release")
	if err := os.WriteFile(overlayFile, mapped, 0o600); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-overlay", overlayFile, "-o", binary, "./documented")
	build.Dir = module
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

// What docs/release-jobs.md tells a reader to write adds, verifies, and fails when refused.
func TestTheDocumentedReleaseJobWorks(t *testing.T) {
	program := documentedProgram(t)
	dir := sumlog.NewLog(t)
	server := sumlog.Serve(t, dir)
	release := func(key, salt string) (string, error) {
		r := record(0, salt)
		out, err := exec.Command(program, server.Admin, key, r.Module.Path, r.Module.Version,
			r.ZipHash, r.GoModHash).CombinedOutput()
		return string(out), err
	}
	key := sumlog.VerifierKey(t, dir)
	for range 2 { // again does no harm
		if out, err := release(key, ""); err != nil || out != "record 0 of 1\n" {
			t.Errorf("the job printed %q, %v", out, err)
		}
	}
	if out, err := release(key, "other"); err == nil || !strings.Contains(out, "refused: ") {
		t.Errorf("other hashes: %q, %v", out, err)
	}
	if out, err := release(sumlog.VerifierKey(t, sumlog.NewLog(t)), ""); err == nil {
		t.Errorf("another log's key: %q", out)
	}
}
