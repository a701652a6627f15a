package bounce

import (
	"strings"
	"testing"
	"unicode/utf8"

	"bode.example/internal/newsletter"
)

func TestC13_StatusCodes(t *testing.T) {
	for _, c := range []struct {
		status, words string
		want          string // class, and "ours"; then the status that is kept
	}{
		{"5.1.1", "", "hard 5.1.1"},
		{"5.1.10", "", "hard 5.1.10"},
		{"5.1.0", "", "hard 5.1.0"},
		{"5.1.0", "Sender address rejected", "soft ours 5.1.0"},
		{"5.1.99", "", "hard 5.1.99"},
		{"5.1.8", "user unknown", "soft ours 5.1.8"},
		{"5.2.1", "", "hard 5.2.1"},
		{"5.2.2", "user unknown", "soft 5.2.2"},
		{"5.2.0", "mailbox disabled", "hard 5.2.0"},
		{"5.2.0", "", "soft 5.2.0"},
		{"5.3.2", "", "soft 5.3.2"},
		{"5.3.4", "", "soft ours 5.3.4"},
		{"5.4.4", "no such domain", "soft 5.4.4"},
		{"5.4.1", "Recipient address rejected: Access denied", "hard 5.4.1"},
		{"5.5.2", "", "soft ours 5.5.2"},
		{"5.5.0", "mailbox unavailable", "hard 5.5.0"},
		{"5.6.1", "", "soft ours 5.6.1"},
		{"5.7.1", "user unknown", "soft ours 5.7.1"},
		{"4.7.1", "", "soft ours 4.7.1"},
		{"5.1.1", "550 5.7.1 blocked", "soft ours 5.7.1"},
		{"5.0.0", "550 5.1.1 x", "hard 5.1.1"},
		{"4.0.0", "550 5.1.1 x", "hard 5.1.1"},
		{"4.0.0", "no such user", "soft 4.0.0"}, // for a while, says the code
		{"4.2.1", "account disabled", "soft 4.2.1"},
		{"2.1.5", "", "autoreply 2.1.5"},
		{"", "550 go away", "soft "},
		{"", "554 go away", "soft ours "},
		{"", "go away", "soft ours "},
		{"", "from [10.5.1.1] and 5.1.1.9 came nothing", "soft ours "}, // addresses are no codes
		{"", "(#5.1.1)", "hard 5.1.1"},
		{"", "user unknown", "hard "},
		{"", "user unknown, listed as spam", "soft ours "},
	} {
		v, status := judge(c.status, c.words)
		got := string(v.class) + " "
		if v.policy {
			got += "ours "
		}
		if got += status; got != c.want {
			t.Errorf("%s %q: %q, want %q", c.status, c.words, got, c.want)
		}
	}
}

// A report about several mailboxes tells the worst of them, whatever their order.
func TestAReportOfSeveralMailboxes(t *testing.T) {
	group := map[string]string{
		"hard":    "Final-Recipient: rfc822; hard@example.org\nAction: failed\nStatus: 5.1.1\n",
		"soft":    "Final-Recipient: rfc822; soft@example.org\nAction: failed\nStatus: 4.2.2\n",
		"ours":    "Final-Recipient: rfc822; ours@example.org\nAction: failed\nStatus: 5.7.1\n",
		"delayed": "Final-Recipient: rfc822; late@example.org\nAction: delayed\nStatus: 4.4.1\n",
		"relayed": "Final-Recipient: rfc822; fine@example.org\nAction: relayed\nStatus: 2.0.0\n",
	}
	for order, want := range map[string]string{
		"soft hard": "hard 5.1.1", "hard soft": "hard 5.1.1", "ours soft": "soft 4.2.2", "soft ours": "soft 4.2.2", "delayed ours": "soft 5.7.1", "ours delayed": "soft 5.7.1",
		"delayed relayed": "autoreply 4.4.1", "hard relayed": "soft 5.1.1", "relayed hard": "soft 5.1.1", "": "unknown ",
	} {
		body := "From: MAILER-DAEMON@x.example\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x.example\n\n"
		for name := range strings.FieldsSeq(order) {
			body += group[name] + "\n"
		}
		r := Parse([]byte(body + "--b--\n"))
		if got := string(r.Class) + " " + r.Status; got != want {
			t.Errorf("%s: %q, want %q", order, got, want)
		}
	}
}

func TestWordsAreCutBetweenCharacters(t *testing.T) {
	for n := 3; n < 12; n++ {
		if got := cut("één twéé", n); len(got) > n || !utf8.ValidString(got) {
			t.Errorf("%d: %q", n, got)
		}
	}
	long := ofRefusal(&newsletter.Refusal{Code: 550, Reply: strings.Repeat("é", 1000)})
	if len(long.Diagnostic) > maxDiagnostic || !utf8.ValidString(long.Diagnostic) {
		t.Errorf("%d bytes", len(long.Diagnostic))
	}
}
