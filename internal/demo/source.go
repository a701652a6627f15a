package demo

import (
	"embed"
	"encoding/xml"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

//go:embed pictures/*.png
var pictures embed.FS

//go:embed pages/article.html
var articlePage string

// source is the site that articles come from: pages, pictures and an RSS 2.0 feed.
type source struct {
	base  string // the site's address, with /demo/source
	start time.Time
	page  *template.Template

	mu       sync.Mutex
	articles []article
}

func newSource(base string, start time.Time) (*source, error) {
	page, err := template.New("article").Parse(articlePage)
	if err != nil {
		return nil, err
	}
	return &source{base: base, start: start, page: page, articles: older}, nil
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

func (s *source) date(a article) time.Time { return s.start.Add(-a.age) }
func (s *source) link(a article) string    { return s.base + "/artikel/" + a.slug }
func (s *source) picture(a article) string { return s.base + "/beeld/" + a.picture }

// routes adds the site below /demo/source.
func (s *source) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /demo/source/feed.xml", s.serveFeed)
	mux.HandleFunc("GET /demo/source/artikel/{slug}", s.serveArticle)
	files, err := fs.Sub(pictures, "pictures")
	if err != nil {
		panic(err) // the embedded folder is there or the program doesn't build
	}
	mux.Handle("GET /demo/source/beeld/", http.StripPrefix("/demo/source/beeld/", http.FileServerFS(files)))
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

func (s *source) serveFeed(w http.ResponseWriter, _ *http.Request) {
	feed := rss{Version: "2.0", Content: "http://purl.org/rss/1.0/modules/content/", Creator: "http://purl.org/dc/elements/1.1/",
		Media: "http://search.yahoo.com/mrss/", Channel: channel{
			Title: "Expertgroep Nieuwe Democratie", Link: s.base, Language: "nl",
			Description: "Ervaringen met nieuwe vormen van lokale democratie"}}
	articles := slices.Clone(s.all())
	slices.SortFunc(articles, func(a, b article) int { return s.date(b).Compare(s.date(a)) })
	for _, a := range articles {
		feed.Channel.Items = append(feed.Channel.Items, s.item(a))
	}
	w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
	_, _ = w.Write([]byte(xml.Header))
	_ = xml.NewEncoder(w).Encode(feed) // the reader has gone, or reads
}

func (s *source) item(a article) item {
	it := item{Title: a.title, Link: s.link(a), Author: a.author, Date: s.date(a).Format(time.RFC1123Z), Category: a.category,
		GUID: guid{Value: s.base + "/?p=" + a.slug}, Description: a.summary, Content: a.html(s)}
	if a.picture != "" {
		it.Picture = &medium{URL: s.picture(a), Medium: "image", Alt: a.alt}
	}
	return it
}

// html is the article's body.
func (a article) html(s *source) string {
	var b strings.Builder
	if a.picture != "" {
		fmt.Fprintf(&b, "<img src=\"%s\" alt=\"%s\">\n", s.picture(a), template.HTMLEscapeString(a.alt))
	}
	for _, p := range a.body {
		if heading, ok := strings.CutPrefix(p, "## "); ok {
			fmt.Fprintf(&b, "<h2>%s</h2>\n", template.HTMLEscapeString(heading))
			continue
		}
		fmt.Fprintf(&b, "<p>%s</p>\n", template.HTMLEscapeString(p))
	}
	return b.String()
}

func (s *source) serveArticle(w http.ResponseWriter, r *http.Request) {
	for _, a := range s.all() {
		if a.slug == r.PathValue("slug") {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_ = s.page.Execute(w, map[string]any{"Title": a.title, "Author": a.author, "Summary": a.summary,
				"Date": s.date(a).Format("02-01-2006"), "Body": template.HTML(a.html(s))}) //nolint:gosec // our own words, escaped
			return
		}
	}
	http.NotFound(w, r)
}
