package editor

import (
	"html/template"
	"net/http"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// postPage is the data of post.html and of post-feed.html.
type postPage struct {
	New      bool
	List     string // its title
	ListName string
	Action   string // where the form goes
	URL      string // of the post at the desk; empty: it is new
	Public   string // where readers find it; empty: nowhere
	State    desk.State
	Own      bool
	Draft    bool
	Over     bool // withdrawn: nothing can be changed
	Post     postForm
	At       newsletter.Time // the date it shows
	PlanAt   newsletter.Time
	Twins    []postLink
	Holdings []holdingLine
	// Of a feed's post.
	Source    string // where it comes from
	Feed      sourceWords
	Corrected bool
	Body      template.HTML
}

// sourceWords is what the feed says of what was corrected; empty: it was not.
type sourceWords struct {
	Title, Summary string
	Alt            string
	AltToo         bool
	Topics         []string
	TopicsToo      bool
}

// holdingLine is an edition that holds the post.
type holdingLine struct {
	URL, Pace string
	At        newsletter.Time
	Zone      *time.Location
	State     desk.State
	Out       bool
}

// myList returns one of the lists of who is signed in, by name. Without a name it is the only one that
// there is; otherwise nil, and the lists to choose from.
func (d *door) myList(r *http.Request, name string) (*newsletter.List, []newsletter.List, error) {
	all, err := d.myLists(r)
	if err != nil {
		return nil, nil, err
	}
	var open []newsletter.List
	for _, l := range all {
		if l.State == newsletter.ListArchived {
			continue
		}
		if l.Name == name {
			return &l, nil, nil
		}
		open = append(open, l)
	}
	switch {
	case name != "":
		return nil, nil, web.Status(http.StatusNotFound)
	case len(open) == 1:
		return &open[0], nil, nil
	}
	return nil, open, nil
}

// listAndTopics are those that a path names.
func (d *door) listAndTopics(r *http.Request, id int64) (*newsletter.List, []newsletter.Topic, error) {
	l, err := d.Store.List(r.Context(), id)
	if err != nil {
		return nil, nil, err
	}
	topics, err := d.Store.Topics(r.Context(), id)
	return l, topics, err
}

// newPost is the form of a new post, or asks first for which list it is.
func (d *door) newPost(w http.ResponseWriter, r *http.Request) error {
	l, open, err := d.myList(r, r.URL.Query().Get("list"))
	if err != nil {
		return err
	}
	if l == nil {
		return d.Render(w, r, web.Page{Template: "post-list.html", Data: listChoices(r, open, "")})
	}
	topics, err := d.Store.Topics(r.Context(), l.ID)
	if err != nil {
		return err
	}
	p := &newsletter.Post{ListID: l.ID, Language: l.Language, Author: desk.StaffOf(r).Name}
	return d.renderPost(w, r, d.newPostPage(r, l, d.formOf(r, p, l, topics)))
}

func (d *door) newPostPage(r *http.Request, l *newsletter.List, f postForm) postPage {
	return postPage{New: true, Own: true, Draft: true, List: titleOf(r, l, l.Texts, l.Name), ListName: l.Name,
		Action: "/desk/posts?list=" + l.Name, Post: f}
}

func (d *door) renderPost(w http.ResponseWriter, r *http.Request, page postPage, faults ...web.Fault) error {
	name, status := "post.html", 0
	if !page.Own {
		name = "post-feed.html"
	}
	if len(faults) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return d.Render(w, r, web.Page{Template: name, Status: status, Data: page, Faults: faults, Pictures: true})
}

func (d *door) post(w http.ResponseWriter, r *http.Request) error {
	p, err := d.postByPath(r)
	if err != nil {
		return err
	}
	l, topics, err := d.listAndTopics(r, p.ListID)
	if err != nil {
		return err
	}
	page, err := d.postPage(r, p, l, topics, d.formOf(r, p, l, topics))
	if err != nil {
		return err
	}
	return d.renderPost(w, r, page)
}

// postPage is the page of a stored post, with what was typed.
func (d *door) postPage(r *http.Request, p *newsletter.Post, l *newsletter.List, topics []newsletter.Topic, f postForm) (postPage, error) {
	page := postPage{List: titleOf(r, l, l.Texts, l.Name), ListName: l.Name, URL: postURL(p.PublicID), Action: postURL(p.PublicID),
		State: postStateOf(p), Own: p.FeedID == nil, Draft: p.State == newsletter.PostDraft, Over: p.State == newsletter.PostWithdrawn,
		Post: f, At: p.PublishedAt, PlanAt: p.PublishAt, Source: p.Link, Corrected: len(p.Corrected) > 0,
		Body: template.HTML(p.HTML)} //nolint:gosec // Post.HTML was sanitised before it was stored
	if !page.Draft {
		page.PlanAt = newsletter.Time{} // nothing is planned any more
	}
	if p.State == newsletter.PostPublished {
		page.Public = "/p/" + p.PublicID.String()
	}
	if p.Corrected.Has(newsletter.CorrectedTitle) {
		page.Feed.Title = p.Source.Title
	}
	if p.Corrected.Has(newsletter.CorrectedSummary) {
		page.Feed.Summary = p.Source.Summary
	}
	if page.Feed.AltToo = p.Corrected.Has(newsletter.CorrectedAlt); page.Feed.AltToo {
		page.Feed.Alt = p.Source.Alt
	}
	if page.Feed.TopicsToo = p.Corrected.Has(newsletter.CorrectedTopics); page.Feed.TopicsToo {
		for _, t := range topics {
			if p.Source.Topics.Has(t.ID) {
				page.Feed.Topics = append(page.Feed.Topics, titleOf(r, l, t.Texts, t.Name))
			}
		}
	}
	twins, err := d.Store.PostTwins(r.Context(), p)
	if err != nil {
		return page, err
	}
	page.Twins = twinLinks(twins)
	page.Holdings, err = d.holdings(r, p, l)
	return page, err
}

// holdings are the editions that hold a post.
func (d *door) holdings(r *http.Request, p *newsletter.Post, l *newsletter.List) ([]holdingLine, error) {
	if p.Seq == nil {
		return nil, nil
	}
	held, err := d.Store.PostHoldings(r.Context(), p, d.Now())
	if err != nil || len(held) == 0 {
		return nil, err
	}
	schedules, err := d.Store.Schedules(r.Context(), l.ID)
	if err != nil {
		return nil, err
	}
	paces := map[int64]*newsletter.Schedule{}
	for i := range schedules {
		paces[schedules[i].ID] = &schedules[i]
	}
	var lines []holdingLine
	for _, h := range held {
		c := paces[h.ScheduleID]
		lines = append(lines, holdingLine{URL: "/desk/editions/" + h.Edition.String(), Pace: titleOf(r, l, c.Texts, c.Name), At: h.ScheduledFor,
			Zone: zoneOf(c), State: stateOf(h.State), Out: h.Out()})
	}
	return lines, nil
}
