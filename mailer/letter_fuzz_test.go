package mailer

import (
	"bytes"
	"html"
	"mime"
	"strings"
	"testing"
)

// FuzzAppend merges values that strangers chose, and looks at the message as a mail program does.
func FuzzAppend(f *testing.F) {
	for _, name := range oddNames {
		f.Add(name, name, "abc")
	}
	f.Add("a", strings.Repeat("é", 500), "x\"><script>alert(1)</script>")
	f.Add("a", "\r\n--=_x\r\nContent-Type: text/html\r\n\r\n<b>", "é\x00\r\n")
	f.Add("a", strings.Repeat("y", 74)+".", "=\r\n.\r\n")
	f.Add("a", " ", " ")

	m := testMarker(f, "name", "part")
	d := Draft{
		From: Address{"Bode", "nieuws@bode.example"}, Subject: "Hoi " + m.Mark("name") + ", nieuws",
		Header: []Field{{"X-Note", m.Mark("name")}},
		Text:   m.Mark("name") + "\nBeste " + m.Mark("name") + "\n" + strings.Repeat("a", 70) + " " + m.Mark("name") + ".\n\n.\n" + m.Mark("name") + m.Mark("part"),
		HTML:   `<p title="` + m.Mark("name") + `">` + m.Mark("name") + "</p>\n<a href=\"https://x.example/" + m.Mark("part") + "\">x</a>",
	}
	l, err := d.Compile(m)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, display, name, part string) {
		r := testRecipient(display, "")
		r.Values = []string{name, part}
		msg, err := l.Append(nil, r)
		if err != nil {
			t.Fatal(err)
		}
		checkFormat(t, msg)
		p := parse(t, msg)
		n, q := line(name), line(part)
		if want := n + "\r\nBeste " + n + "\r\n" + strings.Repeat("a", 70) + " " + n + ".\r\n\r\n.\r\n" + n + q + "\r\n"; p.text != want {
			t.Errorf("text\n%q want\n%q", p.text, want)
		}
		if got := html.UnescapeString(p.html); !strings.HasPrefix(got, `<p title="`+n+`">`+n+"</p>\r\n") {
			t.Errorf("html %q", got)
		}
		if strings.Count(p.html, "<") != 4 || strings.Count(p.html, `"`) != 4 {
			t.Errorf("a value added markup: %q", p.html)
		}
		subject, err := new(mime.WordDecoder).DecodeHeader(p.header.Get("Subject"))
		if want := cleanValue("Hoi " + name + ", nieuws"); err != nil || subject != want {
			t.Errorf("Subject %q, %v; want %q", subject, err, want)
		}
		if len(p.header) != 8 {
			t.Errorf("header fields: %v", p.header)
		}
		to, err := p.header.AddressList("To")
		if err != nil || len(to) != 1 || to[0].Name != cleanValue(display) {
			t.Errorf("To %v, %v", to, err)
		}
	})
}

// line is what a body keeps of a value.
func line(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, string([]rune(s))) // every octet that isn't UTF-8 becomes U+FFFD
}

// FuzzUnmarshalLetter reads damaged letters; the checksum is made right so that the reader is reached.
func FuzzUnmarshalLetter(f *testing.F) {
	data, _ := testLetter(f).MarshalBinary()
	f.Add(data[3 : len(data)-4])
	f.Add([]byte{0, 0, 0, 0, 0})
	f.Add([]byte{1, 1, 'a', 0, 0, 1, 0, 0, 9, 0})
	f.Add(bytes.Repeat([]byte{0xff}, 40))
	f.Fuzz(func(t *testing.T, body []byte) {
		var l Letter
		if err := l.UnmarshalBinary(sealLetter(body)); err != nil {
			return
		}
		again, err := l.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var back Letter
		if err := back.UnmarshalBinary(again); err != nil {
			t.Fatalf("what was read can't be written and read again: %v", err)
		}
		r := testRecipient("Jan", "")
		r.Values = make([]string, len(l.Fields()))
		for i := range r.Values {
			r.Values[i] = "https://x.example/"
		}
		l.Append(nil, r) //nolint:errcheck // it must not panic; what the letter says is anyone's guess
	})
}

func sealLetter(body []byte) []byte {
	return sealed(append([]byte(letterMagic+"\x01"), body...))
}
