package admincheck

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"sumlog.test/interop/sumlogv1"
)

// offer is record(n, salt). Of each module version there are two, of which a log holds one at most.
type offer struct {
	n    int
	salt string
}

func (o offer) record() *sumlogv1.Record { return record(o.n, o.salt) }

// rival has the same module version and other hashes.
func (o offer) rival() offer {
	if o.salt == "" {
		return offer{o.n, "other"}
	}
	return offer{o.n, ""}
}

// ledger keeps what a log has acknowledged to anybody, and refuses an answer that disagrees with one
// before. Safe from any goroutine.
type ledger struct {
	key string // the log's

	mu       sync.Mutex
	numbers  map[offer]uint64    // of what is in the log
	appended map[offer]bool      // what an answer has called new
	evidence map[string]offer    // by its id: what was refused
	heads    map[int64]tlog.Hash // by size: roots of verified heads
}

func newLedger(key string) *ledger {
	return &ledger{key: key, numbers: map[offer]uint64{}, appended: map[offer]bool{},
		evidence: map[string]offer{}, heads: map[int64]tlog.Hash{}}
}

// take enters the answer to some offers.
func (l *ledger) take(offers []offer, results []*sumlogv1.AddResult, head *sumlogv1.SignedHead) error {
	tree, err := openHead(l.key, head)
	if err != nil {
		return err
	}
	if len(results) != len(offers) {
		return fmt.Errorf("%d results for %d records", len(results), len(offers))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if root, seen := l.heads[tree.N]; seen && root != tree.Hash {
		return fmt.Errorf("two roots of %d records: %v and %v", tree.N, root, tree.Hash)
	}
	l.heads[tree.N] = tree.Hash
	for i, result := range results {
		if result.Number >= uint64(tree.N) {
			return fmt.Errorf("record %d under a head of %d", result.Number, tree.N)
		}
		if err := l.takeOne(offers[i], result); err != nil {
			return fmt.Errorf("%v: %w in %v", offers[i], err, result)
		}
	}
	return nil
}

// takeOne enters one result. The caller holds mu.
func (l *ledger) takeOne(o offer, result *sumlogv1.AddResult) error {
	holds := o
	switch result.Outcome {
	case sumlogv1.AddResult_OUTCOME_APPENDED:
		if l.appended[o] {
			return fmt.Errorf("appended a second time")
		}
		l.appended[o] = true
	case sumlogv1.AddResult_OUTCOME_ALREADY_THERE:
	case sumlogv1.AddResult_OUTCOME_REFUSED:
		if result.Refusal != sumlogv1.AddResult_REFUSAL_CONFLICT || result.EvidenceId == "" {
			return fmt.Errorf("no conflict, or without evidence,")
		}
		if before, seen := l.evidence[result.EvidenceId]; seen && before != o {
			return fmt.Errorf("the evidence of %v", before)
		}
		l.evidence[result.EvidenceId] = o
		holds = o.rival()
	default:
		return fmt.Errorf("no outcome")
	}
	if number, known := l.numbers[holds]; known && number != result.Number {
		return fmt.Errorf("another number than %d", number)
	}
	if _, known := l.numbers[holds.rival()]; known {
		return fmt.Errorf("both records of a module version")
	}
	l.numbers[holds] = result.Number
	return nil
}

// size is how many records were acknowledged.
func (l *ledger) size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.numbers)
}

// checkLog demands that the log which `c` shows holds all that was acknowledged, each module version
// once, and that every head that was seen is a beginning of it.
func (l *ledger) checkLog(t *testing.T, c clients) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	newest, texts := c.wholeLog(t, l.key)
	versions := map[string]int{}
	for number, text := range texts {
		version := moduleVersionOf(text)
		if other, twice := versions[version]; twice {
			t.Errorf("%s is record %d and record %d", version, other, number)
		}
		versions[version] = number
	}
	for o, number := range l.numbers {
		if number >= uint64(len(texts)) || texts[number] != text(o.record()) {
			t.Errorf("%v was acknowledged as record %d, and is not there", o, number)
		}
	}
	for id, o := range l.evidence {
		if kept, err := c.admin.GetConflict(t.Context(), &sumlogv1.GetConflictRequest{Id: id}); err != nil {
			t.Errorf("evidence against %v: %v", o, err)
		} else if kept.Conflict.ModuleVersion != fmt.Sprintf("example.com/m%d@v1.0.0", o.n) {
			t.Errorf("evidence against %v is about %s", o, kept.Conflict.ModuleVersion)
		}
	}
	for _, size := range slices.Sorted(maps.Keys(l.heads)) {
		if size > 0 {
			c.checkBeginning(t, size, l.heads[size], newest)
		}
	}
}
