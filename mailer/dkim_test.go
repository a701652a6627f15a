package mailer

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-msgauth/dkim"
)

// testKeys are made once: an RSA key takes a while.
var testKeys = sync.OnceValue(func() []Key {
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	_, e, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return []Key{{"r2026", r}, {"e2026", e}}
})

func testSigner(t testing.TB) *Signer {
	t.Helper()
	s, err := NewSigner("bode.example", testKeys()...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// verify checks the signatures of a message against the records that the signer asks for in DNS.
func verify(t testing.TB, s *Signer, msg []byte) []*dkim.Verification {
	t.Helper()
	found, err := dkim.VerifyWithOptions(bytes.NewReader(msg), &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
		for _, r := range s.Records() {
			if r.Name == name {
				return []string{r.Value}, nil
			}
		}
		return nil, os.ErrNotExist
	}})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func testMessage(t testing.TB) []byte {
	t.Helper()
	msg, err := testLetter(t).Append(nil, testRecipient("Zoë", "Beste Zoë,"))
	if err != nil {
		t.Fatal(err)
	}
	return msg
}

func TestC1_BothSignaturesVerify(t *testing.T) {
	s := testSigner(t)
	msg := testMessage(t)
	signedMsg, err := s.Sign([]byte("x"), msg)
	if err != nil {
		t.Fatal(err)
	}
	signedMsg = signedMsg[1:]
	if !bytes.HasSuffix(signedMsg, msg) {
		t.Fatal("signing changed the message")
	}
	found := verify(t, s, signedMsg)
	if len(found) != 2 {
		t.Fatalf("%d signatures, want 2", len(found))
	}
	for _, v := range found {
		if v.Err != nil || v.Domain != "bode.example" {
			t.Errorf("signature of %s: %v", v.Domain, v.Err)
		}
	}
	signatures := string(signedMsg[:len(signedMsg)-len(msg)])
	for _, want := range []string{"a=rsa-sha256;", "a=ed25519-sha256;", "c=relaxed/relaxed;", "s=r2026;", "s=e2026;"} {
		if !strings.Contains(signatures, want) {
			t.Errorf("no %s in %s", want, signatures)
		}
	}
	if strings.Contains(signatures, " l=") {
		t.Error("the signature has l=")
	}
}

func TestB2_C2_SignatureNamesTheListHeaders(t *testing.T) {
	s := testSigner(t)
	msg, err := s.Sign(nil, testMessage(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range verify(t, s, msg) {
		names := strings.ToLower(strings.Join(v.HeaderKeys, ":")) + ":"
		if strings.Count(names, "from:") != 2 {
			t.Errorf("From isn't over-signed: %s", names)
		}
		for _, want := range []string{"to", "subject", "date", "message-id", "mime-version", "content-type", "reply-to", "list-id", "list-unsubscribe", "list-unsubscribe-post"} {
			if !strings.Contains(":"+names, ":"+want+":") {
				t.Errorf("h= lacks %s: %s", want, names)
			}
		}
	}
}

func TestC1_ChangesBreakTheSignature(t *testing.T) {
	s := testSigner(t)
	msg, err := s.Sign(nil, testMessage(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func([]byte) []byte{
		"second From":   func(m []byte) []byte { return append([]byte("From: <evil@example.com>\r\n"), m...) },
		"other URL":     func(m []byte) []byte { return bytes.Replace(m, []byte("<https://bode"), []byte("<https://b0de"), 1) },
		"text appended": func(m []byte) []byte { return append(m, "more\r\n"...) },
	} {
		for _, v := range verify(t, s, change(bytes.Clone(msg))) {
			if v.Err == nil {
				t.Errorf("%s: the signature still verifies", name)
			}
		}
	}
}

func TestSignerIsSafeForConcurrentUse(t *testing.T) {
	s := testSigner(t)
	msg := testMessage(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			out, err := s.Sign(nil, msg)
			if err != nil {
				t.Error(err)
				return
			}
			for _, v := range verify(t, s, out) {
				if v.Err != nil {
					t.Error(v.Err)
				}
			}
		})
	}
	wg.Wait()
}

func TestC1_WeakAndLonelyKeysAreRefused(t *testing.T) {
	t.Setenv("GODEBUG", "rsa1024min=0")
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	keys := testKeys()
	for name, given := range map[string][]Key{
		"1024 bits":     {{"a", weak}},
		"Ed25519 alone": keys[1:],
		"none":          nil,
		"no private":    {{"a", nil}},
		"bad selector":  {{"a b", keys[0].Private}},
		"same selector": {{"a", keys[0].Private}, {"A", keys[1].Private}},
		"two of RSA":    {{"a", keys[0].Private}, {"b", keys[0].Private}},
	} {
		if _, err := NewSigner("bode.example", given...); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := NewSigner("bode", keys...); err == nil {
		t.Error("a domain without a dot: accepted")
	}
}

func TestC3_LoadKey(t *testing.T) {
	dir := t.TempDir()
	write := func(name, typ string, der []byte, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: typ, Bytes: der}), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	pkcs8 := func(key crypto.Signer) []byte {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	r := testKeys()[0].Private.(*rsa.PrivateKey)
	for _, path := range []string{
		write("pkcs1", "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(r), 0o600),
		write("pkcs8", "PRIVATE KEY", pkcs8(r), 0o600),
		write("ed", "PRIVATE KEY", pkcs8(testKeys()[1].Private), 0o400),
	} {
		if _, err := LoadKey(path); err != nil {
			t.Error(err)
		}
	}
	for _, path := range []string{
		write("wide", "PRIVATE KEY", pkcs8(r), 0o640),
		write("public", "PUBLIC KEY", nil, 0o600),
		write("broken", "PRIVATE KEY", []byte("no"), 0o600),
		filepath.Join(dir, "missing"),
	} {
		if _, err := LoadKey(path); err == nil {
			t.Errorf("%s: accepted", filepath.Base(path))
		}
	}
}

func TestRecordFitsAZoneFile(t *testing.T) {
	for _, r := range testSigner(t).Records() {
		var joined strings.Builder
		for i, part := range strings.Split(r.Zone(), `"`) {
			if i%2 == 1 {
				if len(part) > 255 {
					t.Errorf("a string of %d octets", len(part))
				}
				joined.WriteString(part)
			}
		}
		if joined.String() != r.Value {
			t.Errorf("the strings join to %q, want %q", joined.String(), r.Value)
		}
	}
}

// The digest of 14 kB signed with RSA, and what the key alone takes.
func BenchmarkSign(b *testing.B) {
	key := testKeys()[0]
	s, err := NewSigner("bode.example", key)
	if err != nil {
		b.Fatal(err)
	}
	l, r := digest(b)
	msg, err := l.Append(nil, r)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("message", func(b *testing.B) {
		var buf []byte
		b.ReportAllocs()
		for b.Loop() {
			if buf, err = s.Sign(buf[:0], msg); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("key alone", func(b *testing.B) {
		for b.Loop() {
			if _, err := key.Private.Sign(rand.Reader, make([]byte, 32), crypto.SHA256); err != nil {
				b.Fatal(err)
			}
		}
	})
}
