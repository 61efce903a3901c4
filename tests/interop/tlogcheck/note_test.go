package tlogcheck

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"sumlog.test/interop/oracle"
)

func TestLeafHashesAgree(t *testing.T) {
	random := rand.New(rand.NewSource(5))
	o := start(t)
	for size := range 600 {
		record := make([]byte, size)
		random.Read(record)
		want := tlog.RecordHash(record)
		if got := o.Ask("leaf-hash", record); !bytes.Equal(oracle.Bytes(got.Fields[0]), want[:]) {
			t.Fatalf("leaf hashes of %d bytes differ", size)
		}
	}
}

// mutate changes a text in one place.
func mutate(random *rand.Rand, text string) string {
	if text == "" {
		return "x"
	}
	at := random.Intn(len(text))
	odd := []string{"\n", " ", "\x00", "\t", "—", "0", "=", "+", "é", "\xff", "\r", "a", "\u2003", "/"}
	switch random.Intn(4) {
	case 0:
		return text[:at] + text[at+1:]
	case 1:
		return text[:at] + odd[random.Intn(len(odd))] + text[at:]
	case 2:
		return text[:at] + odd[random.Intn(len(odd))] + text[at+1:]
	default:
		end := at + random.Intn(len(text)-at)
		return text[:end] + text[at:]
	}
}

func TestTreeHeadsAgree(t *testing.T) {
	random := rand.New(rand.NewSource(6))
	o := start(t)
	agreed := 0
	for range 20000 {
		head := tlog.Tree{N: random.Int63n(1 << (1 + random.Intn(62)))}
		random.Read(head.Hash[:])
		text := string(tlog.FormatTree(head))
		for range random.Intn(3) {
			text = mutate(random, text)
		}
		want, err := tlog.ParseTree([]byte(text))
		got := o.Ask("parse-head", text)
		if err == nil && !canonicalHash(strings.Split(text, "\n")[2]) {
			// Known difference: base64 that does not come back as it was is refused by us.
			if got.OK {
				t.Errorf("%q: accepted in spite of loose base64", text)
			}
			continue
		}
		if got.OK != (err == nil) {
			t.Fatalf("%q: we say %v, x/mod says %v", text, got, err)
		}
		if err != nil {
			continue
		}
		agreed++
		if got.Fields[0] != fmt.Sprint(want.N) || !bytes.Equal(oracle.Bytes(got.Fields[1]), want.Hash[:]) ||
			string(oracle.Bytes(got.Fields[2])) != string(tlog.FormatTree(want)) {
			t.Fatalf("%q: got %v, want %v", text, got.Fields, want)
		}
	}
	if agreed < 5000 {
		t.Errorf("only %d good heads: the test no longer asks both", agreed)
	}
}

// canonicalHash says whether a line is base64 exactly as an encoder writes it.
func canonicalHash(line string) bool {
	decoded, err := base64.StdEncoding.DecodeString(line)
	return err == nil && base64.StdEncoding.EncodeToString(decoded) == line
}

type keyPair struct{ secret, verifier string }

func newKey(t *testing.T, random *rand.Rand, name string) keyPair {
	t.Helper()
	secret, verifier, err := note.GenerateKey(random, name)
	if err != nil {
		t.Fatal(err)
	}
	return keyPair{secret, verifier}
}

func TestKeysAgree(t *testing.T) {
	random := rand.New(rand.NewSource(7))
	o := start(t)
	for i := range 200 {
		seed := make([]byte, 32)
		random.Read(seed)
		name := fmt.Sprintf("sum%d.例え.example", i)
		ours := o.Ask("make-key", name, seed)
		if !ours.OK {
			t.Fatal(ours)
		}
		secret, verifier := string(oracle.Bytes(ours.Fields[0])), string(oracle.Bytes(ours.Fields[1]))
		wantSecret, wantVerifier, err := note.GenerateKey(bytes.NewReader(seed), name)
		if err != nil || secret != wantSecret || verifier != wantVerifier {
			t.Fatalf("key of %q: got %s, want %s (%v)", name, verifier, wantVerifier, err)
		}
		for range 50 {
			text := mutate(random, verifier)
			_, err := note.NewVerifier(text)
			got := o.Ask("parse-verifier", text)
			if parts := strings.SplitN(text, "+", 3); err == nil && !canonicalHash(parts[2]) {
				continue // known difference: loose base64
			}
			if got.OK != (err == nil) {
				t.Fatalf("%q: we say %v, x/mod says %v", text, got, err)
			}
		}
	}
	for _, name := range []string{"", "a b", "a+b", "a\u2003b", "a\nb", "a\xffb"} {
		_, _, err := note.GenerateKey(random, name)
		got := o.Ask("make-key", name, make([]byte, 32))
		// x/mod makes a key of any name and then refuses to parse it.
		secret, _, _ := note.GenerateKey(random, name)
		if _, parseErr := note.NewSigner(secret); err == nil && parseErr == nil {
			t.Fatalf("x/mod takes the name %q", name)
		}
		if got.OK {
			t.Errorf("we take the name %q", name)
		}
	}
}

func TestNotesAgree(t *testing.T) {
	random := rand.New(rand.NewSource(8))
	o := start(t)
	var keys []keyPair
	for i := range 5 {
		keys = append(keys, newKey(t, random, fmt.Sprintf("signer%d.example", i)))
	}
	opened := 0
	for i := range 1500 {
		text := fmt.Sprintf("note %d\n\nwith blank lines — and more\n%s\n", i, strings.Repeat("x", random.Intn(100)))
		random.Shuffle(len(keys), func(a, b int) { keys[a], keys[b] = keys[b], keys[a] })
		signed := sign(t, o, text, keys[:1+random.Intn(len(keys))])
		known := keys[:1+random.Intn(len(keys))]
		if openBoth(t, o, signed, known) {
			opened++
		}
		for range 15 {
			openBoth(t, o, mutate(random, signed), known)
		}
	}
	if opened != 1500 {
		t.Errorf("%d of 1500 good notes opened", opened)
	}
}

// sign signs on both sides: Ed25519 is deterministic, so the notes are the same.
func sign(t *testing.T, o *oracle.Oracle, text string, keys []keyPair) string {
	t.Helper()
	fields := []any{text}
	var signers []note.Signer
	for _, key := range keys {
		signer, err := note.NewSigner(key.secret)
		if err != nil {
			t.Fatal(err)
		}
		signers, fields = append(signers, signer), append(fields, key.secret)
	}
	want, err := note.Sign(&note.Note{Text: text}, signers...)
	if err != nil {
		t.Fatal(err)
	}
	got := o.Ask("sign", fields...)
	if !got.OK || !bytes.Equal(oracle.Bytes(got.Fields[0]), want) {
		t.Fatalf("notes differ: %v", got)
	}
	return string(want)
}

// looseBase64 says whether a signature line has base64 that no encoder writes: known difference,
// such a note is malformed to us.
func looseBase64(signed string) bool {
	_, signatures, found := strings.Cut(signed, "\n\n— ")
	for found {
		var line string
		line, signatures, found = strings.Cut(signatures, "\n— ")
		if _, encoded, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " "); ok && !canonicalHash(encoded) {
			return true
		}
	}
	return false
}

func openBoth(t *testing.T, o *oracle.Oracle, signed string, known []keyPair) bool {
	t.Helper()
	fields := []any{signed}
	var verifiers []note.Verifier
	for _, key := range known {
		verifier, err := note.NewVerifier(key.verifier)
		if err != nil {
			t.Fatal(err)
		}
		verifiers, fields = append(verifiers, verifier), append(fields, key.verifier)
	}
	want, err := note.Open([]byte(signed), note.VerifierList(verifiers...))
	got := o.Ask("open", fields...)
	if got.OK != (err == nil) {
		if !got.OK && looseBase64(signed) {
			return false
		}
		t.Fatalf("%q: we say %v, x/mod says %v", signed, got, err)
	}
	if err != nil {
		checkCode(t, signed, got, err)
		return false
	}
	if string(oracle.Bytes(got.Fields[0])) != want.Text ||
		string(oracle.Bytes(got.Fields[1])) != signatureNames(want.Sigs) ||
		string(oracle.Bytes(got.Fields[2])) != signatureNames(want.UnverifiedSigs) {
		t.Fatalf("%q: opened differently", signed)
	}
	return true
}

// checkCode compares why a note was refused.
func checkCode(t *testing.T, signed string, got oracle.Answer, err error) {
	t.Helper()
	want := "INVALID_ARGUMENT"
	var unverified *note.UnverifiedNoteError
	var invalid *note.InvalidSignatureError
	if errors.As(err, &unverified) {
		want = "NOT_FOUND"
	} else if errors.As(err, &invalid) {
		want = "DATA_LOSS"
	}
	if got.Code != want && !looseBase64(signed) {
		t.Errorf("%q: we say %v, x/mod says %v", signed, got, err)
	}
}

func signatureNames(signatures []note.Signature) string {
	var names strings.Builder
	for _, signature := range signatures {
		fmt.Fprintf(&names, "%s %d\n", signature.Name, signature.Hash)
	}
	return names.String()
}
