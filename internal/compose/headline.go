package compose

import (
	"strings"

	"bode.example/templates"
)

// Headline is what a list of mails shows of a digest.
type Headline struct {
	Subject   string
	Preheader string
}

// The longest that they get when they are made from posts, in characters.
const (
	maxSubjectTitle = 64
	maxPreheader    = 140
	maxOwnSubject   = 200
)

// Headline makes a digest's subject and preheader: the editor's own words, or else the title of what
// stands first with the number of the others, and the titles after it.
func (c *Composer) Headline(d *Digest) (Headline, error) {
	h := Headline{Subject: line(d.Subject, maxOwnSubject), Preheader: line(d.Preheader, maxPreheader)}
	order := readingOrder(d.Posts, d.Date)
	w := &words{composer: c, lang: d.Language}
	if h.Subject == "" {
		h.Subject = line(subject(d, order, w), maxOwnSubject)
	}
	if h.Preheader == "" {
		h.Preheader = preheader(order)
	}
	if h.Preheader == "" {
		h.Preheader = line(d.List.Title, maxPreheader)
	}
	return h, w.err
}

func subject(d *Digest, order []*Post, w *words) string {
	if len(order) == 0 {
		return d.List.Title
	}
	first := order[0]
	title := line(first.Title, maxSubjectTitle)
	if first.isEvent(d.Date) && d.Zone != nil {
		title = w.say("digest_subject_event", "Title", title, "Date", templates.Day(d.Language, first.StartsAt.In(d.Zone)))
	}
	if len(order) == 1 {
		return title
	}
	return w.say("digest_subject_more", "Title", title, "Count", len(order)-1)
}

func preheader(order []*Post) string {
	if len(order) == 0 {
		return ""
	}
	if len(order) == 1 {
		return summaryOf(order[0], maxPreheader)
	}
	var titles []string
	for _, post := range order[1:min(len(order), 5)] {
		titles = append(titles, line(post.Title, maxTitle))
	}
	return line(strings.Join(titles, " · "), maxPreheader)
}
