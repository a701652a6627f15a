package digest_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/digest"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

func TestASlotIsComposedOnceAndReachesEveryReader(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := newOffice(t, s)
		all, council := o.Reader("alles", o.Daily), o.Reader("raad", o.Daily, o.Council)
		weekly := o.Reader("week", o.Weekly)
		slot := o.Daily.NextAt.Time
		o.Post("Raad", storetest.Start, o.Council)
		o.Post("Bewoners", storetest.Start.Add(time.Minute), o.Residents)
		o.tick(slot.Add(-time.Microsecond))
		if states := o.states(); len(states) != 0 {
			t.Errorf("before the slot: %v", states)
		}
		for range 3 {
			o.tick(slot.Add(time.Minute))
		}
		if diff := cmp.Diff([]string{"sending"}, o.states()); diff != "" {
			t.Error(diff)
		}
		want := map[int64][]string{all: {"nl standard: Bewoners Raad"}, council: {"nl standard: Raad"}}
		if diff := cmp.Diff(want, o.letters(slot)); diff != "" {
			t.Error(diff)
		}
		o.tick(slot.Add(2 * time.Minute))
		if diff := cmp.Diff([]string{"sent"}, o.states()); diff != "" {
			t.Error(diff)
		}
		// The next day brings nothing but what is new; the weekly reader gets all at the end.
		o.Post("Dinsdag", slot.Add(time.Hour))
		o.tick(slot.AddDate(0, 0, 1))
		o.letters(slot.AddDate(0, 0, 1))
		o.tick(o.Weekly.NextAt.Time)
		want[all], want[council] = append(want[all], "nl standard: Dinsdag"), append(want[council], "nl standard: Dinsdag")
		want[weekly] = []string{"nl standard: Dinsdag Bewoners Raad"}
		if diff := cmp.Diff(want, o.letters(o.Weekly.NextAt.Time)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestH4_MissedSlotsAreMadeGoodOrRecorded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := newOffice(t, s)
		jan := o.Reader("jan", o.Daily)
		o.Post("Bericht", storetest.Start)
		slot := o.Daily.NextAt.Time
		// Down for three days; back five hours after the slot of the third, and within its grace time.
		back := slot.AddDate(0, 0, 2).Add(5 * time.Hour)
		o.tick(back)
		if diff := cmp.Diff([]string{"missed past_grace", "missed past_grace", "sending"}, o.states()); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(map[int64][]string{jan: {"nl standard: Bericht"}}, o.letters(back)); diff != "" {
			t.Error(diff)
		}
		// Down again, until the grace time is over: it consumes nothing.
		o.Post("Volgende", back)
		o.tick(slot.AddDate(0, 0, 3).Add(6 * time.Hour))
		if states := o.states(); states[len(states)-1] != "missed past_grace" {
			t.Error(states)
		}
		o.tick(slot.AddDate(0, 0, 4))
		if got := o.letters(slot.AddDate(0, 0, 4))[jan]; len(got) != 2 || got[1] != "nl standard: Volgende" {
			t.Error(got)
		}
	})
}

func TestEmptyEditionsAreSkippedOrSent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := newOffice(t, s)
		jan := o.Reader("jan", o.Daily, o.Council)
		slot := o.Daily.NextAt.Time
		o.Post("Niet gekozen", storetest.Start, o.Residents)
		o.tick(slot)
		if diff := cmp.Diff([]string{"skipped empty"}, o.states()); diff != "" {
			t.Error(diff)
		}
		o.Do(`UPDATE schedule SET empty = 'send' WHERE id = $1`, o.Daily.ID)
		o.tick(slot.AddDate(0, 0, 1))
		if diff := cmp.Diff(map[int64][]string{jan: {"nl standard:"}}, o.letters(slot.AddDate(0, 0, 1))); diff != "" {
			t.Error(diff)
		}
		// Approved with a post that only she was owed; then she reads no more.
		o.Post("Raad", slot, o.Council)
		e := o.Edition(o.Daily, slot)
		o.Do(`UPDATE subscription SET state = 'paused' WHERE id = $1`, jan)
		o.tick(slot.AddDate(0, 0, 1).Add(time.Hour))
		if e, err := s.Edition(t.Context(), e.PublicID); err != nil || e.State != newsletter.EditionSkipped || e.Reason != newsletter.ReasonNobody {
			t.Errorf("%+v, %v", e, err)
		}
	})
}

func TestUnapprovedEditionsAreHeldOrSent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := newOffice(t, s)
		jan := o.Reader("jan", o.Daily)
		o.Do(`UPDATE schedule SET review = 'approval', lead_us = $1 WHERE id = $2`, 4*time.Hour.Microseconds(), o.Daily.ID)
		slot := o.Daily.NextAt.Time
		o.Post("Bericht", storetest.Start)
		o.tick(slot.Add(-4 * time.Hour))
		o.tick(slot)
		o.tick(slot.Add(20 * time.Hour))
		if diff := cmp.Diff([]string{"in_review", "in_review"}, o.states()); diff != "" {
			t.Fatal(diff)
		}
		editions, err := s.Editions(t.Context(), o.List.ID, 9)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.ApproveEdition(t.Context(), editions[1].PublicID, storetest.By, slot.Add(21*time.Hour)); err != nil {
			t.Fatal(err)
		}
		o.tick(slot.Add(21 * time.Hour))
		if diff := cmp.Diff(map[int64][]string{jan: {"nl standard: Bericht"}}, o.letters(slot.Add(21*time.Hour))); diff != "" {
			t.Errorf("approved long after its slot: %s", diff)
		}
		o.Do(`UPDATE schedule SET unapproved = 'send' WHERE id = $1`, o.Daily.ID)
		o.Post("Volgende", slot)
		o.tick(slot.AddDate(0, 0, 1))
		if got := o.letters(slot.AddDate(0, 0, 1))[jan]; len(got) != 2 || got[1] != "nl standard: Volgende" {
			t.Error(got)
		}
		// A draft that nobody asked to review, in a schedule that now wants approval.
		o.Do(`UPDATE schedule SET review = 'approval', unapproved = 'hold', lead_us = 0 WHERE id = $1`, o.Weekly.ID)
		o.Do(`UPDATE edition SET state = 'draft' WHERE id = (SELECT MAX(id) FROM edition)`)
		o.Do(`UPDATE schedule SET unapproved = 'hold' WHERE id = $1`, o.Daily.ID)
		o.tick(slot.AddDate(0, 0, 2))
		if states := o.states(); states[len(states)-1] != "in_review unapproved" && states[len(states)-1] != "in_review" {
			t.Error(states)
		}
	})
}

// A person back from a pause, a topic that is new, a reader of large letters: each gets a letter of
// their own kind.
func TestVariants(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := newOffice(t, s)
		all, council, again := o.Reader("alles", o.Daily), o.Reader("raad", o.Daily, o.Council), o.Reader("raad-2", o.Daily, o.Council)
		large := o.Reader("groot", o.Daily, o.Council)
		o.Do(`UPDATE subscriber SET layout = 'large', language = 'en' WHERE address_key = 'groot@lezer.voorbeeld.nl'`)
		back := o.Reader("terug", o.Daily, o.Council)
		o.Post("In de pauze", storetest.Start, o.Council)
		r := o.ReadingOf(back).Resumed(o.ReadingOf(back).ThroughSeq + 1)
		o.Do(`UPDATE subscription SET reading_id = 1000 WHERE id = $1`, o.resumed(back, r))
		o.Topic("nieuw", "Nieuw", "New")
		o.Post("Daarna", storetest.Start.Add(time.Minute), o.Council)
		slot := o.Daily.NextAt.Time
		o.tick(slot)
		want := map[int64][]string{
			all:     {"nl standard: Daarna In de pauze"},
			council: {"nl standard: Daarna In de pauze new:nieuw"},
			again:   {"nl standard: Daarna In de pauze new:nieuw"},
			large:   {"en large: Daarna In de pauze new:nieuw"},
			back:    {"nl standard: Daarna new:nieuw away:In de pauze"},
		}
		if diff := cmp.Diff(want, o.letters(slot)); diff != "" {
			t.Error(diff)
		}
		if made := o.Composer.(*titles).made.Load(); made != 4 {
			t.Errorf("%d letters for 4 variants", made)
		}
		o.Post("Morgen", slot, o.Council)
		o.tick(slot.AddDate(0, 0, 1))
		for subscription, letters := range o.letters(slot.AddDate(0, 0, 1)) {
			if len(letters) != 2 || !strings.HasSuffix(letters[1], ": Morgen") {
				t.Errorf("subscription %d: told twice: %q", subscription, letters)
			}
		}
	})
}

// resumed stores a reading under an id that a test can name, and returns the subscription.
func (o *office) resumed(subscription int64, r newsletter.Reading) int64 {
	o.t.Helper()
	o.Do(`INSERT INTO reading (id, list_id, through_seq, told_seq, away_from, away_to, owed_posts) VALUES (1000, $1, $2, $3, $4, $5, $6)`,
		r.ListID, r.ThroughSeq, r.ToldSeq, r.AwayFrom, r.AwayTo, r.OwedPosts.String())
	return subscription
}

func TestOneBadThingDisturbsNoOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := newOffice(t, s)
		jan := o.Reader("jan", o.Daily)
		piet := o.Reader("piet", o.Weekly)
		o.Post("Bericht", storetest.Start)
		monday := o.Weekly.NextAt.Time
		bad := o.World.Schedule("stuk", "Stuk", "Broken", "0 8 * * *", monday)
		o.Do(`UPDATE schedule SET cron = '61 * * * *' WHERE id = $1`, bad.ID)
		e, err := s.AddExtraEdition(t.Context(), o.Daily.ID, storetest.By, storetest.Start)
		if err != nil {
			t.Fatal(err)
		}
		words := newsletter.EditionWords{Introduction: "broken"}
		if err := errors.Join(s.EditEdition(t.Context(), e.PublicID, words, storetest.By, storetest.Start)); err != nil {
			t.Fatal(err)
		}
		if _, err := s.ApproveEdition(t.Context(), e.PublicID, storetest.By, storetest.Start); err != nil {
			t.Fatal(err)
		}
		err = o.Tick(t.Context(), monday)
		if err == nil || !strings.Contains(err.Error(), "schedule ") || !strings.Contains(err.Error(), "the template is broken") || strings.Contains(err.Error(), "@") {
			t.Errorf("%v", err)
		}
		want := map[int64][]string{jan: {"nl standard: Bericht"}, piet: {"nl standard: Bericht"}}
		if diff := cmp.Diff(want, o.letters(monday)); diff != "" {
			t.Error(diff)
		}
		kept, err := s.Edition(t.Context(), e.PublicID)
		if err != nil || kept.State != newsletter.EditionApproved || kept.Reason != "compose_failed: the template is broken" {
			t.Errorf("%+v, %v", kept, err)
		}
		// It rests for a minute, and is tried again.
		o.Do(`UPDATE schedule SET archived_at = 1 WHERE id = $1`, bad.ID)
		o.tick(monday.Add(time.Second))
		o.Do(`UPDATE edition SET introduction = '' WHERE id = $1`, e.ID)
		o.tick(monday.Add(2 * time.Minute))
		if kept, err = s.Edition(t.Context(), e.PublicID); err != nil || kept.State != newsletter.EditionSkipped {
			t.Errorf("%+v, %v", kept, err)
		}
	})
}

func TestH4_AWrongClockHoldsEverything(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := newOffice(t, s)
		o.Reader("jan", o.Daily)
		o.Post("Bericht", storetest.Start)
		slot := o.Daily.NextAt.Time
		o.tick(slot)
		if err := o.Tick(t.Context(), slot.Add(-2*time.Hour)); !newsletter.Is(err, newsletter.Unavailable) {
			t.Error(err)
		}
		// An hour back, as when summer ends on a machine that counts local time, sends nothing twice.
		o.tick(slot.Add(-59 * time.Minute))
		o.tick(slot)
		if n := len(o.World.HandOver(slot)); n != 1 {
			t.Errorf("%d letters", n)
		}
		// The clock was a year ahead for a while.
		o.tick(slot.AddDate(1, 0, 0))
		if err := o.Tick(t.Context(), slot.AddDate(0, 0, 1)); !newsletter.Is(err, newsletter.Unavailable) {
			t.Error(err)
		}
		if err := digest.AcceptClock(t.Context(), s, storetest.By, slot.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		o.Post("Morgen", slot)
		o.tick(slot.AddDate(0, 0, 1))
		if n := len(o.World.HandOver(slot.AddDate(0, 0, 1))); n != 1 {
			t.Errorf("%d letters after the clock was set right", n)
		}
		// The slots of that year, of which the wrong clock said that they were missed, come all the same.
		if ahead := o.Rows(`SELECT id FROM edition WHERE scheduled_for > $1`, newsletter.At(slot.AddDate(0, 0, 1))); len(ahead) != 0 {
			t.Errorf("%d slots ahead have an edition", len(ahead))
		}
	})
}
