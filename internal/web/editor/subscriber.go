package editor

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// peopleStore is what the pages of subscribers read and change.
type peopleStore interface {
	People(ctx context.Context, q newsletter.PeopleQuery, by newsletter.Actor, now time.Time) ([]newsletter.PersonLine, error)
	LookAt(ctx context.Context, id newsletter.PublicID, lists []int64, hashes func(newsletter.Address) []token.Hash, by newsletter.Actor, now time.Time) (*newsletter.Look, error)
	Comings(ctx context.Context, lists []int64, times []time.Time) ([]newsletter.Coming, error)
	AdmitSubscriber(ctx context.Context, a *newsletter.Admission, hashes []token.Hash, by newsletter.Actor, now time.Time) (*newsletter.Subscriber, error)
	InviteSubscriber(ctx context.Context, a *newsletter.Admission, life time.Duration, hashes []token.Hash, by newsletter.Actor, now time.Time) error
	Subscription(ctx context.Context, id newsletter.PublicID) (*newsletter.Subscription, error)
	UnsubscribeFor(ctx context.Context, id newsletter.PublicID, asked newsletter.Asked, by newsletter.Actor, now time.Time) error
	PauseFor(ctx context.Context, id newsletter.PublicID, until time.Time, asked newsletter.Asked, by newsletter.Actor, now time.Time) error
	ExportPeople(ctx context.Context, q newsletter.PeopleQuery, columns []string, by newsletter.Actor, now time.Time, each func([]newsletter.PersonLine) error) (int64, error)
}

const subscribersPath = "/desk/subscribers"

func (d *door) subscriberRoutes() {
	d.Place(desk.Place{Key: "subscribers", Path: subscribersPath, Roles: editors, Order: 60})
	d.Handle(desk.Route{Pattern: "GET /desk/subscribers", Roles: editors}, d.subscribers)
	d.Handle(desk.Route{Pattern: "GET /desk/subscribers/growth", Roles: editors}, d.growth)
	d.Handle(desk.Route{Pattern: "GET /desk/subscribers/export", Roles: editors}, d.askExport)
	d.Handle(desk.Route{Pattern: "POST /desk/subscribers/export", Roles: editors, Time: exportTime}, d.export)
	d.Handle(desk.Route{Pattern: "GET /desk/subscribers/new", Roles: editors}, d.newSubscriber)
	d.Handle(desk.Route{Pattern: "POST /desk/subscribers/new", Roles: editors, List: d.listByQuery}, d.addSubscriber)
	d.Handle(desk.Route{Pattern: "GET /desk/subscribers/{person}", Roles: editors}, d.subscriber)
	d.Handle(desk.Route{Pattern: "GET /desk/subscriptions/{subscription}/leave", Roles: editors, List: d.listOfSubscription}, d.askLeave)
	d.Handle(desk.Route{Pattern: "POST /desk/subscriptions/{subscription}/leave", Roles: editors, List: d.listOfSubscription}, d.leaveFor)
	d.Handle(desk.Route{Pattern: "GET /desk/subscriptions/{subscription}/pause", Roles: editors, List: d.listOfSubscription}, d.askPause)
	d.Handle(desk.Route{Pattern: "POST /desk/subscriptions/{subscription}/pause", Roles: editors, List: d.listOfSubscription}, d.pauseFor)
}

// scopeOf are the lists whose people somebody may see; nil: all, for an admin.
func (d *door) scopeOf(r *http.Request) ([]int64, error) {
	if desk.StaffOf(r).Has(newsletter.RoleAdmin) {
		return nil, nil
	}
	lists, err := d.myLists(r)
	ids := []int64{}
	for _, l := range lists {
		ids = append(ids, l.ID)
	}
	return ids, err
}

// subscribersPage is the data of subscribers.html.
type subscribersPage struct {
	Search                                string
	Lists, Topics, Paces, States, Tongues []choice
	Suppressed                            bool
	Since                                 string
	Several, Filtered, More               bool // More: of the filters that stand behind a fold, one is in use
	People                                []personLine
	Pager                                 desk.Pager
	Export                                string // where the same people are exported
}

// personLine is somebody in the list.
type personLine struct {
	URL, Address, Name string
	Since              newsletter.Time
	Suppressed         bool
	Lists              []membershipLine
}

// membershipLine is a subscription in words.
type membershipLine struct {
	List, Pace string
	State      desk.State
}

// perPage is how many people a page of the list has.
const perPage = 50

func (d *door) subscribers(w http.ResponseWriter, r *http.Request) error {
	lists, err := d.myLists(r)
	if err != nil {
		return err
	}
	asked := r.URL.Query()
	q, page, err := d.peopleAsked(r, asked, lists)
	if err != nil {
		return err
	}
	q.Limit = perPage + 1
	people, err := d.Store.People(r.Context(), *q, d.actor(r), d.Now())
	if err != nil {
		return err
	}
	if q.Before != 0 {
		page.Pager.Newest = subscribersPath + "?" + without(asked, "before").Encode()
	}
	if len(people) > perPage {
		people = people[:perPage]
		older := without(asked, "before")
		older.Set("before", strconv.FormatInt(people[perPage-1].ID, 10))
		page.Pager.Older = subscribersPath + "?" + older.Encode()
	}
	page.Export = subscribersPath + "/export?" + without(asked, "before").Encode()
	words := d.paceWords(r, lists)
	for i := range people {
		page.People = append(page.People, lineOfPerson(&people[i], words))
	}
	return d.Render(w, r, web.Page{Template: "subscribers.html", Data: page})
}

// peopleAsked reads what somebody looks for, and the page around it. What isn't theirs is not looked at.
func (d *door) peopleAsked(r *http.Request, asked url.Values, lists []newsletter.List) (*newsletter.PeopleQuery, *subscribersPage, error) {
	scope, err := d.scopeOf(r)
	if err != nil {
		return nil, nil, err
	}
	topics, err := d.topicsOf(r, lists)
	if err != nil {
		return nil, nil, err
	}
	q := &newsletter.PeopleQuery{Lists: scope, Search: asked.Get("q"), State: newsletter.SubscriptionState(asked.Get("state")),
		Language: newsletter.Language(asked.Get("language")), Suppressed: asked.Has("suppressed")}
	q.TopicID, _ = strconv.ParseInt(asked.Get("topic"), 10, 64)
	q.ScheduleID, _ = strconv.ParseInt(asked.Get("pace"), 10, 64)
	q.Before, _ = strconv.ParseInt(asked.Get("before"), 10, 64)
	for _, l := range lists {
		if l.Name == asked.Get("list") {
			q.ListID = l.ID
		}
	}
	if since, err := time.ParseInLocation(time.DateOnly, asked.Get("since"), d.Zone); err == nil {
		q.Since = newsletter.At(since)
	}
	page := &subscribersPage{Search: q.Search, Since: asked.Get("since"), Suppressed: q.Suppressed, Several: len(lists) > 1,
		Lists: listChoices(r, lists, asked.Get("list")), Topics: topicChoices(r, lists, topics, q.TopicID),
		States:  choices(string(q.State), "subscription_state_", "", "active", "paused", "unsubscribed"),
		Tongues: choices(string(q.Language), "language_", "", "nl", "en"),
		More:    q.TopicID != 0 || q.ScheduleID != 0 || q.Language != "" || !q.Since.IsZero() || q.Suppressed}
	page.Filtered = page.More || q.Search != "" || q.ListID != 0 || q.State != ""
	page.Paces, err = d.paceChoices(r, lists, q.ScheduleID)
	return q, page, err
}

// paceChoices are the schedules of lists, with their list's title where there are several.
func (d *door) paceChoices(r *http.Request, lists []newsletter.List, chosen int64) ([]choice, error) {
	var all []choice
	for i := range lists {
		l := &lists[i]
		schedules, err := d.Store.Schedules(r.Context(), l.ID)
		if err != nil {
			return nil, err
		}
		for _, c := range schedules {
			label := titleOf(r, l, c.Texts, c.Name)
			if len(lists) > 1 {
				label = titleOf(r, l, l.Texts, l.Name) + ": " + label
			}
			if c.ArchivedAt.IsZero() || c.ID == chosen {
				all = append(all, choice{Value: strconv.FormatInt(c.ID, 10), Label: label, Chosen: c.ID == chosen})
			}
		}
	}
	return all, nil
}

// paceWords says how lists are called, by id.
func (d *door) paceWords(r *http.Request, lists []newsletter.List) map[int64]string {
	words := map[int64]string{}
	for i := range lists {
		words[lists[i].ID] = titleOf(r, &lists[i], lists[i].Texts, lists[i].Name)
	}
	return words
}

// subscriptionStates is how the states of subscriptions look.
var subscriptionStates = map[newsletter.SubscriptionState]string{
	newsletter.SubscriptionActive: "good", newsletter.SubscriptionPaused: "waiting", newsletter.SubscriptionUnsubscribed: "over",
}

func subscriptionStateOf(s newsletter.SubscriptionState) desk.State {
	return desk.State{Kind: subscriptionStates[s], Key: "subscription_state_" + string(s)}
}

func personURL(id newsletter.PublicID) string { return subscribersPath + "/" + id.String() }

func lineOfPerson(p *newsletter.PersonLine, titles map[int64]string) personLine {
	line := personLine{URL: personURL(p.PublicID), Address: p.Address.String(), Name: p.Name, Since: p.CreatedAt, Suppressed: !p.SuppressedAt.IsZero()}
	for _, m := range p.Subscriptions {
		line.Lists = append(line.Lists, membershipLine{List: titles[m.ListID], Pace: m.Schedule, State: subscriptionStateOf(m.State)})
	}
	return line
}
