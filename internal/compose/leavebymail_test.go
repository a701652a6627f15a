package compose

import (
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/mailer"
)

// Where mail can come in, List-Unsubscribe names the reader's own address for it beside the link (RFC 2369);
// elsewhere it must not: nobody would read what comes there.
func TestB7_MailtoOnlyWhereMailComesIn(t *testing.T) {
	header := func(byMail bool) string {
		c := composer(t)
		c.organisation.LeaveByMail = byMail
		rendered, err := c.Digest(sampleDigests(newsletter.Dutch, newsletter.Standard)[0])
		if err != nil {
			t.Fatal(err)
		}
		reader := samplePersonal
		reader.UnsubscribeMail = "afmelden+abc@nieuws.example.nl"
		values, err := reader.Values(rendered.Letter.Fields())
		if err != nil {
			t.Fatal(err)
		}
		raw, err := rendered.Letter.Append(nil, &mailer.Recipient{To: mailer.Address{Addr: "jan@lezer.example"}, MessageID: "1@noorderkring.example",
			Date: time.Date(2026, 11, 23, 8, 0, 0, 0, sampleZone()), Values: values})
		if err != nil {
			t.Fatal(err)
		}
		text := strings.NewReplacer("\r\n ", " ", "\r\n\t", " ").Replace(string(raw))
		_, text, _ = strings.Cut(text, "\r\nList-Unsubscribe: ")
		value, _, _ := strings.Cut(text, "\r\n")
		return value
	}
	link := "<" + samplePersonal.UnsubscribeURL + ">"
	if got := strings.Join(strings.Fields(header(true)), " "); got != link+", <mailto:afmelden+abc@nieuws.example.nl?subject=unsubscribe>" {
		t.Errorf("with a way in: %q", got)
	}
	if got := strings.TrimSpace(header(false)); got != link {
		t.Errorf("without: %q", got)
	}
}
