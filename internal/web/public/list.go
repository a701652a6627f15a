package public

import (
	"context"
	"net/http"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// listView is a list as pages show it.
type listView struct {
	Name, Title, Description string
	Lang                     newsletter.Language // of title and description
	URL                      string
	brand                    *web.Brand
}

func (d *door) listView(l *newsletter.List, lang newsletter.Language) listView {
	text, spoken := textIn(l.Texts, lang, l.Language)
	return listView{Name: l.Name, Title: text.Title, Description: text.Description, Lang: spoken, URL: "/l/" + l.Name, brand: web.BrandOf(l)}
}

// textIn returns the text for a reader and the language that it is in.
func textIn(texts newsletter.Texts, lang, fallback newsletter.Language) (newsletter.Text, newsletter.Language) {
	for _, l := range append([]newsletter.Language{lang, fallback}, newsletter.Languages()...) {
		if text, ok := texts[l]; ok {
			return text, l
		}
	}
	return newsletter.Text{}, lang
}

// offer is a list with all that one can choose in it.
type offer struct {
	newsletter.List
	topics    []newsletter.Topic
	schedules []newsletter.Schedule
	// What was archived: who has chosen it keeps it, and nobody can choose it anew.
	formerTopics    []newsletter.Topic
	formerSchedules []newsletter.Schedule
}

// offers returns the lists that one can join, or, with all, every list.
func (d *door) offers(ctx context.Context, all bool) ([]offer, error) {
	lists, err := d.Store.Lists(ctx)
	if err != nil {
		return nil, err
	}
	var offers []offer
	for _, l := range lists {
		if l.State != newsletter.ListActive && !all {
			continue
		}
		o, err := d.offer(ctx, l)
		if err != nil {
			return nil, err
		}
		if all || len(o.schedules) > 0 {
			offers = append(offers, o)
		}
	}
	return offers, nil
}

func (d *door) offer(ctx context.Context, l newsletter.List) (o offer, err error) {
	o.List = l
	if o.topics, err = d.Store.Topics(ctx, l.ID); err != nil {
		return o, err
	}
	if o.schedules, err = d.Store.Schedules(ctx, l.ID); err != nil {
		return o, err
	}
	o.topics, o.formerTopics = divide(o.topics, func(t newsletter.Topic) bool { return t.ArchivedAt.IsZero() })
	o.schedules, o.formerSchedules = divide(o.schedules, func(s newsletter.Schedule) bool { return s.ArchivedAt.IsZero() })
	return o, nil
}

// divide tells what fits from what doesn't, each in the order in which it came.
func divide[T any](all []T, fits func(T) bool) (yes, no []T) {
	for _, one := range all {
		if fits(one) {
			yes = append(yes, one)
		} else {
			no = append(no, one)
		}
	}
	return yes, no
}

// listPage is the data of list.html.
type listPage struct {
	List    listView
	Form    *formView
	Ended   string // why nobody can join: "paused", "archived"
	Posts   []postView
	Archive string
}

// recentPosts is how many posts a list's page shows.
const recentPosts = 5

func (d *door) list(w http.ResponseWriter, r *http.Request) error {
	l, err := d.Store.ListByName(r.Context(), r.PathValue("list"))
	if err != nil {
		return err
	}
	page := listPage{List: d.listView(l, reader(r)), Archive: "/l/" + l.Name + "/posts"}
	if page.Posts, err = d.posts(r, newsletter.PostQuery{ListID: l.ID, Limit: recentPosts}); err != nil {
		return err
	}
	if l.State != newsletter.ListActive {
		page.Ended = string(l.State)
		return d.Render(w, r, web.Page{Template: "list.html", Data: page, Brand: page.List.brand})
	}
	o, err := d.offer(r.Context(), *l)
	if err != nil {
		return err
	}
	if page.Form, err = d.newForm(r, []offer{o}, page.List.URL); err != nil {
		return err
	}
	return d.Render(w, r, web.Page{Template: "list.html", Data: page, Brand: page.List.brand})
}
