package mailer

import (
	"bytes"
	"crypto/sha256"
	"strings"
	"testing"
)

// What RFC 6376, 3.4.5 shows of its canonical forms, and what it leaves to be thought of.
func TestC1_CanonicalForms(t *testing.T) {
	for in, want := range map[string]string{
		"A: X":             "a:X",
		"B : Y\t\r\n\tZ  ": "b:Y Z",
		"SubJect:":         "subject:",
		"To:  \r\n <a@x.example>,\r\n <b@x.example>": "to:<a@x.example>, <b@x.example>",
	} {
		if got := string(appendRelaxed(nil, []byte(in))); got != want {
			t.Errorf("field %q: %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{
		" C \r\nD \t E\r\n\r\n\r\n":     " C\r\nD E\r\n",
		"":                              "",
		"\r\n\r\n":                      "",
		" \t\r\n \r\n":                  "",
		"a\r\n \r\n\t\r\n":              "a\r\n",
		"a\r\n\r\nb\r\n":                "a\r\n\r\nb\r\n",
		"plain\r\n":                     "plain\r\n",
		strings.Repeat("a  b\r\n", 999): strings.Repeat("a b\r\n", 999),
	} {
		if hashRelaxed([]byte(in)) != sha256.Sum256([]byte(want)) {
			t.Errorf("body %.40q isn't hashed as %.40q", in, want)
		}
	}
}

// Whatever we sign another implementation verifies, and it still does when a relay has folded the header
// otherwise and stripped white space, as the canonical form allows.
func FuzzSignedVerifies(f *testing.F) {
	f.Add("Subject: x", "Hallo\r\n")
	f.Add("Subject:  two  spaces\r\n\tfolded \r\nTo : <a@x.example>", "a  b \r\n\t\r\n\r\n")
	f.Add("subject: one\r\nSUBJECT: two\r\nfrom: <b@x.example>", "")
	f.Add("X-None: \r\n \r\nList-Id: <x.example>", " \r\n")
	f.Add(strings.Repeat("Reply-To: <a@x.example>\r\n", 20)+"Date: x", "x\r\n")
	s := testSigner(f)
	f.Fuzz(func(t *testing.T, header, body string) {
		for _, line := range strings.Split(header, "\r\n") {
			name, _, field := strings.Cut(line, ":")
			if folded := strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t"); !folded && (!field || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") != "" || name == "") {
				return // not a header
			}
		}
		msg := []byte("From: <a@bode.example>\r\n" + header + "\r\n\r\n" + body)
		if _, err := examine(msg); err != nil {
			return
		}
		msg, err := s.Sign(nil, msg)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range bytes.Split(msg, []byte("\r\n"))[:15] {
			if bytes.HasPrefix(line, []byte("From:")) {
				break
			}
			if len(line) > foldWidth {
				t.Errorf("a line of %d: %q", len(line), line)
			}
		}
		found := verify(t, s, msg)
		if len(found) != 2 || found[0].Err != nil || found[1].Err != nil {
			t.Fatalf("%+v in\n%q", found, msg)
		}
	})
}
