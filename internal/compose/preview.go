package compose

import (
	"time"

	"bode.example/internal/newsletter"
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
		Posts: []Post{post}, WebURL: c.organisation.Site + "/"})
	if err != nil {
		return "", err
	}
	return proof.HTML, nil
}
