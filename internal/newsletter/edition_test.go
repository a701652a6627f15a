package newsletter_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
)

var allStates = []newsletter.EditionState{newsletter.EditionDraft, newsletter.EditionInReview, newsletter.EditionApproved, newsletter.EditionSending,
	newsletter.EditionPaused, newsletter.EditionSent, newsletter.EditionSkipped, newsletter.EditionMissed, newsletter.EditionCancelled}

// The picture in docs/states.md and the table are one.
func TestEditionStatesAreThosePictured(t *testing.T) {
	drawn := picture(t, "## Edition")
	for _, from := range allStates {
		for _, to := range allStates {
			if from.CanBecome(to) != drawn[string(from)+" --> "+string(to)] {
				t.Errorf("%s → %s: the table says %v, docs/states.md says otherwise", from, to, from.CanBecome(to))
			}
			if slices.Contains(to.Before(), string(from)) != from.CanBecome(to) {
				t.Errorf("Before(%s) is %v", to, to.Before())
			}
		}
		if from.Ended() != drawn[string(from)+" --> [*]"] {
			t.Errorf("%s: ended %v, docs/states.md says otherwise", from, from.Ended())
		}
	}
}

func TestStep(t *testing.T) {
	slot := newsletter.At(time.Date(2026, 11, 2, 7, 0, 0, 0, time.UTC))
	automatic := newsletter.Schedule{Review: newsletter.ReviewAutomatic, Unapproved: newsletter.UnapprovedHold, Grace: newsletter.Duration(time.Hour)}
	hold, send := automatic, automatic
	hold.Review, send.Review, send.Unapproved = newsletter.ReviewApproval, newsletter.ReviewApproval, newsletter.UnapprovedSend
	const before, at, within, after = -time.Minute, 0, 59 * time.Minute, time.Hour
	for _, c := range []struct {
		name     string
		schedule newsletter.Schedule
		state    newsletter.EditionState
		reason   string
		late     time.Duration
		want     newsletter.Step
	}{
		{"a draft before its slot", automatic, newsletter.EditionDraft, "", before, newsletter.StepWait},
		{"a draft at its slot", automatic, newsletter.EditionDraft, "", at, newsletter.StepApprove},
		{"made good", automatic, newsletter.EditionDraft, "", within, newsletter.StepApprove},
		{"too late", automatic, newsletter.EditionDraft, "", after, newsletter.StepMiss},
		{"an editor wants a look", automatic, newsletter.EditionInReview, "", after, newsletter.StepWait},
		{"a post was withdrawn", automatic, newsletter.EditionInReview, newsletter.ReasonWithdrawn, at, newsletter.StepApprove},
		{"a draft nobody approved", hold, newsletter.EditionDraft, "", at, newsletter.StepHold},
		{"held", hold, newsletter.EditionInReview, "", after, newsletter.StepWait},
		{"unapproved and sent", send, newsletter.EditionInReview, "", at, newsletter.StepApprove},
		{"unapproved and too late", send, newsletter.EditionInReview, "", after, newsletter.StepMiss},
		{"approved before its slot", hold, newsletter.EditionApproved, "", before, newsletter.StepWait},
		{"approved", hold, newsletter.EditionApproved, "", at, newsletter.StepRelease},
		{"approved, and the program was down", hold, newsletter.EditionApproved, "", after, newsletter.StepMiss},
		{"a letter could not be made just now", hold, newsletter.EditionApproved, newsletter.ReasonCompose + ": x", at, newsletter.StepWait},
		{"a letter could not be made a while ago", hold, newsletter.EditionApproved, newsletter.ReasonCompose + ": x", within, newsletter.StepRelease},
		{"sending", automatic, newsletter.EditionSending, "", after, newsletter.StepWait},
	} {
		e := newsletter.Edition{Kind: newsletter.EditionSlot, ScheduledFor: slot, State: c.state, Reason: c.reason, ChangedAt: slot}
		if got := e.Step(&c.schedule, newsletter.At(slot.Add(c.late))); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	held := newsletter.Edition{Kind: newsletter.EditionSlot, ScheduledFor: slot, State: newsletter.EditionApproved, ApprovedAt: newsletter.At(slot.AddDate(0, 0, 3))}
	if got := held.Step(&hold, newsletter.At(slot.AddDate(0, 0, 3).Add(time.Minute))); got != newsletter.StepRelease {
		t.Errorf("held for three days and approved: %q", got)
	}
	extra := newsletter.Edition{Kind: newsletter.EditionExtra, State: newsletter.EditionDraft}
	if got := extra.Step(&automatic, slot); got != newsletter.StepWait {
		t.Errorf("an extra draft: %q", got)
	}
	extra.State, extra.ApprovedAt = newsletter.EditionApproved, slot
	if got := extra.Step(&automatic, newsletter.At(slot.AddDate(0, 0, 3))); got != newsletter.StepRelease {
		t.Errorf("an extra one that is approved: %q", got)
	}
}

func TestSlots(t *testing.T) {
	hourly := func(after time.Time) time.Time { return after.Truncate(time.Hour).Add(time.Hour) }
	noon := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	schedule := newsletter.Schedule{NextAt: newsletter.At(noon), Grace: newsletter.Duration(30 * time.Minute)}
	show := func(s newsletter.Slots) string {
		var b strings.Builder
		for i, m := range s.Missed {
			if len(s.Missed) > 4 && i == 2 {
				fmt.Fprintf(&b, "… %d in all … ", len(s.Missed))
			}
			if len(s.Missed) <= 4 || i < 2 || i == len(s.Missed)-1 {
				fmt.Fprintf(&b, "missed %s (%s), ", m.At.Format("2 15:04"), m.Reason)
			}
		}
		if !s.Make.IsZero() {
			fmt.Fprintf(&b, "make %s, ", s.Make.Format("2 15:04"))
		}
		return b.String() + "next " + s.NextAt.Format("2 15:04")
	}
	for _, c := range []struct {
		now  time.Duration
		want string
	}{
		{-10 * time.Minute, "make 2 12:00, next 2 13:00"},
		{0, "make 2 12:00, next 2 13:00"},
		{29 * time.Minute, "make 2 12:00, next 2 13:00"},
		{30 * time.Minute, "missed 2 12:00 (past_grace), next 2 13:00"},
		{2 * time.Hour, "missed 2 12:00 (past_grace), missed 2 13:00 (past_grace), make 2 14:00, next 2 15:00"},
		{150 * time.Minute, "missed 2 12:00 (past_grace), missed 2 13:00 (past_grace), missed 2 14:00 (past_grace), next 2 15:00"},
		{100 * time.Hour, "missed 2 12:00 (past_grace), missed 2 13:00 (past_grace), … 100 in all … missed 6 15:00 (past_grace), make 6 16:00, next 6 17:00"},
		{100*time.Hour + 40*time.Minute, "missed 2 13:00 (earlier_slots: 1), missed 2 14:00 (past_grace), … 100 in all … missed 6 16:00 (past_grace), next 6 17:00"},
		{200 * time.Hour, "missed 6 16:00 (earlier_slots: 100), missed 6 17:00 (past_grace), … 100 in all … missed 10 19:00 (past_grace), make 10 20:00, next 10 21:00"},
	} {
		s := schedule.Slots(hourly, newsletter.At(noon.Add(c.now)))
		if got := show(s); got != c.want {
			t.Errorf("after %v: %s\nwant %s", c.now, got, c.want)
		}
	}
	// Slots within the grace time, but not the newest.
	schedule.Grace = newsletter.Duration(6 * time.Hour)
	if got, want := show(schedule.Slots(hourly, newsletter.At(noon.Add(time.Hour)))), "missed 2 12:00 (newer_slot), make 2 13:00, next 2 14:00"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	// A year of every minute is caught up in steps, each of them bounded.
	everyMinute := func(after time.Time) time.Time { return after.Truncate(time.Minute).Add(time.Minute) }
	now, steps := newsletter.At(noon.AddDate(0, 1, 0)), 0
	for ; !schedule.NextAt.After(now.Time); steps++ {
		s := schedule.Slots(everyMinute, now)
		if len(s.Missed) > 100 || !s.NextAt.After(schedule.NextAt.Time) || s.Make.IsZero() == s.NextAt.After(now.Time) {
			t.Fatalf("%s", show(s))
		}
		schedule.NextAt = s.NextAt
	}
	if steps != 5 {
		t.Errorf("a month of every minute took %d steps", steps)
	}
}

func TestSortPosts(t *testing.T) {
	now := newsletter.At(time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC))
	at := func(days int) newsletter.Time { return newsletter.At(now.AddDate(0, 0, days)) }
	posts := []newsletter.EditionPost{
		{Title: "oud", PublishedAt: at(-9)},
		{Title: "vorige werksessie", PublishedAt: at(-8), StartsAt: at(-1)},
		{Title: "verre werksessie", PublishedAt: at(-1), StartsAt: at(9), EndsAt: at(9)},
		{Title: "nieuw", PublishedAt: at(0), Seq: 1},
		{Title: "even nieuw, later opgeslagen", PublishedAt: at(0), Seq: 2},
		{Title: "bezig", PublishedAt: at(-7), StartsAt: at(-1), EndsAt: at(1)},
	}
	newsletter.SortPosts(posts, now)
	var got []string
	for i, p := range posts {
		if got = append(got, p.Title); p.Position != i+1 {
			t.Errorf("%s has position %d", p.Title, p.Position)
		}
	}
	if diff := cmp.Diff([]string{"bezig", "verre werksessie", "even nieuw, later opgeslagen", "nieuw", "vorige werksessie", "oud"}, got); diff != "" {
		t.Error(diff)
	}
}
