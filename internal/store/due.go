package store

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"bode.example/internal/newsletter"
)

// maxClockError is how far the clock may be behind the newest instant that the database has seen
// before nothing is done by it any more.
const maxClockError = time.Hour

// clockStep is how far the clock advances between two writes of the newest instant.
const clockStep = time.Minute

const newestInstant = "newest_instant"

// SeeClock notes the time, and refuses one that lies more than an hour before the newest that any
// process has noted: by such a clock, slots would be made and deliveries be due at the wrong time.
func (s *Store) SeeClock(ctx context.Context, now time.Time) error {
	newest, err := s.newestInstant(ctx)
	if err != nil {
		return err
	}
	if behind := newest.Sub(now); behind > maxClockError {
		return newsletter.Errorf(newsletter.Unavailable, "clock_behind",
			"the clock says %s, but the database has seen %s: nothing is sent until the clock is set right; if it was wrong then, run bode clock accept",
			now.UTC().Format(time.RFC3339), newest.UTC().Format(time.RFC3339))
	}
	if now.Sub(newest.Time) < clockStep {
		return nil
	}
	return s.write(ctx, func(t *tx) error {
		return t.exec(`
			INSERT INTO setting (name, value) VALUES ($1, $2)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE CAST(setting.value AS BIGINT) < CAST(excluded.value AS BIGINT)`,
			newestInstant, strconv.FormatInt(now.UnixMicro(), 10))
	})
}

func (s *Store) newestInstant(ctx context.Context) (newsletter.Time, error) {
	var values []int64
	err := s.reader.SelectContext(ctx, &values, `SELECT CAST(value AS BIGINT) FROM setting WHERE name = $1`, newestInstant)
	if err != nil || len(values) == 0 {
		return newsletter.Time{}, err
	}
	return newsletter.At(time.UnixMicro(values[0])), nil
}

// AcceptClock takes now for the right time after the clock had been ahead: it forgets the newest
// instant, sets each schedule that looks ahead too far back to the slot in next, by its id, and drops the
// records of slots that were called missed or skipped and are still to come. A slot whose edition went
// out too early keeps it.
func (s *Store) AcceptClock(ctx context.Context, next map[int64]newsletter.Time, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		for _, id := range slices.Sorted(maps.Keys(next)) {
			if err := t.exec(`UPDATE schedule SET next_at = $2 WHERE id = $1 AND next_at > $2`, id, next[id]); err != nil {
				return err
			}
		}
		const tooEarly = `scheduled_for > $1 AND state IN ('missed', 'skipped')`
		if err := t.exec(`DELETE FROM edition_post WHERE edition_id IN (SELECT id FROM edition WHERE `+tooEarly+`)`, newsletter.At(now)); err != nil {
			return err
		}
		if err := t.exec(`DELETE FROM edition WHERE `+tooEarly, newsletter.At(now)); err != nil {
			return err
		}
		if err := t.exec(`UPDATE setting SET value = $2 WHERE name = $1`, newestInstant, strconv.FormatInt(now.UnixMicro(), 10)); err != nil {
			return err
		}
		return t.audit(by, now, "clock.accept", object{"setting", newestInstant}, newsletter.At(now))
	})
}

// working is the condition that a schedule c of a list l makes editions.
const working = `c.archived_at IS NULL AND c.state = 'active' AND l.state = 'active'`

// DueSchedules returns the schedules with a slot to do something about: it has come, or its lead
// time has begun and no slot before it is still ahead. Earliest first.
func (s *Store) DueSchedules(ctx context.Context, now time.Time) ([]newsletter.Schedule, error) {
	var schedules []newsletter.Schedule
	err := s.reader.SelectContext(ctx, &schedules, `
		SELECT `+prefixed("c", scheduleColumns)+` FROM schedule AS c JOIN list AS l ON l.id = c.list_id
		WHERE `+working+` AND c.next_at - c.lead_us <= $1
		AND (c.next_at <= $1 OR NOT EXISTS (SELECT 1 FROM edition AS e WHERE e.schedule_id = c.id AND e.scheduled_for > $1))
		ORDER BY c.next_at, c.id`, newsletter.At(now))
	return schedules, err
}

// MakeEditions makes the edition of a due slot, records missed ones, and moves the schedule on, all
// or nothing. When the schedule is no longer as it was read, somebody else did it: nothing is done
// and nothing returned. However many processes try, a slot gets one edition.
func (s *Store) MakeEditions(ctx context.Context, slots *newsletter.Slots, now time.Time) ([]newsletter.Edition, error) {
	var made []newsletter.Edition
	err := s.write(ctx, func(t *tx) error {
		made = nil
		c := &slots.Schedule
		moved, err := t.count(`
			UPDATE schedule SET next_at = $2
			WHERE id = $1 AND next_at = $3 AND cron = $4 AND zone = $5 AND state = $6 AND archived_at IS NULL`,
			c.ID, slots.NextAt, c.NextAt, c.Cron, c.Zone, c.State)
		if err != nil || moved == 0 {
			return err
		}
		for _, missed := range slots.Missed {
			e := newEdition(c, missed.At, newsletter.EditionMissed, now)
			e.Reason, e.EndedAt = missed.Reason, newsletter.At(now)
			if made, err = t.addEdition(made, e); err != nil {
				return err
			}
		}
		if slots.Make.IsZero() {
			return nil
		}
		state := newsletter.EditionDraft
		if c.Review == newsletter.ReviewApproval {
			state = newsletter.EditionInReview
		}
		e := newEdition(c, slots.Make, state, now)
		before := len(made)
		if made, err = t.addEdition(made, e); err != nil || len(made) == before {
			return err
		}
		return t.remindOfNew(e, now)
	})
	return made, err
}

// DueEditions returns the editions that are not released and whose slot has come, and those
// that are approved and have no slot, or wait for it no more, earliest first: to be approved, held, released or missed.
func (s *Store) DueEditions(ctx context.Context, now time.Time) ([]newsletter.DueEdition, error) {
	var due []newsletter.DueEdition
	err := s.read(ctx, func(t *tx) error {
		var editions []newsletter.Edition
		if err := t.list(&editions, `
			SELECT `+prefixed("e", editionColumns)+`
			FROM edition AS e JOIN schedule AS c ON c.id = e.schedule_id JOIN list AS l ON l.id = e.list_id
			WHERE (`+working+` OR e.kind = 'correction' AND l.state = 'active') AND `+openEdition("e")+` AND e.state IN ('draft', 'in_review', 'approved')
			AND (e.scheduled_for <= $1 OR e.state = 'approved' AND (e.kind <> 'slot' OR e.sooner_at IS NOT NULL))
			ORDER BY COALESCE(e.scheduled_for, e.approved_at), e.id`, newsletter.At(now)); err != nil {
			return err
		}
		due = make([]newsletter.DueEdition, len(editions))
		for i, e := range editions {
			due[i].Edition = e
			if err := t.get(&due[i].Schedule, `SELECT `+scheduleColumns+` FROM schedule WHERE id = $1`, e.ScheduleID); err != nil {
				return err
			}
		}
		return nil
	})
	return due, err
}

// NextDue returns the next instant after now at which a slot, its lead time, an edition or a post is due.
// The zero Time says that there is none.
func (s *Store) NextDue(ctx context.Context, now time.Time) (newsletter.Time, error) {
	var next newsletter.Time
	err := s.reader.GetContext(ctx, &next, `
		SELECT MIN(at) FROM (
			SELECT CASE WHEN c.next_at - c.lead_us > $1 THEN c.next_at - c.lead_us ELSE c.next_at END AS at
			FROM schedule AS c JOIN list AS l ON l.id = c.list_id WHERE `+working+`
			UNION ALL
			SELECT e.scheduled_for FROM edition AS e WHERE `+openEdition("e")+` AND e.state IN ('draft', 'in_review', 'approved')
			UNION ALL
			SELECT e.held_until FROM edition AS e WHERE `+openEdition("e")+` AND e.state = 'approved'
			UNION ALL
			SELECT e.remind_at FROM edition AS e WHERE `+openEdition("e")+` AND e.state = 'in_review'
			UNION ALL
			SELECT p.publish_at FROM post AS p WHERE p.publish_at IS NOT NULL AND p.state = 'draft'
		) AS due WHERE at > $1`, newsletter.At(now))
	return next, err
}
