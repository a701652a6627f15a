package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

const letterColumns = `l.id, l.public_id, l.request_id, l.kind, l.language, l.subject, l.body, l.created_at, l.queued_at, l.posted_at, l.amended_by`

// letterLife is for how long a letter about a request is tried.
const letterLife = 7 * 24 * time.Hour

// sendLetter writes a letter about a request and, if it is to go by mail, queues it, in the transaction of
// its cause (promise 7). The delivery alone holds the address.
func (t *tx) sendLetter(r *newsletter.DataRequest, l *newsletter.RequestLetter, at newsletter.Time) error {
	if l == nil {
		return nil
	}
	l.PublicID, l.RequestID, l.CreatedAt = newsletter.NewPublicID(), r.ID, at
	if err := t.get(&l.ID, `
		INSERT INTO request_letter (public_id, request_id, kind, language, subject, body, created_at, queued_at, amended_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
		l.PublicID, l.RequestID, l.Kind, l.Language, l.Subject, l.Body, l.CreatedAt, l.QueuedAt, l.AmendedBy); err != nil {
		return err
	}
	if l.QueuedAt.IsZero() {
		return nil
	}
	to := r.ReplyTo()
	if to == "" {
		return newsletter.Errorf(newsletter.Conflict, "request_without_address", "request %s holds no address to write to: print the letter", r.Reference())
	}
	return t.queue(&newsletter.Delivery{Kind: newsletter.DeliveryRequest, Template: newsletter.TemplateRequestLetter, Ref: &l.ID, Address: &to,
		Language: l.Language, ExpiresAt: newsletter.At(at.Add(letterLife))}, to, l.PublicID, at)
}

// RequestLetter returns the letter that a delivery speaks of.
func (s *Store) RequestLetter(ctx context.Context, id int64) (*newsletter.RequestLetter, error) {
	var l newsletter.RequestLetter
	err := s.reader.GetContext(ctx, &l, `SELECT `+letterColumns+` FROM request_letter AS l WHERE l.id = $1`, id)
	return &l, notFound(err, "letter", id)
}

// PostLetter writes down that a printed letter was posted. One that closed an erasure was the last to need the name
// and the postal address: they go.
func (s *Store) PostLetter(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error {
	at, last := newsletter.At(now), false
	err := s.write(ctx, func(t *tx) error {
		var l newsletter.RequestLetter
		if err := t.get(&l, `SELECT `+letterColumns+` FROM request_letter AS l WHERE l.public_id = $1`, id); err != nil {
			return notFound(err, "letter", "")
		}
		posted := newsletter.Errorf(newsletter.Conflict, "letter_posted", "this letter is not waiting to be posted")
		if err := t.one(posted, `UPDATE request_letter SET posted_at = $2 WHERE id = $1 AND queued_at IS NULL AND posted_at IS NULL`, l.ID, at); err != nil {
			return err
		}
		if last = l.Kind == newsletter.LetterErasure; last {
			if err := t.exec(`UPDATE data_request SET name = '', postal = '' WHERE id = $1 AND closed_at IS NOT NULL`, l.RequestID); err != nil {
				return err
			}
		}
		r := &newsletter.DataRequest{ID: l.RequestID}
		if err := t.get(&r.State, `SELECT state FROM data_request WHERE id = $1`, l.RequestID); err != nil {
			return err
		}
		if err := t.note(r, r.State, "post", "", by, at); err != nil {
			return err
		}
		return t.audit(by, now, "request.post", object{"letter", id.String()}, nil)
	})
	if last && err == nil {
		s.emptyLog(ctx)
	}
	return err
}

// clearRequest takes what names the person out of requests. What an officer wrote down about identity may
// name them too.
const clearRequest = `
	UPDATE data_request SET address = NULL, address_key = NULL, reply_address = NULL, postal = '', reply_why = '', name = '', representative = '', wish = '',
		asked_why = '', shown_why = '', subscriber_id = NULL`

// LetGoOfAddresses takes addresses out of mail about requests that has ended, handed over or not, and out of
// requests that were closed before, but of restricted people: as long as an answer is on its way it must be possible to write it anew.
func (s *Store) LetGoOfAddresses(ctx context.Context, before time.Time, by newsletter.Actor, now time.Time) (n int64, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		n, err = t.count(`
			UPDATE delivery SET address = NULL, domain = '', reply = ''
			WHERE template IN ('request_identity', 'request_letter', 'request_reminder') AND address IS NOT NULL
				AND state IN ('sent', 'failed', 'expired', 'suppressed', 'cancelled') AND lower(address) NOT IN (` + restrictedKeys + `)`)
		if err != nil {
			return err
		}
		m, err := t.count(clearRequest+`
			WHERE closed_at <= $1 AND COALESCE(subscriber_id, 0) NOT IN (`+restrictedPeople+`) AND COALESCE(address_key, '') NOT IN (`+restrictedKeys+`)
				AND (address IS NOT NULL OR reply_address IS NOT NULL OR postal <> '' OR name <> '' OR representative <> '' OR wish <> '' OR subscriber_id IS NOT NULL)`,
			newsletter.At(before))
		if n += m; err != nil || n == 0 {
			return err
		}
		return t.audit(by, now, "request.let_go", object{"request", ""}, map[string]int64{"rows": n})
	})
	if n > 0 && err == nil {
		s.erased.Store(true) // see TruncateLog
	}
	return n, err
}
