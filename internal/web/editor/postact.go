package editor

import (
	"bytes"
	"cmp"
	"fmt"
	"html/template"
	"net/http"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// actor is who is signed in, as who makes a change.
func (d *door) actor(r *http.Request) newsletter.Actor { return desk.StaffOf(r).Actor() }

func (d *door) addPost(w http.ResponseWriter, r *http.Request) error {
	id, err := d.listByQuery(r)
	if err != nil {
		return err
	}
	l, topics, err := d.listAndTopics(r, id)
	if err != nil {
		return err
	}
	p := &newsletter.Post{ListID: l.ID, State: newsletter.PostDraft}
	form, err := d.readPost(r, p, l, topics, true)
	if err == nil {
		err = d.plan(p, &form)
	}
	if err == nil {
		if form.When == "now" {
			p.State = newsletter.PostPublished
		}
		p.ChangedAt = newsletter.Time{}
		err = d.Store.AddPost(r.Context(), p, d.actor(r), d.Now())
	}
	if err != nil {
		return d.postAgain(w, r, d.newPostPage(r, l, form), err)
	}
	return d.Done(w, r, postURL(p.PublicID), postDone(p))
}

// plan reads when a draft goes out.
func (d *door) plan(p *newsletter.Post, f *postForm) (err error) {
	p.PublishAt = newsletter.Time{}
	if f.When != "at" {
		return nil
	}
	if p.PublishAt, err = d.readTime("publish_at", f.PublishAt); err != nil {
		return err
	}
	if !p.PublishAt.After(d.Now()) {
		return fieldError("publish_at", "post_publish_at", "choose a time that is still to come")
	}
	return nil
}

func postDone(p *newsletter.Post) string {
	switch {
	case p.State == newsletter.PostPublished:
		return "post_published"
	case !p.PublishAt.IsZero():
		return "post_planned"
	}
	return "saved"
}

// postAgain shows a form once more with what is wrong.
func (d *door) postAgain(w http.ResponseWriter, r *http.Request, page postPage, err error) error {
	faults := d.Faults(r, err)
	if len(faults) == 0 {
		return err
	}
	return d.renderPost(w, r, page, faults...)
}

func (d *door) savePost(w http.ResponseWriter, r *http.Request) error {
	was, err := d.postByPath(r)
	if err != nil {
		return err
	}
	l, topics, err := d.listAndTopics(r, was.ListID)
	if err != nil {
		return err
	}
	p := *was
	form, err := d.readEdited(r, &p, l, topics)
	draft := was.State == newsletter.PostDraft
	if err == nil {
		save := d.Store.EditPost
		if draft && form.When == "now" {
			save = d.Store.EditAndPublishPost
		}
		err = save(r.Context(), &p, d.actor(r), d.Now())
	}
	if err == nil {
		done := "saved"
		if draft {
			done = postDone(&p)
		}
		return d.Done(w, r, postURL(p.PublicID), done)
	}
	page, failed := d.postPage(r, was, l, topics, form)
	if failed != nil {
		return failed
	}
	return d.postAgain(w, r, page, err)
}

// readEdited reads the form of a stored post. Of a feed's, only what can be corrected.
func (d *door) readEdited(r *http.Request, p *newsletter.Post, l *newsletter.List, topics []newsletter.Topic) (form postForm, err error) {
	if p.FeedID == nil {
		if form, err = d.readPost(r, p, l, topics, true); err == nil && p.State == newsletter.PostDraft {
			err = d.plan(p, &form)
		}
		return form, err
	}
	words := *p
	form, _ = d.readPost(r, &words, l, topics, false) // what isn't in this form is no fault of it
	p.Title, p.Summary, p.Topics, p.ChangedAt = words.Title, form.Summary, words.Topics, words.ChangedAt
	if p.Picture != "" {
		p.Alt = form.Alt
	}
	return form, p.Check()
}

func (d *door) restorePost(w http.ResponseWriter, r *http.Request) error {
	p, err := d.postByPath(r)
	if err != nil {
		return err
	}
	if _, err := d.Store.RestorePost(r.Context(), p.PublicID, d.actor(r), d.Now()); err != nil {
		return err
	}
	return d.Done(w, r, postURL(p.PublicID), "post_restored")
}

// askWithdraw says what becomes of the editions that hold a post before it is withdrawn.
func (d *door) askWithdraw(w http.ResponseWriter, r *http.Request) error {
	p, err := d.postByPath(r)
	if err != nil {
		return err
	}
	l, err := d.Store.List(r.Context(), p.ListID)
	if err != nil {
		return err
	}
	held, err := d.holdings(r, p, l)
	if err != nil {
		return err
	}
	say := d.sayer(r)
	ask := desk.Confirm{Title: say("post_withdraw_title"), Text: say("post_withdraw_text", "Title", p.Title), Button: say("post_withdraw"),
		Action: postURL(p.PublicID) + "/withdraw", Back: postURL(p.PublicID), Grave: true,
		Crumbs: []desk.Link{{Text: say("place_posts"), URL: "/desk/posts"}, {Text: p.Title, URL: postURL(p.PublicID)}}}
	if p.State == newsletter.PostDraft { // no reader has seen it
		ask.Text = say("post_withdraw_draft", "Title", p.Title)
	}
	for _, h := range held {
		key := "post_withdraw_leaves"
		switch {
		case h.Out:
			key = "post_withdraw_out"
		case h.State == stateOf(newsletter.EditionApproved):
			key = "post_withdraw_review"
		}
		ask.Points = append(ask.Points, say(key, "Edition", d.editionName(r, &h)))
	}
	return d.Confirm(w, r, ask)
}

// editionName is a pace with the day of its slot.
func (d *door) editionName(r *http.Request, h *holdingLine) string {
	if h.At.IsZero() {
		return h.Pace
	}
	return h.Pace + ", " + d.dateIn(r, h.At, h.Zone)
}

func (d *door) withdrawPost(w http.ResponseWriter, r *http.Request) error {
	p, err := d.postByPath(r)
	if err != nil {
		return err
	}
	if _, err := d.Store.WithdrawPost(r.Context(), p.PublicID, d.actor(r), d.Now()); err != nil {
		return err
	}
	return d.Done(w, r, postURL(p.PublicID), "post_withdrawn")
}

// previewPolicy lets a preview show what a mail program would, in a frame of the desk, and nothing act.
const previewPolicy = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' https:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"

// articlePage is the data of post-page.html: an article as the public site shows it.
type articlePage struct {
	Post  articleView
	List  articleList
	Event articleEvent
	Body  template.HTML
	Look  template.CSS // the list's colours as they were typed
}

type articleView struct {
	Title, Author, Picture, Alt, Source string
	Lang                                newsletter.Language
	PublishedAt                         newsletter.Time
	Topics                              []string
}

type articleList struct {
	Title, URL string
	Lang       newsletter.Language
}

type articleEvent struct {
	StartsAt, EndsAt newsletter.Time
	Place, ICS       string
}

// previewPost answers with what was typed as a reader would see it, in a page of its own for a frame. What
// is wrong with it is no reason to show nothing.
func (d *door) previewPost(w http.ResponseWriter, r *http.Request) error {
	id, err := d.listByQuery(r)
	if err != nil {
		return err
	}
	l, topics, err := d.listAndTopics(r, id)
	if err != nil {
		return err
	}
	p := &newsletter.Post{ListID: l.ID, PublicID: newsletter.NewPublicID(), PublishedAt: newsletter.At(d.Now())}
	if _, err := d.readPost(r, p, l, topics, false); err != nil && len(d.Faults(r, err)) == 0 {
		return err
	}
	p.Title = cmp.Or(p.Title, d.sayer(r)("post_untitled"))
	var page []byte
	if r.PostForm.Get("as") == "mail" {
		var text string
		text, err = d.Mail.PostMail(l, topics, p, p.Language, d.Now(), d.Zone)
		page = []byte(text)
	} else {
		page, err = d.articleOf(r, p, l, topics)
	}
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", previewPolicy)
	_, _ = w.Write(page)
	return nil
}

// articleOf is a post as its public page shows it.
func (d *door) articleOf(r *http.Request, p *newsletter.Post, l *newsletter.List, topics []newsletter.Topic) ([]byte, error) {
	page := articlePage{
		Post: articleView{Title: p.Title, Author: p.Author, Picture: p.Picture, Alt: p.Alt, Lang: p.Language, PublishedAt: p.PublishedAt},
		List: articleList{Title: l.Texts.In(p.Language, l.Language).Title, URL: "/l/" + l.Name, Lang: p.Language},
		Body: template.HTML(p.HTML)} //nolint:gosec // richtext made it
	if !p.StartsAt.IsZero() {
		page.Event = articleEvent{p.StartsAt, p.EndsAt, p.Place, "/ics/" + p.PublicID.String() + ".ics"}
	}
	for _, t := range topics {
		if p.Topics.Has(t.ID) {
			page.Post.Topics = append(page.Post.Topics, cmp.Or(t.Texts.In(p.Language, l.Language).Title, t.Name))
		}
	}
	var b bytes.Buffer
	page.Look = template.CSS(web.SheetOf(&l.Branding)) //nolint:gosec // made of colours as #rrggbb
	view := web.SampleView(web.Page{Data: page, Brand: web.BrandOf(l)}, &desk.Frame{Zone: d.Zone, Now: d.Now()})
	if err := d.Templates.Render(&b, p.Language, "web/editor/post-page.html", view); err != nil {
		return nil, fmt.Errorf("editor: %w", err)
	}
	return b.Bytes(), nil
}
