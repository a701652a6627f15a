package signup

import (
	"net/netip"
	"strings"
	"time"
	"unicode"

	"bode.example/internal/newsletter"
)

// The limits of what is typed, in characters, and of what comes along, in bytes.
const (
	maxAgent   = 200
	maxFormURL = 500
	maxChoices = 50
)

// fault is an error about a field of a form.
func fault(field, reason, format string, args ...any) error {
	e := newsletter.Errorf(newsletter.Invalid, reason, format, args...)
	e.Field = field
	return e
}

func checkLanguage(l newsletter.Language) error {
	if !l.Valid() {
		return fault("language", "language_unknown", "the language %q is not one of ours", l)
	}
	return nil
}

// checkHuman refuses what robots do: they fill in the field that people don't see, and they are
// quick. A person is told, and presses the button again.
func checkHuman(form *newsletter.SignupForm, minFill time.Duration, now time.Time) error {
	switch {
	case form.Trap != "":
		return fault("website", "signup_trap", "a field was filled in that must stay empty: empty it and send the form again")
	case minFill > 0 && (form.ShownAt.IsZero() || now.Sub(form.ShownAt.Time) < minFill):
		return fault("", "signup_too_fast", "the form came back faster than a person fills it in: send it again")
	}
	return nil
}

// offer is what a list has to choose from.
type offer struct {
	list      *newsletter.List
	topics    []newsletter.Topic
	schedules []newsletter.Schedule
}

// check says what is wrong with a choice. What stands as it was may stay, even if it is archived by
// now; standing is nil where there was nothing before.
func (o *offer) check(c newsletter.Choice, standing *newsletter.Choice) error {
	if !o.hasSchedule(c.ScheduleID) && (standing == nil || standing.ScheduleID != c.ScheduleID) {
		return fault("pace", "pace_unknown", "the list %q has no such pace", o.list.Name)
	}
	if c.AllTopics {
		return nil
	}
	if len(c.Topics) == 0 {
		return fault("topics", "topics_missing", "no topic of the list %q is chosen", o.list.Name)
	}
	for _, id := range c.Topics {
		if !o.hasTopic(id) && (standing == nil || !standing.Topics.Has(id)) {
			return fault("topics", "topic_unknown", "the list %q has no such topic", o.list.Name)
		}
	}
	return nil
}

func (o *offer) hasSchedule(id int64) bool {
	for _, s := range o.schedules {
		if s.ID == id {
			return s.ArchivedAt.IsZero()
		}
	}
	return false
}

func (o *offer) hasTopic(id int64) bool {
	for _, t := range o.topics {
		if t.ID == id {
			return t.ArchivedAt.IsZero()
		}
	}
	return false
}

// shorten makes of the network that limits count the one that is kept as evidence: a /24 of IPv4, a
// /48 of IPv6. It shows from where roughly, and names no household (GDPR art. 5(1)(c)).
func shorten(network string) string {
	prefix, err := netip.ParsePrefix(network)
	if err != nil {
		return ""
	}
	bits := 24
	if prefix.Addr().Is6() && !prefix.Addr().Is4In6() {
		bits = 48
	}
	short, err := prefix.Addr().Unmap().Prefix(min(bits, prefix.Bits()))
	if err != nil {
		return ""
	}
	return short.String()
}

// cut makes a text fit to be stored: valid UTF-8, without control characters, at most so many bytes.
func cut(s string, bytes int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	if len(s) > bytes {
		s = strings.ToValidUTF8(s[:bytes], "")
	}
	return s
}
