package bounce

import (
	"slices"
	"testing"
	"unicode/utf8"

	"bode.example/internal/newsletter"
)

// FuzzParse: whatever a stranger sends, Parse ends, and what it says is of a form that can be stored and shown.
func FuzzParse(f *testing.F) {
	for _, s := range index(f) {
		raw := sample(f, s.name)
		f.Add(raw)
		f.Add(raw[:len(raw)/2])
	}
	for _, s := range []string{"", "\n", "\r\n\r\n", "From: \x00\r\n\r\n\xff\xfe", "Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n----\r\n",
		"Content-Type: multipart/report; boundary=a; boundary=b\r\n\r\n--a\r\nContent-Type: message/delivery-status\r\n\r\nStatus: 5.1.1\r\nStatus: 4.0.0\r\n--a--",
		"Content-Type: message/delivery-status\r\n\r\nFinal-Recipient:;\r\nAction: failed (really)\r\nStatus: 5..1\r\n",
		"Content-Transfer-Encoding: base64\r\n\r\n====", "Subject: =?x?y?z?=\r\nFrom: mailer-daemon@x.example\r\n\r\nundeliverable 550-5.7.1-"} {
		f.Add([]byte(s))
	}
	classes := []newsletter.BounceClass{newsletter.BounceHard, newsletter.BounceSoft, newsletter.BounceComplaint, newsletter.BounceAutoreply,
		newsletter.BounceUnsubscribe, newsletter.BounceUnknown}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r := Parse(raw)
		if !slices.Contains(classes, r.Class) {
			t.Errorf("class %q", r.Class)
		}
		if r.Policy && r.Class != newsletter.BounceSoft {
			t.Errorf("%s, and about us", r.Class)
		}
		if subject(r.Status) == 7 && r.Class == newsletter.BounceHard {
			t.Errorf("status %s blames the recipient", r.Status)
		}
		if len(r.Diagnostic) > maxDiagnostic || len(r.tagged) > maxTagged || len(r.words) > maxWords {
			t.Errorf("a diagnostic of %d bytes, %d addresses, words of %d", len(r.Diagnostic), len(r.tagged), len(r.words))
		}
		for _, s := range []string{r.Diagnostic, r.Status, r.Recognised, r.words, r.Recipient} {
			if !utf8.ValidString(s) || slices.ContainsFunc([]rune(s), func(c rune) bool { return c < ' ' }) {
				t.Errorf("%q can't be stored or shown", s)
			}
		}
		if again := Parse(raw); again.Class != r.Class || again.Diagnostic != r.Diagnostic {
			t.Error("the same message read twice")
		}
	})
}

// FuzzRefusal: no refusal with x.7.x is the recipient's fault, whatever the words.
func FuzzRefusal(f *testing.F) {
	f.Add(550, "5.1.1", "user unknown")
	f.Add(554, "", "5.7.1 no such user")
	f.Add(550, "5.0.0", "mailbox full 10.5.7.1")
	f.Fuzz(func(t *testing.T, code int, status, reply string) {
		b := ofRefusal(&newsletter.Refusal{State: newsletter.DeliveryFailed, Code: code, Status: status, Reply: reply})
		if b.Class == newsletter.BounceHard && (subject(status) == 7 || b.Policy) {
			t.Errorf("%+v", b)
		}
		if late := ofRefusal(&newsletter.Refusal{State: newsletter.DeliveryExpired, Code: code, Status: status, Reply: reply}); late.Class == newsletter.BounceHard {
			t.Errorf("put off until it was too old, and hard: %+v", late)
		}
		if b.Class != newsletter.BounceHard && b.Class != newsletter.BounceSoft && b.Class != newsletter.BounceUnknown {
			t.Errorf("class %q", b.Class)
		}
	})
}

// FuzzHook: a body is a report of the form, or an error that says why.
func FuzzHook(f *testing.F) {
	f.Add([]byte(`{"sender":"a@b.example","class":"hard","id":"1","status":"5.1.1"}`))
	f.Add([]byte(`{"sender":"a@b.example","class":"hard","id":"1"} {}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := readHook(body)
		if (r == nil) == (err == nil) {
			t.Errorf("%v, %v", r, err)
		}
	})
}
