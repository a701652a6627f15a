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
	return err
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
