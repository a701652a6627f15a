package mailer

import (
	"bytes"
	"crypto/rand"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var testDate = time.Date(2026, 11, 23, 8, 0, 0, 0, time.FixedZone("CET", 3600))

const testURL = "https://bode.example/u/AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_AbCdEfGhIjKlMnOpQrStUvWxYz"

func testLetter(t testing.TB) *Letter {
	t.Helper()
	m, err := NewMarker(rand.Reader, "greeting", "unsubscribe_url")
	if err != nil {
		t.Fatal(err)
	}
	d := Draft{
		From:    Address{"Expertgroep Nieuwe Democratie", "nieuws@bode.example"},
		ReplyTo: Address{"Redactie, de", "redactie@bode.example"},
		Subject: "Vernieuwing: raadsleden én inwoners over de nieuwe rol van de raad, en waarom dat nú telt",
		Header: []Field{
			{"List-Id", "Nieuwe Democratie <nd.bode.example>"},
			{"List-Unsubscribe", "<" + m.Mark("unsubscribe_url") + ">, <mailto:u@bode.example>"},
			{"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"},
		},
		Text: m.Mark("greeting") + "\n\n.begin\nFrom here on — trailing \n" + strings.Repeat("lange regel ", 30) + "\n\nAfmelden: " + m.Mark("unsubscribe_url") + "\n",
		HTML: "<p>" + m.Mark("greeting") + " </p>\n" + strings.Repeat("<p>Één alinea.</p>", 40) + `<a href="` + m.Mark("unsubscribe_url") + `" title="Hoi ` + m.Mark("greeting") + `">Afmelden</a>` + "\n",
	}
	l, err := d.Compile(m)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func testRecipient(name, greeting string) *Recipient {
	return &Recipient{To: Address{name, "jan@ontvanger.example"}, MessageID: "1.abc@bode.example", Date: testDate,
		Values: []string{greeting, testURL}}
}

// parsed is a message as a mail program sees it.
type parsed struct {
	header     mail.Header
	text, html string
}

func parse(t testing.TB, msg []byte) parsed {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(msg))
	if err != nil {
		t.Fatalf("net/mail: %v\n%s", err, msg)
	}
	typ, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || typ != "multipart/alternative" {
		t.Fatalf("Content-Type %q, %v", typ, err)
	}
	p := parsed{header: m.Header}
	r := multipart.NewReader(m.Body, params["boundary"])
	for _, want := range []struct {
		typ string
		to  *string
	}{{"text/plain; charset=utf-8", &p.text}, {"text/html; charset=utf-8", &p.html}} {
		part, err := r.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		if got := part.Header.Get("Content-Type"); got != want.typ {
			t.Fatalf("part is %q, want %q", got, want.typ)
		}
		b, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatalf("quoted-printable: %v", err)
		}
		*want.to = string(b)
	}
	if _, err := r.NextPart(); err != io.EOF {
		t.Fatalf("more than two parts: %v", err)
	}
	return p
}

// checkFormat holds a message to rows A1, A2, A5 and A6.
func checkFormat(t testing.TB, msg []byte) {
	t.Helper()
	if !bytes.HasSuffix(msg, []byte("\r\n")) {
		t.Fatal("A1: the message doesn't end with CRLF")
	}
	header, body, _ := strings.Cut(string(msg), "\r\n\r\n")
	for i := 0; i < len(msg); i++ {
		switch c := msg[i]; {
		case c == '\n' && (i == 0 || msg[i-1] != '\r'), c == '\r' && (i+1 == len(msg) || msg[i+1] != '\n'), c == 0:
			t.Fatalf("A1: bare CR, bare LF or NUL at %d: %q", i, msg[max(0, i-30):i+1])
		case c >= utf8.RuneSelf:
			t.Fatalf("A5: not 7-bit at %d: %q", i, msg[max(0, i-30):i+1])
		}
	}
	for line := range strings.SplitSeq(header, "\r\n") {
		if len(line) > 78 && strings.Contains(strings.TrimSpace(line), " ") {
			t.Errorf("A1: header line of %d: %q", len(line), line)
		}
		if strings.TrimSpace(line) == "" || strings.HasSuffix(line, " ") {
			t.Errorf("A1: header line of white space, or ending in it: %q", line)
		}
		for _, w := range encodedWord.FindAllString(line, -1) {
			if len(w) > 75 || len(line) > 76 {
				t.Errorf("A5: encoded word of %d in a line of %d: %q", len(w), len(line), line)
			}
			if s, err := new(mime.WordDecoder).Decode(w); err != nil || !utf8.ValidString(s) {
				t.Errorf("A5: encoded word %q doesn't hold whole characters: %v", w, err)
			}
		}
	}
	for line := range strings.SplitSeq(body, "\r\n") {
		if len(line) > 76 {
			t.Errorf("A6: body line of %d: %q", len(line), line)
		}
		if strings.HasSuffix(line, " ") || strings.HasSuffix(line, "\t") {
			t.Errorf("A6: body line ends in white space: %q", line)
		}
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "From ") {
			t.Errorf("A1: body line begins with a dot or From: %q", line)
		}
	}
	for _, name := range []string{"From", "To", "Date", "Message-ID", "Subject", "MIME-Version", "Content-Type"} {
		if n := len(regexp.MustCompile(`(?im)^`+name+`:`).FindAllString(header, -1)); n != 1 {
			t.Errorf("A2: %d %s fields", n, name)
		}
	}
}

var encodedWord = regexp.MustCompile(`=\?[^? ]+\?[bqBQ]\?[^? ]*\?=`)

func TestLetterReadsBack(t *testing.T) {
	l := testLetter(t)
	msg, err := l.Append([]byte("before"), testRecipient("Zoë “Z” Müller", "Beste Zoë <b>&'\"</b>,"))
	if err != nil {
		t.Fatal(err)
	}
	msg, ok := bytes.CutPrefix(msg, []byte("before"))
	if !ok {
		t.Fatal("Append changed what was in dst")
	}
	checkFormat(t, msg)
	t.Logf("%s", msg)
	p := parse(t, msg)
	dec := new(mime.WordDecoder)
	if s, _ := dec.DecodeHeader(p.header.Get("Subject")); s != "Vernieuwing: raadsleden én inwoners over de nieuwe rol van de raad, en waarom dat nú telt" {
		t.Errorf("Subject %q", s)
	}
	to, err := p.header.AddressList("To")
	if err != nil || len(to) != 1 || to[0].Name != "Zoë “Z” Müller" || to[0].Address != "jan@ontvanger.example" {
		t.Errorf("To %v, %v", to, err)
	}
	if got, want := p.header.Get("List-Unsubscribe"), "<"+testURL+">, <mailto:u@bode.example>"; got != want {
		t.Errorf("List-Unsubscribe %q, want %q", got, want)
	}
	if d, err := p.header.Date(); err != nil || !d.Equal(testDate) {
		t.Errorf("Date %v, %v", d, err)
	}
	if want := "Beste Zoë <b>&'\"</b>,\r\n\r\n.begin\r\nFrom here on — trailing \r\n"; !strings.HasPrefix(p.text, want) {
		t.Errorf("text begins %q", p.text[:80])
	}
	if want := "<p>Beste Zoë &lt;b&gt;&amp;&#39;&#34;&lt;/b&gt;, </p>\r\n"; !strings.HasPrefix(p.html, want) {
		t.Errorf("html begins %q", p.html[:80])
	}
	if want := `<a href="` + testURL + `" title="Hoi Beste Zoë &lt;b&gt;&amp;&#39;&#34;&lt;/b&gt;,">Afmelden</a>` + "\r\n"; !strings.HasSuffix(p.html, want) {
		t.Errorf("html ends %q", p.html[len(p.html)-160:])
	}
}

func TestLetterBinary(t *testing.T) {
	l := testLetter(t)
	data, err := l.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	var back Letter
	if err := back.UnmarshalBinary(data); err != nil {
		t.Fatal(err)
	}
	r := testRecipient("Jan", "Beste Jan,")
	want, _ := l.Append(nil, r)
	for i := range data {
		data[i] ^= 0x5a // what was read must not share memory with data
	}
	got, err := back.Append(nil, r)
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("the letter that was read back writes another message: %v", err)
	}
	for i := range data {
		if back.UnmarshalBinary(data[:i]) == nil {
			t.Fatalf("%d of %d bytes read as a letter", i, len(data))
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	l := testLetter(b)
	r := testRecipient("Jan Jansen", "Beste Jan,")
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if buf, err = l.Append(buf[:0], r); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(buf)))
}
