package editor

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/richtext"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// feedPage is the data of feed.html.
type feedPage struct {
	Topicless     int64    // posts that are there, and have no topic
	Give          []choice // topics that they can be given
	New           bool
	List          string
	URL, Action   string
	Standing      feedStanding
	Paused        bool
	Name, Address string
	Minutes       string
	Since         string // of type date
	MayInternal   bool   // who is signed in may point a feed into the organisation's own network
	Internal      bool
	Tested        bool
	Items         []itemLine // what a test brought
	More          int        // items that it brought beside them
	Categories    []categoryLine
	Other         []choice // the topics of a post none of whose categories is named
	Problem       string   // why a test brought nothing
	Anyway        bool     // it may be saved all the same
	MovedTo       string
}

// itemLine is an item that would come in.
type itemLine struct {
	Title, Link, Author string
	At, Starts          newsletter.Time
	Picture             bool
	Categories          []string
}

// categoryLine is a category of the feed, and which topic it means.
type categoryLine struct {
	Field, Category string
	Topics          []choice
}

// shownItems is how many items of a test are shown.
const shownItems = 10

// newTopic is the value of a choice that makes a topic of a category.
const newTopic = "+"

func (d *door) newFeed(w http.ResponseWriter, r *http.Request) error {
	l, open, err := d.myList(r, r.URL.Query().Get("list"))
	if err != nil {
		return err
	}
	if l == nil {
		return d.Render(w, r, web.Page{Template: "feed-list.html", Data: listChoices(r, open, "")})
	}
	page := d.feedPage(r, &newsletter.Feed{ListID: l.ID, Interval: newsletter.Duration(30 * time.Minute)}, l)
	return d.renderFeed(w, r, page)
}

func (d *door) feed(w http.ResponseWriter, r *http.Request) error {
	f, err := d.feedByPath(r)
	if err != nil {
		return err
	}
	l, topics, err := d.listAndTopics(r, f.ListID)
	if err != nil {
		return err
	}
	page := d.feedPage(r, f, l)
	d.fillCategories(r, page, f.Mapping, slices.Sorted(maps.Keys(f.Mapping)), l, topics)
	if err := d.fillTopicless(r, page, f, l, topics); err != nil {
		return err
	}
	return d.renderFeed(w, r, page)
}

func (d *door) renderFeed(w http.ResponseWriter, r *http.Request, page *feedPage, faults ...web.Fault) error {
	status := 0
	if len(faults) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return d.Render(w, r, web.Page{Template: "feed.html", Status: status, Data: page, Faults: faults})
}

func (d *door) feedPage(r *http.Request, f *newsletter.Feed, l *newsletter.List) *feedPage {
	page := &feedPage{New: f.ID == 0, List: titleOf(r, l, l.Texts, l.Name), Action: "/desk/feeds?list=" + l.Name, Name: f.Name, Address: f.URL,
		Minutes: strconv.Itoa(int(f.Interval.D() / time.Minute)), Internal: f.Internal, MayInternal: desk.StaffOf(r).Has(newsletter.RoleAdmin)}
	if !f.ImportSince.IsZero() {
		page.Since = f.ImportSince.In(d.Zone).Format(time.DateOnly)
	}
	if !page.New {
		page.URL, page.Action = feedURL(f.ID), feedURL(f.ID)
		page.Standing = d.standingOf(r, f)
		page.Paused = f.State == newsletter.FeedDisabled
	}
	return page
}

// fillCategories makes a choice of topics for each category.
func (d *door) fillCategories(r *http.Request, page *feedPage, mapping newsletter.Mapping, categories []string, l *newsletter.List, topics []newsletter.Topic) {
	options := func(chosen string, fresh bool) []choice {
		all := []choice{{Value: "", Label: d.sayer(r)("feed_no_topic"), Chosen: chosen == ""}}
		if fresh {
			all = append(all, choice{Value: newTopic, Label: d.sayer(r)("feed_new_topic"), Chosen: chosen == newTopic})
		}
		for _, t := range topics {
			if t.ArchivedAt.IsZero() {
				all = append(all, choice{Value: t.Name, Label: titleOf(r, l, t.Texts, t.Name), Chosen: t.Name == chosen})
			}
		}
		return all
	}
	for _, category := range categories {
		if category == newsletter.OtherCategories {
			continue
		}
		chosen, _ := mapping.TopicFor(category)
		page.Categories = append(page.Categories, categoryLine{Field: "topic-" + strconv.Itoa(len(page.Categories)), Category: category, Topics: options(chosen, true)})
	}
	page.Other = options(mapping[newsletter.OtherCategories], false)
}

// readFeed reads the form into a feed, with the topics that are to be made.
func (d *door) readFeed(r *http.Request, typed url.Values, f *newsletter.Feed, l *newsletter.List, topics []newsletter.Topic) (fresh []newsletter.Topic, err error) {
	var faults []error
	before := f.URL
	f.URL = strings.TrimSpace(typed.Get("url"))
	if f.ID == 0 {
		if f.Name = newsletter.NameFrom(typed.Get("name")); f.Name == "" {
			if u, err := url.Parse(f.URL); err == nil {
				f.Name = newsletter.NameFrom(strings.TrimPrefix(u.Hostname(), "www."))
			}
		}
	}
	minutes, err := strconv.Atoi(typed.Get("interval"))
	if err != nil {
		minutes = 0
	}
	f.Interval = newsletter.Duration(time.Duration(min(minutes, 10_000)) * time.Minute)
	switch { // that a feed may be inside is said of one address, and by an admin alone
	case desk.StaffOf(r).Has(newsletter.RoleAdmin):
		f.Internal = typed.Has("internal")
	case f.URL != before:
		f.Internal = false
	}
	f.ImportSince = newsletter.Time{}
	if since := typed.Get("since"); since != "" {
		day, err := time.ParseInLocation(time.DateOnly, since, d.Zone)
		if err != nil {
			faults = append(faults, fieldError("since", "post_date", "this is no date"))
		}
		f.ImportSince = newsletter.At(day)
	}
	f.Mapping, fresh = readMapping(typed, l, topics)
	return fresh, errors.Join(append(faults, f.Check())...)
}

// readMapping reads which topic each category means. A category that means a new one brings that topic.
func readMapping(typed url.Values, l *newsletter.List, topics []newsletter.Topic) (newsletter.Mapping, []newsletter.Topic) {
	mapping, fresh := newsletter.Mapping{}, []newsletter.Topic(nil)
	known := map[string]bool{}
	for _, t := range topics {
		known[t.Name] = t.ArchivedAt.IsZero()
	}
	for i, written := range typed["category"] {
		category := richtext.Line(written)
		if category == "" || category == newsletter.OtherCategories {
			continue
		}
		switch topic := typed.Get("topic-" + strconv.Itoa(i)); {
		case topic == newTopic:
			name := newsletter.NameFrom(category)
			if _, taken := known[name]; name != "" && !taken {
				known[name] = true
				fresh = append(fresh, newsletter.Topic{ListID: l.ID, Name: name, Texts: newsletter.Texts{l.Language: {Title: category}}})
			}
			mapping[category] = name
		case known[topic] || topic == "":
			mapping[category] = topic
		}
	}
	if other := typed.Get("other"); known[other] {
		mapping[newsletter.OtherCategories] = other
	}
	return mapping, fresh
}

func (d *door) addFeed(w http.ResponseWriter, r *http.Request) error {
	id, err := d.listByQuery(r)
	if err != nil {
		return err
	}
	return d.takeFeed(w, r, &newsletter.Feed{ListID: id})
}

func (d *door) saveFeed(w http.ResponseWriter, r *http.Request) error {
	f, err := d.feedByPath(r)
	if err != nil {
		return err
	}
	return d.takeFeed(w, r, f)
}

// takeFeed saves what was typed, or asks the feed once and shows what would come in.
func (d *door) takeFeed(w http.ResponseWriter, r *http.Request, f *newsletter.Feed) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	l, topics, err := d.listAndTopics(r, f.ListID)
	if err != nil {
		return err
	}
	before := f.URL
	fresh, wrong := d.readFeed(r, typed, f, l, topics)
	if wrong == nil && f.URL != before {
		wrong = d.feedTwice(r, f)
	}
	// A new address is asked before it is saved: what can't be read is saved by who says so once more.
	var tested *feedTest
	if wrong == nil && !typed.Has("test") && !typed.Has("anyway") && f.URL != before {
		if tested = d.testFeed(r, f); tested.fetch.Error != "" {
			wrong = fieldError("url", "feed_unread", "the feed can't be read: save it all the same, or look at its address")
		}
	}
	if wrong == nil && !typed.Has("test") {
		if f.ID == 0 {
			wrong = d.Store.CreateFeed(r.Context(), f, d.actor(r), d.Now(), fresh...)
		} else {
			wrong = d.Store.ChangeFeed(r.Context(), f, d.actor(r), d.Now(), fresh...)
		}
		if wrong == nil {
			return d.Done(w, r, feedURL(f.ID), "feed_saved")
		}
	}
	page := d.feedPage(r, f, l)
	page.Minutes, page.Since = typed.Get("interval"), typed.Get("since")
	categories := typed["category"]
	switch {
	case wrong == nil:
		categories = d.testFeed(r, f).show(d, r, page, f)
	case tested != nil && tested.fetch.Error != "":
		categories, page.Anyway = tested.show(d, r, page, f), true
	}
	d.fillCategories(r, page, chosenMapping(typed, f.Mapping), categories, l, topics)
	if wrong == nil {
		return d.renderFeed(w, r, page)
	}
	faults := d.Faults(r, wrong)
	if len(faults) == 0 {
		return wrong
	}
	return d.renderFeed(w, r, page, faults...)
}

// chosenMapping is what the form says, new topics as they were chosen: nothing was made yet.
func chosenMapping(typed url.Values, mapping newsletter.Mapping) newsletter.Mapping {
	chosen := maps.Clone(mapping)
	for i, category := range typed["category"] {
		if typed.Get("topic-"+strconv.Itoa(i)) == newTopic {
			chosen[richtext.Line(category)] = newTopic
		}
	}
	return chosen
}

// feedTwice refuses an address that another feed of the list has.
func (d *door) feedTwice(r *http.Request, f *newsletter.Feed) error {
	feeds, err := d.Store.Feeds(r.Context(), f.ListID)
	if err != nil {
		return err
	}
	for _, other := range feeds {
		if other.ID != f.ID && other.ArchivedAt.IsZero() && strings.TrimSuffix(other.URL, "/") == strings.TrimSuffix(f.URL, "/") {
			err := newsletter.Errorf(newsletter.Invalid, "feed_twice", "the list reads this address already, as the feed %s", other.Name)
			err.Field, err.Args = "url", map[string]any{"Name": other.Name}
			return err
		}
	}
	return nil
}

// feedTest is what came of asking a feed once.
type feedTest struct{ fetch *newsletter.Fetch }

// testFeed asks a feed for all there is, whether or not it is new.
func (d *door) testFeed(r *http.Request, f *newsletter.Feed) *feedTest {
	asked := *f
	asked.ETag, asked.Modified, asked.Failures = "", "", 0
	return &feedTest{d.Feeds.Fetch(r.Context(), &asked, d.Now())}
}

// show puts into the page what would come in. It returns the categories that a mapping can name: those of the items,
// and those that it names already.
func (t *feedTest) show(d *door, r *http.Request, page *feedPage, f *newsletter.Feed) []string {
	fetch := t.fetch
	page.Tested, page.MovedTo = true, fetch.MovedTo
	if fetch.Error != "" {
		page.Problem = d.problem(r, fetch.Reason, fetch.Error)
	}
	for i := range fetch.Items[:min(shownItems, len(fetch.Items))] {
		item := &fetch.Items[i]
		page.Items = append(page.Items, itemLine{Title: item.Title, Link: item.Link, Author: item.Author, At: item.Published, Starts: item.StartsAt,
			Picture: item.Picture != "", Categories: item.Categories})
	}
	page.More = len(fetch.Items) - len(page.Items)
	categories := newsletter.Categories(fetch.Items)
	for _, written := range slices.Sorted(maps.Keys(f.Mapping)) {
		if !slices.ContainsFunc(categories, func(c string) bool { _, known := newsletter.Mapping{written: ""}.TopicFor(c); return known }) {
			categories = append(categories, written)
		}
	}
	return categories
}
