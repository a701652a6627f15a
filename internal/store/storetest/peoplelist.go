package storetest

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func peopleCases() []Case {
	return []Case{
		{"people are found by what is known of them", []string{"People"}, testPeople},
		{"an export is audited, and whole", []string{"ExportPeople"}, testExportPeople},
	}
}

// crowd is a handful of people, unlike each other: anna, bert, carla, daan and, on another list, els.
func (w *World) crowd() (elsewhere newsletter.Choice) {
	w.t.Helper()
	daily := w.All()
	daily.ScheduleID = w.Daily.ID
	elsewhere = w.second()
	w.Join("anna@voorbeeld.nl", Start, w.All())
	w.Join("bert@voorbeeld.nl", Start.Add(time.Hour), w.Some(w.Council))
	paused := w.Join("carla@elders.example", Start.Add(2*time.Hour), daily)
	w.check(w.s.SaveSettings(w.t.Context(), paused.PublicID, newsletter.SettingsForm{Name: "Carla Bakker_1", Language: newsletter.English, Layout: newsletter.Standard,
		Wishes: []newsletter.Wish{{Choice: daily, Paused: true}}}, newsletter.Person(paused.PublicID), Start))
	left := w.Join("daan@voorbeeld.nl", Start.Add(3*time.Hour), w.Some(w.Residents))
	w.check(w.s.Unsubscribe(w.t.Context(), left.PublicID, false, newsletter.ChannelPage, Worker, Start))
	w.Join("els@voorbeeld.nl", Start.Add(4*time.Hour), elsewhere)
	w.check(w.s.Suppress(w.t.Context(), "anna@voorbeeld.nl", w.Hash("anna@voorbeeld.nl"), newsletter.SuppressedBounce, time.Time{}, Worker, Start))
	return elsewhere
}

func testPeople(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	elsewhere := w.crowd()
	names := func(q newsletter.PeopleQuery) string {
		t.Helper()
		people, err := s.People(t.Context(), q, Worker, Start)
		w.check(err)
		var found []string
		for _, p := range people {
			name, _, _ := strings.Cut(p.Address.String(), "@")
			found = append(found, name)
		}
		return strings.Join(found, " ")
	}
	list := w.List.ID
	for name, tt := range map[string]struct {
		q    newsletter.PeopleQuery
		want string
	}{
		"all":              {newsletter.PeopleQuery{}, "els daan carla bert anna"},
		"a page":           {newsletter.PeopleQuery{Limit: 2}, "els daan"},
		"of a list":        {newsletter.PeopleQuery{ListID: list}, "daan carla bert anna"},
		"of an editor":     {newsletter.PeopleQuery{Lists: []int64{elsewhere.ListID}}, "els"},
		"of no list":       {newsletter.PeopleQuery{Lists: []int64{}}, ""},
		"not theirs":       {newsletter.PeopleQuery{Lists: []int64{elsewhere.ListID}, ListID: list}, ""},
		"by address":       {newsletter.PeopleQuery{Search: "ELDERS.ex"}, "carla"},
		"by name":          {newsletter.PeopleQuery{Search: "bakker_"}, "carla"},
		"no pattern":       {newsletter.PeopleQuery{Search: "b_rt"}, ""},
		"active":           {newsletter.PeopleQuery{State: newsletter.SubscriptionActive}, "els bert anna"},
		"paused":           {newsletter.PeopleQuery{ListID: list, State: newsletter.SubscriptionPaused}, "carla"},
		"left":             {newsletter.PeopleQuery{State: newsletter.SubscriptionUnsubscribed}, "daan"},
		"daily":            {newsletter.PeopleQuery{ScheduleID: w.Daily.ID}, "carla"},
		"on a topic":       {newsletter.PeopleQuery{ListID: list, TopicID: w.Council.ID, State: newsletter.SubscriptionActive}, "bert anna"},
		"on another topic": {newsletter.PeopleQuery{ListID: list, TopicID: w.Residents.ID}, "daan carla anna"},
		"suppressed":       {newsletter.PeopleQuery{Suppressed: true}, "anna"},
		"in English":       {newsletter.PeopleQuery{Language: newsletter.English, ListID: list}, "carla"},
		"since":            {newsletter.PeopleQuery{Since: newsletter.At(Start.Add(3 * time.Hour))}, "els daan"},
		"found, not mine":  {newsletter.PeopleQuery{Search: "anna", Lists: []int64{elsewhere.ListID}}, ""},
	} {
		if got := names(tt.q); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
	page, err := s.People(t.Context(), newsletter.PeopleQuery{ListID: list, Limit: 2}, By, Start)
	w.check(err)
	if got := names(newsletter.PeopleQuery{ListID: list, Limit: 2, Before: page[1].ID}); got != "bert anna" {
		t.Errorf("the next page: %q", got)
	}
	if m := page[0].Subscriptions; len(m) != 1 || !cmp.Equal(m[0].TopicNames, []string{"bewoners"}) || m[0].State != newsletter.SubscriptionUnsubscribed || m[0].Schedule != "wekelijks" {
		t.Errorf("%+v", page[0])
	}
	if trail, err := s.AuditTrail(t.Context(), "subscriber", ""); err != nil || len(trail) != 1 || trail[0].Action != "subscriber.list" || trail[0].Detail != `{"shown":2}` {
		t.Errorf("%+v, %v", trail, err)
	}
}

func testExportPeople(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	w.crowd()
	var found []newsletter.PersonLine
	n, err := s.ExportPeople(t.Context(), newsletter.PeopleQuery{ListID: w.List.ID, Limit: 1}, []string{"address"}, By, Start,
		func(page []newsletter.PersonLine) error { found = append(found, page...); return nil })
	if err != nil || n != 4 || len(found) != 4 {
		t.Fatalf("%d, %v: %+v", n, err, found)
	}
	if m := found[3].Subscriptions[0]; !m.ConsentAt.Equal(Start) || m.ConsentChannel != newsletter.ChannelForm {
		t.Errorf("%+v", m)
	}
	trail, err := s.AuditTrail(t.Context(), "subscriber", "")
	if err != nil || len(trail) != 1 || trail[0].Action != "subscriber.export" || !strings.Contains(trail[0].Detail, `"people":4`) {
		t.Errorf("%+v, %v", trail, err)
	}
}
