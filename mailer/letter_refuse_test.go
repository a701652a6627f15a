package mailer

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-message/mail"
)

func TestAppendRefusesWhatCantBeWritten(t *testing.T) {
	l := testLetter(t)
	for name, test := range map[string]struct {
		change func(*Recipient)
		kind   Kind
	}{
		"address":                {func(r *Recipient) { r.To.Addr = "jan" }, KindRecipient},
		"address with CRLF":      {func(r *Recipient) { r.To.Addr = "jan@x.example>\r\nBcc: <evil@x.example" }, KindRecipient},
		"no date":                {func(r *Recipient) { r.Date = time.Time{} }, KindContent},
		"no Message-ID":          {func(r *Recipient) { r.MessageID = "" }, KindContent},
		"Message-ID in <>":       {func(r *Recipient) { r.MessageID = "<a@b.example>" }, KindContent},
		"Message-ID injects":     {func(r *Recipient) { r.MessageID = "a@b>\r\nBcc: x" }, KindContent},
		"Message-ID two at":      {func(r *Recipient) { r.MessageID = "a@b@c" }, KindContent},
		"Message-ID dots":        {func(r *Recipient) { r.MessageID = "a..b@c" }, KindContent},
		"too few values":         {func(r *Recipient) { r.Values = r.Values[:1] }, KindContent},
		"URI injects a field":    {func(r *Recipient) { r.Values[1] = "https://x.example/>\r\nBcc: <x" }, KindContent},
		"URI leaves its place":   {func(r *Recipient) { r.Values[1] = "https://x.example/>, <mailto:evil@x.example" }, KindContent},
		"URI empty":              {func(r *Recipient) { r.Values[1] = "" }, KindContent},
		"URI not ASCII":          {func(r *Recipient) { r.Values[1] = "https://x.example/é" }, KindContent},
		"URI longer than a line": {func(r *Recipient) { r.Values[1] = "https://x.example/" + strings.Repeat("a", 1000) }, KindContent},
	} {
		r := testRecipient("Jan", "Beste Jan,")
		test.change(r)
		out, err := l.Append([]byte("kept"), r)
		e := failed(t, err)
		if e.Kind != test.kind || e.Stage != StageCompose || string(out) != "kept" {
			t.Errorf("%s: %+v, %q", name, e, out)
		}
		if strings.Contains(e.Error(), "evil") {
			t.Errorf("%s: the error repeats the value: %v", name, e)
		}
	}
}

func TestA7_ToWithSMTPUTF8(t *testing.T) {
	r := testRecipient("Jan", "Beste Jan,")
	r.To.Addr = "用户@例子.example"
	msg, err := testLetter(t).Append(nil, r)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(msg, []byte("\r\nTo: Jan <用户@xn--fsqu00a.example>\r\n")) {
		t.Errorf("%s", msg[:300])
	}
	if s, err := examine(msg); err != nil || !s.header8bit || s.body8bit {
		t.Errorf("%+v, %v", s, err)
	}
}

// go-message is another reader of the same standards.
func TestGoMessageReadsTheLetter(t *testing.T) {
	msg, err := testLetter(t).Append(nil, testRecipient("Zoë, de Müller", "Beste Zoë,"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := mail.CreateReader(bytes.NewReader(msg))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := r.Header.Subject()
	if err != nil || !strings.HasPrefix(subject, "Vernieuwing: raadsleden én inwoners") || !strings.HasSuffix(subject, "dat nú telt") {
		t.Errorf("Subject %q, %v", subject, err)
	}
	if to, err := r.Header.AddressList("To"); err != nil || len(to) != 1 || to[0].Name != "Zoë, de Müller" {
		t.Errorf("To %v, %v", to, err)
	}
	if id, err := r.Header.MessageID(); err != nil || id != "1.abc@bode.example" {
		t.Errorf("Message-ID %q, %v", id, err)
	}
	var types []string
	for {
		part, err := r.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(part.Body)
		if err != nil || !bytes.Contains(body, []byte("Beste Zoë,")) {
			t.Errorf("part %q: %v", body, err)
		}
		types = append(types, part.Header.Get("Content-Type"))
	}
	if got := fmt.Sprint(types); got != "[text/plain; charset=utf-8 text/html; charset=utf-8]" {
		t.Errorf("parts %s", got)
	}
}

// digest is of the size of an ordinary edition: about 10 kB of HTML, 3 kB of text.
func digest(t testing.TB) (*Letter, *Recipient) {
	m := testMarker(t, "greeting", "unsubscribe_url", "preferences_url", "why_url")
	list := ListHeaders{Name: "Nieuwe Democratie", ID: "nd.bode.example", UnsubscribeURL: m.Mark("unsubscribe_url"), Feedback: "e12:nd:digest:bode-nl"}
	header, err := list.Fields(m)
	if err != nil {
		t.Fatal(err)
	}
	paragraph := "De raad besluit, maar inwoners denken eerder mee: wat dat vraagt van griffie, college en inwoners zelf, en wat het één jaar later opleverde. "
	links := m.Mark("unsubscribe_url") + "\n" + m.Mark("preferences_url") + "\n" + m.Mark("why_url") + "\n"
	d := Draft{
		From: Address{"Expertgroep Nieuwe Democratie", "nieuws@bode.example"}, ReplyTo: Address{"", "redactie@bode.example"},
		Subject: "De nieuwe rol van de raad, en vier andere berichten", Header: header,
		Text: m.Mark("greeting") + "\n\n" + strings.Repeat(paragraph+"\n\n", 20) + links,
		HTML: "<p>" + m.Mark("greeting") + "</p>\n" + strings.Repeat(`<table role="presentation" width="600"><tr><td style="font-size:16px;line-height:24px"><p>`+paragraph+"</p></td></tr></table>\n", 40) +
			`<p><a href="` + m.Mark("unsubscribe_url") + `">Afmelden</a> <a href="` + m.Mark("preferences_url") + `">Voorkeuren</a> <a href="` + m.Mark("why_url") + `">Waarom krijg ik dit?</a></p>`,
	}
	l, err := d.Compile(m)
	if err != nil {
		t.Fatal(err)
	}
	return l, &Recipient{To: Address{"Jan Jansen", "jan.jansen@ontvanger.example"}, MessageID: "e12.4f9a8c@bode.example", Date: testDate,
		Values: []string{"Beste Jan,", testURL, strings.Replace(testURL, "/u/", "/v/", 1), strings.Replace(testURL, "/u/", "/w/", 1)}}
}

func BenchmarkAppendDigest(b *testing.B) {
	l, r := digest(b)
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

func BenchmarkUnmarshalDigest(b *testing.B) {
	l, _ := digest(b)
	data, err := l.MarshalBinary()
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		var back Letter
		if err := back.UnmarshalBinary(data); err != nil {
			b.Fatal(err)
		}
	}
}
