package compose

import (
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
)

// A proof is what a reader gets, but for what is the reader's own.
func TestPostMail(t *testing.T) {
	c := composer(t)
	l := &newsletter.List{Name: "raad", Language: newsletter.Dutch, ListID: "raad.voorbeeld.nl", SenderName: "De raad", SenderAddress: "raad@voorbeeld.nl",
		Texts: newsletter.Texts{newsletter.Dutch: {Title: "De raad & wij"}}}
	topics := []newsletter.Topic{{ID: 1, Name: "geld", Texts: newsletter.Texts{newsletter.Dutch: {Title: "Geld"}}}}
	at := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	p := &newsletter.Post{PublicID: newsletter.NewPublicID(), Title: "Wie <betaalt>?", Summary: "De begroting.", Language: newsletter.Dutch,
		Topics: newsletter.NewIDs(1), PublishedAt: newsletter.At(at), StartsAt: newsletter.At(at.Add(48 * time.Hour)), Place: "Assen"}
	html, err := c.PostMail(l, topics, p, newsletter.Dutch, at, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"De raad &amp; wij", "Wie &lt;betaalt&gt;?", "De begroting.", "Geld", "Assen", "Beste lezer,", "/p/" + p.PublicID.String()} {
		if !strings.Contains(html, want) {
			t.Errorf("no %q in the mail", want)
		}
	}
}
