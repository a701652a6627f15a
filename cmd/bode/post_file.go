package main

import (
	"bytes"
	"net/url"
	"strings"
	"time"

	"bode.example/cmd/bode/tomlfile"
	"bode.example/internal/newsletter"
	"bode.example/internal/richtext"
)

// maxPostFile is far more than anybody writes and far less than would hurt.
const maxPostFile = 1 << 20

// postFile is a post as it stands in a file: TOML between two lines of +++, and Markdown after.
type postFile struct {
	list   string
	topics []string
	post   newsletter.Post // Language may be empty: the list's
	table  *tomlfile.Table
}

// readPostFile reads a file. Its error, if any, is *tomlfile.Faults. The table stays open, so that
// what only the database knows can be checked at its place in the file; see close.
func readPostFile(name string, text []byte, zone *time.Location, base *url.URL) (*postFile, error) {
	front, body, err := splitFrontMatter(name, text)
	if err != nil {
		return nil, err
	}
	t, err := tomlfile.Parse(name, front)
	if err != nil {
		return nil, err
	}
	f := &postFile{table: t, list: t.String("list"), topics: t.Strings("topics")}
	p := &f.post
	if p.Title = richtext.Line(t.String("title")); p.Title == "" {
		t.Faultf("title", "a post needs a title; write title = \"…\"")
	}
	if p.Language = newsletter.Language(t.String("language")); p.Language != "" && !p.Language.Valid() {
		t.Faultf("language", "%q is not possible; choose nl or en", p.Language)
	}
	p.Author = richtext.Line(t.String("author"))
	p.PublishedAt = newsletter.At(t.Time("date", zone))
	p.Link = address(t, "link", base)
	f.readEvent(zone)
	article, err := richtext.Markdown(body, base)
	if err != nil {
		return nil, err
	}
	p.HTML = article.HTML
	f.readPicture(article.Picture, base)
	if p.Summary = richtext.Line(t.String("summary")); p.Summary == "" {
		p.Summary = richtext.Excerpt(article.Text, 300)
	}
	if p.HTML == "" && p.Link == "" {
		t.Faultf("link", "the file has no text after the second +++, and no link to one either")
	}
	return f, nil
}

// splitFrontMatter parts the settings from the text. The settings keep their line numbers.
func splitFrontMatter(name string, text []byte) (front, body []byte, err error) {
	const mark = "+++"
	text = bytes.TrimPrefix(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\ufeff"))
	lines := bytes.SplitAfter(text, []byte("\n"))
	fault := func(message string) error {
		return tomlfile.Faults{{Place: name + ":1", Line: 1, Message: message}}.Err()
	}
	switch first := strings.TrimSpace(string(lines[0])); {
	case len(text) > maxPostFile:
		return nil, nil, fault("the file is larger than 1 MB")
	case first == "---":
		return nil, nil, fault("the settings at the top are TOML between two lines of +++, not YAML between ---")
	case first != mark:
		return nil, nil, fault("the file must begin with a line +++, then settings such as title = \"…\", then +++ again")
	}
	for i, line := range lines[1:] {
		if strings.TrimSpace(string(line)) == mark {
			return append([]byte("\n"), bytes.Join(lines[1:i+1], nil)...), bytes.Join(lines[i+2:], nil), nil
		}
	}
	return nil, nil, fault("the settings that begin here have no second line of +++ at their end")
}

// readEvent reads what makes a post an event: when it starts, ends, and where.
func (f *postFile) readEvent(zone *time.Location) {
	p, t := &f.post, f.table
	p.StartsAt, p.EndsAt = newsletter.At(t.Time("starts", zone)), newsletter.At(t.Time("ends", zone))
	p.Place = richtext.Line(t.String("place"))
	switch {
	case p.StartsAt.IsZero() && (!p.EndsAt.IsZero() || p.Place != ""):
		t.Faultf("starts", "ends and place are for an event; say when it starts, such as starts = 2026-11-23T19:30:00")
	case !p.EndsAt.IsZero() && p.EndsAt.Before(p.StartsAt.Time):
		t.Faultf("ends", "the event ends before it starts")
	}
}

// readPicture takes the picture that the settings name, or else the first one of the text. A picture
// that carries no words is lost on those who don't see it (WCAG 1.1.1).
func (f *postFile) readPicture(first richtext.Picture, base *url.URL) {
	p, t := &f.post, f.table
	p.Picture, p.Alt = address(t, "picture", base), richtext.Line(t.String("alt"))
	if !t.Has("picture") {
		p.Picture = first.URL
		if p.Alt == "" {
			p.Alt = first.Alt
		}
	}
	if p.Picture != "" && p.Alt == "" {
		t.Faultf("alt", "the picture %s needs words for those who don't see it; write alt = \"…\"", p.Picture)
	}
}

// address reads a web address, which may be relative to the public one.
func address(t *tomlfile.Table, key string, base *url.URL) string {
	s := t.String(key)
	if s == "" {
		return ""
	}
	whole, ok := richtext.Absolute(s, base, "https", "http")
	if !ok {
		t.Faultf(key, "%q is not a web address; it begins with https://", s)
	}
	return whole
}

// resolve gives the post its list and topics, which only the database knows.
func (f *postFile) resolve(list *newsletter.List, topics []newsletter.Topic) {
	f.post.ListID = list.ID
	if f.post.Language == "" {
		f.post.Language = list.Language
	}
	var ids []int64
	var known []string
	byName := map[string]int64{}
	for _, topic := range topics {
		if topic.ArchivedAt.IsZero() {
			byName[topic.Name], known = topic.ID, append(known, topic.Name)
		}
	}
	for _, name := range f.topics {
		id, ok := byName[name]
		if !ok {
			f.table.Faultf("topics", "the list %s has no topic %q; it has %s", list.Name, name, strings.Join(known, ", "))
			continue
		}
		ids = append(ids, id)
	}
	f.post.Topics = newsletter.NewIDs(ids...)
}

// close reports every fault of the settings.
func (f *postFile) close() error { return f.table.Close() }
