package roster

import (
	"strings"
	"time"
	"unicode/utf8"

	"bode.example/internal/newsletter"
)

// Reading makes lines of the rows of one import.
type Reading struct {
	plan   newsletter.ImportPlan
	listID int64
	topics map[string]int64 // by what people may call them
	paces  map[string]int64
	zone   *time.Location
	now    time.Time
}

// NewReading reads by a plan, for a list with these topics and schedules. zone is that of dates without
// one.
func NewReading(plan newsletter.ImportPlan, listID int64, topics []newsletter.Topic, schedules []newsletter.Schedule, zone *time.Location, now time.Time) *Reading {
	r := &Reading{plan: plan, listID: listID, topics: map[string]int64{}, paces: map[string]int64{}, zone: zone, now: now}
	for _, topic := range topics {
		if topic.ArchivedAt.IsZero() {
			callIt(r.topics, topic.ID, topic.Name, topic.Texts)
		}
	}
	for _, s := range schedules {
		if s.ArchivedAt.IsZero() {
			callIt(r.paces, s.ID, s.Name, s.Texts)
		}
	}
	return r
}

// callIt notes the names of a thing: its short one, and its title in each language.
func callIt(names map[string]int64, id int64, name string, texts newsletter.Texts) {
	names[foldName(name)] = id
	for _, text := range texts {
		names[foldName(text.Title)] = id
	}
}

func foldName(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// Line understands a row, or says why not: the first reason there is.
func (r *Reading) Line(row newsletter.ImportRow) newsletter.ImportLine {
	line := newsletter.ImportLine{Line: row.Line, Admission: newsletter.Admission{
		Language: r.plan.Language, Ground: r.plan.Ground, Source: r.plan.Source, ConsentedAt: r.plan.ConsentedAt, WordingHash: r.plan.WordingHash,
		Choice: newsletter.Choice{ListID: r.listID, ScheduleID: r.plan.ScheduleID, AllTopics: r.plan.AllTopics, Topics: r.plan.Topics}}}
	for _, read := range []func(*newsletter.ImportLine, func(newsletter.ImportField) string) string{
		r.address, r.status, r.name, r.language, r.pace, r.topicsOf, r.consent,
	} {
		if line.Refusal = read(&line, func(f newsletter.ImportField) string { return cell(row, r.plan.Column(f)) }); line.Refusal != "" {
			return line
		}
	}
	return line
}

func cell(row newsletter.ImportRow, column int) string {
	if column < 0 || column >= len(row.Cells) {
		return ""
	}
	return row.Cells[column]
}

// reasonOf is the reason of an error that one of ours says.
func reasonOf(err error, otherwise string) string {
	if e, ok := err.(*newsletter.Error); ok { //nolint:errorlint // straight from where it was made
		return e.Reason
	}
	return otherwise
}

func (r *Reading) address(line *newsletter.ImportLine, cell func(newsletter.ImportField) string) string {
	a, err := newsletter.ParseAddress(cell(newsletter.ImportAddress))
	if err != nil {
		return reasonOf(err, "address_characters")
	}
	line.Address = a
	return ""
}

// status keeps out who isn't subscribed where the file comes from.
func (r *Reading) status(_ *newsletter.ImportLine, cell func(newsletter.ImportField) string) string {
	switch foldHead(cell(newsletter.ImportStatus)) {
	case "", "subscribed", "active", "actief", "aangemeld", "confirmed", "bevestigd", "ja", "yes", "1", "true":
		return ""
	}
	return "import_status"
}

func (r *Reading) name(line *newsletter.ImportLine, cell func(newsletter.ImportField) string) string {
	typed := cell(newsletter.ImportName)
	if typed == "" {
		typed = cell(newsletter.ImportFirstName) + " " + cell(newsletter.ImportLastName)
	}
	name, err := newsletter.ParseName(typed)
	if err != nil {
		return reasonOf(err, "name_characters")
	}
	line.Name = name
	return ""
}

func (r *Reading) language(line *newsletter.ImportLine, cell func(newsletter.ImportField) string) string {
	typed := foldName(cell(newsletter.ImportLanguage))
	if typed == "" {
		return ""
	}
	short, _, _ := strings.Cut(strings.ReplaceAll(typed, "_", "-"), "-")
	switch short {
	case "nl", "nederlands", "dutch", "nld", "dut":
		line.Language = newsletter.Dutch
	case "en", "engels", "english", "eng":
		line.Language = newsletter.English
	default:
		return "import_language"
	}
	return ""
}

func (r *Reading) pace(line *newsletter.ImportLine, cell func(newsletter.ImportField) string) string {
	typed := cell(newsletter.ImportPace)
	if typed == "" {
		return ""
	}
	id, ok := r.paces[foldName(typed)]
	if !ok {
		return "import_pace"
	}
	line.Choice.ScheduleID = id
	return ""
}

// topicsOf reads names that a comma, semicolon or line between them divides. Titles with a comma in them
// are read whole when they stand alone.
func (r *Reading) topicsOf(line *newsletter.ImportLine, cell func(newsletter.ImportField) string) string {
	typed := cell(newsletter.ImportTopics)
	if typed == "" {
		return ""
	}
	if id, ok := r.topics[foldName(typed)]; ok {
		line.Choice.AllTopics, line.Choice.Topics = false, newsletter.NewIDs(id)
		return ""
	}
	var ids []int64
	for _, name := range strings.FieldsFunc(typed, func(c rune) bool { return strings.ContainsRune(",;|", c) }) {
		name = foldName(strings.Trim(strings.TrimSpace(name), `"'`))
		id, ok := r.topics[name]
		switch {
		case ok:
			ids = append(ids, id)
		case name != "" && !r.plan.LeaveTopicsOut:
			return "import_topic"
		}
	}
	if len(ids) > 0 {
		line.Choice.AllTopics, line.Choice.Topics = false, newsletter.NewIDs(ids...)
	}
	return ""
}

// consent reads what shows it, where the line says otherwise than the plan. Whoever is invited gives it
// themselves.
func (r *Reading) consent(line *newsletter.ImportLine, cell func(newsletter.ImportField) string) string {
	if r.plan.Invite {
		line.Ground, line.Source, line.ConsentedAt = "", "", newsletter.Time{}
		return ""
	}
	if typed := cell(newsletter.ImportGround); typed != "" {
		ground, ok := groundOf(typed)
		if !ok {
			return "import_ground"
		}
		line.Ground = ground
	}
	if typed := cell(newsletter.ImportSource); typed != "" {
		line.Source = typed
	}
	if typed := cell(newsletter.ImportConsented); typed != "" {
		at, ok := dateOf(typed, r.zone)
		if !ok || at.After(r.now) {
			return "import_date"
		}
		line.ConsentedAt = newsletter.At(at)
	}
	switch {
	case !line.Ground.Valid():
		return "import_ground"
	case strings.TrimSpace(line.Source) == "":
		return "import_source"
	case utf8.RuneCountInString(line.Source) > newsletter.MaxSource:
		return "import_source_long"
	}
	return ""
}

// groundOf reads a ground as a file may name it.
func groundOf(typed string) (newsletter.Ground, bool) {
	switch foldHead(typed) {
	case "confirmed", "bevestigd", "doubleoptin", "dubbeleoptin":
		return newsletter.GroundConfirmed, true
	case "form", "formulier", "optin", "website", "online":
		return newsletter.GroundForm, true
	case "paper", "papier", "schriftelijk", "opschrift":
		return newsletter.GroundPaper, true
	case "spoken", "mondeling", "gevraagd", "telefonisch", "telefoon", "phone":
		return newsletter.GroundSpoken, true
	}
	return "", false
}

// dateOf reads a date as other systems and Dutch spreadsheets write it: the day before the month.
func dateOf(typed string, zone *time.Location) (time.Time, bool) {
	for _, layout := range []string{
		time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02", "2006/01/02",
		"2-1-2006 15:04:05", "2-1-2006 15:04", "2-1-2006", "2/1/2006 15:04", "2/1/2006", "2.1.2006",
	} {
		if at, err := time.ParseInLocation(layout, typed, zone); err == nil && at.Year() > 1970 {
			return at, true
		}
	}
	return time.Time{}, false
}
