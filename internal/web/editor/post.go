package editor

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/picture"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// postStore is what the pages of posts read and change.
type postStore interface {
	SearchPosts(ctx context.Context, q newsletter.PostSearch) ([]newsletter.FoundPost, error)
	Post(ctx context.Context, id newsletter.PublicID) (*newsletter.Post, error)
	PostTwins(ctx context.Context, p *newsletter.Post) ([]newsletter.Twin, error)
	PostHoldings(ctx context.Context, p *newsletter.Post, now time.Time) ([]newsletter.Holding, error)
	Topics(ctx context.Context, listID int64) ([]newsletter.Topic, error)
	AddPost(ctx context.Context, p *newsletter.Post, by newsletter.Actor, now time.Time) error
	EditPost(ctx context.Context, p *newsletter.Post, by newsletter.Actor, now time.Time) error
	EditAndPublishPost(ctx context.Context, p *newsletter.Post, by newsletter.Actor, now time.Time) error
	WithdrawPost(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) (*newsletter.Post, error)
	RestorePost(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) (*newsletter.Post, error)
	AddPicture(ctx context.Context, p *newsletter.Picture, content []byte, by newsletter.Actor, now time.Time) error
}

// Mail shows a post as a digest would bring it; compose.Composer does.
type Mail interface {
	PostMail(l *newsletter.List, topics []newsletter.Topic, p *newsletter.Post, lang newsletter.Language, now time.Time, zone *time.Location) (html string, err error)
}

// maxPost is how many bytes the form of a post may have: a long article, and a picture.
const maxPost = 1<<20 + picture.MaxUpload

func (d *door) postRoutes() {
	d.Place(desk.Place{Key: "posts", Path: "/desk/posts", Roles: editors, Order: 30})
	d.Handle(desk.Route{Pattern: "GET /desk/posts", Roles: editors}, d.posts)
	d.Handle(desk.Route{Pattern: "GET /desk/posts/new", Roles: editors}, d.newPost)
	d.Handle(desk.Route{Pattern: "POST /desk/posts", Roles: editors, List: d.listByQuery, Body: maxPost}, d.addPost)
	d.Handle(desk.Route{Pattern: "POST /desk/posts/preview", Roles: editors, List: d.listByQuery, Body: maxPost}, d.previewPost)
	d.Handle(desk.Route{Pattern: "GET /desk/posts/{post}", Roles: editors, List: d.listOfPost}, d.post)
	d.Handle(desk.Route{Pattern: "POST /desk/posts/{post}", Roles: editors, List: d.listOfPost, Body: maxPost}, d.savePost)
	d.Handle(desk.Route{Pattern: "GET /desk/posts/{post}/withdraw", Roles: editors, List: d.listOfPost}, d.askWithdraw)
	d.Handle(desk.Route{Pattern: "POST /desk/posts/{post}/withdraw", Roles: editors, List: d.listOfPost}, d.withdrawPost)
	d.Handle(desk.Route{Pattern: "POST /desk/posts/{post}/restore", Roles: editors, List: d.listOfPost}, d.restorePost)
}

// listByQuery is the list that an address names: "?list=…".
func (d *door) listByQuery(r *http.Request) (int64, error) {
	l, err := d.Store.ListByName(r.Context(), r.URL.Query().Get("list"))
	if err != nil {
		return 0, err
	}
	return l.ID, nil
}

// listOfPost is the list of the post that a path names.
func (d *door) listOfPost(r *http.Request) (int64, error) {
	p, err := d.postByPath(r)
	if err != nil {
		return 0, err
	}
	return p.ListID, nil
}

func (d *door) postByPath(r *http.Request) (*newsletter.Post, error) {
	id, err := newsletter.ParsePublicID(r.PathValue("post"))
	if err != nil {
		return nil, err
	}
	return d.Store.Post(r.Context(), id)
}

// choice is one option of a select or a row of boxes.
type choice struct {
	Value, Label string
	Chosen       bool
	Lang         newsletter.Language // of the label
}

// postsPage is the data of posts.html.
type postsPage struct {
	Words                          string
	Lists, Topics, States, Origins []choice
	Several                        bool // lists, so that it must be said which
	Filtered                       bool
	Posts                          []postLine
	Pager                          desk.Pager
}

// postLine is a post in the list.
type postLine struct {
	URL, Title, List string
	Lang             newsletter.Language
	State            desk.State
	At               newsletter.Time // the date it shows, or when it goes out
	Waits            bool            // At is when it goes out
	Topics           []string
	Imported         bool
	Corrected        bool
	Twins            []postLink
}

type postLink struct{ URL, Title string }

// postsPerPage is how many posts a page of the list has.
const postsPerPage = 50

func (d *door) posts(w http.ResponseWriter, r *http.Request) error {
	lists, err := d.myLists(r)
	if err != nil {
		return err
	}
	topics, err := d.topicsOf(r, lists)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	search := postSearch(q, lists)
	page := postsPage{Words: search.Words, Several: len(lists) > 1, Filtered: filtered(q),
		Lists: listChoices(r, lists, q.Get("list")), Topics: topicChoices(r, lists, topics, search.Topic),
		States:  choices(q.Get("state"), "post_state_", "", "draft", "published", "withdrawn"),
		Origins: choices(q.Get("from"), "post_from_", "", "own", "feed")}
	if id, err := newsletter.ParsePublicID(q.Get("after")); err == nil {
		if search.After, err = d.Store.Post(r.Context(), id); err != nil {
			return err
		}
		page.Pager.Newest = "/desk/posts?" + without(q, "after").Encode()
	}
	search.Limit = postsPerPage + 1
	found, err := d.Store.SearchPosts(r.Context(), search)
	if err != nil {
		return err
	}
	if len(found) > postsPerPage {
		found = found[:postsPerPage]
		older := without(q, "after")
		older.Set("after", found[postsPerPage-1].PublicID.String())
		page.Pager.Older = "/desk/posts?" + older.Encode()
	}
	for i := range found {
		page.Posts = append(page.Posts, lineOf(r, &found[i], lists, topics))
	}
	return d.Render(w, r, web.Page{Template: "posts.html", Data: page})
}

// postSearch reads what somebody looks for. What isn't theirs is not looked through.
func postSearch(q url.Values, lists []newsletter.List) newsletter.PostSearch {
	s := newsletter.PostSearch{Words: q.Get("q"), Origin: newsletter.PostOrigin(q.Get("from"))}
	for _, l := range lists {
		if q.Get("list") == "" || q.Get("list") == l.Name {
			s.Lists = append(s.Lists, l.ID)
		}
	}
	if state := q.Get("state"); state != "" {
		s.States = []newsletter.PostState{newsletter.PostState(state)}
	}
	s.Topic, _ = strconv.ParseInt(q.Get("topic"), 10, 64)
	return s
}

func filtered(q url.Values) bool {
	for _, field := range []string{"q", "list", "topic", "state", "from"} {
		if q.Get(field) != "" {
			return true
		}
	}
	return false
}

// without is a query without a field.
func without(q url.Values, field string) url.Values {
	rest := url.Values{}
	for name, values := range q {
		if name != field && name != desk.DoneField {
			rest[name] = values
		}
	}
	return rest
}

// topicsOf returns the topics of lists, archived ones too, by list.
func (d *door) topicsOf(r *http.Request, lists []newsletter.List) (map[int64][]newsletter.Topic, error) {
	all := map[int64][]newsletter.Topic{}
	for _, l := range lists {
		topics, err := d.Store.Topics(r.Context(), l.ID)
		if err != nil {
			return nil, err
		}
		all[l.ID] = topics
	}
	return all, nil
}

// choices are the options of a select whose texts stand in the catalogue.
func choices(chosen, prefix string, values ...string) []choice {
	var all []choice
	for _, value := range values {
		key := value
		if key == "" {
			key = "any"
		}
		all = append(all, choice{Value: value, Label: prefix + key, Chosen: value == chosen})
	}
	return all
}

func listChoices(r *http.Request, lists []newsletter.List, chosen string) []choice {
	var all []choice
	for i := range lists {
		l := &lists[i]
		all = append(all, choice{Value: l.Name, Label: titleOf(r, l, l.Texts, l.Name), Chosen: l.Name == chosen})
	}
	return all
}

// topicChoices are the topics in use, with their list's title where there are several lists.
func topicChoices(r *http.Request, lists []newsletter.List, topics map[int64][]newsletter.Topic, chosen int64) []choice {
	var all []choice
	for i := range lists {
		l := &lists[i]
		for _, t := range topics[l.ID] {
			label := titleOf(r, l, t.Texts, t.Name)
			if len(lists) > 1 {
				label = titleOf(r, l, l.Texts, l.Name) + ": " + label
			}
			if t.ArchivedAt.IsZero() || t.ID == chosen {
				all = append(all, choice{Value: strconv.FormatInt(t.ID, 10), Label: label, Chosen: t.ID == chosen})
			}
		}
	}
	return all
}

// postStates is how the states of posts look.
var postStates = map[newsletter.PostState]string{
	newsletter.PostDraft: "waiting", newsletter.PostPublished: "good", newsletter.PostWithdrawn: "over",
}

func postStateOf(p *newsletter.Post) desk.State {
	if p.State == newsletter.PostDraft && !p.PublishAt.IsZero() {
		return desk.State{Kind: "busy", Key: "post_state_planned"}
	}
	return desk.State{Kind: postStates[p.State], Key: "post_state_" + string(p.State)}
}

func postURL(id newsletter.PublicID) string { return "/desk/posts/" + id.String() }

func lineOf(r *http.Request, p *newsletter.FoundPost, lists []newsletter.List, topics map[int64][]newsletter.Topic) postLine {
	line := postLine{URL: postURL(p.PublicID), Title: p.Title, Lang: p.Language, State: postStateOf(&p.Post), At: p.PublishedAt,
		Imported: p.FeedID != nil, Corrected: len(p.Corrected) > 0}
	if p.State == newsletter.PostDraft && !p.PublishAt.IsZero() {
		line.At, line.Waits = p.PublishAt, true
	}
	for i := range lists {
		if l := &lists[i]; l.ID == p.ListID {
			line.List = titleOf(r, l, l.Texts, l.Name)
			for _, t := range topics[l.ID] {
				if p.Topics.Has(t.ID) {
					line.Topics = append(line.Topics, titleOf(r, l, t.Texts, t.Name))
				}
			}
		}
	}
	line.Twins = twinLinks(p.Twins)
	return line
}

func twinLinks(twins []newsletter.Twin) []postLink {
	var links []postLink
	for _, t := range twins {
		links = append(links, postLink{postURL(t.PublicID), t.Title})
	}
	return links
}
