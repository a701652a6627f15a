package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

const scheduleColumns = `id, list_id, name, texts, cron, zone, review, unapproved, empty, lead_us, grace_us, state, next_at,
	applied_hash, created_at, archived_at`

// CreateSchedule makes a schedule. The caller has parsed its cron line and set NextAt.
func (s *Store) CreateSchedule(ctx context.Context, schedule *newsletter.Schedule, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.insertSchedule(schedule, now); err != nil {
			return err
		}
		return t.audit(by, now, "schedule.create", object{"schedule", schedule.Name}, schedule)
	})
}

func (t *tx) insertSchedule(c *newsletter.Schedule, now time.Time) error {
	c.CreatedAt = newsletter.At(now)
	if c.State == "" {
		c.State = newsletter.ScheduleActive
	}
	err := t.get(&c.ID, `
		INSERT INTO schedule (list_id, name, texts, cron, zone, review, unapproved, empty, lead_us, grace_us, state, next_at, applied_hash, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id`,
		c.ListID, c.Name, c.Texts, c.Cron, c.Zone, c.Review, c.Unapproved, c.Empty, c.Lead, c.Grace, c.State, c.NextAt, c.AppliedHash, c.CreatedAt)
	if err != nil && t.dialect.unique(err) {
		return newsletter.Errorf(newsletter.Conflict, "schedule_exists", "the list has a schedule named %q already", c.Name)
	}
	if err != nil || len(c.Reminded) == 0 {
		return err
	}
	return t.setReminded(c)
}

// Schedules returns a list's schedules, archived ones too, in the order in which they were made, with
// their upcoming editions.
func (s *Store) Schedules(ctx context.Context, listID int64) ([]newsletter.Schedule, error) {
	var schedules []newsletter.Schedule
	err := s.read(ctx, func(t *tx) error {
		if err := t.list(&schedules, `SELECT `+scheduleColumns+` FROM schedule WHERE list_id = $1 ORDER BY id`, listID); err != nil {
			return err
		}
		upcoming, err := t.upcoming(`e.list_id = $1`, listID)
		for i := range schedules {
			schedules[i].Upcoming = upcoming[schedules[i].ID]
		}
		return err
	})
	return schedules, err
}

// upcoming returns, by schedule, the editions of slots that are made and have not left.
func (t *tx) upcoming(where string, arg any) (map[int64][]newsletter.Upcoming, error) {
	var editions []newsletter.Upcoming
	err := t.list(&editions, `
		SELECT e.schedule_id, e.scheduled_for, e.state, e.through_seq,
			c.empty = 'send' AND NOT EXISTS (SELECT 1 FROM edition_post AS p WHERE p.edition_id = e.id AND p.disposition = 'in') AS everyone
		FROM edition AS e JOIN schedule AS c ON c.id = e.schedule_id
		WHERE `+openEdition("e")+` AND e.state IN ('draft', 'in_review', 'approved') AND e.kind = 'slot' AND `+where+`
		ORDER BY e.scheduled_for`, arg)
	by := map[int64][]newsletter.Upcoming{}
	for _, e := range editions {
		by[e.ScheduleID] = append(by[e.ScheduleID], e)
	}
	return by, err
}

// ScheduleByID returns a schedule, with its upcoming editions and those who are reminded of them.
func (s *Store) ScheduleByID(ctx context.Context, id int64) (*newsletter.Schedule, error) {
	var c newsletter.Schedule
	err := s.read(ctx, func(t *tx) error {
		if err := t.get(&c, `SELECT `+scheduleColumns+` FROM schedule WHERE id = $1`, id); err != nil {
			return notFound(err, "schedule", id)
		}
		c.Reminded = nil
		if err := t.list((*[]int64)(&c.Reminded), `SELECT staff_id FROM schedule_reminder WHERE schedule_id = $1 ORDER BY staff_id`, id); err != nil {
			return err
		}
		upcoming, err := t.upcoming(`e.schedule_id = $1`, id)
		c.Upcoming = upcoming[id]
		return err
	})
	if err != nil {
		return nil, err
	}
	return &c, nil
}

// ChangeSchedule gives a schedule other words, times or rules; its list and name stay. When its times
// change, NextAt is the next slot of the new ones, and drafts of slots that it no longer has are cancelled:
// what they would have brought stays owed. What was approved leaves when it was to leave.
func (s *Store) ChangeSchedule(ctx context.Context, c *newsletter.Schedule, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		was, err := t.lockSchedule(c.ID)
		if err != nil {
			return err
		}
		if err := t.exec(`
			UPDATE schedule SET texts = $2, cron = $3, zone = $4, review = $5, unapproved = $6, empty = $7, lead_us = $8, grace_us = $9
			WHERE id = $1`, c.ID, c.Texts, c.Cron, c.Zone, c.Review, c.Unapproved, c.Empty, c.Lead, c.Grace); err != nil {
			return err
		}
		if err := t.setReminded(c); err != nil {
			return err
		}
		if was.Cron != c.Cron || was.Zone != c.Zone {
			if err := t.retime(c.ID, c.NextAt, now); err != nil {
				return err
			}
		}
		return t.audit(by, now, "schedule.change", object{"schedule", was.Name}, c)
	})
}

// retime sets the next slot of a schedule. A draft for a slot that it no longer has would leave at the old
// time.
func (t *tx) retime(id int64, next newsletter.Time, now time.Time) error {
	if err := t.cancelEditions(`schedule_id = $1 AND state IN ('draft', 'in_review') AND scheduled_for <> $4`, id, newsletter.ReasonScheduleChanged, now, next); err != nil {
		return err
	}
	return t.exec(`UPDATE schedule SET next_at = $2 WHERE id = $1`, id, next)
}

// PauseSchedule has a schedule make no editions until ResumeSchedule.
func (s *Store) PauseSchedule(ctx context.Context, id int64, by newsletter.Actor, now time.Time) error {
	return s.moveSchedule(ctx, id, newsletter.SchedulePaused, newsletter.Time{}, by, now)
}

// ResumeSchedule lets a schedule go on with its slot next: what passed in the meantime is not made good, for
// nothing is to leave at the moment that somebody presses a button. Its posts stay owed.
func (s *Store) ResumeSchedule(ctx context.Context, id int64, next newsletter.Time, by newsletter.Actor, now time.Time) error {
	return s.moveSchedule(ctx, id, newsletter.ScheduleActive, next, by, now)
}

func (s *Store) moveSchedule(ctx context.Context, id int64, to newsletter.ScheduleState, next newsletter.Time, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		was, err := t.lockSchedule(id)
		if err != nil {
			return err
		}
		if was.State == to {
			return newsletter.Errorf(newsletter.Conflict, "schedule_state", "the schedule %q is %s already", was.Name, to)
		}
		if err := t.exec(`UPDATE schedule SET state = $2 WHERE id = $1`, id, to); err != nil {
			return err
		}
		if !next.IsZero() {
			if err := t.resumeAt(id, next, now); err != nil {
				return err
			}
		}
		return t.audit(by, now, "schedule."+string(to), object{"schedule", was.Name}, nil)
	})
}

// resumeAt has a schedule that rested go on with the slot next.
func (t *tx) resumeAt(id int64, next newsletter.Time, now time.Time) error {
	// A slot that has its edition already must not be asked for once more.
	if err := t.exec(`UPDATE schedule SET next_at = $2 WHERE id = $1 AND next_at < $2`, id, next); err != nil {
		return err
	}
	return t.cancelEditions(overdue, id, newsletter.ReasonSchedulePaused, now)
}

// overdue matches the editions of a schedule that would leave by themselves as soon as it goes on. One that
// waits for somebody's approval goes on waiting.
const overdue = `schedule_id = $1 AND scheduled_for <= $3 AND (state IN ('draft', 'approved') OR state = 'in_review'
	AND EXISTS (SELECT 1 FROM schedule AS c WHERE c.id = $1 AND c.review = 'approval' AND c.unapproved = 'send'))`

// ArchiveSchedule ends a schedule. Its subscriptions and open sign-ups go over to the successor, another
// schedule of its list; 0 will do when there are none.
func (s *Store) ArchiveSchedule(ctx context.Context, id, successor int64, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		was, err := t.lockSchedule(id)
		if err != nil {
			return err
		}
		to := ""
		if successor != 0 {
			if err := t.get(&to, `
				SELECT name FROM schedule WHERE id = $1 AND list_id = $2 AND id <> $3 AND archived_at IS NULL`, successor, was.ListID, id); err != nil {
				return notFound(err, "schedule", successor)
			}
		}
		holders, err := t.holders(newsletter.NewIDs(id))
		if err != nil {
			return err
		}
		if holders[id] > 0 && successor == 0 {
			e := newsletter.Errorf(newsletter.Conflict, "schedule_holders", "%d people hold to the schedule %q: choose another for them", holders[id], was.Name)
			e.Field, e.Args = "successor", map[string]any{"Count": holders[id]}
			return e
		}
		change := newsletter.Change{Verb: newsletter.ChangeArchive, Noun: "schedule", Name: was.Name, ID: id, Successor: to}
		if err := t.archive(&change, now); err != nil {
			return err
		}
		return t.audit(by, now, "schedule.archive", object{"schedule", was.Name}, map[string]any{"successor": to, "holders": holders[id]})
	})
}

// ScheduleHolders counts the subscriptions and open sign-ups of each of a list's schedules, by its id.
func (s *Store) ScheduleHolders(ctx context.Context, listID int64) (of map[int64]int, err error) {
	err = s.read(ctx, func(t *tx) error {
		var ids []int64
		if err := t.list(&ids, `SELECT id FROM schedule WHERE list_id = $1`, listID); err != nil {
			return err
		}
		of, err = t.holders(newsletter.NewIDs(ids...))
		return err
	})
	return of, err
}

// lockSchedule reads a schedule that is not archived and holds its list's row, and then its own, until
// the commit.
func (t *tx) lockSchedule(id int64) (*newsletter.Schedule, error) {
	var list int64
	if err := t.get(&list, `SELECT id FROM list WHERE id = (SELECT list_id FROM schedule WHERE id = $1)`+t.dialect.forUpdate, id); err != nil {
		return nil, notFound(err, "schedule", id)
	}
	var c newsletter.Schedule
	err := t.get(&c, `SELECT `+scheduleColumns+` FROM schedule WHERE id = $1 AND archived_at IS NULL`+t.dialect.forUpdate, id)
	return &c, notFound(err, "schedule", id)
}
