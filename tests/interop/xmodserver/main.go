// Command xmodserver is the yardstick of bench/: x/mod's own checksum-database server, with a log of
// generated records in memory and one signed head.
//
//	xmodserver -records 100000
//
// It prints the address that it listens on, and serves until it is killed.
package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// memoryLog answers what sumdb.Server asks.
type memoryLog struct {
	signed  []byte
	records [][]byte
	index   map[module.Version]int64
	hashes  hashes
}

type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		out[i] = h[index]
	}
	return out, nil
}

func (l *memoryLog) Signed(context.Context) ([]byte, error) { return l.signed, nil }

func (l *memoryLog) ReadRecords(_ context.Context, id, n int64) ([][]byte, error) {
	return l.records[id : id+n], nil
}

func (l *memoryLog) Lookup(_ context.Context, m module.Version) (int64, error) {
	id, ok := l.index[m]
	if !ok {
		return 0, fmt.Errorf("%v is not in the log", m)
	}
	return id, nil
}

func (l *memoryLog) ReadTileData(_ context.Context, t tlog.Tile) ([]byte, error) {
	return tlog.ReadTileData(t, l.hashes)
}

func h1(seed string) string {
	sum := sha256.Sum256([]byte(seed))
	return "h1:" + base64.StdEncoding.EncodeToString(sum[:])
}

func newLog(count int) (*memoryLog, error) {
	l := &memoryLog{index: map[module.Version]int64{}}
	for i := range count {
		m := module.Version{Path: fmt.Sprintf("example.com/team%d/module%d", i%97, i), Version: "v1.0.0"}
		record := fmt.Sprintf("%s %s %s\n%s %s/go.mod %s\n", m.Path, m.Version, h1(m.Path), m.Path, m.Version, h1(m.Path+"/go.mod"))
		more, err := tlog.StoredHashes(int64(i), []byte(record), l.hashes)
		if err != nil {
			return nil, err
		}
		l.index[m] = int64(i)
		l.records, l.hashes = append(l.records, []byte(record)), append(l.hashes, more...)
	}
	root, err := tlog.TreeHash(int64(count), l.hashes)
	if err != nil {
		return nil, err
	}
	secret, _, err := note.GenerateKey(rand.Reader, "localhost")
	if err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		return nil, err
	}
	text := tlog.FormatTree(tlog.Tree{N: int64(count), Hash: root})
	l.signed, err = note.Sign(&note.Note{Text: string(text)}, signer)
	return l, err
}

func main() {
	count := flag.Int("records", 100_000, "records in the log")
	flag.Parse()
	l, err := newLog(*count)
	if err != nil {
		log.Fatal(err)
	}
	server := sumdb.NewServer(l)
	for _, path := range sumdb.ServerPaths {
		http.Handle(path, server)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("listening http=%s\n", listener.Addr())
	log.Fatal(http.Serve(listener, nil))
}
