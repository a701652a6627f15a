package public

import (
	"net/http"
	"slices"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

// standingView is a subscription, or what a confirmation will make one, in words.
type standingView struct {
	Title     string
	Lang      newsletter.Language
	AllTopics bool
	Topics    []string
	Pace      string
	Paused    bool
	Until     newsletter.Time // when the pause is over
	Ended     bool
	NextAt    newsletter.Time
	Links     newsletter.Links
	brand     *web.Brand // of its list
}

func (d *door) choiceInWords(o *offer, c newsletter.Choice, lang newsletter.Language) standingView {
	list := d.listView(&o.List, lang)
	v := standingView{Title: list.Title, Lang: list.Lang, AllTopics: c.AllTopics, Topics: topicTitles(slices.Concat(o.topics, o.formerTopics), c.Topics, lang), brand: list.brand}
	for _, s := range slices.Concat(o.schedules, o.formerSchedules) {
		if s.ID == c.ScheduleID {
			text, _ := textIn(s.Texts, lang, o.Language)
			v.Pace = text.Title
			if o.State == newsletter.ListActive {
				v.NextAt = s.NextEdition(newsletter.FreshReading(o.ID, o.LastSeq), newsletter.At(d.Now()))
			}
		}
	}
	return v
}

func (d *door) standingInWords(o *offer, s newsletter.Standing, lang newsletter.Language) standingView {
	v := d.choiceInWords(o, newsletter.Choice{ScheduleID: s.Subscription.ScheduleID, AllTopics: s.AllTopics, Topics: s.Topics}, lang)
	v.NextAt = s.NextAt
	v.Paused = s.Subscription.State == newsletter.SubscriptionPaused
	v.Until = s.Subscription.PausedUntil
	v.Ended = s.Subscription.State == newsletter.SubscriptionUnsubscribed
	v.Links = s.Links
	return v
}

// LastDay is an instant on the last day of the pause, in the zone in which that was chosen.
func (v standingView) LastDay() newsletter.Time { return lastDay(v.Until) }

// lastDay turns the end of a pause, the midnight after its last day, into an instant on that day.
func lastDay(until newsletter.Time) newsletter.Time {
	return newsletter.At(until.Add(-time.Microsecond))
}

// standings puts subscriptions into words.
func (d *door) standings(r *http.Request, all []newsletter.Standing) ([]standingView, error) {
	byID, err := d.offersByID(r)
	if err != nil {
		return nil, err
	}
	var views []standingView
	for _, s := range all {
		if o := byID[s.Subscription.ListID]; o != nil {
			views = append(views, d.standingInWords(o, s, reader(r)))
		}
	}
	return views, nil
}

// offersByID returns every list, also archived ones: their links keep working.
func (d *door) offersByID(r *http.Request) (map[int64]*offer, error) {
	offers, err := d.offers(r.Context(), true)
	if err != nil {
		return nil, err
	}
	byID := map[int64]*offer{}
	for i := range offers {
		byID[offers[i].ID] = &offers[i]
	}
	return byID, nil
}
