package editor

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// feedStore is what the pages of feeds read and change.
type feedStore interface {
	Feed(ctx context.Context, id int64) (*newsletter.Feed, error)
	CreateFeed(ctx context.Context, f *newsletter.Feed, by newsletter.Actor, now time.Time, topics ...newsletter.Topic) error
	ChangeFeed(ctx context.Context, f *newsletter.Feed, by newsletter.Actor, now time.Time, topics ...newsletter.Topic) error
	WakeFeed(ctx context.Context, id int64, by newsletter.Actor, now time.Time) error
	PauseFeed(ctx context.Context, id int64, by newsletter.Actor, now time.Time) error
	ArchiveFeed(ctx context.Context, id int64, by newsletter.Actor, now time.Time) error
	Topicless(ctx context.Context, feedID int64) (int64, error)
	GiveTopic(ctx context.Context, feedID, topicID int64, by newsletter.Actor, now time.Time) (int, error)
}

// Fetcher asks a feed once and keeps nothing; feed.Client does.
type Fetcher interface {
	Fetch(ctx context.Context, f *newsletter.Feed, now time.Time) *newsletter.Fetch
}

// fetchTime is how long a page that asks a feed may take: the feed's server has half a minute.
const fetchTime = 45 * time.Second

func (d *door) feedRoutes() {
	d.Place(desk.Place{Key: "feeds", Path: "/desk/feeds", Roles: editors, Order: 40})
	d.Handle(desk.Route{Pattern: "GET /desk/feeds", Roles: editors}, d.feeds)
	d.Handle(desk.Route{Pattern: "GET /desk/feeds/new", Roles: editors}, d.newFeed)
	d.Handle(desk.Route{Pattern: "POST /desk/feeds", Roles: editors, List: d.listByQuery, Time: fetchTime}, d.addFeed)
	d.Handle(desk.Route{Pattern: "GET /desk/feeds/{feed}", Roles: editors, List: d.listOfFeed}, d.feed)
	d.Handle(desk.Route{Pattern: "POST /desk/feeds/{feed}", Roles: editors, List: d.listOfFeed, Time: fetchTime}, d.saveFeed)
	d.Handle(desk.Route{Pattern: "POST /desk/feeds/{feed}/wake", Roles: editors, List: d.listOfFeed}, d.feedAct(feedStore.WakeFeed, "feed_woken"))
	d.Handle(desk.Route{Pattern: "POST /desk/feeds/{feed}/pause", Roles: editors, List: d.listOfFeed}, d.feedAct(feedStore.PauseFeed, "feed_paused"))
	d.Handle(desk.Route{Pattern: "POST /desk/feeds/{feed}/topic", Roles: editors, List: d.listOfFeed, Time: fetchTime}, d.giveTopic)
	d.Handle(desk.Route{Pattern: "GET /desk/feeds/{feed}/archive", Roles: editors, List: d.listOfFeed}, d.askArchiveFeed)
	d.Handle(desk.Route{Pattern: "POST /desk/feeds/{feed}/archive", Roles: editors, List: d.listOfFeed}, d.archiveFeed)
}

func (d *door) feedByPath(r *http.Request) (*newsletter.Feed, error) {
	id, err := rowID(r, "feed")
	if err != nil {
		return nil, err
	}
	f, err := d.Store.Feed(r.Context(), id)
	if err == nil && !f.ArchivedAt.IsZero() {
		return nil, web.Status(http.StatusNotFound)
	}
	return f, err
}

func (d *door) listOfFeed(r *http.Request) (int64, error) {
	f, err := d.feedByPath(r)
	if err != nil {
		return 0, err
	}
	return f.ListID, nil
}

func feedURL(id int64) string { return "/desk/feeds/" + strconv.FormatInt(id, 10) }

// feedsPage is the data of feeds.html.
type feedsPage struct {
	Lists []feedList
}

type feedList struct {
	Title, Name string
	Feeds       []feedStanding
}

// feedStanding is how a feed does.
type feedStanding struct {
	URL, Name, Address string
	State              desk.State
	Asked, Next        newsletter.Time // zero: not yet, or not any more
	Failures           int
	Problem            string
	MovedTo            string
}

func (d *door) feeds(w http.ResponseWriter, r *http.Request) error {
	lists, err := d.myLists(r)
	if err != nil {
		return err
	}
	var page feedsPage
	for i := range lists {
		l := &lists[i]
		if l.State == newsletter.ListArchived {
			continue
		}
		feeds, err := d.Store.Feeds(r.Context(), l.ID)
		if err != nil {
			return err
		}
		of := feedList{Title: titleOf(r, l, l.Texts, l.Name), Name: l.Name}
		for j := range feeds {
			if feeds[j].ArchivedAt.IsZero() {
				of.Feeds = append(of.Feeds, d.standingOf(r, &feeds[j]))
			}
		}
		page.Lists = append(page.Lists, of)
	}
	return d.Render(w, r, web.Page{Template: "feeds.html", Data: page})
}

// standingOf says how a feed does, and what is wrong with it in the language of the page.
func (d *door) standingOf(r *http.Request, f *newsletter.Feed) feedStanding {
	s := feedStanding{URL: feedURL(f.ID), Name: f.Name, Address: f.URL, Asked: f.FetchedAt, Next: f.NextAt, Failures: f.Failures,
		MovedTo: f.MovedTo, State: desk.State{Kind: "good", Key: "feed_state_ok"}}
	switch {
	case f.State == newsletter.FeedDisabled && f.LastError == "":
		s.State, s.Next = desk.State{Kind: "over", Key: "feed_state_paused"}, newsletter.Time{}
	case f.State == newsletter.FeedDisabled:
		s.State, s.Next = desk.State{Kind: "wrong", Key: "feed_state_gone"}, newsletter.Time{}
	case f.State == newsletter.FeedFailing:
		s.State = desk.State{Kind: "wrong", Key: "feed_state_failing"}
	case f.FetchedAt.IsZero():
		s.State = desk.State{Kind: "waiting", Key: "feed_state_new"}
	}
	s.Problem = d.problem(r, f.LastReason, f.LastError)
	return s
}

// problem is why a feed can't be read, in the words of the catalogue, or else in English.
func (d *door) problem(r *http.Request, reason, message string) string {
	if key := "error_" + reason; reason != "" && d.Templates.Texts().Has(key) {
		return d.sayer(r)(key)
	}
	return message
}

// feedAct does one thing to a feed.
func (d *door) feedAct(act func(feedStore, context.Context, int64, newsletter.Actor, time.Time) error, done string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, err := d.feedByPath(r)
		if err != nil {
			return err
		}
		if err := act(d.Store, r.Context(), f.ID, d.actor(r), d.Now()); err != nil {
			return err
		}
		return d.Done(w, r, feedURL(f.ID), done)
	}
}

func (d *door) askArchiveFeed(w http.ResponseWriter, r *http.Request) error {
	f, err := d.feedByPath(r)
	if err != nil {
		return err
	}
	say := d.sayer(r)
	return d.Confirm(w, r, desk.Confirm{Title: say("feed_archive_title", "Feed", f.Name), Text: say("feed_archive_text"), Button: say("feed_archive_button"),
		Action: feedURL(f.ID) + "/archive", Back: feedURL(f.ID), Grave: true,
		Crumbs: []desk.Link{{Text: say("place_feeds"), URL: "/desk/feeds"}, {Text: f.Name, URL: feedURL(f.ID)}}})
}

func (d *door) archiveFeed(w http.ResponseWriter, r *http.Request) error {
	f, err := d.feedByPath(r)
	if err != nil {
		return err
	}
	if err := d.Store.ArchiveFeed(r.Context(), f.ID, d.actor(r), d.Now()); err != nil {
		return err
	}
	return d.Done(w, r, "/desk/feeds", "feed_archived")
}
