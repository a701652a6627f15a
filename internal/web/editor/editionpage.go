package editor

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"bode.example/internal/newsletter"
	"bode.example/internal/review"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// editionPage is the data of edition.html.
type editionPage struct {
	*editionHead
	Words    newsletter.EditionWords // as typed
	Stored   newsletter.EditionWords // as they were when the page was made, see editEdition
	Made     string                  // the subject that is made from the posts
	Posts    []editionPost
	In       int   // posts that it brings
	Readers  int64 // who get it
	Variants int
	Without  int64 // readers for whom nothing is in it
	// Elsewhere is how many readers get the editor's words in a mail of another language than the list's.
	Elsewhere int64
	Findings  findings
	// Seen is the newsletter.Fingerprint of what the page shows, for who goes on to approve it.
	Seen string
	// Correcting is what the page says about corrections.
	Correcting correctionPart
}

// editionPost is a post of an edition.
type editionPost struct {
	ID          string
	Title       string
	Lang        newsletter.Language
	Topics      []string
	PublishedAt newsletter.Time
	Event       newsletter.Time // when it begins; zero: it is no event
	State       desk.State
	In          bool
	Pushed      bool
	LeftOut     bool
	First, Last bool
	URL         string // where it can be changed; empty: it can't be here
}

// findings are what checks say of an edition.
type findings struct {
	Severe  int
	List    []finding
	Links   int
	Unknown int // links of which nothing is known
}

type finding struct {
	Kind string // of desk.State
	review.Words
}

func (d *door) edition(w http.ResponseWriter, r *http.Request) error {
	e, err := d.editionOf(r)
	if err != nil {
		return err
	}
	return d.showEdition(w, r, e, wordsOf(e), nil)
}

func wordsOf(e *newsletter.Edition) newsletter.EditionWords {
	return newsletter.EditionWords{Subject: e.Subject, Preheader: e.Preheader, Introduction: e.Introduction}
}

// showEdition shows the page, with words that may not be stored yet.
func (d *door) showEdition(w http.ResponseWriter, r *http.Request, e *newsletter.Edition, words newsletter.EditionWords, faults []web.Fault) error {
	head, err := d.headOf(r, e, "edition")
	if err != nil {
		return err
	}
	page := editionPage{editionHead: head, Words: words, Stored: wordsOf(e)}
	if e.State.Follows() || head.Approved {
		report, err := d.Review.Look(r.Context(), e.PublicID, d.Now())
		if err != nil {
			return err
		}
		page.Seen = report.Print // taken before the rest is read: nothing that isn't shown counts as seen
		if page.Findings, err = d.findingsOf(r, report); err != nil {
			return err
		}
	}
	if err := d.countEdition(r, e, &page); err != nil {
		return err
	}
	status := http.StatusOK
	if len(faults) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return d.Render(w, r, web.Page{Template: "edition.html", Data: page, Status: status, Faults: faults})
}

// countEdition says what is in an edition and for whom. What has left, is counted by its variants.
func (d *door) countEdition(r *http.Request, e *newsletter.Edition, page *editionPage) error {
	out, made, err := d.outlookOf(r, e)
	if err != nil {
		return err
	}
	page.Readers, page.Without, page.Variants = out.readers, out.without, len(out.variants)
	for i := range out.variants {
		if out.variants[i].Language != page.ListLanguage {
			page.Elsewhere += out.variants[i].Readers
		}
	}
	page.Title = cmp.Or(e.Subject, made, page.Title)
	page.Made = made
	if page.Correcting, err = d.correctionOf(r, e, page.ListLanguage); err != nil {
		return err
	}
	if page.Correcting.Corrects != nil && e.ReleasedAt.IsZero() {
		page.Readers, page.Without = page.Correcting.Readers, 0
	}
	if page.Posts = linesOf(r, out, page.ListLanguage); page.Correcting.Corrects != nil {
		page.Variants = 0 // its versions are its texts
	}
	for i := range page.Posts {
		if page.Posts[i].In {
			page.In++
		}
	}
	return nil
}

// linesOf are the posts of an edition as pages list them.
func linesOf(r *http.Request, out *outlook, list newsletter.Language) (lines []editionPost) {
	topics := map[int64]string{}
	for _, t := range out.topics {
		topics[t.ID] = cmp.Or(t.Texts.In(web.Language(r), list).Title, t.Name)
	}
	for i := range out.posts {
		p := &out.posts[i]
		line := editionPost{ID: p.PublicID.String(), Title: p.Title, Lang: p.Language, PublishedAt: p.PublishedAt, Event: p.StartsAt,
			In: p.Disposition == newsletter.PostIn, Pushed: p.Disposition == newsletter.PostPushed, LeftOut: p.Disposition == newsletter.PostLeftOut,
			First: i == 0, Last: i == len(out.posts)-1, State: dispositions[p.Disposition], URL: "/desk/posts/" + p.PublicID.String()}
		for _, id := range p.Topics {
			line.Topics = append(line.Topics, topics[id])
		}
		lines = append(lines, line)
	}
	return lines
}

var dispositions = map[newsletter.Disposition]desk.State{
	newsletter.PostIn:      {Kind: "good", Key: "edition_post_in"},
	newsletter.PostLeftOut: {Kind: "over", Key: "edition_post_left_out"},
	newsletter.PostPushed:  {Kind: "waiting", Key: "edition_post_pushed"},
}

// findingsOf says what checks found.
func (d *door) findingsOf(r *http.Request, report *review.Report) (findings, error) {
	f := findings{Severe: report.Findings.Count(review.Severe), Links: report.Links, Unknown: report.Unknown}
	kinds := map[review.Severity]string{review.Severe: "wrong", review.Warning: "careful", review.Hint: "waiting"}
	for i := range report.Findings {
		words, err := report.Findings[i].Say(d.Templates.Texts(), web.Language(r))
		if err != nil {
			return f, err
		}
		f.List = append(f.List, finding{kinds[report.Findings[i].Severity], words})
	}
	return f, nil
}

// editEdition stores the editor's words, and goes on to approve the edition if they want to.
func (d *door) editEdition(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	e, err := d.editionOf(r)
	if err != nil {
		return err
	}
	if answered, err := d.takeWords(w, r, e, typed); answered || err != nil {
		return err
	}
	if typed.Get("then") == "approve" {
		return d.Done(w, r, editionURL(e.PublicID, "approve"), "saved")
	}
	return d.Done(w, r, editionURL(e.PublicID, ""), "edition_words")
}

// takeWords stores the words that came with a form of the edition's page, whichever of its buttons was pressed. Words
// that a colleague changed meanwhile are not overwritten. When something is wrong with the words it answers with the
// page, which still has them.
func (d *door) takeWords(w http.ResponseWriter, r *http.Request, e *newsletter.Edition, typed url.Values) (answered bool, err error) {
	words := newsletter.EditionWords{Subject: strings.TrimSpace(typed.Get("subject")), Preheader: strings.TrimSpace(typed.Get("preheader")),
		Introduction: strings.TrimSpace(strings.ReplaceAll(typed.Get("introduction"), "\r\n", "\n"))}
	before := newsletter.EditionWords{Subject: typed.Get("was-subject"), Preheader: typed.Get("was-preheader"),
		Introduction: strings.ReplaceAll(typed.Get("was-introduction"), "\r\n", "\n")}
	if !typed.Has("subject") || e.State.Follows() && words == wordsOf(e) {
		return false, nil
	}
	if wordsOf(e) != before {
		if words == before { // only the colleague wrote
			return false, nil
		}
		return true, d.showEdition(w, r, e, words, []web.Fault{{Text: d.text(r, "edition_words_changed", nil)}})
	}
	if err := d.Store.EditEdition(r.Context(), e.PublicID, words, actor(r), d.Now()); err != nil {
		faults := d.Faults(r, err)
		if len(faults) == 0 {
			return false, err
		}
		return true, d.showEdition(w, r, e, words, faults)
	}
	return false, nil
}

// arrangePosts moves a post up or down, leaves it out, pushes it to the next edition or takes it in again:
// "do" is the act and the post's id, "up:…". Or "order" is all posts in their new order, as dragging makes it.
// The words that were typed on the same page are stored with it.
func (d *door) arrangePosts(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	e, err := d.editionOf(r)
	if err != nil {
		return err
	}
	if answered, err := d.takeWords(w, r, e, typed); answered || err != nil {
		return err
	}
	if order := typed.Get("order"); order != "" {
		ids, err := publicIDs(order)
		if err != nil {
			return err
		}
		if err := d.Store.OrderPosts(r.Context(), e.PublicID, ids, actor(r), d.Now()); err != nil {
			return err
		}
		return d.Done(w, r, editionURL(e.PublicID, "")+"#posts", "edition_order")
	}
	done, post, err := d.arrange(r, e, typed.Get("do"))
	if err != nil {
		return err
	}
	return d.Done(w, r, editionURL(e.PublicID, "")+"#post-"+post.String(), done)
}

// arrange does what a button beside a post says, and returns the key of what was done.
func (d *door) arrange(r *http.Request, e *newsletter.Edition, do string) (done string, post newsletter.PublicID, err error) {
	act, text, _ := strings.Cut(do, ":")
	if post, err = newsletter.ParsePublicID(text); err != nil {
		return "", post, err
	}
	switch act {
	case "up", "down":
		return "edition_order", post, d.movePost(r, e, post, act)
	case string(newsletter.PostIn), string(newsletter.PostLeftOut), string(newsletter.PostPushed):
		return "edition_" + act, post, d.Store.DisposePost(r.Context(), e.PublicID, post, newsletter.Disposition(act), actor(r), d.Now())
	}
	return "", post, web.Status(http.StatusBadRequest)
}

// movePost changes the places of a post and its neighbour.
func (d *door) movePost(r *http.Request, e *newsletter.Edition, post newsletter.PublicID, act string) error {
	posts, err := d.Audience.EditionPosts(r.Context(), e, d.Now())
	if err != nil {
		return err
	}
	at := slices.IndexFunc(posts, func(p newsletter.EditionPost) bool { return p.PublicID == post })
	to := at - 1
	if act == "down" {
		to = at + 1
	}
	if at < 0 {
		return newsletter.Errorf(newsletter.NotFound, "not_found", "there is no post %s in the edition %s", post, e.PublicID)
	}
	order := make([]newsletter.PublicID, len(posts))
	for i := range posts {
		order[i] = posts[i].PublicID
	}
	if to >= 0 && to < len(order) {
		order[at], order[to] = order[to], order[at]
	}
	return d.Store.OrderPosts(r.Context(), e.PublicID, order, actor(r), d.Now())
}

// publicIDs reads ids with commas between.
func publicIDs(text string) (ids []newsletter.PublicID, err error) {
	for one := range strings.SplitSeq(text, ",") {
		id, err := newsletter.ParsePublicID(one)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}
