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

// Schedules returns a list's schedules, archived ones too, in the order in which they were made.
func (s *Store) Schedules(ctx context.Context, listID int64) ([]newsletter.Schedule, error) {
	var schedules []newsletter.Schedule
	err := s.reader.SelectContext(ctx, &schedules, `SELECT `+scheduleColumns+` FROM schedule WHERE list_id = $1 ORDER BY id`, listID)
	return schedules, err
}
