package compose

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"bode.example/internal/newsletter"
	"bode.example/internal/schedule"
	"bode.example/mailer"
)

// Compose renders a variant of an edition for package digest: the letter as it is stored
// (mailer.Letter in binary), its subject, and the version for the browser.
func (c *Composer) Compose(_ context.Context, d *newsletter.Digest) (letter []byte, subject, web string, err error) {
	digest, err := c.FromEdition(d)
	if err != nil {
		return nil, "", "", err
	}
	rendered, err := c.Digest(digest)
	if err != nil {
		return nil, "", "", err
	}
	if letter, err = rendered.Letter.MarshalBinary(); err != nil {
		return nil, "", "", err
	}
	return letter, rendered.Subject, rendered.Web, nil
}

// FromEdition says a variant of an edition in the words of a Digest: titles in the reader's language,
// times in the schedule's zone, and where every link leads.
func (c *Composer) FromEdition(d *newsletter.Digest) (*Digest, error) {
	times, err := schedule.Parse(d.Schedule.Cron, d.Schedule.Zone)
	if err != nil {
		return nil, fmt.Errorf("compose: schedule %d: %w", d.Schedule.ID, err)
	}
	e := &d.Edition
	digest := &Digest{
		Edition: e.PublicID.String(), Language: d.Language, Layout: d.Layout, List: ListOf(&d.List, d.Language),
		Date: e.Dated().Time, Zone: times.Location(),
		Subject: e.Subject, Preheader: e.Preheader, Introduction: e.Introduction,
		WebURL: c.organisation.page("/e/"+d.VariantID.String(), d.Language),
	}
	if e.ScheduledFor.IsZero() {
		digest.Date = cmp.Or(e.ReleasedAt, e.ApprovedAt, e.CreatedAt).Time
	}
	if e.Kind == newsletter.EditionCorrection {
		return digest, c.correct(digest, d)
	}
	if d.Schedule.Works() {
		digest.NextAt = times.Next(digest.Date)
		if e.ScheduledFor.After(digest.Date) { // its own slot is used
			digest.NextAt = times.Next(e.ScheduledFor.Time)
		}
	}
	titles := make(map[int64]string, len(d.Topics))
	for i := range d.Topics {
		titles[d.Topics[i].ID] = titleOf(d.Topics[i].Texts, d.Topics[i].Name, &d.List, d.Language)
	}
	for i := range d.Posts {
		digest.Posts = append(digest.Posts, c.postOf(&d.Posts[i], d.Under[d.Posts[i].PostID], titles))
	}
	for i := range d.NewTopics {
		digest.NewTopics = append(digest.NewTopics, titleOf(d.NewTopics[i].Texts, d.NewTopics[i].Name, &d.List, d.Language))
	}
	for i := range d.Away {
		digest.Away = append(digest.Away, Link{d.Away[i].Title, c.linkOf(&d.Away[i]), d.Away[i].Language})
	}
	return digest, nil
}

// ListOf says what a mail in a language says about a list.
func ListOf(l *newsletter.List, lang newsletter.Language) List {
	return List{
		Name: l.Name, Title: titleOf(l.Texts, l.Name, l, lang), ID: l.ListID,
		From: mailer.Address{Name: l.SenderName, Addr: l.SenderAddress}, ReplyTo: mailer.Address{Addr: l.ReplyTo},
		Branding: l.Branding,
	}
}

// titleOf is a title in a language, or in the list's own, or the name.
func titleOf(texts newsletter.Texts, name string, l *newsletter.List, lang newsletter.Language) string {
	return cmp.Or(texts.In(lang, l.Language).Title, name)
}

// postOf says a post in the words of a Post, the topic under which it stands before its others.
func (c *Composer) postOf(p *newsletter.EditionPost, under int64, titles map[int64]string) Post {
	post := Post{
		Title: p.Title, Link: c.linkOf(p), Summary: p.Summary, Language: p.Language, PublishedAt: p.PublishedAt.Time,
		Picture: c.organisation.picture(p), StartsAt: p.StartsAt.Time, EndsAt: p.EndsAt.Time, Place: p.Place,
	}
	for _, id := range p.Topics {
		switch title := titles[id]; {
		case title == "":
		case id == under:
			post.Topics = slices.Insert(post.Topics, 0, title)
		default:
			post.Topics = append(post.Topics, title)
		}
	}
	if !post.StartsAt.IsZero() {
		post.CalendarURL = c.organisation.Site + "/ics/" + p.PublicID.String() + ".ics"
	}
	return post
}

// picture is the picture of a post, if it may be shown: one that an editor chose for a post of our own, or
// one from a domain that the operator trusts.
func (o *Organisation) picture(p *newsletter.EditionPost) Picture {
	u, err := url.Parse(p.Picture)
	if err != nil {
		return Picture{}
	}
	trusted := func(domain string) bool {
		host := strings.ToLower(u.Hostname())
		return host == domain || strings.HasSuffix(host, "."+domain)
	}
	if !p.Own && !slices.ContainsFunc(o.PictureDomains, trusted) {
		return Picture{}
	}
	return Picture{p.Picture, p.Alt}
}

// linkOf is where a post can be read: its own page, or its source.
func (c *Composer) linkOf(p *newsletter.EditionPost) string {
	if p.Own || p.Link == "" {
		return c.organisation.Site + "/p/" + p.PublicID.String()
	}
	return p.Link
}
