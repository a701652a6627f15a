package newsletter

import (
	"errors"
	"net/url"
	"unicode/utf8"
)

// How long what an editor writes may be, in characters.
const (
	MaxTitle   = 300
	MaxSummary = 300
	MaxPlace   = 200
	MaxLink    = 2000
)

// Check says all that keeps a post from being published, joined as by errors.Join: what is missing, too
// long, or against itself. Fields are those of a form: "title", "summary", "text", "link", "starts", "ends",
// "place", "author".
func (p *Post) Check() error {
	var faults []error
	fault := func(wrong bool, field, reason, message string) {
		if wrong {
			e := Errorf(Invalid, reason, "%s", message)
			e.Field = field
			faults = append(faults, e)
		}
	}
	fault(p.Title == "", "title", "post_title", "the post has no title yet")
	for _, text := range []struct {
		field, value string
		most         int
	}{{"title", p.Title, MaxTitle}, {"summary", p.Summary, MaxSummary}, {"place", p.Place, MaxPlace}, {"author", p.Author, MaxPlace}, {"alt", p.Alt, MaxTitle}} {
		if utf8.RuneCountInString(text.value) > text.most {
			e := Errorf(Invalid, "post_too_long", "this is longer than %d characters", text.most)
			e.Field, e.Args = text.field, map[string]any{"Most": text.most}
			faults = append(faults, e)
		}
	}
	fault(p.Link != "" && !isWebAddress(p.Link), "link", "post_address", "the link must begin with https:// or http://")
	fault(p.HTML == "" && p.Summary == "" && p.Link == "", "text", "post_empty", "the post has no text, no summary and no link: there is nothing to read")
	fault(p.StartsAt.IsZero() && (!p.EndsAt.IsZero() || p.Place != ""), "starts", "post_event_start", "an event needs a beginning")
	fault(!p.StartsAt.IsZero() && !p.EndsAt.IsZero() && p.EndsAt.Before(p.StartsAt.Time), "ends", "post_event", "the event ends before it starts")
	return errors.Join(faults...)
}

// isWebAddress reports whether s is an absolute address of the web.
func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && len(s) <= MaxLink
}
