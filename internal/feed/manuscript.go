package feed

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/richtext"
)

// Manuscript is a post as somebody wrote it in a Markdown file.
type Manuscript struct {
	Post   newsletter.Post // without ids, list and state
	Topics []string        // names of topics of the list
	List   string          // the list's name; empty if the file doesn't say
}

// ManuscriptOptions say what a file leaves out.
type ManuscriptOptions struct {
	Language newsletter.Language // of a post that names none; may be empty
	Zone     *time.Location      // of dates and times without a zone; UTC if nil
	Base     *url.URL            // where relative addresses begin; nil: they are faults
}

// manuscriptKeys are the keys of the front matter.
var manuscriptKeys = []string{"title", "date", "author", "topics", "summary", "picture", "alt", "starts", "ends", "place", "link", "language", "list"}

// ReadManuscript reads a post from a Markdown file with a front matter in TOML (between lines of
// +++) or simple YAML (between lines of ---). Only title is required:
//
//	+++
//	title    = "Werksessie in Assen"
//	date     = 2026-11-23
//	author   = "Redactie"
//	topics   = ["raad", "bewoners"]
//	summary  = "Samen kijken wat werkt."    # otherwise the text's beginning
//	picture  = "https://voorbeeld.nl/zaal.jpg"
//	alt      = "Twintig mensen rond een tafel" # required with a picture; "" for decoration
//	starts   = 2026-12-03T19:30             # an event, with ends and place
//	place    = "Provinciehuis, Assen"
//	link     = "https://voorbeeld.nl/sessie" # more elsewhere
//	language = "nl"                          # otherwise the list's
//	list     = "nieuwe-democratie"
//	+++
//	The text, in Markdown.
//
// A picture in the text must have its words, and a link must say where it leads.
//
// Errors name the file and the line; all faults are told at once, joined as by errors.Join.
func ReadManuscript(name string, source []byte, o ManuscriptOptions) (*Manuscript, error) {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	m := parseMatter(name, source)
	if len(m.faults) > 0 {
		return nil, errors.Join(m.faults...)
	}
	m.checkKeys()
	w := m.post(o)
	content, err := richtext.Markdown(m.body, o.Base)
	if err != nil {
		return nil, err
	}
	m.content(w, content)
	m.flaws(content)
	if len(m.faults) > 0 {
		slices.SortStableFunc(m.faults, byPosition)
		return nil, errors.Join(m.faults...)
	}
	return w, nil
}

// byPosition orders faults by line: they have the same file name before it.
func byPosition(a, b error) int {
	var x, y *newsletter.Error
	if !errors.As(a, &x) || !errors.As(b, &y) {
		return 0
	}
	if len(x.Field) != len(y.Field) {
		return len(x.Field) - len(y.Field)
	}
	return strings.Compare(x.Field, y.Field)
}

func (m *matter) checkKeys() {
	for key, f := range m.fields {
		if !slices.Contains(manuscriptKeys, key) {
			m.fault(f.line, "post_key", "there is no key %s; there are %s", key, strings.Join(manuscriptKeys, ", "))
		}
	}
}

func (m *matter) post(o ManuscriptOptions) *Manuscript {
	w := &Manuscript{Topics: m.words("topics"), List: m.line("list", maxName)}
	p := &w.Post
	p.Title, p.Author, p.Place = m.line("title", maxTitle), m.line("author", maxName), m.line("place", maxName)
	p.Summary, p.Alt = m.line("summary", maxSummary), m.line("alt", maxTitle)
	p.Picture, p.Link = m.address("picture", o.Base), m.address("link", o.Base)
	p.PublishedAt, p.StartsAt, p.EndsAt = m.time("date", o.Zone), m.time("starts", o.Zone), m.time("ends", o.Zone)
	p.Language = o.Language
	if f, ok := m.fields["language"]; ok {
		if p.Language = language(m.line("language", maxName)); p.Language == "" {
			m.fault(f.line, "post_language", "Bode does not speak the language %q; it speaks nl and en", m.line("language", maxName))
		}
	}
	m.checkTogether(p)
	return w
}

// checkTogether looks at what the keys say about each other.
func (m *matter) checkTogether(p *newsletter.Post) {
	if p.Title == "" {
		m.fault(max(2, m.fields["title"].line), "post_title", "the post has no title")
	}
	if _, has := m.fields["alt"]; p.Picture != "" && !has {
		m.fault(m.fields["picture"].line, "post_alt", "the picture has no alt: say what it shows to those who don't see it, or alt = \"\" if it is decoration")
	}
	if f, ok := m.fields["alt"]; ok && m.fields["picture"].line == 0 {
		m.fault(f.line, "post_alt", "there is an alt but no picture")
	}
	starts := m.fields["starts"].line != 0
	for _, key := range []string{"ends", "place"} {
		if f, ok := m.fields[key]; ok && !starts {
			m.fault(f.line, "post_event", "%s belongs to an event, which must have starts", key)
		}
	}
	if !p.EndsAt.IsZero() && !p.StartsAt.IsZero() && p.EndsAt.Before(p.StartsAt.Time) {
		m.fault(m.fields["ends"].line, "post_event", "the event ends before it starts")
	}
}

// content puts the text in, and what can be taken from it: a summary, and a picture that says what
// it shows.
func (m *matter) content(w *Manuscript, a richtext.Article) {
	p := &w.Post
	p.HTML, p.Markdown = a.HTML, strings.TrimSpace(string(m.body))
	if p.Summary == "" {
		p.Summary = richtext.Excerpt(a.Text, maxSummary)
	}
	if p.HTML == "" && p.Summary == "" && p.Link == "" {
		m.fault(1, "post_empty", "the post has no text, no summary and no link: there is nothing to read")
	}
	if p.Picture == "" && a.Picture.Alt != "" && len(a.Picture.URL) <= maxLink {
		p.Picture, p.Alt = a.Picture.URL, cut(a.Picture.Alt, maxTitle)
	}
}

// flaws refuses what readers who don't see the page would stumble over (STANDARDS F7).
func (m *matter) flaws(a richtext.Article) {
	for _, flaw := range a.Flaws() {
		line := m.lineOf(flaw.Words)
		switch flaw.Kind {
		case richtext.FlawNoAlt:
			m.fault(line, "post_alt", "the picture %s has no words: say between the brackets of ![…] what it shows", flaw.Words)
		case richtext.FlawLink:
			m.fault(line, "post_link_words", "the link %q does not say where it leads: name what one finds there", flaw.Words)
		}
	}
}

// lineOf is where in the file something of the text stands, or where the text begins.
func (m *matter) lineOf(words string) int {
	before, _, found := strings.Cut(string(m.body), words)
	if !found {
		return m.first
	}
	return m.first + strings.Count(before, "\n")
}

// line is the text of a key on one line, or "".
func (m *matter) line(key string, limit int) string {
	f, ok := m.fields[key]
	if !ok {
		return ""
	}
	s, ok := f.value.(string)
	if !ok {
		m.fault(f.line, "post_value", "%s must be one text", key)
	}
	if s = richtext.Line(s); len([]rune(s)) > limit {
		m.fault(f.line, "post_value", "%s is longer than %d characters", key, limit)
	}
	return s
}

// words is a list, or a single word as a list of one.
func (m *matter) words(key string) []string {
	var words []string
	switch v := m.fields[key].value.(type) {
	case string:
		words = []string{v}
	case []string:
		words = v
	case time.Time:
		m.fault(m.fields[key].line, "post_value", "%s must be a list of words", key)
	}
	var list []string
	for _, word := range words {
		if word = richtext.Line(word); word != "" && !slices.Contains(list, word) {
			list = append(list, word)
		}
	}
	return list
}

func (m *matter) address(key string, base *url.URL) string {
	text := m.line(key, maxLink)
	if text == "" {
		return ""
	}
	address, ok := richtext.Absolute(text, base, "http", "https")
	if !ok {
		m.fault(m.fields[key].line, "post_address", "%s must be an address that begins with https:// or http://", key)
	}
	return address
}

// time reads a date or a moment. A date alone is its first minute.
func (m *matter) time(key string, zone *time.Location) newsletter.Time {
	f, ok := m.fields[key]
	if !ok {
		return newsletter.Time{}
	}
	var at newsletter.Time
	switch v := f.value.(type) {
	case time.Time:
		if f.local {
			v = time.Date(v.Year(), v.Month(), v.Day(), v.Hour(), v.Minute(), v.Second(), 0, zone)
		}
		if sensible(v) {
			at = newsletter.At(v)
		}
	case string:
		at = instant(v, zone)
	}
	if at.IsZero() {
		m.fault(f.line, "post_date", "%s must be a date such as 2026-11-23, or a moment such as 2026-11-23T19:30 or 2026-11-23T19:30:00+01:00", key)
	}
	return at
}
