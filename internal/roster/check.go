package roster

import (
	"errors"
	"strings"
	"unicode/utf8"

	"bode.example/internal/newsletter"
)

// CheckPlan says all that is wrong with a plan for a file of so many columns, and mends what may be
// mended without asking.
func CheckPlan(p *newsletter.ImportPlan, columns int, topics []newsletter.Topic, schedules []newsletter.Schedule) error {
	return errors.Join(checkColumns(p, columns), checkConsent(p), checkChoice(p, topics, schedules))
}

func wrong(field, reason, format string, args ...any) error {
	e := newsletter.Errorf(newsletter.Invalid, reason, format, args...)
	e.Field = field
	return e
}

func checkColumns(p *newsletter.ImportPlan, columns int) error {
	if len(p.Columns) != columns {
		return wrong("columns", "import_match", "the file has %d columns, and %d were matched", columns, len(p.Columns))
	}
	known := map[newsletter.ImportField]bool{"": true}
	for _, f := range newsletter.ImportFields() {
		known[f] = true
	}
	seen := map[newsletter.ImportField]bool{}
	for _, f := range p.Columns {
		if !known[f] {
			return wrong("columns", "import_match", "there is no field %q", f)
		}
		if f != "" && seen[f] {
			return wrong("columns", "import_column_twice", "two columns hold the same (%s): choose one", f)
		}
		seen[f] = true
	}
	if !seen[newsletter.ImportAddress] {
		return wrong("columns", "import_no_address", "no column holds the address")
	}
	return nil
}

// checkConsent asks for a ground and a source (GDPR art. 7(1)), unless people are asked themselves.
func checkConsent(p *newsletter.ImportPlan) error {
	p.Source, p.Words = strings.Join(strings.Fields(p.Source), " "), strings.TrimSpace(p.Words)
	if p.Invite {
		p.Ground, p.Source, p.Words, p.ConsentedAt = "", "", "", newsletter.Time{}
		if p.PerHour < 1 || p.PerHour > newsletter.MaxPerHour {
			return wrong("per_hour", "import_rate", "between 1 and 1,000 invitations an hour are possible")
		}
		return nil
	}
	p.PerHour = 0
	var faults []error
	switch {
	case p.Ground != "" && !p.Ground.Valid(), p.Ground == "" && p.Column(newsletter.ImportGround) < 0:
		faults = append(faults, wrong("ground", "import_ground", "say what shows that these people agreed, or invite them"))
	}
	switch {
	case p.Source == "" && p.Column(newsletter.ImportSource) < 0:
		faults = append(faults, wrong("source", "import_source", "say from where these addresses come, or invite the people"))
	case utf8.RuneCountInString(p.Source) > newsletter.MaxSource:
		faults = append(faults, wrong("source", "import_source_long", "the source is longer than 200 characters"))
	}
	if utf8.RuneCountInString(p.Words) > 2000 {
		faults = append(faults, wrong("words", "import_words_long", "the words are longer than 2,000 characters"))
	}
	return errors.Join(faults...)
}

func checkChoice(p *newsletter.ImportPlan, topics []newsletter.Topic, schedules []newsletter.Schedule) error {
	var faults []error
	if !p.Language.Valid() {
		faults = append(faults, wrong("language", "language_unknown", "the language %q is not one of ours", p.Language))
	}
	open := false
	for _, s := range schedules {
		open = open || s.ID == p.ScheduleID && s.ArchivedAt.IsZero()
	}
	if !open {
		faults = append(faults, wrong("pace", "pace_unknown", "the list has no such pace"))
	}
	p.Topics = newsletter.NewIDs(p.Topics...)
	if p.AllTopics {
		p.Topics = nil
		return errors.Join(faults...)
	}
	if len(p.Topics) == 0 {
		faults = append(faults, wrong("topics", "topics_missing", "no topic is chosen"))
	}
	for _, id := range p.Topics {
		there := false
		for _, topic := range topics {
			there = there || topic.ID == id && topic.ArchivedAt.IsZero()
		}
		if !there {
			faults = append(faults, wrong("topics", "topic_unknown", "the list has no such topic"))
		}
	}
	return errors.Join(faults...)
}
