// Package xmodclient verifies checksum databases with x/mod's own sumdb.Client.
package xmodclient

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"sumlog.test/interop/xmodlog"
)

// Machine is a client's machine in memory (sumdb.ClientOps); safe from any goroutine.
type Machine struct {
	url, key string
	http     *http.Client
	mu       sync.Mutex // guards what follows
	config   map[string][]byte
	tiles    map[string][]byte
	faults   []string // security errors
}

// NewMachine is one that has seen nothing yet of the database with that key, which is at that URL:
// "http://127.0.0.1:41234", or with "/sumdb/NAME".
func NewMachine(url, key string) *Machine {
	return &Machine{
		url: url, key: key,
		http:   &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}},
		config: map[string][]byte{"key": []byte(key)},
		tiles:  map[string][]byte{},
	}
}

// ReadRemote gives the body of an answer; any status but 200 is an error.
func (m *Machine) ReadRemote(path string) ([]byte, error) {
	answer, err := m.http.Get(m.url + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", path, answer.Status, body)
	}
	return body, err
}

// Latest is the newest signed head, verified.
func (m *Machine) Latest() (tlog.Tree, error) {
	verifier, err := note.NewVerifier(m.key)
	if err != nil {
		return tlog.Tree{}, err
	}
	body, err := m.ReadRemote("/latest")
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(body, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	return tlog.ParseTree([]byte(opened.Text))
}

func (m *Machine) ReadConfig(file string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.config[file], nil
}

func (m *Machine) WriteConfig(file string, old, new []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !bytes.Equal(m.config[file], old) {
		return sumdb.ErrWriteConflict
	}
	m.config[file] = new
	return nil
}

func (m *Machine) ReadCache(file string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if data, ok := m.tiles[file]; ok {
		return data, nil
	}
	return nil, errors.New("not cached")
}

// WriteCache keeps tiles alone: what was looked up, the client itself remembers.
func (m *Machine) WriteCache(file string, data []byte) {
	if strings.Contains(file, "/lookup/") {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tiles[file] = data
}

func (m *Machine) Log(string) {}

func (m *Machine) SecurityError(text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.faults = append(m.faults, text)
}

// CheckEveryRecord demands that x/mod's client verifies each of these records, with exactly their
// lines. For every 100,000 of them it is a machine that has seen nothing yet.
func CheckEveryRecord(t *testing.T, url, key string, records [][]byte) {
	t.Helper()
	for len(records) > 0 {
		count := min(len(records), 100_000)
		checkWithOneClient(t, NewMachine(url, key), records[:count])
		records = records[count:]
	}
}

func checkWithOneClient(t *testing.T, machine *Machine, records [][]byte) {
	t.Helper()
	client := sumdb.NewClient(machine)
	var workers sync.WaitGroup
	const workerCount = 8
	for worker := range workerCount {
		workers.Go(func() {
			for i := worker; i < len(records) && !t.Failed(); i += workerCount {
				if err := checkRecord(client, records[i]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	workers.Wait()
	machine.http.CloseIdleConnections()
	if len(machine.faults) > 0 {
		t.Errorf("security errors: %q", machine.faults)
	}
}

func checkRecord(client *sumdb.Client, record []byte) error {
	m := xmodlog.VersionOf(record)
	for line := range strings.Lines(string(record)) {
		version := strings.Fields(line)[1]
		lines, err := client.Lookup(m.Path, version)
		if err != nil {
			return err
		}
		if want := strings.TrimSuffix(line, "\n"); len(lines) != 1 || lines[0] != want {
			return fmt.Errorf("%v: got %q, want %q", m, lines, want)
		}
	}
	return nil
}
