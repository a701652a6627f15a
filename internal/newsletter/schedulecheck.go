package newsletter

import (
	"errors"
	"strings"
	"time"
	"unicode/utf8"
)

// maxLead is the longest time between a draft and its slot.
const maxLead = Duration(14 * 24 * time.Hour)

// Check says all that is wrong with the rules of a schedule, joined as by errors.Join; its times are
// schedule.Parse's to look at. Fields are those of a form: "title", "lead", "grace".
func (s *Schedule) Check() error {
	var faults []error
	fault := func(wrong bool, field, reason, message string) {
		if wrong {
			e := Errorf(Invalid, reason, "%s", message)
			e.Field = field
			faults = append(faults, e)
		}
	}
	fault(!s.Texts.complete(), "title", "schedule_title", "the schedule has no name for readers yet")
	fault(s.Texts.tooLong(), "title", "schedule_title_long", "the name is longer than 100 characters")
	fault(s.Review == ReviewApproval && s.Lead < Duration(time.Hour), "lead", "schedule_lead", "whoever approves needs at least an hour before the slot")
	fault(s.Lead < 0 || s.Lead > maxLead, "lead", "schedule_lead_long", "a draft appears at most fourteen days before its slot")
	fault(s.Grace < 0 || s.Grace > maxLead, "grace", "schedule_grace", "a slot is made good for at most fourteen days")
	return errors.Join(faults...)
}

// complete reports whether every text has its title, and there is one.
func (t Texts) complete() bool {
	for _, text := range t {
		if text.Title == "" {
			return false
		}
	}
	return len(t) > 0
}

func (t Texts) tooLong() bool {
	for _, text := range t {
		if utf8.RuneCountInString(text.Title) > maxName || utf8.RuneCountInString(text.Description) > MaxSummary {
			return true
		}
	}
	return false
}

// NameFrom makes of a title the short name of a list, topic, feed or schedule, as it stands in addresses and
// files: letters, digits and hyphens. It may be empty.
func NameFrom(title string) string {
	var b strings.Builder
	for _, r := range SearchKey(title) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 40 {
			break
		}
	}
	return strings.Trim(b.String(), "-")
}
