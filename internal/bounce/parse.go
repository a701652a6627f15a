package bounce

import (
	"strings"

	"bode.example/internal/newsletter"
)

// Report is what a message says.
type Report struct {
	// Recipient is the address that the report is about, as it is written there; empty if it tells none.
	Recipient string                 `json:"recipient"`
	Class     newsletter.BounceClass `json:"class"`
	// Policy says that a failure is about us and not about the recipient: it never counts.
	Policy bool `json:"policy"`
	// Status is the enhanced status code (RFC 3463), where the report has one.
	Status     string `json:"status"`
	Diagnostic string `json:"diagnostic"`
	// Recognised tells how: "dsn", "arf", a header field, or, as the last resort, "text: exim".
	Recognised string `json:"recognised"`

	// tagged are the addresses in the message that may bear a token of ours.
	tagged []string
	// from is who wrote it, and words what a wish to leave says.
	from, words string
	// machine says that no person wrote it: it is never passed on as a letter.
	machine bool
	// hops counts the mail servers that it passed.
	hops int
	// message is what was read.
	message *message
	// to are the addresses that the message says it is for, in lower case.
	to []string
}

// maxDiagnostic bounds what is kept of a server's words, in bytes.
const maxDiagnostic = 500

// Parse reads a message. It never fails: what it can't make sense of is of class unknown.
func Parse(raw []byte) *Report { return read(open(raw)) }

func read(m *message) *Report {
	r := &Report{Class: newsletter.BounceUnknown, Recognised: "nothing", tagged: m.tagged(), from: m.from(), to: m.to(), hops: m.hops(), message: m}
	for _, as := range []func(*message, *Report) bool{readDSN, readFeedback, readDisposition, readNotice, readAutoreply, readWish} {
		if as(m, r) {
			break
		}
	}
	r.machine = r.Class != newsletter.BounceUnsubscribe && (r.Class != newsletter.BounceUnknown || m.byMachine())
	if r.Class == newsletter.BounceUnknown && !r.machine {
		r.Recognised = "letter"
	}
	r.Diagnostic, r.Recipient, r.Recognised = cut(oneLine(r.Diagnostic), maxDiagnostic), cut(oneLine(r.Recipient), 254), cut(oneLine(r.Recognised), 100)
	return r
}

// oneLine joins lines and drops what is no text.
func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c == '\ufffd' {
			return ' '
		}
		return c
	}, s)), " ")
}

// cut shortens a text to at most n bytes, between two characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	n -= len("…")
	for n > 0 && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:n] + "…"
}
