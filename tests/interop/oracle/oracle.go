// Package oracle asks a C++ program of ours questions, one to a line (see oracle.h).
package oracle

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Oracle is a running program.
type Oracle struct {
	t   *testing.T
	in  *bufio.Writer
	out *bufio.Reader
}

// Start runs the program that an environment variable names; it ends with the test.
func Start(t *testing.T, variable string) *Oracle {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		t.Fatalf("%s must name the built oracle", variable)
	}
	command := exec.Command(path)
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := command.Wait(); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	})
	return &Oracle{t, bufio.NewWriterSize(in, 1<<20), bufio.NewReaderSize(out, 1<<20)}
}

// An Answer is what came back: fields, or an error's status code and message.
type Answer struct {
	OK      bool
	Fields  []string
	Code    string
	Message string
}

func (a Answer) String() string {
	if a.OK {
		return "ok"
	}
	return a.Code + ": " + a.Message
}

// Ask sends a question and waits for its answer. A []byte or string field goes as base64, a number
// as it is.
func (o *Oracle) Ask(question string, fields ...any) Answer {
	o.t.Helper()
	o.in.WriteString(question)
	for _, field := range fields {
		o.in.WriteByte(' ')
		switch value := field.(type) {
		case []byte:
			o.in.WriteString(pack(value))
		case string:
			o.in.WriteString(pack([]byte(value)))
		default:
			fmt.Fprint(o.in, value)
		}
	}
	o.in.WriteByte('\n')
	if err := o.in.Flush(); err != nil {
		o.t.Fatalf("the oracle is gone: %v", err)
	}
	line, err := o.out.ReadString('\n')
	if err != nil {
		o.t.Fatalf("the oracle is gone after %q: %v", question, err)
	}
	words := strings.Split(strings.TrimSuffix(line, "\n"), " ")
	if words[0] == "ok" {
		return Answer{OK: true, Fields: words[1:]}
	}
	return Answer{Code: words[1], Message: string(Bytes(words[2]))}
}

func pack(value []byte) string {
	if len(value) == 0 {
		return "-"
	}
	return base64.StdEncoding.EncodeToString(value)
}

// Bytes unpacks a field of an answer.
func Bytes(field string) []byte {
	if field == "-" {
		return nil
	}
	value, err := base64.StdEncoding.DecodeString(field)
	if err != nil {
		panic(err)
	}
	return value
}
