package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func applyCases() []Case {
	return []Case{
		{"a declaration is applied, and then again", []string{"PlanApply", "Apply"}, testApply},
		{"applying changes, archives and restores", []string{"Apply"}, testApplyChanges},
		{"a feed with another mapping is read again", []string{"Apply"}, testApplyMapping},
		{"applying refuses what it can't do", []string{"Apply"}, testApplyRefuses},
		{"a schedule that ends is succeeded", []string{"Apply"}, testApplySuccessor},
		{"applying is all or nothing", []string{"Apply"}, testApplyWhole},
	}
}

// declaration is a file that an operator might write.
func declaration() newsletter.Declaration {
	return newsletter.Declaration{Lists: []newsletter.DeclaredList{{
		List: newsletter.List{Name: "wijkraden", Language: newsletter.Dutch, ListID: "wijkraden.voorbeeld.nl", SenderName: "Wijkraden",
			SenderAddress: "wijk@voorbeeld.nl", Texts: both("Wijkraden", "Neighbourhood councils")},
		Topics: []newsletter.Topic{{Name: "geld", Texts: both("Geld", "Money")}, {Name: "zorg", Texts: both("Zorg", "Care")}},
		Feeds: []newsletter.Feed{{Name: "site", URL: "https://voorbeeld.nl/feed", Interval: newsletter.Duration(time.Hour),
			Mapping: newsletter.Mapping{"Euro": "geld"}}},
		Schedules: []newsletter.DeclaredSchedule{{Schedule: newsletter.Schedule{Name: "week", Texts: both("Wekelijks", "Weekly"),
			Cron: "0 8 * * 1", Zone: "Europe/Amsterdam", Review: newsletter.ReviewApproval, Unapproved: newsletter.UnapprovedHold,
			Empty: newsletter.EmptySkip, Lead: newsletter.Duration(24 * time.Hour), Grace: newsletter.Duration(time.Hour),
			NextAt: newsletter.At(Start.AddDate(0, 0, 7))}}},
	}}}
}

// apply plans and applies, and returns the verbs with the names, in order.
func apply(t *testing.T, s *store.Store, d newsletter.Declaration, force bool, now time.Time) ([]string, error) {
	t.Helper()
	plan, err := s.PlanApply(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, c := range plan.Changes {
		all = append(all, string(c.Verb)+" "+c.Noun+" "+c.Name)
	}
	return all, s.Apply(t.Context(), d, plan.Fingerprint(), force, By, now)
}

// applied applies and must succeed, with these changes.
func applied(t *testing.T, s *store.Store, d newsletter.Declaration, now time.Time, want ...string) {
	t.Helper()
	got, err := apply(t, s, d, false, now)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	// Whatever was applied, there is nothing left to do.
	if again, err := s.PlanApply(t.Context(), d); err != nil || len(again.Changes) != 0 {
		t.Errorf("after applying: %+v, %v", again, err)
	}
}

// installation reads back what stands of the first list.
func installation(t *testing.T, s *store.Store) newsletter.DeclaredList {
	t.Helper()
	l, err := s.ListByName(t.Context(), "wijkraden")
	if err != nil {
		t.Fatal(err)
	}
	got := newsletter.DeclaredList{List: *l}
	if got.Topics, err = s.Topics(t.Context(), l.ID); err != nil {
		t.Fatal(err)
	}
	if got.Feeds, err = s.Feeds(t.Context(), l.ID); err != nil {
		t.Fatal(err)
	}
	schedules, err := s.Schedules(t.Context(), l.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range schedules {
		got.Schedules = append(got.Schedules, newsletter.DeclaredSchedule{Schedule: c})
	}
	return got
}

func testApply(t *testing.T, s *store.Store) {
	applied(t, s, declaration(), Start, "create list wijkraden", "create topic geld", "create topic zorg", "create feed site", "create schedule week")
	got := installation(t, s)
	want := declaration().Lists[0]
	want.State, want.Schedules[0].State, want.Feeds[0].State = newsletter.ListActive, newsletter.ScheduleActive, newsletter.FeedOK
	ignored := cmpopts.IgnoreFields
	if diff := cmp.Diff(want, got,
		ignored(newsletter.List{}, "ID", "PublicID", "LastSeq", "AppliedHash", "CreatedAt"),
		ignored(newsletter.Topic{}, "ID", "ListID", "Seq", "AppliedHash", "CreatedAt"),
		ignored(newsletter.Feed{}, "ID", "ListID", "NextAt", "AppliedHash", "CreatedAt"),
		ignored(newsletter.Schedule{}, "ID", "ListID", "AppliedHash", "CreatedAt")); diff != "" {
		t.Error(diff)
	}
	if !got.Feeds[0].NextAt.Equal(Start) {
		t.Errorf("the feed is due at %v", got.Feeds[0].NextAt)
	}

	applied(t, s, declaration(), Start.Add(time.Hour))
	if diff := cmp.Diff(got, installation(t, s)); diff != "" {
		t.Error("applying twice:", diff)
	}
	if trail, err := s.AuditTrail(t.Context(), "topic", "zorg"); err != nil || len(trail) != 1 || trail[0].Action != "topic.create" {
		t.Errorf("audit: %+v, %v", trail, err)
	}
	if broken, err := s.VerifyAudit(t.Context()); err != nil || broken != 0 {
		t.Errorf("audit chain: %d, %v", broken, err)
	}
}

func testApplyChanges(t *testing.T, s *store.Store) {
	applied(t, s, declaration(), Start, "create list wijkraden", "create topic geld", "create topic zorg", "create feed site", "create schedule week")
	before := installation(t, s)
	later := Start.Add(48 * time.Hour)

	d := declaration()
	l := &d.Lists[0]
	l.SenderName = "De wijkraden"
	l.Topics = l.Topics[:1]
	l.Feeds[0].URL, l.Feeds[0].ImportSince = "https://elders.nl/feed", newsletter.At(Start)
	l.Schedules[0].Grace, l.Schedules[0].NextAt = newsletter.Duration(2*time.Hour), newsletter.At(later.AddDate(0, 0, 9))
	applied(t, s, d, later, "change list wijkraden", "change feed site", "change schedule week", "archive topic zorg")
	got := installation(t, s)
	if got.SenderName != "De wijkraden" || got.State != newsletter.ListActive {
		t.Errorf("list %+v", got.List)
	}
	if f := got.Feeds[0]; f.URL != "https://elders.nl/feed" || !f.ImportSince.Equal(Start) || !f.NextAt.Equal(later) || !f.BaselineAt.IsZero() {
		t.Errorf("feed %+v", f)
	}
	if at := got.Topics[1].ArchivedAt; !at.Equal(later) {
		t.Errorf("the topic was archived at %v", at)
	}
	// Only a change of cron or zone moves the next slot: one that is due must not be passed over.
	if c := got.Schedules[0]; c.Grace.D() != 2*time.Hour || c.NextAt != before.Schedules[0].NextAt {
		t.Errorf("schedule %+v", c)
	}
	l.Schedules[0].Cron = "0 9 * * 1"
	applied(t, s, d, later, "change schedule week")
	if c := installation(t, s).Schedules[0]; c.NextAt != l.Schedules[0].NextAt {
		t.Errorf("after a new cron line the next slot is %v", c.NextAt)
	}

	// States are declared, or stay.
	l.State, l.Schedules[0].State = newsletter.ListPaused, newsletter.SchedulePaused
	applied(t, s, d, later, "change list wijkraden", "change schedule week")
	l.State, l.Schedules[0].State = "", ""
	applied(t, s, d, later)
	if got := installation(t, s); got.State != newsletter.ListPaused || got.Schedules[0].State != newsletter.SchedulePaused {
		t.Errorf("list %s, schedule %s", got.State, got.Schedules[0].State)
	}

	// A whole list goes and comes back as the same list.
	applied(t, s, newsletter.Declaration{}, later, "archive list wijkraden")
	if got := installation(t, s); got.State != newsletter.ListArchived || !got.ArchivedAt.Equal(later) {
		t.Errorf("archived: %+v", got.List)
	}
	applied(t, s, d, later, "restore list wijkraden")
	if got := installation(t, s); got.State != newsletter.ListActive || !got.ArchivedAt.IsZero() || got.PublicID != before.PublicID {
		t.Errorf("restored: %+v", got.List)
	}
	l.Topics = declaration().Lists[0].Topics
	applied(t, s, d, later, "restore topic zorg")
	if got := installation(t, s).Topics[1]; !got.ArchivedAt.IsZero() || got.ID != before.Topics[1].ID {
		t.Errorf("restored: %+v", got)
	}
}

// Posts that are in no edition yet follow the mapping of their feed.
func testApplyMapping(t *testing.T, s *store.Store) {
	applied(t, s, declaration(), Start, "create list wijkraden", "create topic geld", "create topic zorg", "create feed site", "create schedule week")
	f := installation(t, s).Feeds[0]
	if _, err := s.SaveFetch(t.Context(), fetched(f, Start), newsletter.System("feed"), Start); err != nil {
		t.Fatal(err)
	}
	d, later := declaration(), Start.Add(time.Minute)
	applied(t, s, d, later)
	if got := installation(t, s).Feeds[0]; got.ETag == "" || !got.NextAt.Equal(Start.Add(time.Hour)) {
		t.Errorf("nothing was changed, and the feed is read again: %+v", got)
	}
	d.Lists[0].Feeds[0].Mapping = newsletter.Mapping{"Begroting": "geld"}
	applied(t, s, d, later, "change feed site")
	if got := installation(t, s).Feeds[0]; got.ETag != "" || got.Modified != "" || !got.NextAt.Equal(later) || got.BaselineAt.IsZero() {
		t.Errorf("the mapping was changed, and the feed is not read again: %+v", got)
	}
}

func testApplyRefuses(t *testing.T, s *store.Store) {
	w := NewWorld(t, s) // made elsewhere
	mine := newsletter.Declaration{Lists: []newsletter.DeclaredList{{List: w.List, Schedules: []newsletter.DeclaredSchedule{{Schedule: w.Weekly}}}}}
	mine.Lists[0].State, mine.Lists[0].Schedules[0].State = "", ""
	applied(t, s, mine, Start, "adopt list "+w.List.Name, "adopt schedule wekelijks")

	// What was made elsewhere and is not declared is left alone; what is declared otherwise is refused.
	daily := w.Daily
	daily.Cron, daily.State = "0 7 * * *", ""
	mine.Lists[0].Schedules = append(mine.Lists[0].Schedules, newsletter.DeclaredSchedule{Schedule: daily})
	if _, err := apply(t, s, mine, false, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("changed elsewhere: %v", err)
	}
	if _, err := apply(t, s, mine, true, Start); err != nil {
		t.Errorf("forced: %v", err)
	}
	if got, err := s.Schedules(t.Context(), w.List.ID); err != nil || got[1].Cron != "0 7 * * *" {
		t.Errorf("forced: %+v, %v", got, err)
	}

	// A List-Id is for life, with or without force.
	mine.Lists[0].ListID = "anders.voorbeeld.nl"
	for _, force := range []bool{false, true} {
		if _, err := apply(t, s, mine, force, Start); !newsletter.Is(err, newsletter.Conflict) {
			t.Errorf("another List-Id, force %v: %v", force, err)
		}
	}
}

func testApplyWhole(t *testing.T, s *store.Store) {
	plan, err := s.PlanApply(t.Context(), declaration())
	if err != nil {
		t.Fatal(err)
	}
	// Somebody else applies the same in between: the plan that was agreed to is no longer true.
	applied(t, s, declaration(), Start, "create list wijkraden", "create topic geld", "create topic zorg", "create feed site", "create schedule week")
	if err := s.Apply(t.Context(), declaration(), plan.Fingerprint(), false, By, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("an old plan: %v", err)
	}

	// The second list can't be made, because its List-Id is taken: then the first is not made either.
	d := declaration()
	first := d.Lists[0]
	first.Name, first.ListID = "eerste", "eerste.voorbeeld.nl"
	second := first
	second.Name = "tweede"
	d.Lists = append(d.Lists, first, second)
	if _, err := apply(t, s, d, false, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("a List-Id twice: %v", err)
	}
	if _, err := s.ListByName(t.Context(), "eerste"); !newsletter.Is(err, newsletter.NotFound) {
		t.Errorf("half of a file was applied: %v", err)
	}
}

func testApplySuccessor(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	file := func(schedules ...newsletter.DeclaredSchedule) newsletter.Declaration {
		l := newsletter.DeclaredList{List: w.List, Topics: []newsletter.Topic{w.Council, w.Residents, w.Experiments}, Schedules: schedules}
		l.State = ""
		for i := range l.Schedules {
			l.Schedules[i].State = ""
		}
		return newsletter.Declaration{Lists: []newsletter.DeclaredList{l}}
	}
	weekly, daily := newsletter.DeclaredSchedule{Schedule: w.Weekly}, newsletter.DeclaredSchedule{Schedule: w.Daily}
	applied(t, s, file(weekly, daily), Start, "adopt list "+w.List.Name, "adopt topic raad", "adopt topic bewoners", "adopt topic experimenten",
		"adopt schedule wekelijks", "adopt schedule dagelijks")

	choice := w.All()
	choice.ScheduleID = w.Daily.ID
	reader := w.Join("lezer@voorbeeld.nl", Start, choice)
	waiting := w.SignUp("wachtend@voorbeeld.nl", Start, choice)
	w.Decide(waiting, Start)
	w.Post("Nieuws", Start)
	draft, err := s.AddExtraEdition(t.Context(), w.Daily.ID, By, Start)
	w.check(err)

	// Without a successor the readers would be left without a pace, and nothing happens.
	if _, err := apply(t, s, file(weekly), true, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Errorf("without a successor: %v", err)
	}

	later := Start.Add(time.Hour)
	weekly.Replaces = []string{"dagelijks"}
	applied(t, s, file(weekly), later, "archive schedule dagelijks")
	if got, err := s.Subscription(t.Context(), reader.PublicID); err != nil || got.ScheduleID != w.Weekly.ID || got.ReadingID != reader.ReadingID {
		t.Errorf("the reader: %+v, %v", got, err)
	}
	if e, err := s.Edition(t.Context(), draft.PublicID); err != nil || e.State != newsletter.EditionCancelled || e.Reason != newsletter.ReasonScheduleEnded {
		t.Errorf("the draft of the schedule that ended: %+v, %v", e, err)
	}
	// Who had not confirmed yet joins at the new pace, and is owed what the others are.
	if c := w.Confirm(waiting, later); c.Standing[0].Subscription.ScheduleID != w.Weekly.ID {
		t.Errorf("the sign-up that waited: %+v", c.Standing)
	}
	e := w.Edition(w.Weekly, later)
	w.hasPosts(e, "Nieuws in")
}
