package demo

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/templates"
)

// door is what the demo adds to the site, below /demo/.
type door struct {
	*web.Door
	mailbox *mailbox
	source  *source
	zone    *time.Location
}

// newDoor makes the demo's pages. config is that of the public door.
func newDoor(config web.Config, m *mailbox, s *source, zone *time.Location) (http.Handler, error) {
	config.Name = "demo"
	config.Frame = func(*http.Request, newsletter.Language) any { return nil }
	if err := config.Templates.Check("web/demo", samples(zone)...); err != nil {
		return nil, err
	}
	kit, err := web.NewDoor(config)
	if err != nil {
		return nil, err
	}
	d := &door{Door: kit, mailbox: m, source: s, zone: zone}
	d.Handle("GET /demo/{$}", d.home)
	d.Handle("GET /demo/mailbox", d.list)
	d.Handle("GET /demo/mailbox/{number}", d.letter)
	d.Handle("GET /demo/mailbox/{number}/frame", d.frame)
	d.Handle("GET /demo/source", d.articles)
	d.Handle("GET /demo/source/feed.xml", d.feed)
	d.Handle("GET /demo/source/artikel/{slug}", d.article)
	d.Handle("GET /demo/source/beeld/{name}", d.picture)
	return d, nil
}

func (d *door) home(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/demo/mailbox", http.StatusSeeOther)
	return nil
}

// listPage is the mailbox.
type listPage struct {
	To      string
	Letters []*letter
	Count   int
	Zone    *time.Location
}

// shown is how many letters one page of the mailbox lists.
const shown = 100

func (d *door) list(w http.ResponseWriter, r *http.Request) error {
	page := listPage{To: strings.TrimSpace(r.URL.Query().Get("to")), Zone: d.zone}
	letters, _ := d.mailbox.all()
	for _, l := range letters {
		if page.To == "" || l.goesTo(page.To) {
			page.Letters = append(page.Letters, l)
		}
	}
	page.Count = len(page.Letters)
	page.Letters = page.Letters[:min(shown, len(page.Letters))]
	return d.Render(w, r, web.Page{Template: "mailbox.html", Data: page, Private: true})
}

// letterPage is one letter, in one of four views.
type letterPage struct {
	Subject, From, To string
	Came              time.Time
	Zone              *time.Location
	Views             []view
	View              string
	Frame             string // the address of the letter as HTML; empty in other views
	Height            int    // of the frame, in CSS pixels
	Body              string
}

type view struct {
	Name    string
	URL     string
	Current bool
}

// framePolicy lets the letter's own frame onto its page.
const framePolicy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'"

func (d *door) letter(w http.ResponseWriter, r *http.Request) error {
	l, err := d.find(r)
	if err != nil {
		return err
	}
	page := letterPage{Subject: l.Subject, From: l.From, To: l.To, Came: l.Came, Zone: d.zone, View: "page"}
	bodies := map[string]string{"page": l.HTML, "text": l.Text, "headers": l.Header, "source": l.Raw}
	asked := r.URL.Query().Get("view")
	if _, ok := bodies[asked]; ok {
		page.View = asked
	}
	path := "/demo/mailbox/" + strconv.Itoa(l.Number)
	for _, name := range []string{"page", "text", "headers", "source"} {
		page.Views = append(page.Views, view{name, path + "?view=" + name, name == page.View})
	}
	if page.View == "page" {
		page.Frame, page.Height = path+"/frame", l.height()
	} else {
		page.Body = bodies[page.View]
	}
	w.Header().Set("Content-Security-Policy", framePolicy)
	return d.Render(w, r, web.Page{Template: "letter.html", Data: page, Private: true})
}

// frame is the letter's HTML as a mail program would show it: styles and pictures, nothing that runs.
func (d *door) frame(w http.ResponseWriter, r *http.Request) error {
	l, err := d.find(r)
	if err != nil {
		return err
	}
	web.Private(w.Header())
	w.Header().Set("Content-Security-Policy",
		"default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https:; frame-ancestors 'self'; base-uri 'self'; sandbox allow-top-navigation-by-user-activation")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err = w.Write([]byte(strings.Replace(l.HTML, "<head>", `<head><base target="_top">`, 1)))
	return err
}

func (d *door) find(r *http.Request) (*letter, error) {
	number, err := strconv.Atoi(r.PathValue("number"))
	if err != nil {
		return nil, web.Status(http.StatusNotFound)
	}
	l := d.mailbox.get(number)
	if l == nil {
		return nil, web.Status(http.StatusNotFound)
	}
	return l, nil
}

// articlePage is one article on the source.
type articlePage struct {
	Title, Author, Summary string
	Picture, Alt           string
	Date                   time.Time
	Zone                   *time.Location
	Body                   []paragraph
}

type paragraph struct {
	Text    string
	Heading bool
}

func (d *door) article(w http.ResponseWriter, r *http.Request) error {
	a, ok := d.source.find(r.PathValue("slug"))
	if !ok {
		return web.Status(http.StatusNotFound)
	}
	page := articlePage{Title: a.title, Author: a.author, Summary: a.summary, Alt: a.alt, Date: d.source.date(a), Zone: d.zone, Body: a.paragraphs()}
	if a.picture != "" {
		page.Picture = "/demo/source/beeld/" + url.PathEscape(a.picture)
	}
	return d.Render(w, r, web.Page{Template: "article.html", Data: page})
}

// sourcePage is the source's own front page.
type sourcePage struct {
	Articles []articleLink
	Zone     *time.Location
}

type articleLink struct {
	Title, URL, Summary string
	Date                time.Time
}

func (d *door) articles(w http.ResponseWriter, r *http.Request) error {
	page := sourcePage{Zone: d.zone}
	for _, a := range d.source.newest() {
		page.Articles = append(page.Articles, articleLink{Title: a.title, URL: "/demo/source/artikel/" + url.PathEscape(a.slug), Summary: a.summary, Date: d.source.date(a)})
	}
	return d.Render(w, r, web.Page{Template: "source.html", Data: page})
}

func (d *door) feed(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
	return d.source.write(w)
}

func (d *door) picture(w http.ResponseWriter, r *http.Request) error {
	http.ServeFileFS(w, r, pictures, "pictures/"+r.PathValue("name")) //nolint:gosec // an embedded file system with pictures and nothing else
	return nil
}

// samples are all of the demo's pages with data like the real.
func samples(zone *time.Location) []templates.Sample {
	when := time.Date(2026, time.November, 23, 8, 0, 0, 0, zone)
	l := &letter{Number: 1, To: "a@voorbeeld.example", From: "Bode", Subject: "Onderwerp", Came: when}
	sample := func(name string, data any) templates.Sample {
		return templates.Sample{Template: "web/demo/" + name, Data: web.SampleView(web.Page{Template: name, Data: data}, nil)}
	}
	return []templates.Sample{
		sample("mailbox.html", listPage{Zone: zone}),
		sample("mailbox.html", listPage{To: l.To, Letters: []*letter{l}, Count: 1, Zone: zone}),
		sample("letter.html", letterPage{Subject: l.Subject, To: l.To, Came: when, Zone: zone, View: "page", Frame: "/f", Height: 900, Views: []view{{"page", "/", true}, {"text", "/", false}}}),
		sample("letter.html", letterPage{Subject: l.Subject, To: l.To, Came: when, Zone: zone, View: "source", Body: "x", Views: []view{{"source", "/", true}, {"headers", "/", false}}}),
		sample("article.html", articlePage{Title: "Titel", Date: when, Zone: zone, Picture: "/p", Alt: "a", Body: []paragraph{{"t", false}, {"h", true}}}),
		sample("source.html", sourcePage{Zone: zone, Articles: []articleLink{{Title: "Titel", URL: "/", Summary: "s", Date: when}}}),
		sample("error.html", web.ErrorPage{Status: 404, Title: "t", Text: "x"}),
	}
}
