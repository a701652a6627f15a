package demo

import (
	"embed"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

//go:embed pictures/*.png
var pictures embed.FS

// source is the site that articles come from: pages, pictures and an RSS 2.0 feed.
type source struct {
	base  string // the site's address, with /demo/source
	start time.Time

	mu       sync.Mutex
	articles []article
}

func newSource(base string, start time.Time) *source {
	return &source{base: base, start: start, articles: older}
}

// publish puts articles on the site.
func (s *source) publish(articles ...article) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.articles = append(slices.Clone(s.articles), articles...)
}

func (s *source) all() []article {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.articles
}

// newest returns the articles, the newest first.
func (s *source) newest() []article {
	articles := slices.Clone(s.all())
	slices.SortFunc(articles, func(a, b article) int { return s.date(b).Compare(s.date(a)) })
	return articles
}

func (s *source) date(a article) time.Time { return s.start.Add(-a.age) }
func (s *source) link(a article) string    { return s.base + "/artikel/" + a.slug }
func (s *source) picture(a article) string { return s.base + "/beeld/" + a.picture }

func (s *source) find(slug string) (article, bool) {
	all := s.all()
	i := slices.IndexFunc(all, func(a article) bool { return a.slug == slug })
	if i < 0 {
		return article{}, false
	}
	return all[i], true
}

// The feed in the shape that WordPress writes it.
type rss struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Content string   `xml:"xmlns:content,attr"`
	Creator string   `xml:"xmlns:dc,attr"`
	Media   string   `xml:"xmlns:media,attr"`
	Channel channel  `xml:"channel"`
}

type channel struct {
	Title       string `xml:"title"`
	Link        string `xml:"link"`
	Description string `xml:"description"`
	Language    string `xml:"language"`
	Items       []item `xml:"item"`
}

type item struct {
	Title       string  `xml:"title"`
	Link        string  `xml:"link"`
	Author      string  `xml:"dc:creator"`
	Date        string  `xml:"pubDate"`
	Category    string  `xml:"category"`
	GUID        guid    `xml:"guid"`
	Description string  `xml:"description"`
	Content     string  `xml:"content:encoded"`
	Picture     *medium `xml:"media:content,omitempty"`
}

type guid struct {
	Permanent bool   `xml:"isPermaLink,attr"`
	Value     string `xml:",chardata"`
}

type medium struct {
	URL    string `xml:"url,attr"`
	Medium string `xml:"medium,attr"`
	Alt    string `xml:"media:description"`
}

// write writes the feed.
func (s *source) write(w io.Writer) error {
	feed := rss{Version: "2.0", Content: "http://purl.org/rss/1.0/modules/content/", Creator: "http://purl.org/dc/elements/1.1/",
		Media: "http://search.yahoo.com/mrss/", Channel: channel{
			Title: "Expertgroep Nieuwe Democratie", Link: s.base, Language: "nl",
			Description: "Ervaringen met nieuwe vormen van lokale democratie"}}
	for _, a := range s.newest() {
		feed.Channel.Items = append(feed.Channel.Items, s.item(a))
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	return xml.NewEncoder(w).Encode(feed)
}

func (s *source) item(a article) item {
	it := item{Title: a.title, Link: s.link(a), Author: a.author, Date: s.date(a).Format(time.RFC1123Z), Category: a.category,
		GUID: guid{Value: s.base + "/?p=" + a.slug}, Description: a.summary, Content: a.html(s)}
	if a.picture != "" {
		it.Picture = &medium{URL: s.picture(a), Medium: "image", Alt: a.alt}
	}
	return it
}

// html is the article's body, with the picture in front.
func (a article) html(s *source) string {
	var b strings.Builder
	if a.picture != "" {
		fmt.Fprintf(&b, "<img src=\"%s\" alt=\"%s\">\n", s.picture(a), html.EscapeString(a.alt))
	}
	for _, p := range a.paragraphs() {
		element := "p"
		if p.Heading {
			element = "h2"
		}
		fmt.Fprintf(&b, "<%s>%s</%[1]s>\n", element, html.EscapeString(p.Text))
	}
	return b.String()
}

func (a article) paragraphs() []paragraph {
	paragraphs := make([]paragraph, len(a.body))
	for i, text := range a.body {
		heading, ok := strings.CutPrefix(text, "## ")
		paragraphs[i] = paragraph{Text: heading, Heading: ok}
	}
	return paragraphs
}
