package public

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// postView is a post as pages show it.
type postView struct {
	Title, Summary string
	Lang           newsletter.Language
	URL            string // our own page, or the source's
	Source         string // where an imported post comes from
	Author         string
	Picture, Alt   string
	PublishedAt    newsletter.Time
	Topics         []string
}

// own reports whether a post was written here: its page is ours. Others link to their source.
func own(p *newsletter.Post) bool { return p.FeedID == nil || p.Link == "" }

func (d *door) postView(p *newsletter.Post, topics []newsletter.Topic, lang newsletter.Language) postView {
	v := postView{Title: p.Title, Summary: p.Summary, Lang: p.Language, URL: "/p/" + p.PublicID.String(),
		Author: p.Author, Picture: p.Picture, Alt: p.Alt, PublishedAt: p.PublishedAt, Topics: topicTitles(topics, p.Topics, lang)}
	if !own(p) {
		v.Source, v.URL = p.Link, p.Link
	}
	return v
}

func topicTitles(topics []newsletter.Topic, ids newsletter.IDs, lang newsletter.Language) []string {
	var titles []string
	for _, t := range topics {
		if ids.Has(t.ID) {
			text, _ := textIn(t.Texts, lang, newsletter.Dutch)
			titles = append(titles, text.Title)
		}
	}
	return titles
}

// posts returns a list's posts as pages show them.
func (d *door) posts(r *http.Request, q newsletter.PostQuery) ([]postView, error) {
	posts, err := d.Store.Posts(r.Context(), q)
	if err != nil {
		return nil, err
	}
	return d.postViews(r, q.ListID, posts)
}

func (d *door) postViews(r *http.Request, listID int64, posts []newsletter.Post) ([]postView, error) {
	topics, err := d.Store.Topics(r.Context(), listID)
	if err != nil {
		return nil, err
	}
	views := make([]postView, len(posts))
	for i := range posts {
		views[i] = d.postView(&posts[i], topics, reader(r))
	}
	return views, nil
}

// postPage is the data of post.html.
type postPage struct {
	List    listView
	Post    postView
	Event   eventView
	Body    template.HTML
	Mailto  template.URL
	Related []postView
}

// eventView is when and where something takes place; the zero value is no event.
type eventView struct {
	StartsAt, EndsAt newsletter.Time
	Place            string
	ICS              string
}

func (d *door) post(w http.ResponseWriter, r *http.Request) error {
	p, l, err := d.published(r, r.PathValue("id"))
	if err != nil {
		return err
	}
	if !own(p) {
		http.Redirect(w, r, p.Link, http.StatusFound)
		return nil
	}
	topics, err := d.Store.Topics(r.Context(), l.ID)
	if err != nil {
		return err
	}
	page := postPage{List: d.listView(l, reader(r)), Post: d.postView(p, topics, reader(r)),
		Body: template.HTML(p.HTML)} //nolint:gosec // Post.HTML was sanitised before it was stored
	if !p.StartsAt.IsZero() {
		page.Event = eventView{p.StartsAt, p.EndsAt, p.Place, "/ics/" + p.PublicID.String() + ".ics"}
	}
	if page.Mailto, err = d.mailto(r, p); err != nil {
		return err
	}
	if page.Related, err = d.related(r, l, p, topics); err != nil {
		return err
	}
	return d.Render(w, r, web.Page{Template: "post.html", Data: page, Pictures: true, Brand: page.List.brand})
}

// published returns a post that anyone may see, and its list.
func (d *door) published(r *http.Request, id string) (*newsletter.Post, *newsletter.List, error) {
	public, err := newsletter.ParsePublicID(id)
	if err != nil {
		return nil, nil, err
	}
	p, err := d.Store.Post(r.Context(), public)
	if err != nil {
		return nil, nil, err
	}
	if p.State != newsletter.PostPublished {
		return nil, nil, web.Status(http.StatusNotFound)
	}
	l, err := d.Store.List(r.Context(), p.ListID)
	return p, l, err
}

// mailto is a link that opens the reader's own mail program: sharing tells nobody but the friend.
func (d *door) mailto(r *http.Request, p *newsletter.Post) (template.URL, error) {
	body, err := d.Templates.Texts().Text(web.Language(r), "post_share_body", map[string]any{"Title": p.Title})
	if err != nil {
		return "", err
	}
	body += "\r\n\r\n" + d.address("/p/"+p.PublicID.String()) + "\r\n"
	link := "mailto:?subject=" + url.QueryEscape(p.Title) + "&body=" + url.QueryEscape(body)
	link = strings.ReplaceAll(link, "+", "%20") // a plus is a plus in a mailto address (RFC 6068)
	return template.URL(link), nil              //nolint:gosec // every part of it was escaped
}

// address returns the public address of a path of this site.
func (d *door) address(path string) string { return strings.TrimSuffix(d.URL.String(), "/") + path }

// relatedPosts is how many other posts stand under one, chosen among the newest relatedAmong.
const (
	relatedPosts = 3
	relatedAmong = 30
)

// related returns the newest other posts, those that share a topic first.
func (d *door) related(r *http.Request, l *newsletter.List, p *newsletter.Post, topics []newsletter.Topic) ([]postView, error) {
	posts, err := d.Store.Posts(r.Context(), newsletter.PostQuery{ListID: l.ID, Limit: relatedAmong})
	if err != nil {
		return nil, err
	}
	posts = slices.DeleteFunc(posts, func(o newsletter.Post) bool { return o.ID == p.ID })
	slices.SortStableFunc(posts, func(a, b newsletter.Post) int { return shared(&b, p) - shared(&a, p) })
	var views []postView
	for i := range posts[:min(len(posts), relatedPosts)] {
		views = append(views, d.postView(&posts[i], topics, reader(r)))
	}
	return views, nil
}

// shared counts the topics that two posts have in common.
func shared(a, b *newsletter.Post) int {
	n := 0
	for _, id := range a.Topics {
		if b.Topics.Has(id) {
			n++
		}
	}
	return n
}

// archivePage is the data of archive.html.
type archivePage struct {
	List   listView
	Posts  []postView
	Newest string // back to the first page
	Older  string
}

// archiveSize is how many posts a page of the archive shows.
const archiveSize = 20

func (d *door) archive(w http.ResponseWriter, r *http.Request) error {
	l, err := d.Store.ListByName(r.Context(), r.PathValue("list"))
	if err != nil {
		return err
	}
	page := archivePage{List: d.listView(l, reader(r))}
	query := newsletter.PostQuery{ListID: l.ID, Limit: archiveSize + 1}
	if after := r.URL.Query().Get("after"); after != "" {
		if query.After, _, err = d.published(r, after); err != nil {
			return err
		}
		page.Newest = page.List.URL + "/posts"
	}
	posts, err := d.Store.Posts(r.Context(), query)
	if err != nil {
		return err
	}
	if len(posts) > archiveSize {
		posts = posts[:archiveSize]
		page.Older = page.List.URL + "/posts?after=" + posts[archiveSize-1].PublicID.String()
	}
	if page.Posts, err = d.postViews(r, l.ID, posts); err != nil {
		return err
	}
	return d.Render(w, r, web.Page{Template: "archive.html", Data: page, Brand: page.List.brand})
}
