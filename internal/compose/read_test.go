package compose

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"

	"bode.example/mailer"
)

// read is a message as a mail program has it.
type read struct {
	header     mail.Header
	text, html string
}

func readMail(t testing.TB, raw []byte) read {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("the message is %q, %v", kind, err)
	}
	r := read{header: m.Header}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for _, into := range []*string{&r.text, &r.html} {
		p, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		*into = strings.ReplaceAll(string(decoded), "\r\n", "\n")
	}
	return r
}

var samplePersonal = Personal{
	Greeting:       "Beste Jan,",
	UnsubscribeURL: "https://nieuws.noorderkring.example/u/AQr4n8pZ2mWq7sT1vXy5bC9dE3fG6hJ0kLmN8pQ2rS4t",
	PreferencesURL: "https://nieuws.noorderkring.example/v/BQr4n8pZ2mWq7sT1vXy5bC9dE3fG6hJ0kLmN8pQ2rS4t",
	WhyURL:         "https://nieuws.noorderkring.example/w/CQr4n8pZ2mWq7sT1vXy5bC9dE3fG6hJ0kLmN8pQ2rS4t",
}

// merged is one reader's copy of a digest.
func merged(t testing.TB, c *Composer, d *Digest) []byte {
	t.Helper()
	rendered, err := c.Digest(d)
	if err != nil {
		t.Fatal(err)
	}
	return mergeLetter(t, rendered.Letter, &samplePersonal)
}

func mergeLetter(t testing.TB, letter *mailer.Letter, p *Personal) []byte {
	t.Helper()
	values, err := p.Values(letter.Fields())
	if err != nil {
		t.Fatal(err)
	}
	raw, err := letter.Append(nil, &mailer.Recipient{
		To: mailer.Address{Name: "Jan de Vries", Addr: "jan@lezer.example"}, MessageID: "d1.a2b3@noorderkring.example",
		Date: time.Date(2026, 11, 23, 8, 0, 0, 0, sampleZone()), Values: values,
	})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
