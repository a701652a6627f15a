package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// Whose data may only be kept, and who waits for an answer about them. Both are few, and found by an index.
const (
	restrictedPeople = `SELECT id FROM subscriber WHERE restricted_at IS NOT NULL`
	restrictedKeys   = `SELECT address_key FROM subscriber WHERE restricted_at IS NOT NULL`
	exemptPeople     = restrictedPeople + `
		UNION SELECT p.id FROM data_request AS q JOIN subscriber AS p ON p.address_key = q.address_key WHERE q.closed_at IS NULL`
	exemptSubscriptions = `SELECT s.id FROM subscription AS s WHERE s.subscriber_id IN (` + exemptPeople + `)`
)

// What is too old.
const (
	oldRequests = `closed_at <= $1 AND state <> 'lapsed' AND ` + requestsOfOthers
	oldLapsed   = `closed_at <= $1 AND state = 'lapsed' AND ` + requestsOfOthers
	// requestsOfOthers are those of people who are not exempt, as far as they are known.
	requestsOfOthers = `COALESCE(subscriber_id, 0) NOT IN (` + exemptPeople + `)
		AND COALESCE(address_key, '') NOT IN (SELECT address_key FROM subscriber WHERE id IN (` + exemptPeople + `))`
	oldLeft = `
		SELECT DISTINCT l.subscriber_id FROM subscription AS l
		WHERE l.state = 'unsubscribed' AND l.ended_at <= $1 AND l.subscriber_id NOT IN (` + exemptPeople + `)
			AND NOT EXISTS (SELECT 1 FROM subscription AS s WHERE s.subscriber_id = l.subscriber_id
				AND (s.state <> 'unsubscribed' OR s.ended_at IS NULL OR s.ended_at > $1))`
	oldMails = `
		created_at <= $1 AND state IN ('sent', 'failed', 'expired', 'suppressed', 'cancelled')
			AND (subscription_id IS NOT NULL OR subscriber_id IS NOT NULL OR address IS NOT NULL)`
	oldLine = oldMails + ` AND id > $2 AND id <= $3` // in the part of the line that was not looked at yet
	// notTheExempt leaves mail out that is of the exempt: by whose it is, where it went, or whose move it is about.
	notTheExempt = `COALESCE(subscription_id, 0) NOT IN (` + exemptSubscriptions + `) AND COALESCE(subscriber_id, 0) NOT IN (` + exemptPeople + `)
		AND (address IS NULL OR lower(address) NOT IN (SELECT address_key FROM subscriber WHERE id IN (` + exemptPeople + `))
			AND (template NOT IN ('address_confirmation', 'address_notice') OR ref NOT IN (SELECT id FROM address_change WHERE subscriber_id IN (` + exemptPeople + `))))`
	// whileAsked are people who waited for an answer, and got it: their mail was passed over meanwhile.
	whileAsked = `
		SELECT p.id FROM data_request AS q JOIN subscriber AS p ON p.address_key = q.address_key WHERE q.closed_at IS NOT NULL
		EXCEPT SELECT id FROM (` + exemptPeople + `) AS exempt`
)

// ofPeople is a condition on mails of some people, in two parts: by one index each. Ids are added to, so that neither engine
// goes by them.
func ofPeople(people string) [2]string {
	return [2]string{
		oldMails + ` AND id + 0 > $2 AND id + 0 <= $3 AND subscription_id IN (SELECT s.id FROM subscription AS s WHERE s.subscriber_id IN (` + people + `))`,
		oldMails + ` AND id + 0 > $2 AND id + 0 <= $3 AND subscription_id IS NULL AND subscriber_id IN (` + people + `)`,
	}
}

// retentionChunk is how many mails one transaction looks at, and retentionPeople how many people it forgets.
const (
	retentionChunk  = 5000
	retentionPeople = 5
)

// retentionAction is what the audit log calls it, and runsOfADay is how many entries of a day are looked at: a catch-up has one
// for each chunk.
const (
	retentionAction = "retention.apply"
	runsOfADay      = 40
)

// mailCursor is the setting that says up to which mail the term was carried out. Ids and times rise together.
const mailCursor = "retention.mails"

// PlanRetention counts what would go, of mails at most newsletter.RetentionCounts. It changes nothing.
func (s *Store) PlanRetention(ctx context.Context, r newsletter.Retention) (report newsletter.RetentionReport, err error) {
	err = s.read(ctx, func(t *tx) error {
		report = newsletter.RetentionReport{}
		if err := t.get(&report.Requests, `SELECT COUNT(*) FROM data_request WHERE `+oldRequests, r.Requests); err != nil {
			return err
		}
		if err := t.get(&report.Lapsed, `SELECT COUNT(*) FROM data_request WHERE `+oldLapsed, r.Lapsed); err != nil {
			return err
		}
		if err := t.get(&report.Left, `SELECT COUNT(*) FROM (`+oldLeft+`) AS people`, r.Left); err != nil {
			return err
		}
		report.Mails, report.MoreMails, err = t.countOldMails(r.Mails)
		return err
	})
	return report, err
}

// ApplyRetention carries a part of it out, and says whether there is more: call it until there is not. What went is recorded in
// the audit log in numbers, whoever did it: RetentionRuns tells.
func (s *Store) ApplyRetention(ctx context.Context, r newsletter.Retention, hashes *token.Hashes, by newsletter.Actor, now time.Time) (report newsletter.RetentionReport, more bool, err error) {
	err = s.write(ctx, func(t *tx) error {
		report, more = newsletter.RetentionReport{}, false
		var err error
		if report.Requests, err = t.count(`DELETE FROM data_request WHERE `+oldRequests, r.Requests); err != nil {
			return err
		}
		if report.Lapsed, err = t.count(`DELETE FROM data_request WHERE `+oldLapsed, r.Lapsed); err != nil {
			return err
		}
		moreMails, err := t.forgetMails(&report, r.Mails)
		if err != nil {
			return err
		}
		moreLeft, err := t.forgetLeft(&report, r.Left, hashes, newsletter.At(now))
		if err != nil {
			return err
		}
		more = moreMails || moreLeft
		if report.Empty() {
			return nil
		}
		return t.enter(by, now, retentionAction, object{"retention", ""}, report)
	})
	if err == nil && !report.Empty() {
		s.erased.Store(true) // see TruncateLog
	}
	return report, more, err
}

func (t *tx) mailCursor() (id int64, err error) {
	var text string
	err = t.get(&text, `SELECT value FROM setting WHERE name = $1`, mailCursor)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	} else if err != nil {
		return 0, err
	}
	return strconv.ParseInt(text, 10, 64)
}

// countOldMails counts what forgetMails would do, as far as planned.
func (t *tx) countOldMails(before newsletter.Time) (n int64, more bool, err error) {
	if before.IsZero() {
		return 0, false, nil
	}
	from, err := t.mailCursor()
	if err != nil {
		return 0, false, err
	}
	to, err := t.lastMail(from, before)
	if err != nil {
		return 0, false, err
	}
	if err := t.get(&n, `SELECT COUNT(*) FROM (SELECT 1 FROM delivery WHERE `+oldLine+` AND `+notTheExempt+` ORDER BY id LIMIT $4) AS mails`,
		before, from, to, newsletter.RetentionCounts+1); err != nil {
		return 0, false, err
	}
	for _, passed := range ofPeople(whileAsked) {
		var some int64
		if err := t.get(&some, `SELECT COUNT(*) FROM delivery WHERE `+passed, before, 0, from); err != nil {
			return 0, false, err
		}
		n += some
	}
	return min(n, newsletter.RetentionCounts), n > newsletter.RetentionCounts, nil
}

// lastMail returns the id of the last mail after one that was made until a time, or that one. It halves what is left
// to look at, for no index knows when a mail was made.
func (t *tx) lastMail(from int64, until newsletter.Time) (int64, error) {
	var end int64
	if err := t.get(&end, `SELECT COALESCE(MAX(id), 0) FROM delivery`); err != nil {
		return 0, err
	}
	for low, high := from, end; low < high; {
		var mid struct {
			ID int64           `db:"id"`
			At newsletter.Time `db:"created_at"`
		}
		half := low + (high-low+1)/2
		if err := t.get(&mid, `SELECT id, created_at FROM delivery WHERE id >= $1 ORDER BY id LIMIT 1`, half); err != nil {
			return 0, err
		}
		if mid.At.After(until.Time) {
			high = half - 1
		} else {
			low, from = mid.ID, mid.ID
		}
	}
	return from, nil
}

// forgetMails makes a chunk of old mails nobody's. They stay as numbers of their edition. What has not ended keeps
// the cursor where it is, so that it is seen when it has.
func (t *tx) forgetMails(report *newsletter.RetentionReport, before newsletter.Time) (more bool, err error) {
	if before.IsZero() {
		return false, nil
	}
	from, err := t.mailCursor()
	if err != nil {
		return false, err
	}
	for _, passed := range ofPeople(whileAsked) {
		n, err := t.count(nobodys+passed, before, 0, from)
		if report.Mails += n; err != nil {
			return false, err
		}
	}
	var rows []struct {
		ID    int64           `db:"id"`
		At    newsletter.Time `db:"created_at"`
		State string          `db:"state"`
	}
	if err := t.list(&rows, `SELECT id, created_at, state FROM delivery WHERE id > $1 ORDER BY id LIMIT $2`, from, retentionChunk); err != nil {
		return false, err
	}
	to := from
	for _, row := range rows {
		if row.At.After(before.Time) || !newsletter.DeliveryState(row.State).Ended() {
			break
		}
		to = row.ID
	}
	if to == from {
		return false, nil
	}
	n, err := t.count(nobodys+oldLine+` AND `+notTheExempt, before, from, to)
	if report.Mails += n; err != nil {
		return false, err
	}
	return len(rows) == retentionChunk && to == rows[len(rows)-1].ID, t.exec(`
		INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, mailCursor, strconv.FormatInt(to, 10))
}

// nobodys takes the person out of mails.
const nobodys = `UPDATE delivery SET subscription_id = NULL, subscriber_id = NULL, address = NULL, domain = '', reply = '' WHERE `

// forgetLeft erases people who have left long ago. Nobody asked for it, so no hash keeps them away; their proof of
// consent, which was all that was kept them for, goes too.
func (t *tx) forgetLeft(report *newsletter.RetentionReport, before newsletter.Time, hashes *token.Hashes, at newsletter.Time) (more bool, err error) {
	var ids []int64
	if err := t.list(&ids, oldLeft+` ORDER BY l.subscriber_id LIMIT $2`, before, retentionPeople); err != nil {
		return false, err
	}
	for _, id := range ids {
		var a newsletter.Address
		if err := t.get(&a, `SELECT address FROM subscriber WHERE id = $1`, id); err != nil {
			return false, err
		}
		p, err := t.lockPerson(a)
		if err != nil {
			return false, err
		}
		if p == nil || p.ID != id {
			continue // they moved meanwhile
		}
		e := &erasure{tx: t, person: p, at: at, forgets: true, result: &newsletter.Erasure{PublicID: newsletter.NewPublicID(), At: at}}
		if err := e.run(a, hashes.Current); err != nil {
			return false, err
		}
		report.Left++
	}
	return len(ids) == retentionPeople, nil
}

// RetentionRuns returns what went on each of the latest days in a zone, the newest first, as the audit log has it.
func (s *Store) RetentionRuns(ctx context.Context, zone *time.Location, days int) ([]newsletter.RetentionRun, error) {
	entries, err := s.AuditLog(ctx, AuditQuery{Action: retentionAction, Limit: days * runsOfADay})
	if err != nil {
		return nil, err
	}
	var runs []newsletter.RetentionRun
	for _, e := range entries {
		var r newsletter.RetentionReport
		if err := json.Unmarshal([]byte(e.Detail), &r); err != nil {
			return nil, fmt.Errorf("audit entry %d: %w", e.Seq, err)
		}
		on := newsletter.DayOf(e.At.Time, zone)
		if len(runs) == 0 || runs[len(runs)-1].On != on {
			if len(runs) == days {
				break
			}
			runs = append(runs, newsletter.RetentionRun{On: on})
		}
		last := &runs[len(runs)-1]
		last.Went = last.Went.Plus(r)
	}
	return runs, nil
}
