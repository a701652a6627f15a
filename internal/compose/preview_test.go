package compose

import (
	"slices"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/mailer"
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

// Who is asked again, or told that an edition was held, sees it in the subject.
func TestApprovalProof_AgainAndHeld(t *testing.T) {
	c := composer(t)
	d := sampleDigests(newsletter.Dutch, newsletter.Standard)[0]
	until := time.Date(2026, 11, 30, 7, 0, 0, 0, time.UTC)
	for want, a := range map[string]Approval{
		"Nog niet goedgekeurd: ": {Again: true}, "Tegengehouden: ": {Held: true, Sends: true}, "Ter goedkeuring: ": {},
	} {
		a.Language, a.Path, a.Until = newsletter.Dutch, "/desk/editions/x", until
		draft, err := c.ApprovalProof(d, a)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(draft.Subject, want) {
			t.Errorf("%q, want %q", draft.Subject, want)
		}
		if strings.Contains(draft.HTML, "iets gevonden dat eerst anders moet") != a.Held || strings.Contains(draft.HTML, "ook als niemand") {
			t.Errorf("%q: %s", want, draft.HTML)
		}
	}
}

// The reminder is the proof: the digest, and one link to approve it.
func TestApprovalProof(t *testing.T) {
	c := composer(t)
	d := sampleDigests(newsletter.Dutch, newsletter.Standard)[0]
	until := time.Date(2026, 11, 30, 7, 0, 0, 0, time.UTC)
	for _, sends := range []bool{true, false} {
		draft, err := c.ApprovalProof(d, Approval{Language: newsletter.English, Path: "/desk/editions/x", Until: until, Sends: sends})
		if err != nil {
			t.Fatal(err)
		}
		link := c.organisation.Site + "/desk/editions/x"
		for _, part := range []string{draft.HTML, draft.Text} {
			if !strings.Contains(part, link) || !strings.Contains(part, d.Posts[0].Title) || !strings.Contains(part, "30 November 2026") ||
				strings.Contains(part, "also when") != sends {
				t.Errorf("sends %v: %s", sends, part)
			}
		}
		if !strings.HasPrefix(draft.Subject, "For approval: ") {
			t.Error(draft.Subject)
		}
		if _, err := draft.Compile(nil); err != nil {
			t.Error(err)
		}
		if !slices.Contains(draft.Header, mailer.Field{Name: "Auto-Submitted", Value: "auto-generated"}) {
			t.Error("a proof doesn't say that no person wrote it (A9)")
		}
		for _, f := range draft.Header {
			if strings.HasPrefix(f.Name, "List-") {
				t.Errorf("a proof has %s", f.Name)
			}
		}
	}
}
