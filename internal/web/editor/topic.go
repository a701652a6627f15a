package editor

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/richtext"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// topicStore is what the pages of topics read and change.
type topicStore interface {
	Topic(ctx context.Context, id int64) (*newsletter.Topic, error)
	CreateTopic(ctx context.Context, t *newsletter.Topic, by newsletter.Actor, now time.Time) error
	ChangeTopic(ctx context.Context, t *newsletter.Topic, by newsletter.Actor, now time.Time) error
	PlanMerge(ctx context.Context, from, into int64) (newsletter.Merge, error)
	MergeTopics(ctx context.Context, from, into int64, by newsletter.Actor, now time.Time) (newsletter.Merge, error)
}

func (d *door) topicRoutes() {
	d.Place(desk.Place{Key: "topics", Path: "/desk/topics", Roles: editors, Order: 55})
	d.Handle(desk.Route{Pattern: "GET /desk/topics", Roles: editors}, d.topics)
	d.Handle(desk.Route{Pattern: "POST /desk/topics", Roles: editors, List: d.listByQuery}, d.addTopic)
	of := func(pattern string, h web.Handler) {
		d.Handle(desk.Route{Pattern: pattern, Roles: editors, List: d.listOfTopic}, h)
	}
	of("GET /desk/topics/{topic}", d.topic)
	of("POST /desk/topics/{topic}", d.saveTopic)
	of("GET /desk/topics/{topic}/merge", d.askMerge)
	of("POST /desk/topics/{topic}/merge", d.merge)
}

func (d *door) topicByPath(r *http.Request) (*newsletter.Topic, error) {
	id, err := rowID(r, "topic")
	if err != nil {
		return nil, err
	}
	t, err := d.Store.Topic(r.Context(), id)
	if err == nil && !t.ArchivedAt.IsZero() {
		return nil, web.Status(http.StatusNotFound)
	}
	return t, err
}

func (d *door) listOfTopic(r *http.Request) (int64, error) {
	t, err := d.topicByPath(r)
	if err != nil {
		return 0, err
	}
	return t.ListID, nil
}

func topicURL(id int64) string { return "/desk/topics/" + strconv.FormatInt(id, 10) }

// topicsPage is the data of topics.html.
type topicsPage struct {
	Lists []topicList
}

type topicList struct {
	Title, Name string
	Topics      []choice // Value: the address of its page
	TitleNL     string   // as typed, when a new one could not be made
	TitleEN     string
	Asked       bool // the form that was sent is this list's
}

func (d *door) topics(w http.ResponseWriter, r *http.Request) error {
	return d.renderTopics(w, r, "", nil)
}

// renderTopics shows the topics of all lists, with what was typed for one of them.
func (d *door) renderTopics(w http.ResponseWriter, r *http.Request, asked string, typed url.Values, faults ...web.Fault) error {
	lists, err := d.myLists(r)
	if err != nil {
		return err
	}
	all, err := d.topicsOf(r, lists)
	if err != nil {
		return err
	}
	var page topicsPage
	for i := range lists {
		l := &lists[i]
		if l.State == newsletter.ListArchived {
			continue
		}
		of := topicList{Title: titleOf(r, l, l.Texts, l.Name), Name: l.Name, Asked: l.Name == asked}
		if of.Asked {
			of.TitleNL, of.TitleEN = typed.Get("title_nl"), typed.Get("title_en")
		}
		for _, t := range all[l.ID] {
			if t.ArchivedAt.IsZero() {
				of.Topics = append(of.Topics, choice{Value: topicURL(t.ID), Label: titleOf(r, l, t.Texts, t.Name)})
			}
		}
		page.Lists = append(page.Lists, of)
	}
	status := 0
	if len(faults) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return d.Render(w, r, web.Page{Template: "topics.html", Status: status, Data: page, Faults: faults})
}

// readTexts reads titles and descriptions in the languages; the list's own is always there.
func readTexts(typed url.Values, own newsletter.Language) newsletter.Texts {
	texts := newsletter.Texts{}
	for _, lang := range newsletter.Languages() {
		text := newsletter.Text{Title: richtext.Line(typed.Get("title_" + string(lang))), Description: richtext.Line(typed.Get("description_" + string(lang)))}
		if text != (newsletter.Text{}) || lang == own {
			texts[lang] = text
		}
	}
	return texts
}

func (d *door) addTopic(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	id, err := d.listByQuery(r)
	if err != nil {
		return err
	}
	l, err := d.Store.List(r.Context(), id)
	if err != nil {
		return err
	}
	t := &newsletter.Topic{ListID: l.ID, Texts: readTexts(typed, l.Language)}
	t.Name = newsletter.NameFrom(t.Texts[l.Language].Title)
	wrong := titleFault(joined(t.Check()), l)
	if wrong == nil {
		wrong = d.Store.CreateTopic(r.Context(), t, d.actor(r), d.Now())
		var e *newsletter.Error
		if errors.As(wrong, &e) && e.Reason == "topic_exists" {
			e.Field = "title_" + string(l.Language)
		}
	}
	if wrong == nil {
		return d.Done(w, r, "/desk/topics", "topic_added")
	}
	faults := d.Faults(r, wrong)
	if len(faults) == 0 {
		return wrong
	}
	return d.renderTopics(w, r, l.Name, typed, faults...)
}

// joined makes of one error a list of one, as errors.Join does; nil stays nil.
func joined(err error) error { return errors.Join(err) }

// topicPage is the data of topic.html.
type topicPage struct {
	URL, List, Title             string
	TitleNL, TitleEN             string
	DescriptionNL, DescriptionEN string
	Others                       []choice
}

func (d *door) topicPage(r *http.Request, t *newsletter.Topic) (*topicPage, *newsletter.List, error) {
	l, topics, err := d.listAndTopics(r, t.ListID)
	if err != nil {
		return nil, nil, err
	}
	nl, en := t.Texts[newsletter.Dutch], t.Texts[newsletter.English]
	page := &topicPage{URL: topicURL(t.ID), List: titleOf(r, l, l.Texts, l.Name), Title: titleOf(r, l, t.Texts, t.Name),
		TitleNL: nl.Title, TitleEN: en.Title, DescriptionNL: nl.Description, DescriptionEN: en.Description}
	for _, o := range topics {
		if o.ID != t.ID && o.ArchivedAt.IsZero() {
			page.Others = append(page.Others, choice{Value: strconv.FormatInt(o.ID, 10), Label: titleOf(r, l, o.Texts, o.Name)})
		}
	}
	return page, l, nil
}

func (d *door) topic(w http.ResponseWriter, r *http.Request) error {
	t, err := d.topicByPath(r)
	if err != nil {
		return err
	}
	page, _, err := d.topicPage(r, t)
	if err != nil {
		return err
	}
	return d.Render(w, r, web.Page{Template: "topic.html", Data: page})
}

func (d *door) saveTopic(w http.ResponseWriter, r *http.Request) error {
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	t, err := d.topicByPath(r)
	if err != nil {
		return err
	}
	l, err := d.Store.List(r.Context(), t.ListID)
	if err != nil {
		return err
	}
	t.Texts = readTexts(typed, l.Language)
	wrong := titleFault(joined(t.Check()), l)
	if wrong == nil {
		if wrong = d.Store.ChangeTopic(r.Context(), t, d.actor(r), d.Now()); wrong == nil {
			return d.Done(w, r, topicURL(t.ID), "saved")
		}
	}
	faults := d.Faults(r, wrong)
	if len(faults) == 0 {
		return wrong
	}
	page, _, err := d.topicPage(r, t)
	if err != nil {
		return err
	}
	return d.Render(w, r, web.Page{Template: "topic.html", Status: http.StatusUnprocessableEntity, Data: page, Faults: faults})
}

// askMerge says what merging would move.
func (d *door) askMerge(w http.ResponseWriter, r *http.Request) error {
	t, err := d.topicByPath(r)
	if err != nil {
		return err
	}
	into, err := strconv.ParseInt(r.URL.Query().Get("into"), 10, 64)
	if err != nil {
		return web.Status(http.StatusNotFound)
	}
	plan, err := d.Store.PlanMerge(r.Context(), t.ID, into)
	if err != nil {
		return err
	}
	other, err := d.Store.Topic(r.Context(), into)
	if err != nil {
		return err
	}
	l, err := d.Store.List(r.Context(), t.ListID)
	if err != nil {
		return err
	}
	say, ends, stays := d.sayer(r), titleOf(r, l, t.Texts, t.Name), titleOf(r, l, other.Texts, other.Name)
	return d.Confirm(w, r, desk.Confirm{Title: say("topic_merge_title", "From", ends, "Into", stays), Text: say("topic_merge_text", "From", ends, "Into", stays),
		Points: []string{say("topic_merge_posts", "Count", plan.Posts, "Into", stays), say("topic_merge_readers", "Count", plan.Readers, "Into", stays),
			say("topic_merge_feeds", "Count", plan.Feeds, "Into", stays), say("topic_merge_nothing_twice")},
		Action: topicURL(t.ID) + "/merge", Fields: []web.Field{{Name: "into", Value: strconv.FormatInt(into, 10)}}, Button: say("topic_merge_button"),
		Grave: true, Back: topicURL(t.ID), Crumbs: []desk.Link{{Text: say("place_topics"), URL: "/desk/topics"}, {Text: ends, URL: topicURL(t.ID)}}})
}

func (d *door) merge(w http.ResponseWriter, r *http.Request) error {
	t, err := d.topicByPath(r)
	if err != nil {
		return err
	}
	typed, err := web.Form(r)
	if err != nil {
		return err
	}
	into, err := strconv.ParseInt(typed.Get("into"), 10, 64)
	if err != nil {
		return web.Status(http.StatusNotFound)
	}
	if _, err := d.Store.MergeTopics(r.Context(), t.ID, into, d.actor(r), d.Now()); err != nil {
		return err
	}
	return d.Done(w, r, topicURL(into), "topic_merged")
}
