package roster_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/roster"
)

var now = time.Date(2026, time.November, 23, 12, 0, 0, 0, time.UTC)

func titles(nl, en string) newsletter.Texts {
	return newsletter.Texts{newsletter.Dutch: {Title: nl}, newsletter.English: {Title: en}}
}

func topics() []newsletter.Topic {
	return []newsletter.Topic{{ID: 5, Name: "raad", Texts: titles("De nieuwe rol van de raad", "The council")},
		{ID: 6, Name: "experimenten", Texts: titles("Experimenten", "Experiments")},
		{ID: 7, Name: "oud", Texts: titles("Oud", "Old"), ArchivedAt: newsletter.At(now)}}
}

func schedules() []newsletter.Schedule {
	return []newsletter.Schedule{{ID: 8, Name: "wekelijks", Texts: titles("Wekelijks", "Weekly")}, {ID: 9, Name: "dagelijks", Texts: titles("Dagelijks", "Daily")}}
}

func plan(columns ...newsletter.ImportField) newsletter.ImportPlan {
	return newsletter.ImportPlan{Columns: columns, Ground: newsletter.GroundConfirmed, Source: "Mailchimp, ledenlijst", Language: newsletter.Dutch,
		ScheduleID: 8, AllTopics: true, LeaveTopicsOut: true}
}

func amsterdam(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// An export of Mailchimp's is read as its owner would expect, without touching anything.
func TestMailchimp(t *testing.T) {
	f := parse(t, "mailchimp_subscribed.csv")
	zone := amsterdam(t)
	r := roster.NewReading(plan(f.Columns...), 3, topics(), schedules(), zone, now)
	var got []newsletter.ImportLine
	for _, row := range f.Rows {
		got = append(got, r.Line(row))
	}
	line := func(n int64, address newsletter.Address, name string, lang newsletter.Language, choice newsletter.Choice, at time.Time) newsletter.ImportLine {
		choice.ListID, choice.ScheduleID = 3, 8
		return newsletter.ImportLine{Line: n, Admission: newsletter.Admission{Address: address, Name: name, Language: lang, Choice: choice,
			Ground: newsletter.GroundConfirmed, Source: "Mailchimp, ledenlijst", ConsentedAt: newsletter.At(at)}}
	}
	all := newsletter.Choice{AllTopics: true}
	want := []newsletter.ImportLine{
		line(2, "sanne.dekker@voorbeeld.nl", "Sanne van der Dekker, MSc", newsletter.Dutch, newsletter.Choice{Topics: newsletter.NewIDs(5, 6)}, time.Date(2019, 5, 3, 12, 20, 1, 0, zone)),
		line(3, "RUBEN@voorbeeld.nl", "Ruben", newsletter.English, all, time.Date(2021, 11, 30, 8, 0, 0, 0, zone)),
		line(5, "fatima@voorbeeld.nl", "Fatima Özkan", newsletter.Dutch, all, time.Date(2020, 2, 29, 7, 9, 0, 0, zone)),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLinesThatAreRefused(t *testing.T) {
	fields := []newsletter.ImportField{newsletter.ImportAddress, newsletter.ImportName, newsletter.ImportLanguage, newsletter.ImportTopics, newsletter.ImportPace,
		newsletter.ImportStatus, newsletter.ImportGround, newsletter.ImportSource, newsletter.ImportConsented}
	good := []string{"a@voorbeeld.nl", "A", "nl-NL", "raad; The Council", "Daily", "Subscribed", "papier", "presentielijst", "3-5-2024"}
	for name, tt := range map[string]struct {
		column int
		value  string
		reason string
	}{
		"good":            {1, "A", ""},
		"no @":            {0, "a.voorbeeld.nl", "address_without_at"},
		"long name":       {1, string(make([]byte, 101)), "name_characters"},
		"other language":  {2, "fr", "import_language"},
		"unknown topic":   {3, "raad, VIP", "import_topic"},
		"archived topic":  {3, "oud", "import_topic"},
		"unknown pace":    {4, "maandelijks", "import_pace"},
		"left there":      {5, "unsubscribed", "import_status"},
		"cleaned there":   {5, "cleaned", "import_status"},
		"unknown ground":  {6, "weet niet", "import_ground"},
		"long source":     {7, string(make([]rune, 201)) + "x", "import_source_long"},
		"no date":         {8, "vorig jaar", "import_date"},
		"in the future":   {8, "2027-01-01", "import_date"},
		"month before":    {8, "05/30/2024", "import_date"},
		"with slashes":    {8, "30/5/2024", ""},
		"no ground there": {6, "", ""}, // the plan's holds
	} {
		t.Run(name, func(t *testing.T) {
			p := plan(fields...)
			p.LeaveTopicsOut = false
			cells := append(newsletter.Strings{}, good...)
			cells[tt.column] = tt.value
			line := roster.NewReading(p, 3, topics(), schedules(), time.UTC, now).Line(newsletter.ImportRow{Line: 2, Cells: cells})
			if line.Refusal != tt.reason {
				t.Errorf("%q, want %q", line.Refusal, tt.reason)
			}
			if tt.reason == "" && (line.Choice.ScheduleID != 9 || !cmp.Equal(line.Choice.Topics, newsletter.IDs{5})) {
				t.Errorf("%+v", line)
			}
		})
	}
}

// Nobody becomes a reader without a ground and a source (GDPR art. 7(1)).
func TestE3_GroundAndSourceAreRequired(t *testing.T) {
	reasons := func(change func(*newsletter.ImportPlan)) []string {
		p := plan(newsletter.ImportAddress, "")
		change(&p)
		return reasonsOf(roster.CheckPlan(&p, 2, topics(), schedules()))
	}
	for name, tt := range map[string]struct {
		change func(*newsletter.ImportPlan)
		want   []string
	}{
		"good":         {func(*newsletter.ImportPlan) {}, nil},
		"no ground":    {func(p *newsletter.ImportPlan) { p.Ground = "" }, []string{"import_ground"}},
		"other ground": {func(p *newsletter.ImportPlan) { p.Ground = "interest" }, []string{"import_ground"}},
		"no source":    {func(p *newsletter.ImportPlan) { p.Source = " \t " }, []string{"import_source"}},
		"neither":      {func(p *newsletter.ImportPlan) { p.Ground, p.Source = "", "" }, []string{"import_ground", "import_source"}},
		"invited":      {func(p *newsletter.ImportPlan) { p.Ground, p.Source, p.Invite, p.PerHour = "", "", true, 100 }, nil},
		"all at once":  {func(p *newsletter.ImportPlan) { p.Invite, p.PerHour = true, 100_000 }, []string{"import_rate"}},
		"no address":   {func(p *newsletter.ImportPlan) { p.Columns[0] = "" }, []string{"import_no_address"}},
		"twice":        {func(p *newsletter.ImportPlan) { p.Columns[1] = newsletter.ImportAddress }, []string{"import_column_twice"}},
		"no topics":    {func(p *newsletter.ImportPlan) { p.AllTopics = false }, []string{"topics_missing"}},
		"old topic":    {func(p *newsletter.ImportPlan) { p.AllTopics, p.Topics = false, newsletter.IDs{7} }, []string{"topic_unknown"}},
		"no pace":      {func(p *newsletter.ImportPlan) { p.ScheduleID = 1 }, []string{"pace_unknown"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := reasons(tt.change); !cmp.Equal(got, tt.want) {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}

func reasonsOf(err error) (reasons []string) {
	switch e := err.(type) { //nolint:errorlint // the parts of what errors.Join made
	case nil:
	case *newsletter.Error:
		reasons = append(reasons, e.Reason)
	case interface{ Unwrap() []error }:
		for _, part := range e.Unwrap() {
			reasons = append(reasons, reasonsOf(part)...)
		}
	}
	return reasons
}
