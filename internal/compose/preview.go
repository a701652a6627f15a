package compose

import (
	"time"

	"bode.example/internal/newsletter"
	"bode.example/mailer"
	"bode.example/templates"
)

// PostMail is the HTML of a digest of a list that holds one post and nothing else, for who writes the
// post and wants to see it. The post need not be stored.
func (c *Composer) PostMail(l *newsletter.List, topics []newsletter.Topic, p *newsletter.Post, lang newsletter.Language, now time.Time, zone *time.Location) (string, error) {
	titles := make(map[int64]string, len(topics))
	for i := range topics {
		titles[topics[i].ID] = titleOf(topics[i].Texts, topics[i].Name, l, lang)
	}
	var under int64
	if len(p.Topics) > 0 {
		under = p.Topics[0]
	}
	post := c.postOf(&newsletter.EditionPost{PublicID: p.PublicID, Own: p.FeedID == nil, Title: p.Title, Summary: p.Summary, Link: p.Link,
		Picture: p.Picture, Alt: p.Alt, Language: p.Language, PublishedAt: p.PublishedAt, StartsAt: p.StartsAt, EndsAt: p.EndsAt,
		Place: p.Place, Topics: p.Topics}, under, titles)
	proof, err := c.Proof(&Digest{Edition: "preview", Language: lang, Layout: newsletter.Standard, List: ListOf(l, lang), Date: now, Zone: zone,
		Posts: []Post{post}, WebURL: c.organisation.Site + "/"}, nil)
	if err != nil {
		return "", err
	}
	return proof.HTML, nil
}

// Approval is what somebody is asked who is to approve an edition.
type Approval struct {
	Language newsletter.Language // theirs
	Path     string              // of the edition at the desk
	Until    time.Time           // its slot
	Sends    bool                // it leaves then, also when nobody has approved it; otherwise it waits
	Again    bool                // they were asked before
	Held     bool                // it did not leave by itself, for what was found in it
}

// ApprovalProof is the mail that reminds somebody of an edition that waits for approval: the digest as its
// subscribers will get it, and one link, to where it is approved.
func (c *Composer) ApprovalProof(d *Digest, a Approval) (*mailer.Draft, error) {
	w := &words{composer: c, lang: a.Language}
	text, subject := "proof_holds", "proof_subject"
	if a.Sends {
		text = "proof_sends"
	}
	switch {
	case a.Held:
		text, subject = "proof_held", "proof_held_subject"
	case a.Again:
		subject = "proof_again"
	}
	draft, err := c.Proof(d, &Ask{Text: w.say(text, "Until", templates.DateTime(a.Language, a.Until.In(d.Zone))),
		URL: c.organisation.Site + a.Path, Button: w.say("proof_button")})
	if err != nil {
		return nil, err
	}
	draft.Subject = w.say(subject, "Subject", draft.Subject)
	draft.Header = []mailer.Field{{Name: "Auto-Submitted", Value: "auto-generated"}, {Name: "X-Auto-Response-Suppress", Value: "All"}}
	return draft, w.err
}
