package newsletter

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// declared is a file with one list; fn may change it.
func declared(fn func(*DeclaredList)) Declaration {
	l := DeclaredList{
		List: List{Name: "raad", Language: Dutch, ListID: "raad.example.nl", SenderName: "Raad", SenderAddress: "raad@example.nl",
			Texts: Texts{Dutch: {Title: "De raad", Description: "Nieuws."}}},
		Topics:    []Topic{{Name: "geld", Texts: Texts{Dutch: {Title: "Geld"}}}},
		Feeds:     []Feed{{Name: "site", URL: "https://example.nl/feed", Interval: Duration(time.Hour), Mapping: Mapping{"Geld": "geld"}}},
		Schedules: []DeclaredSchedule{{Schedule: Schedule{Name: "week", Cron: "0 8 * * 1", Zone: "Europe/Amsterdam"}}},
	}
	if fn != nil {
		fn(&l)
	}
	return Declaration{Lists: []DeclaredList{l}}
}

// applied is what is stored after declared(nil) was applied; fn may change it since.
func applied(fn func(*DeclaredList)) Stored {
	l := &declared(nil).Lists[0]
	l.ID, l.State, l.AppliedHash = 1, ListActive, contentHash(l.content())
	l.Topics[0].ID, l.Topics[0].AppliedHash = 2, contentHash(l.Topics[0].content())
	l.Feeds[0].ID, l.Feeds[0].AppliedHash = 3, contentHash(l.Feeds[0].content())
	l.Schedules[0].ID, l.Schedules[0].State, l.Schedules[0].AppliedHash = 4, ScheduleActive, contentHash(l.Schedules[0].content())
	if fn != nil {
		fn(l)
	}
	return Stored{Lists: []DeclaredList{*l}}
}

// brief keeps of a change what a reader would be told.
func brief(p Plan) []Change {
	var all []Change
	for _, c := range p.Changes {
		c.Want, c.ID, c.Hash, c.Baseline = nil, 0, "", false
		all = append(all, c)
	}
	return all
}

func TestPlan(t *testing.T) {
	archived := At(time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC))
	for _, c := range []struct {
		name   string
		want   Declaration
		stored Stored
		plan   []Change
	}{
		{"nothing is there yet", declared(nil), Stored{}, []Change{
			{Verb: ChangeCreate, Noun: "list", List: "raad", Name: "raad"}, {Verb: ChangeCreate, Noun: "topic", List: "raad", Name: "geld"},
			{Verb: ChangeCreate, Noun: "feed", List: "raad", Name: "site"}, {Verb: ChangeCreate, Noun: "schedule", List: "raad", Name: "week"}}},
		{"a topic was merged into another, which was merged again", declared(nil), applied(func(l *DeclaredList) {
			second, third := int64(7), int64(8)
			l.Topics[0].ArchivedAt, l.Topics[0].AppliedHash, l.Topics[0].MergedInto = archived, "", &second
			l.Topics = append(l.Topics, Topic{ID: 7, Name: "begroting", ArchivedAt: archived, MergedInto: &third}, Topic{ID: 8, Name: "bestuur"})
		}), []Change{{Verb: ChangeRestore, Noun: "topic", List: "raad", Name: "geld",
			Refused: `it was merged into "bestuur" at the desk, and its posts and readers are there: name that one in the file, also where feeds map to "geld", and take "geld" out`}}},
		{"all is as it should be", declared(nil), applied(nil), nil},
		{"a value differs", declared(func(l *DeclaredList) { l.Schedules[0].Cron = "0 9 * * 1" }), applied(nil), []Change{
			{Verb: ChangeUpdate, Noun: "schedule", List: "raad", Name: "week", Fields: []FieldChange{{"cron", "0 8 * * 1", "0 9 * * 1"}}}}},
		{"values come and go", declared(func(l *DeclaredList) {
			l.Feeds[0].Mapping = Mapping{"Euro": "geld", "Overig": ""}
			l.Texts = Texts{Dutch: {Title: "De raad"}, English: {Title: "Council"}}
		}), applied(nil), []Change{
			{Verb: ChangeUpdate, Noun: "list", List: "raad", Name: "raad", Fields: []FieldChange{{"title.en", "", "Council"}, {"description.nl", "Nieuws.", ""}}},
			{Verb: ChangeUpdate, Noun: "feed", List: "raad", Name: "site", Fields: []FieldChange{{"topics.Euro", "", "geld"}, {"topics.Overig", "", "no topic"}, {"topics.Geld", "geld", ""}}}}},
		{"a state is declared", declared(func(l *DeclaredList) { l.Schedules[0].State = SchedulePaused }), applied(nil), []Change{
			{Verb: ChangeUpdate, Noun: "schedule", List: "raad", Name: "week", Fields: []FieldChange{{"state", "active", "paused"}}}}},
		{"a state that is not declared stays", declared(nil), applied(func(l *DeclaredList) { l.State = ListPaused }), nil},
		{"what disappears is archived", declared(func(l *DeclaredList) { l.Topics, l.Feeds, l.Schedules = nil, nil, nil }), applied(nil), []Change{
			{Verb: ChangeArchive, Noun: "topic", List: "raad", Name: "geld"}, {Verb: ChangeArchive, Noun: "feed", List: "raad", Name: "site"},
			{Verb: ChangeArchive, Noun: "schedule", List: "raad", Name: "week"}}},
		{"a list disappears", Declaration{}, applied(nil), []Change{{Verb: ChangeArchive, Noun: "list", List: "raad", Name: "raad"}}},
		{"what is archived stays so", Declaration{}, applied(func(l *DeclaredList) { l.State, l.AppliedHash = ListArchived, "" }), nil},
		{"what was never declared is left alone", Declaration{}, applied(func(l *DeclaredList) { l.AppliedHash = "" }), nil},
		{"what was archived comes back", declared(nil), applied(func(l *DeclaredList) { l.Topics[0].ArchivedAt, l.Topics[0].AppliedHash = archived, "" }), []Change{
			{Verb: ChangeRestore, Noun: "topic", List: "raad", Name: "geld"}}},
		{"archived elsewhere", declared(nil), applied(func(l *DeclaredList) { l.Topics[0].ArchivedAt = archived }), []Change{
			{Verb: ChangeRestore, Noun: "topic", List: "raad", Name: "geld", Elsewhere: true}}},
		{"changed elsewhere, the file says otherwise", declared(nil), applied(func(l *DeclaredList) { l.SenderName = "B" }), []Change{
			{Verb: ChangeUpdate, Noun: "list", List: "raad", Name: "raad", Fields: []FieldChange{{"sender_name", "B", "Raad"}}, Elsewhere: true}}},
		{"changed elsewhere and in the file", declared(func(l *DeclaredList) { l.SenderName = "C" }), applied(func(l *DeclaredList) { l.SenderName = "B" }), []Change{
			{Verb: ChangeUpdate, Noun: "list", List: "raad", Name: "raad", Fields: []FieldChange{{"sender_name", "B", "C"}}, Elsewhere: true}}},
		{"changed elsewhere into what the file says", declared(func(l *DeclaredList) { l.SenderName = "B" }), applied(func(l *DeclaredList) { l.SenderName = "B" }), []Change{
			{Verb: ChangeAdopt, Noun: "list", List: "raad", Name: "raad"}}},
		{"changed elsewhere, gone from the file", declared(func(l *DeclaredList) { l.Topics = nil }),
			applied(func(l *DeclaredList) { l.Topics[0].Texts = Texts{Dutch: {Title: "X"}} }), []Change{
				{Verb: ChangeArchive, Noun: "topic", List: "raad", Name: "geld", Elsewhere: true}}},
		{"the List-Id never changes", declared(func(l *DeclaredList) { l.ListID = "x.example.nl" }), applied(nil), []Change{
			{Verb: ChangeUpdate, Noun: "list", List: "raad", Name: "raad",
				Refused: "its List-Id is raad.example.nl and stays so for the list's life: mail programs sort by it"}}},
		{"a List-Id that is not declared stays", declared(func(l *DeclaredList) { l.ListID = "" }), applied(nil), nil},
		{"a feed is pointed elsewhere", declared(func(l *DeclaredList) { l.Feeds[0].URL = "https://example.nl/rss" }), applied(nil), []Change{
			{Verb: ChangeUpdate, Noun: "feed", List: "raad", Name: "site", Fields: []FieldChange{{"url", "https://example.nl/feed", "https://example.nl/rss"}},
				Note: "what stands there when it is first read counts as old and is mailed to nobody"}}},
		{"a feed follows its source", declared(func(l *DeclaredList) { l.Feeds[0].URL = "https://example.nl/rss" }),
			applied(func(l *DeclaredList) { l.Feeds[0].MovedTo = "https://example.nl/rss" }), []Change{
				{Verb: ChangeUpdate, Noun: "feed", List: "raad", Name: "site", Fields: []FieldChange{{"url", "https://example.nl/feed", "https://example.nl/rss"}}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.plan, brief(c.want.Plan(c.stored))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPlanKeepsSubscriptionsOfASchedule(t *testing.T) {
	stored := applied(nil)
	stored.Holders = map[int64]int{4: 12}
	rename := func(replaces ...string) Plan {
		return declared(func(l *DeclaredList) { l.Schedules[0].Name, l.Schedules[0].Replaces = "wekelijks", replaces }).Plan(stored)
	}
	last := func(p Plan) Change { return p.Changes[len(p.Changes)-1] }
	if c := last(rename()); c.Verb != ChangeArchive || c.Refused != `12 subscriptions hold to it; write replaces = ["week"] at the schedule that takes them over` {
		t.Errorf("without a successor: %+v", c)
	}
	if c := last(rename("week")); c.Refused != "" || c.Successor != "wekelijks" || c.Note != "12 subscriptions move to wekelijks" {
		t.Errorf("with a successor: %+v", c)
	}
	stored.Holders = nil
	if c := last(rename()); c.Refused != "" {
		t.Errorf("without subscriptions: %+v", c)
	}
}

func TestPlanGivesANewListTheDefaultListID(t *testing.T) {
	d := declared(func(l *DeclaredList) { l.ListID, l.DefaultListID = "", "raad.voorbeeld.nl" })
	if got := d.Plan(Stored{}).Changes[0].Want.(*List).ListID; got != "raad.voorbeeld.nl" {
		t.Errorf("a new list gets %q", got)
	}
	if p := d.Plan(applied(nil)); len(p.Changes) != 0 {
		t.Errorf("one that has a List-Id should keep it: %+v", p)
	}
}

func TestPlanFingerprint(t *testing.T) {
	one := declared(func(l *DeclaredList) { l.SenderName = "B" }).Plan(applied(nil))
	same := declared(func(l *DeclaredList) { l.SenderName = "B" }).Plan(applied(nil))
	other := declared(func(l *DeclaredList) { l.SenderName = "C" }).Plan(applied(nil))
	if one.Fingerprint() != same.Fingerprint() || one.Fingerprint() == other.Fingerprint() {
		t.Error("a fingerprint must tell plans apart, and no more")
	}
}

// STANDARDS E6: interests that tell of health, politics or belief are flagged when they are declared.
func TestE6_SpecialInterestsAreFlagged(t *testing.T) {
	for title, want := range map[string]string{
		"Politieke partijen in het Noorden": "political opinion", "Leven met kanker": "health", "Kerk en dorp": "religion or belief",
		"Nieuws van de vakbond": "trade-union membership", "De nieuwe rol van de raad": "", "The European Union": "", "Geloofwaardig bestuur": "",
		"Geloof in het dorp": "religion or belief",
	} {
		texts := Texts{Dutch: {Title: title}}
		if got := texts.Special(); got != want {
			t.Errorf("%s: %q, not %q", title, got, want)
		}
		plan := declared(func(l *DeclaredList) { l.Topics[0].Texts = texts }).Plan(Stored{})
		for _, c := range plan.Changes {
			if flagged := strings.Contains(c.Note, "art. 9"); flagged != (c.Noun == "topic" && want != "") {
				t.Errorf("%s: %+v", title, c)
			}
		}
	}
	applied := applied(func(l *DeclaredList) { l.Topics[0].Texts = Texts{Dutch: {Title: "Geld"}} })
	plan := declared(func(l *DeclaredList) { l.Topics[0].Texts = Texts{Dutch: {Title: "Geloof en geld"}} }).Plan(applied)
	if len(plan.Changes) != 1 || !strings.Contains(plan.Changes[0].Note, "religion or belief") {
		t.Errorf("%+v", plan.Changes)
	}
}
