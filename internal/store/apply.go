package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"bode.example/internal/newsletter"
)

// PlanApply compares a declaration with what is stored. It changes nothing.
func (s *Store) PlanApply(ctx context.Context, d newsletter.Declaration) (newsletter.Plan, error) {
	var plan newsletter.Plan
	err := s.read(ctx, func(t *tx) (err error) {
		plan, err = t.plan(d, "")
		return err
	})
	return plan, err
}

// Apply makes what is stored equal to a declaration, all or nothing. The fingerprint is that of the
// plan that somebody agreed to: when the database has changed since, so that the plan would be
// another, nothing is done. A plan with obstacles is refused; force overwrites what was changed
// elsewhere, but does nothing that can't be done.
func (s *Store) Apply(ctx context.Context, d newsletter.Declaration, fingerprint string, force bool, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		plan, err := t.plan(d, t.dialect.forUpdate)
		if err != nil {
			return err
		}
		if plan.Fingerprint() != fingerprint {
			return newsletter.Errorf(newsletter.Conflict, "apply_changed", "something was changed while you looked at the plan; nothing was done: look again")
		}
		if n := len(plan.Obstacles(force)); n > 0 {
			return newsletter.Errorf(newsletter.Conflict, "apply_obstacles", "%d of the changes can't be made; nothing was done", n)
		}
		lists := map[string]int64{}
		for i := range plan.Changes {
			if err := t.apply(&plan.Changes[i], lists, now); err != nil {
				return err
			}
		}
		for _, c := range plan.Changes {
			if err := t.audit(by, now, c.Noun+"."+string(c.Verb), object{c.Noun, c.Name}, c); err != nil {
				return err
			}
		}
		return nil
	})
}

// plan reads all that may be declared, and locks the lists, so that two applies don't mix.
func (t *tx) plan(d newsletter.Declaration, lock string) (newsletter.Plan, error) {
	var stored newsletter.Stored
	var lists []newsletter.List
	if err := t.list(&lists, `SELECT `+listColumns+` FROM list ORDER BY id`+lock); err != nil {
		return newsletter.Plan{}, err
	}
	for _, l := range lists {
		declared := newsletter.DeclaredList{List: l}
		if err := t.list(&declared.Topics, `SELECT `+topicColumns+` FROM topic WHERE list_id = $1 ORDER BY id`, l.ID); err != nil {
			return newsletter.Plan{}, err
		}
		if err := t.list(&declared.Feeds, `SELECT `+feedColumns+` FROM feed WHERE list_id = $1 ORDER BY id`, l.ID); err != nil {
			return newsletter.Plan{}, err
		}
		var schedules []newsletter.Schedule
		if err := t.list(&schedules, `SELECT `+scheduleColumns+` FROM schedule WHERE list_id = $1 ORDER BY id`, l.ID); err != nil {
			return newsletter.Plan{}, err
		}
		for _, c := range schedules {
			declared.Schedules = append(declared.Schedules, newsletter.DeclaredSchedule{Schedule: c})
		}
		stored.Lists = append(stored.Lists, declared)
	}
	// Who holds to a schedule matters only where one ends: most plans need not count.
	plan := d.Plan(stored)
	var ending newsletter.IDs
	for _, c := range plan.Changes {
		if c.Noun == "schedule" && c.Verb == newsletter.ChangeArchive {
			ending = append(ending, c.ID)
		}
	}
	if len(ending) == 0 {
		return plan, nil
	}
	var err error
	stored.Holders, err = t.holders(newsletter.NewIDs(ending...))
	return d.Plan(stored), err
}

// holders counts the subscriptions and the sign-ups of each schedule. Those that were left count
// too: leaving can be undone, and returning goes back to the same pace.
func (t *tx) holders(schedules newsletter.IDs) (map[int64]int, error) {
	var counts []struct {
		Schedule int64 `db:"schedule_id"`
		N        int   `db:"n"`
	}
	err := t.list(&counts, `
		SELECT schedule_id, COUNT(*) AS n FROM (
			SELECT schedule_id FROM subscription
			WHERE schedule_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))
			UNION ALL
			SELECT schedule_id FROM signup_list
			WHERE schedule_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))) AS holder
		GROUP BY schedule_id`, schedules)
	of := map[int64]int{}
	for _, c := range counts {
		of[c.Schedule] = c.N
	}
	return of, err
}

// apply makes one change. The ids of lists made on the way are kept for what belongs to them.
func (t *tx) apply(c *newsletter.Change, lists map[string]int64, now time.Time) error {
	switch want := c.Want.(type) {
	case *newsletter.List:
		return t.applyList(c, *want, lists, now)
	case nil:
		return t.archive(c, now)
	}
	listID, err := t.listID(c.List, lists)
	if err != nil {
		return err
	}
	switch want := c.Want.(type) {
	case *newsletter.Topic:
		return t.applyTopic(c, *want, listID, now)
	case *newsletter.Feed:
		return t.applyFeed(c, *want, listID, now)
	default:
		return t.applySchedule(c, want.(*newsletter.DeclaredSchedule).Schedule, listID, now)
	}
}

func (t *tx) listID(name string, lists map[string]int64) (int64, error) {
	id, ok := lists[name]
	if ok {
		return id, nil
	}
	err := t.get(&id, `SELECT id FROM list WHERE name = $1`, name)
	lists[name] = id
	return id, notFound(err, "list", name)
}

func (t *tx) applyList(c *newsletter.Change, l newsletter.List, lists map[string]int64, now time.Time) error {
	l.AppliedHash = c.Hash
	if c.Verb == newsletter.ChangeCreate {
		err := t.insertList(&l, now)
		lists[l.Name] = l.ID
		return err
	}
	if l.State == "" && c.Verb == newsletter.ChangeRestore {
		l.State = newsletter.ListActive
	}
	return t.exec(`
		UPDATE list SET texts = $2, language = $3, sender_name = $4, sender_address = $5, reply_to = $6, applied_hash = $7,
			state = CASE WHEN $8 = '' THEN state ELSE $8 END, archived_at = NULL
		WHERE id = $1`, c.ID, l.Texts, l.Language, l.SenderName, l.SenderAddress, l.ReplyTo, l.AppliedHash, l.State)
}

func (t *tx) applyTopic(c *newsletter.Change, topic newsletter.Topic, listID int64, now time.Time) error {
	topic.ListID, topic.AppliedHash = listID, c.Hash
	if c.Verb == newsletter.ChangeCreate {
		return t.insertTopic(&topic, now)
	}
	return t.exec(`UPDATE topic SET texts = $2, applied_hash = $3, archived_at = NULL WHERE id = $1`, c.ID, topic.Texts, topic.AppliedHash)
}

func (t *tx) applyFeed(c *newsletter.Change, f newsletter.Feed, listID int64, now time.Time) error {
	f.ListID, f.AppliedHash = listID, c.Hash
	if c.Verb == newsletter.ChangeCreate {
		return t.insertFeed(&f, now)
	}
	if err := t.exec(`
		UPDATE feed SET url = $2, internal = $3, interval_us = $4, import_since = $5, mapping = $6, applied_hash = $7, archived_at = NULL
		WHERE id = $1`, c.ID, f.URL, f.Internal, f.Interval, f.ImportSince, f.Mapping, f.AppliedHash); err != nil {
		return err
	}
	if !c.Baseline && !c.Sets("url") {
		return t.rereadFeed(c, now)
	}
	// What was known of the old source says nothing of the new one.
	return t.exec(`
		UPDATE feed SET etag = '', last_modified = '', failures = 0, last_error = '', moved_to = '', state = 'ok', next_at = $2,
			baseline_at = CASE WHEN $3 THEN NULL ELSE baseline_at END
		WHERE id = $1`, c.ID, newsletter.At(now), c.Baseline)
}

// rereadFeed has a feed whose categories now mean other topics read once more, though its source may
// say that nothing changed: posts that are in no edition yet get their topics by it.
func (t *tx) rereadFeed(c *newsletter.Change, now time.Time) error {
	remapped := slices.ContainsFunc(c.Fields, func(f newsletter.FieldChange) bool { return strings.HasPrefix(f.Name, "topics.") })
	if !remapped {
		return nil
	}
	return t.exec(`UPDATE feed SET etag = '', last_modified = '', next_at = $2 WHERE id = $1`, c.ID, newsletter.At(now))
}

func (t *tx) applySchedule(c *newsletter.Change, s newsletter.Schedule, listID int64, now time.Time) error {
	s.ListID, s.AppliedHash = listID, c.Hash
	if c.Verb == newsletter.ChangeCreate {
		return t.insertSchedule(&s, now)
	}
	if err := t.exec(`
		UPDATE schedule SET texts = $2, cron = $3, zone = $4, review = $5, unapproved = $6, empty = $7, lead_us = $8, grace_us = $9,
			applied_hash = $10, state = CASE WHEN $11 = '' THEN state ELSE $11 END, archived_at = NULL
		WHERE id = $1`, c.ID, s.Texts, s.Cron, s.Zone, s.Review, s.Unapproved, s.Empty, s.Lead, s.Grace, s.AppliedHash, s.State); err != nil {
		return err
	}
	if !c.Sets("cron") && !c.Sets("zone") && c.Verb != newsletter.ChangeRestore {
		return nil // a slot that is due now must not be passed over
	}
	return t.retime(c.ID, s.NextAt, now)
}

// archive ends an object. Its applied_hash goes: so one that was archived by a file is told from
// one that was archived elsewhere.
func (t *tx) archive(c *newsletter.Change, now time.Time) error {
	at := newsletter.At(now)
	switch c.Noun {
	case "list":
		if err := t.exec(`UPDATE list SET state = 'archived', archived_at = $2, applied_hash = '' WHERE id = $1`, c.ID, at); err != nil {
			return err
		}
		return t.cancelEditions(openEditions(`list_id`), c.ID, newsletter.ReasonListEnded, now)
	case "topic":
		return t.exec(`UPDATE topic SET archived_at = $2, applied_hash = '' WHERE id = $1`, c.ID, at)
	case "feed":
		return t.exec(`UPDATE feed SET archived_at = $2, applied_hash = '' WHERE id = $1`, c.ID, at)
	}
	if err := t.exec(`UPDATE schedule SET archived_at = $2, applied_hash = '' WHERE id = $1`, c.ID, at); err != nil {
		return err
	}
	if c.Successor != "" {
		if err := t.succeed(c.ID, c.Successor, at); err != nil {
			return err
		}
	}
	return t.cancelEditions(openEditions(`schedule_id`), c.ID, newsletter.ReasonScheduleEnded, now)
}

// succeed moves what holds to a schedule to another of the same list. Readings stay as they are:
// the next edition of the new schedule brings what is still owed.
func (t *tx) succeed(schedule int64, successor string, at newsletter.Time) error {
	var id int64
	err := t.get(&id, `SELECT id FROM schedule WHERE name = $2 AND list_id = (SELECT list_id FROM schedule WHERE id = $1)`, schedule, successor)
	if err != nil {
		return notFound(err, "schedule", successor)
	}
	if err := t.exec(`UPDATE subscription SET schedule_id = $2, changed_at = $3 WHERE schedule_id = $1`, schedule, id, at); err != nil {
		return err
	}
	return t.exec(`UPDATE signup_list SET schedule_id = $2 WHERE schedule_id = $1`, schedule, id)
}

// openEditions matches the editions of one list or schedule that have not left yet.
func openEditions(column string) string {
	return column + ` = $1 AND state IN ('draft', 'in_review', 'approved')`
}

// cancelEditions ends editions that can't leave any more. What they would have brought stays owed.
func (t *tx) cancelEditions(where string, id int64, reason string, now time.Time, more ...any) error {
	args := append([]any{id, reason, newsletter.At(now)}, more...)
	return t.exec(`UPDATE edition SET state = 'cancelled', reason = $2, ended_at = $3, changed_at = $3 WHERE `+where, args...)
}
