// Command xmodserver is the yardstick of bench/: x/mod's own checksum-database server, with a log of
// generated records in memory and one signed head.
//
//	xmodserver -records 100000
//
// It prints the address that it listens on, and serves until it is killed.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"

	"golang.org/x/mod/module"

	"sumlog.test/interop/xmodlog"
)

func newLog(count int) (*xmodlog.Log, error) {
	records := make([][]byte, count)
	for i := range records {
		path := fmt.Sprintf("example.com/team%d/module%d", i%97, i)
		records[i] = xmodlog.MadeUpRecord(module.Version{Path: path, Version: "v1.0.0"})
	}
	l, err := xmodlog.New("localhost")
	if err != nil {
		return nil, err
	}
	return l, l.Append(records...)
}

func main() {
	count := flag.Int("records", 100_000, "records in the log")
	flag.Parse()
	l, err := newLog(*count)
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("listening http=%s\n", listener.Addr())
	log.Fatal(http.Serve(listener, l.Handler(xmodlog.BlankLineAfterEach)))
}
