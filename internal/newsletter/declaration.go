package newsletter

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"time"
)

// Declaration is what an operator's file says there should be, in the order of the file. A list or
// schedule without a state keeps the one it has; a list without a ListID keeps its own, and a new
// one gets the default.
type Declaration struct{ Lists []DeclaredList }

// DeclaredList is a list with all that belongs to it.
type DeclaredList struct {
	List
	DefaultListID string
	Topics        []Topic
	Feeds         []Feed
	Schedules     []DeclaredSchedule
}

// DeclaredSchedule is a schedule, and the names of those whose subscriptions it takes over.
type DeclaredSchedule struct {
	Schedule
	Replaces []string
}

// field is one value that a file declares.
type field struct{ name, value string }

// contentHash stands for the declared values of an object. It is kept when a file is applied: so
// the next time shows whether somebody changed the object elsewhere since.
func contentHash(fields []field) string {
	h := sha256.New()
	for _, f := range fields {
		h.Write([]byte(strconv.Quote(f.name) + "=" + strconv.Quote(f.value) + "\n"))
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (l *List) content() []field {
	return slices.Concat(l.Texts.content(), []field{
		{"language", string(l.Language)}, {"sender_name", l.SenderName}, {"sender_address", l.SenderAddress},
		{"reply_to", l.ReplyTo},
	})
}

func (t *Topic) content() []field { return t.Texts.content() }

func (f *Feed) content() []field {
	fields := []field{{"url", f.URL}, {"interval", f.Interval.D().String()}, {"internal", strconv.FormatBool(f.Internal)}}
	if !f.ImportSince.IsZero() {
		fields = append(fields, field{"import_since", f.ImportSince.Format(time.RFC3339)})
	}
	for _, category := range slices.Sorted(maps.Keys(f.Mapping)) {
		topic := f.Mapping[category]
		if topic == "" {
			topic = "no topic" // which is not the same as a category that is not named
		}
		fields = append(fields, field{"topics." + category, topic})
	}
	return fields
}

func (s *Schedule) content() []field {
	return slices.Concat(s.Texts.content(), []field{
		{"cron", s.Cron}, {"zone", s.Zone}, {"review", string(s.Review)}, {"unapproved", string(s.Unapproved)},
		{"empty", string(s.Empty)}, {"lead", s.Lead.D().String()}, {"grace", s.Grace.D().String()},
	})
}

func (t Texts) content() []field {
	var fields []field
	for _, l := range slices.Sorted(maps.Keys(t)) {
		fields = append(fields, field{"title." + string(l), t[l].Title})
		if t[l].Description != "" {
			fields = append(fields, field{"description." + string(l), t[l].Description})
		}
	}
	return fields
}
