package newsletter

import (
	"testing"
	"time"
)

// A draft that is made ahead moves the schedule on, and is still the next edition.
func TestNextEditionIsTheOneThatIsMadeAlready(t *testing.T) {
	now := At(time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC))
	first := At(time.Date(2026, 12, 1, 8, 0, 0, 0, time.UTC))
	later := At(time.Date(2027, 1, 1, 8, 0, 0, 0, time.UTC))
	past := At(now.Add(-time.Hour))
	joins := FreshReading(1, 40)
	owed := Reading{ThroughSeq: 40, OwedPosts: NewIDs(7)}
	for name, c := range map[string]struct {
		upcoming []Upcoming
		reading  Reading
		change   func(*Schedule)
		want     Time
	}{
		"none is made":                    {nil, joins, nil, later},
		"a draft":                         {[]Upcoming{{At: first, State: EditionDraft}}, joins, nil, first},
		"in review":                       {[]Upcoming{{At: first, State: EditionInReview}}, joins, nil, first},
		"in review, held past its slot":   {[]Upcoming{{At: past, State: EditionInReview}}, joins, nil, later},
		"held, and the next one is made":  {[]Upcoming{{At: past, State: EditionInReview}, {At: first, State: EditionDraft}}, joins, nil, first},
		"approved, somebody joins":        {[]Upcoming{{At: first, State: EditionApproved, ThroughSeq: 40}}, joins, nil, later},
		"approved, with what they lack":   {[]Upcoming{{At: first, State: EditionApproved, ThroughSeq: 40}}, FreshReading(1, 39), nil, first},
		"approved, and something is owed": {[]Upcoming{{At: first, State: EditionApproved, ThroughSeq: 40}}, owed, nil, first},
		"approved, empty, for everyone":   {[]Upcoming{{At: first, State: EditionApproved, ThroughSeq: 40, Everyone: true}}, joins, nil, first},
		"the next to leave at all":        {[]Upcoming{{At: first, State: EditionApproved, ThroughSeq: 40}}, Reading{}, nil, first},
		"a paused schedule":               {[]Upcoming{{At: first, State: EditionDraft}}, joins, func(s *Schedule) { s.State = SchedulePaused }, Time{}},
		"an archived schedule":            {nil, joins, func(s *Schedule) { s.ArchivedAt = past }, Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &Schedule{State: ScheduleActive, NextAt: later, Upcoming: c.upcoming}
			if c.change != nil {
				c.change(s)
			}
			if got := s.NextEdition(c.reading, now); got != c.want {
				t.Errorf("%v, not %v", got, c.want)
			}
		})
	}
}
