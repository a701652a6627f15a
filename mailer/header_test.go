package mailer

import (
	"bytes"
	"mime"
	"net/mail"
	"strings"
	"testing"

	gomail "github.com/wneessen/go-mail"
)

var oddNames = []string{
	"", "Jan", "Jan Jansen", "Zoë", "Jansen, Jan", `Jan "de Beer" Jansen`, `back\slash`, "Jan\r\nBcc: evil@example.com", "a\x00b", "tab\there",
	"=?utf-8?q?Jan?=", "  spaced   out  ", "👩‍👩‍👧‍👦🏳️‍🌈", strings.Repeat("é", 200), strings.Repeat("lang ", 60), strings.Repeat("x", 1200),
	"\xff\xfe", "\xed\xa0\x80 lone surrogate", "Иван Иванович Иванов", "山田太郎", "a\u2028b\u0085c", "(comment) <x@y>", "Jan\n .\r\n.\r\n", "_=?_",
}

// wanted is what a name should read back as: cleaned, nothing else.
func wanted(s string) string { return cleanValue(s) }

func TestA5_NamesReadBackAndAddNothing(t *testing.T) {
	for _, name := range oddNames {
		line := appendMailbox(nil, "To", name, "jan@x.example")
		msg, err := mail.ReadMessage(bytes.NewReader(append(line, "\r\n"...)))
		if err != nil {
			t.Fatalf("%q: %v\n%s", name, err, line)
		}
		if len(msg.Header) != 1 {
			t.Errorf("%q adds header fields: %v", name, msg.Header)
		}
		list, err := msg.Header.AddressList("To")
		if err != nil || len(list) != 1 || list[0].Address != "jan@x.example" || list[0].Name != wanted(name) {
			t.Errorf("%q reads back as %v, %v\n%s", name, list, err, line)
		}
		checkHeaderLines(t, line)
	}
}

func TestA5_SubjectsReadBackAndAddNothing(t *testing.T) {
	for _, subject := range oddNames {
		line := appendUnstructured(nil, "Subject", subject)
		msg, err := mail.ReadMessage(bytes.NewReader(append(line, "\r\n"...)))
		if err != nil || len(msg.Header) != 1 {
			t.Fatalf("%q: %v %v\n%s", subject, err, msg, line)
		}
		got, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
		if err != nil || got != wanted(subject) {
			t.Errorf("%q reads back as %q, %v\n%s", subject, got, err, line)
		}
		checkHeaderLines(t, line)
	}
}

func checkHeaderLines(t testing.TB, field []byte) {
	t.Helper()
	for line := range strings.SplitSeq(strings.TrimSuffix(string(field), "\r\n"), "\r\n") {
		switch {
		case len(line) > 78:
			t.Errorf("line of %d: %q", len(line), line)
		case strings.TrimSpace(line) == "" || strings.ContainsAny(line, "\r\n\x00"):
			t.Errorf("bad line %q", line)
		case !isASCII(line):
			t.Errorf("not 7-bit: %q", line)
		}
		for _, w := range encodedWord.FindAllString(line, -1) {
			if s, err := new(mime.WordDecoder).Decode(w); len(w) > 75 || len(line) > 76 || err != nil || strings.ContainsRune(s, '\uFFFD') && !strings.Contains(w, "=EF=BF=BD") && !strings.Contains(w, "?b?") {
				t.Errorf("encoded word %q in %q: %v", w, line, err)
			}
		}
	}
}

// go-mail is the reference: what it writes for the same values reads back as the same.
func TestHeaderAgreesWithGoMail(t *testing.T) {
	for _, value := range []string{"Nieuws", "Één keer per week: de raad", "Jansen, Jan", "👋 hallo", strings.Repeat("raadsvergadering ", 12) + "é"} {
		m := gomail.NewMsg()
		if err := m.FromFormat(value, "nieuws@bode.example"); err != nil {
			t.Fatal(err)
		}
		if err := m.To("jan@x.example"); err != nil {
			t.Fatal(err)
		}
		m.Subject(value)
		m.SetBodyString(gomail.TypeTextPlain, "x")
		var theirs bytes.Buffer
		if _, err := m.WriteTo(&theirs); err != nil {
			t.Fatal(err)
		}
		ours := appendUnstructured(appendMailbox(nil, "From", value, "nieuws@bode.example"), "Subject", value)
		a, errA := mail.ReadMessage(&theirs)
		b, errB := mail.ReadMessage(bytes.NewReader(append(ours, "\r\n"...)))
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		dec := new(mime.WordDecoder)
		subjectA, _ := dec.DecodeHeader(a.Header.Get("Subject"))
		subjectB, _ := dec.DecodeHeader(b.Header.Get("Subject"))
		fromA, _ := mail.ParseAddress(a.Header.Get("From"))
		fromB, _ := mail.ParseAddress(b.Header.Get("From"))
		if strings.TrimSpace(subjectA) != strings.TrimSpace(subjectB) || fromA.String() != fromB.String() {
			t.Errorf("go-mail: %q %v, ours: %q %v", subjectA, fromA, subjectB, fromB)
		}
	}
}

func TestStructuredFieldsFoldOnlyAtSpaces(t *testing.T) {
	uri := "<https://bode.example/" + strings.Repeat("a", 90) + ">,"
	line, err := appendStructured(nil, "List-Unsubscribe", uri+" <mailto:u@bode.example>")
	if want := "List-Unsubscribe:\r\n " + uri + "\r\n <mailto:u@bode.example>\r\n"; string(line) != want || err != nil {
		t.Errorf("%q, %v; want %q", line, err, want)
	}
	if _, err := appendStructured(nil, "List-Unsubscribe", "<https://bode.example/"+strings.Repeat("a", 990)+">"); err == nil {
		t.Error("a line of more than 998 octets was written")
	}
	if _, err := appendStructured(nil, "List-Id", "Één <x.example>"); err == nil {
		t.Error("a structured field took what isn't ASCII")
	}
}
