package realgo

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

const logName = "sum.corp.example.com"

// binary is the sumlog under test.
func binary(t *testing.T) string {
	t.Helper()
	path := os.Getenv("SUMLOG_BINARY")
	if path == "" {
		t.Fatal("SUMLOG_BINARY must name the built sumlog")
	}
	return path
}

// environment is this process's, without the SUMLOG_ variables that are for the tests: sumlog takes
// those for configuration.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "SUMLOG_")
	})
}

// sumlog runs a verb and returns what it printed on stdout; any exit code but 0 fails the test.
func sumlog(t *testing.T, arguments ...string) string {
	t.Helper()
	command := exec.Command(binary(t), arguments...)
	command.Env = environment()
	var out, talk bytes.Buffer
	command.Stdout, command.Stderr = &out, &talk
	if err := command.Run(); err != nil {
		t.Fatalf("sumlog %s: %v\n%s%s", strings.Join(arguments, " "), err, out.String(), talk.String())
	}
	return out.String()
}

// newLog makes an empty log and returns its folder.
func newLog(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "log")
	sumlog(t, "init", "--dir", dir, "--name", logName, "--contact", "platform@corp.example.com")
	return dir
}

// importSums adds the records of a go.sum text.
func importSums(t *testing.T, dir, goSum string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "go.sum")
	if err := os.WriteFile(file, []byte(goSum), 0o644); err != nil {
		t.Fatal(err)
	}
	sumlog(t, "import", "--dir", dir, file)
}

// logWith is a log that holds the records of a go.sum text.
func logWith(t *testing.T, goSum string) string {
	t.Helper()
	dir := newLog(t)
	importSums(t, dir, goSum)
	return dir
}

func verifierKey(t *testing.T, dir string) string {
	t.Helper()
	return strings.TrimSpace(sumlog(t, "keys", "show", "--dir", dir))
}

// server is a running "sumlog serve".
type server struct {
	url     string // "http://127.0.0.1:41234"
	command *exec.Cmd
}

// serve starts a server on a free port; it is stopped when the test ends, if not before.
func serve(t *testing.T, dir string) *server {
	t.Helper()
	command := exec.Command(binary(t), "serve", "--dir", dir, "--http", "127.0.0.1:0")
	command.Env = environment()
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var talk bytes.Buffer
	command.Stderr = &talk
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	fields := strings.Fields(line)
	if err != nil || len(fields) < 2 || fields[0] != "listening" || !strings.HasPrefix(fields[1], "http=") {
		command.Process.Kill()
		command.Wait()
		t.Fatalf("serve printed %q, %v\n%s", line, err, talk.String())
	}
	s := &server{url: "http://" + strings.TrimPrefix(fields[1], "http="), command: command}
	t.Cleanup(func() { s.stop(t) })
	return s
}

// stop ends the server as an operator would, and demands that it ends well.
func (s *server) stop(t *testing.T) {
	t.Helper()
	if s.command == nil {
		return
	}
	command := s.command
	s.command = nil
	command.Process.Signal(syscall.SIGTERM)
	done := make(chan error, 1)
	go func() { done <- command.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			t.Errorf("serve after SIGTERM: %v", err)
		}
	case <-time.After(30 * time.Second):
		command.Process.Kill()
		t.Error("serve did not end within 30 s of SIGTERM")
	}
}
