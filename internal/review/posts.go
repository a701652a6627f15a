package review

import (
	"strings"

	"bode.example/internal/newsletter"
	"bode.example/internal/richtext"
)

// posts looks at what the edition brings. A post that was written here can be mended here; one from a
// feed, corrected or left out.
func posts(e *Edition, found *Findings) {
	titles, links := map[string]bool{}, map[string]bool{}
	n := 0
	for i := range e.Posts {
		p := &e.Posts[i]
		if p.Disposition != newsletter.PostIn {
			continue
		}
		n++
		at := postWhere(p)
		title, link := strings.ToLower(strings.TrimSpace(p.Title)), strings.TrimSpace(p.Link)
		if titles[title] || link != "" && links[link] {
			found.add(Warning, KindPostTwice, at)
		}
		titles[title], links[link] = true, true
		post(p, at, found)
		if over(p, e.Leaves) {
			found.add(Warning, KindEventPast, at)
		}
	}
	if n == 0 && e.Edition.Kind != newsletter.EditionCorrection {
		found.add(Warning, KindNothing, Where{Part: PartMail})
	}
}

func post(p *newsletter.EditionPost, at Where, found *Findings) {
	if shouts(p.Title) {
		found.add(Hint, KindCapitals, at, "Words", excerpt(p.Title))
	}
	if exclaims(p.Title, 1) {
		found.add(Hint, KindExclamation, at, "Words", excerpt(p.Title))
	}
	look(p.Title+"\n"+p.Summary, at, Warning, found)
	if strings.TrimSpace(p.Summary) == "" {
		found.add(Hint, KindPostEmpty, at)
	}
	if p.Picture != "" && strings.TrimSpace(p.Alt) == "" {
		severity := Hint // of a feed's picture the mail says nothing anyway
		if p.Own {
			severity = Warning
		}
		found.add(severity, KindPictureHidden, at)
	}
	if !p.Own {
		return
	}
	look(p.HTML, at, Warning, found)
	for _, flaw := range (richtext.Article{HTML: p.HTML}).Flaws() {
		switch flaw.Kind {
		case richtext.FlawNoAlt:
			found.add(Warning, KindPictureAlt, at, "Words", excerpt(flaw.Words))
		case richtext.FlawLink:
			found.add(Warning, KindLinkWords, at, "Words", excerpt(flaw.Words))
		}
	}
	for _, l := range linksIn(p.HTML) {
		if isBare(l.words) {
			found.add(Hint, KindLinkBare, at, "Words", excerpt(l.words))
		}
	}
}

// over reports whether a post is an event that has ended when the edition leaves.
func over(p *newsletter.EditionPost, leaves newsletter.Time) bool {
	ends := p.EndsAt
	if ends.IsZero() {
		ends = p.StartsAt
	}
	return !p.StartsAt.IsZero() && ends.Before(leaves.Time)
}
