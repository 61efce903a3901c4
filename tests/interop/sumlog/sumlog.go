// Package sumlog runs the built sumlog, named by SUMLOG_BINARY, as its users do.
package sumlog

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// LogName is the name of every log that NewLog makes.
const LogName = "sum.corp.example.com"

// binary is the sumlog under test.
func binary(t *testing.T) string {
	t.Helper()
	path := os.Getenv("SUMLOG_BINARY")
	if path == "" {
		t.Fatal("SUMLOG_BINARY must name the built sumlog")
	}
	return path
}

// environment is this process's, without the SUMLOG_ variables that are for the tests (sumlog takes
// those for configuration) and without proxies: all that is asked here is on loopback.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return strings.HasPrefix(name, "SUMLOG_") || strings.HasSuffix(strings.ToLower(name), "_proxy")
	})
}

// Outcome is what a verb that has ended leaves behind.
type Outcome struct {
	Code int    // exit code
	Out  string // stdout
	Talk string // stderr
}

// Try runs a verb to its end, whatever that is.
func Try(t *testing.T, arguments ...string) Outcome {
	t.Helper()
	command := exec.Command(binary(t), arguments...)
	command.Env = environment()
	var out, talk bytes.Buffer
	command.Stdout, command.Stderr = &out, &talk
	err := command.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatalf("sumlog %s: %v", strings.Join(arguments, " "), err)
	}
	return Outcome{command.ProcessState.ExitCode(), out.String(), talk.String()}
}

// Run runs a verb and returns what it printed on stdout; any exit code but 0 fails the test.
func Run(t *testing.T, arguments ...string) string {
	t.Helper()
	done := Try(t, arguments...)
	if done.Code != 0 {
		t.Fatalf("sumlog %s: exit code %d\n%s%s", strings.Join(arguments, " "), done.Code, done.Out, done.Talk)
	}
	return done.Out
}

// Start begins a verb, which is killed when the test ends, and returns what kills it before.
func Start(t *testing.T, arguments ...string) (kill func()) {
	t.Helper()
	command := exec.Command(binary(t), arguments...)
	command.Env = environment()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	kill = sync.OnceFunc(func() {
		command.Process.Kill()
		command.Wait() // says that it was killed
	})
	t.Cleanup(kill)
	return kill
}

// NewLog makes an empty log and returns its folder.
func NewLog(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "log")
	Run(t, "init", "--dir", dir, "--name", LogName, "--contact", "platform@corp.example.com")
	return dir
}

// Import adds the records of a go.sum text.
func Import(t *testing.T, dir, goSum string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "go.sum")
	if err := os.WriteFile(file, []byte(goSum), 0o644); err != nil {
		t.Fatal(err)
	}
	Run(t, "import", "--dir", dir, file)
}

// LogWith is a log that holds the records of a go.sum text.
func LogWith(t *testing.T, goSum string) string {
	t.Helper()
	dir := NewLog(t)
	Import(t, dir, goSum)
	return dir
}

// VerifierKey is the one of the log in dir.
func VerifierKey(t *testing.T, dir string) string {
	t.Helper()
	return strings.TrimSpace(Run(t, "keys", "show", "--dir", dir))
}

// Server is a running "sumlog serve".
type Server struct {
	URL   string // "http://127.0.0.1:41234"
	GRPC  string // of the readers' gRPC listener: "127.0.0.1:41235"; empty: there is none
	Admin string // of the administrators': "unix:PATH" or "127.0.0.1:41236"

	command *exec.Cmd
}

// Serve starts a server on a free port, with further arguments of the verb; it is stopped when the
// test ends, if not before.
func Serve(t *testing.T, dir string, arguments ...string) *Server {
	t.Helper()
	arguments = append([]string{"serve", "--dir", dir, "--http", "127.0.0.1:0"}, arguments...)
	command := exec.Command(binary(t), arguments...)
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
	s := &Server{command: command}
	if err != nil || !s.parse(line) {
		command.Process.Kill()
		command.Wait()
		t.Fatalf("serve printed %q, %v\n%s", line, err, talk.String())
	}
	t.Cleanup(func() { s.Stop(t) })
	return s
}

// parse takes "listening http=… grpc=… admin=…".
func (s *Server) parse(line string) bool {
	listeners, found := strings.CutPrefix(line, "listening ")
	if !found {
		return false
	}
	for _, listener := range strings.Fields(listeners) {
		name, address, _ := strings.Cut(listener, "=")
		switch name {
		case "http":
			s.URL = "http://" + address
		case "grpc":
			s.GRPC = address
		case "admin":
			s.Admin = address
		}
	}
	return s.URL != ""
}

// Reload makes the server read again what it reads again; when it has, a call shows.
func (s *Server) Reload(t *testing.T) {
	t.Helper()
	if err := s.command.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
}

// PeakMemory is the most bytes of memory that the server has ever had resident.
func (s *Server) PeakMemory(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.command.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	var kib int
	_, line, _ := strings.Cut(string(status), "\nVmHWM:")
	if _, err := fmt.Sscanf(line, "%d kB", &kib); err != nil {
		t.Fatalf("no VmHWM in %q: %v", status, err)
	}
	return kib << 10
}

// Kill ends the server with SIGKILL, as a crash would, and waits until it is gone.
func (s *Server) Kill(t *testing.T) {
	t.Helper()
	command := s.command
	s.command = nil
	if err := command.Process.Kill(); err != nil {
		t.Error(err)
	}
	command.Wait() // says that it was killed
}

// Stop ends the server as an operator would, and demands that it ends well.
func (s *Server) Stop(t *testing.T) {
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
