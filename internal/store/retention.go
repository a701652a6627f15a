package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// Who is exempt, as conditions: whose data may only be kept, and who waits for an answer about them.
const (
	exempt = `p.restricted_at IS NOT NULL OR EXISTS (SELECT 1 FROM data_request AS q WHERE q.closed_at IS NULL AND q.address_key = p.address_key)`

	oldRequests = `closed_at <= $1 AND state <> 'lapsed'
		AND NOT EXISTS (SELECT 1 FROM subscriber AS p WHERE p.id = data_request.subscriber_id AND (` + exempt + `))`
	oldLapsed = `closed_at <= $1 AND state = 'lapsed'`
	oldLeft   = `
		SELECT p.id FROM subscriber AS p
		WHERE NOT EXISTS (SELECT 1 FROM subscription AS s WHERE s.subscriber_id = p.id AND (s.state <> 'unsubscribed' OR s.ended_at IS NULL OR s.ended_at > $1))
			AND EXISTS (SELECT 1 FROM subscription AS s WHERE s.subscriber_id = p.id) AND NOT (` + exempt + `)`
	oldMails = `
		id > $2 AND id <= $3 AND created_at <= $1 AND state IN ('sent', 'failed', 'expired', 'suppressed', 'cancelled')
			AND (subscription_id IS NOT NULL OR subscriber_id IS NOT NULL OR address IS NOT NULL)
			AND NOT EXISTS (SELECT 1 FROM subscription AS s JOIN subscriber AS p ON p.id = s.subscriber_id WHERE s.id = delivery.subscription_id AND (` + exempt + `))
			AND NOT EXISTS (SELECT 1 FROM subscriber AS p WHERE p.id = delivery.subscriber_id AND (` + exempt + `))`
)

// retentionChunk is how many mails one transaction looks at, and retentionPeople how many people it forgets.
const (
	retentionChunk  = 5000
	retentionPeople = 20
)

// mailCursor is the setting that says up to which mail the term was carried out. Ids and times rise together.
const mailCursor = "retention.mails"

// PlanRetention counts what would go. Changes nothing.
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
		from, err := t.mailCursor()
		if err != nil {
			return err
		}
		return t.get(&report.Mails, `SELECT COUNT(*) FROM delivery WHERE `+oldMails, r.Mails, from, int64(1)<<62)
	})
	return report, err
}

// ApplyRetention carries a part of it out, and says whether there is more: call it until there is not.
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
		return t.audit(by, now, "retention.apply", object{"retention", ""}, report)
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
	if report.Mails, err = t.count(`
		UPDATE delivery SET subscription_id = NULL, subscriber_id = NULL, address = NULL, domain = '', reply = '' WHERE `+oldMails, before, from, to); err != nil {
		return false, err
	}
	return len(rows) == retentionChunk && to == rows[len(rows)-1].ID, t.exec(`
		INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, mailCursor, strconv.FormatInt(to, 10))
}

// forgetLeft erases people who have left long ago. Nobody asked for it, so no hash keeps them away; their proof of
// consent, which was all that was kept them for, goes too.
func (t *tx) forgetLeft(report *newsletter.RetentionReport, before newsletter.Time, hashes *token.Hashes, at newsletter.Time) (more bool, err error) {
	var ids []int64
	if err := t.list(&ids, oldLeft+` ORDER BY p.id LIMIT $2`, before, retentionPeople); err != nil {
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
