// Package xmodlog is a checksum database in memory, answered by x/mod's own sumdb.Server: a reference
// upstream for mirrors, and a yardstick.
package xmodlog

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Log is a log that grows. It answers what sumdb.Server asks (sumdb.ServerOps); safe from any
// goroutine.
type Log struct {
	Name        string
	VerifierKey string

	signer  note.Signer
	mu      sync.RWMutex // guards what follows
	signed  []byte       // the newest head
	records [][]byte
	index   map[module.Version]int64
	hashes  Hashes
}

// Hashes are those of a tree in the order in which x/mod stores them.
type Hashes []tlog.Hash

// ReadHashes makes Hashes a tlog.HashReader.
func (h Hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		out[i] = h[index]
	}
	return out, nil
}

// New makes an empty log with a new key.
func New(name string) (*Log, error) {
	secret, key, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		return nil, err
	}
	l := &Log{Name: name, VerifierKey: key, signer: signer, index: map[module.Version]int64{}}
	return l, l.Append()
}

// Append adds records (whole texts, the first line of each of the module's zip) and signs one new
// head.
func (l *Log) Append(records ...[]byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, record := range records {
		id := int64(len(l.records))
		more, err := tlog.StoredHashes(id, record, l.hashes)
		if err != nil {
			return err
		}
		l.index[VersionOf(record)] = id
		l.records, l.hashes = append(l.records, record), append(l.hashes, more...)
	}
	size := int64(len(l.records))
	root, err := tlog.TreeHash(size, l.hashes)
	if err != nil {
		return err
	}
	text := tlog.FormatTree(tlog.Tree{N: size, Hash: root})
	l.signed, err = note.Sign(&note.Note{Text: string(text)}, l.signer)
	return err
}

// Fork is a log with the same key that has only the first records, and will have others after them:
// what no honest database does.
func (l *Log) Fork(size int) (*Log, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	forked := &Log{Name: l.Name, VerifierKey: l.VerifierKey, signer: l.signer, index: maps.Clone(l.index)}
	maps.DeleteFunc(forked.index, func(_ module.Version, id int64) bool { return id >= int64(size) })
	forked.records = slices.Clone(l.records[:size])
	forked.hashes = slices.Clone(l.hashes[:tlog.StoredHashCount(int64(size))])
	return forked, forked.Append()
}

// Size is that of the newest head.
func (l *Log) Size() int64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return int64(len(l.records))
}

// Signed is the newest head.
func (l *Log) Signed(context.Context) ([]byte, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.signed, nil
}

func notThere(what string) error {
	return &fs.PathError{Op: "read", Path: what, Err: fs.ErrNotExist}
}

// ReadRecords gives records of the log, all or none.
func (l *Log) ReadRecords(_ context.Context, id, n int64) ([][]byte, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if id < 0 || n < 0 || id > int64(len(l.records))-n {
		return nil, notThere(fmt.Sprintf("records from %d on", id))
	}
	return l.records[id : id+n], nil
}

// Lookup gives the number of a module version's record.
func (l *Log) Lookup(_ context.Context, m module.Version) (int64, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	id, ok := l.index[m]
	if !ok {
		return 0, notThere(m.String())
	}
	return id, nil
}

// ReadTileData gives a hash tile.
func (l *Log) ReadTileData(_ context.Context, t tlog.Tile) ([]byte, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	shift := t.H * t.L
	if shift > 62 || t.N<<t.H+int64(t.W) > int64(len(l.records))>>shift {
		return nil, notThere(t.Path())
	}
	return tlog.ReadTileData(t, l.hashes)
}

// DataTileForm is how records are put together into a data tile.
type DataTileForm int

const (
	BlankLineAfterEach DataTileForm = iota // x/mod's server
	BlankLineBetween                       // sum.golang.org: none after the last
)

func (f DataTileForm) String() string {
	return [...]string{"a blank line after each record", "a blank line between records"}[f]
}

// Handler answers as x/mod's server does, with data tiles of either form.
func (l *Log) Handler(form DataTileForm) http.Handler {
	server := sumdb.NewServer(l)
	answer := http.NewServeMux()
	for _, path := range sumdb.ServerPaths {
		answer.Handle(path, server)
	}
	if form == BlankLineBetween {
		answer.HandleFunc("/tile/8/data/", func(w http.ResponseWriter, r *http.Request) {
			server.ServeHTTP(withoutLastBlankLine{w}, r)
		})
	}
	return answer
}

// withoutLastBlankLine takes a body that is written at once.
type withoutLastBlankLine struct{ http.ResponseWriter }

func (w withoutLastBlankLine) Write(body []byte) (int, error) {
	if trimmed, found := bytes.CutSuffix(body, []byte("\n\n")); found {
		body = body[:len(trimmed)+1]
	}
	return w.ResponseWriter.Write(body)
}

// H1 is a made-up but well-formed hash.
func H1(seed string) string {
	sum := sha256.Sum256([]byte(seed))
	return "h1:" + base64.StdEncoding.EncodeToString(sum[:])
}

// MadeUpRecord is a well-formed record of a module version that need not exist.
func MadeUpRecord(m module.Version) []byte {
	name := m.Path + " " + m.Version
	return []byte(name + " " + H1(name) + "\n" + name + "/go.mod " + H1(name+"/go.mod") + "\n")
}

// VersionOf is what a record is about.
func VersionOf(record []byte) module.Version {
	fields := strings.SplitN(string(record), " ", 3)
	return module.Version{Path: fields[0], Version: fields[1]}
}
