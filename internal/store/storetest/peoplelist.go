package storetest

import (
	"fmt"
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
		{"an editor looks at who has their lists, and it is audited", []string{"LookAt"}, testLookAt},
		{"what comes back from other lists, and is asked of them, is not an editor's to see", []string{"LookAt"}, testLookAtOneList},
		{"an editor does what somebody asks for", []string{"UnsubscribeFor", "PauseFor"}, testAsked},
		{"who came and who left is counted", []string{"Comings"}, testComings},
		{"who must not be mailed is found, by person and by address", []string{"SuppressedPeople", "SuppressionsOf", "SuppressionCounts"}, testSuppressedPeople},
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

func testLookAt(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	elsewhere := w.crowd()
	anna, err := s.SubscriberByAddress(t.Context(), "anna@voorbeeld.nl")
	w.check(err)
	w.Decide(w.SignUp("anna@voorbeeld.nl", Start, elsewhere), Start)
	w.SignUp("anna@voorbeeld.nl", Start, elsewhere)
	if _, err := s.LookAt(t.Context(), anna.PublicID, []int64{elsewhere.ListID}, w.Hashes, By, Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Errorf("of another's list: %v", err)
	}
	mine, err := s.LookAt(t.Context(), anna.PublicID, []int64{w.List.ID}, w.Hashes, By, Start)
	w.check(err)
	if mine.Address != anna.Address || len(mine.Memberships) != 1 || len(mine.Consents) != 2 || len(mine.Suppressions) != 1 || len(mine.Signups) != 0 || len(mine.Deliveries) != 1 {
		t.Errorf("%+v", mine)
	}
	if c := mine.Consents[0]; c.Action != newsletter.ConsentConfirmed || c.Wording != "Ja, ik wil deze nieuwsbrief." {
		t.Errorf("%+v", c)
	}
	all, err := s.LookAt(t.Context(), anna.PublicID, nil, w.Hashes, By, Start)
	w.check(err)
	if len(all.Signups) != 1 || len(all.Signups[0].ListNames) != 1 {
		t.Errorf("%+v", all.Signups)
	}
	trail, err := s.AuditTrail(t.Context(), "subscriber", anna.PublicID.String())
	if err != nil || len(trail) != 2 || trail[1].Action != "subscriber.view" || strings.Contains(trail[1].Detail, "@") {
		t.Errorf("%+v, %v", trail, err)
	}
}

func testLookAtOneList(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	elsewhere := w.second()
	mine := w.Join(jan, Start, w.All(), elsewhere)
	p, err := s.SubscriberByAddress(t.Context(), jan)
	w.check(err)
	var theirs int64
	w.Ask(&theirs, `SELECT id FROM subscription WHERE list_id = $1`, elsewhere.ListID)
	for _, sub := range []int64{mine.ID, theirs} {
		w.take(report(w.Mailed(sub, Start), newsletter.BounceSoft, str(sub)), Start, "counted")
	}
	w.SignUp(jan, Start, w.All(), elsewhere)
	for _, c := range []struct {
		lists         []int64
		bounces       int
		waits         []string
		whichCameBack int64
	}{{nil, 2, []string{"Expertgroep Nieuwe Democratie", "Tweede"}, theirs}, {[]int64{w.List.ID}, 1, []string{"Expertgroep Nieuwe Democratie"}, mine.ID}, {[]int64{elsewhere.ListID}, 1, []string{"Tweede"}, theirs}} {
		look, err := s.LookAt(t.Context(), p.PublicID, c.lists, w.Hashes, By, Start)
		w.check(err)
		if len(look.Bounces) != c.bounces || look.Bounces[0].Hash != str(c.whichCameBack) {
			t.Errorf("%v: %+v", c.lists, look.Bounces)
		}
		if len(look.Signups) != 1 || !cmp.Equal(look.Signups[0].ListNames, c.waits) {
			t.Errorf("%v: %+v", c.lists, look.Signups)
		}
	}
}

func testAsked(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	sub := w.Join(jan, Start, w.All())
	asked := newsletter.Asked{How: newsletter.AskPhone, Note: "belde vanochtend"}
	until := Start.AddDate(0, 1, 0)
	w.check(s.PauseFor(t.Context(), sub.PublicID, until, asked, By, Start))
	if got, err := s.Subscription(t.Context(), sub.PublicID); err != nil || got.State != newsletter.SubscriptionPaused || !got.PausedUntil.Equal(until) {
		t.Errorf("%+v, %v", got, err)
	}
	w.check(s.UnsubscribeFor(t.Context(), sub.PublicID, asked, By, Start))
	w.refused(s.UnsubscribeFor(t.Context(), sub.PublicID, asked, By, Start), "left_already")
	w.refused(s.PauseFor(t.Context(), sub.PublicID, until, asked, By, Start), "left_already")
	if got := Query(t, s, `SELECT c.action, c.channel, e.source FROM consent AS c JOIN consent_evidence AS e ON e.consent_seq = c.seq WHERE c.channel = 'desk' ORDER BY c.seq`); !cmp.Equal(got,
		[][]string{{"changed", "desk", "phone: belde vanochtend"}, {"withdrawn", "desk", "phone: belde vanochtend"}}) {
		t.Errorf("%v", got)
	}
	for _, row := range Query(t, s, `SELECT detail FROM audit_entry`) {
		if strings.Contains(row[0], "belde") {
			t.Errorf("the audit log holds the note: %s", row[0])
		}
	}
	if broken, err := s.VerifyConsent(t.Context()); err != nil || broken != 0 {
		t.Errorf("broken at %d, %v", broken, err)
	}
	for _, wrong := range []newsletter.Asked{{}, {How: "dream"}, {How: newsletter.AskMail, Note: strings.Repeat("x", newsletter.MaxSource+1)}} {
		if err := wrong.Check(); !newsletter.Is(err, newsletter.Invalid) {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
}

func testComings(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	elsewhere := w.crowd() // daan left at Start
	times := []time.Time{Start.Add(-time.Hour), Start.Add(90 * time.Minute), Start.Add(24 * time.Hour), Start.Add(48 * time.Hour)}
	all, err := s.Comings(t.Context(), []int64{w.List.ID}, times)
	w.check(err)
	want := []newsletter.Coming{{From: newsletter.At(times[0]), Joined: 2, Left: 1}, {From: newsletter.At(times[1]), Joined: 2}, {From: newsletter.At(times[2])}}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Error(diff)
	}
	if both, err := s.Comings(t.Context(), []int64{w.List.ID, elsewhere.ListID}, times); err != nil || both[1].Joined != 3 {
		t.Errorf("%+v, %v", both, err)
	}
}

func testSuppressedPeople(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	elsewhere := w.crowd()
	all, err := s.SuppressedPeople(t.Context(), nil, 0, 10, w.Hashes, By, Start)
	w.check(err)
	if len(all) != 1 || all[0].Address != "anna@voorbeeld.nl" || len(all[0].Suppressions) != 1 || all[0].Suppressions[0].Reason != newsletter.SuppressedBounce {
		t.Errorf("%+v", all)
	}
	if none, err := s.SuppressedPeople(t.Context(), []int64{elsewhere.ListID}, 0, 10, w.Hashes, By, Start); err != nil || len(none) != 0 {
		t.Errorf("%+v, %v", none, err)
	}
	if none, err := s.SuppressedPeople(t.Context(), nil, all[0].ID, 10, w.Hashes, By, Start); err != nil || len(none) != 0 {
		t.Errorf("%+v, %v", none, err)
	}
	of := func(a newsletter.Address, lists []int64) string {
		found, known, err := s.SuppressionsOf(t.Context(), a, lists, w.Hashes(a), By, Start)
		w.check(err)
		return fmt.Sprint(len(found), known)
	}
	if got := of("anna@voorbeeld.nl", []int64{w.List.ID}); got != "1 true" {
		t.Errorf("to their editor: %s", got)
	}
	if trail, err := s.AuditTrail(t.Context(), "suppression", w.Hash("anna@voorbeeld.nl").Sum); err != nil || len(trail) != 1 || trail[0].Action != "suppression.ask" {
		t.Errorf("%+v, %v", trail, err)
	}
	_, err = s.Erase(t.Context(), "gewist@voorbeeld.nl", w.Hash, By, Start)
	w.check(err)
	for a, want := range map[newsletter.Address]string{"anna@voorbeeld.nl": "0 false", "gewist@voorbeeld.nl": "0 false", "niemand@voorbeeld.nl": "0 false"} {
		if got := of(a, []int64{elsewhere.ListID}); got != want {
			t.Errorf("%s, to an editor of another list: %s", a, got)
		}
	}
	if got := of("gewist@voorbeeld.nl", nil); got != "1 true" {
		t.Errorf("to an admin: %s", got)
	}
	counts, err := s.SuppressionCounts(t.Context(), Start)
	if want := []newsletter.SuppressionCount{{Reason: newsletter.SuppressedErased, Addresses: 1}, {Reason: newsletter.SuppressedBounce, Addresses: 1}}; err != nil || !cmp.Equal(counts, want) {
		t.Errorf("%+v, %v", counts, err)
	}
}
