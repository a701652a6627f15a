package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"bode.example/internal/newsletter"
)

const requestColumns = `id, public_id, kind, state, channel, language, received_on, created_at, address, address_key, reply_address, postal, reply_why, name,
	representative, wish, mail, hash_key, hash, subscriber_id, asked_on, asked_why, shown_on, shown_how, shown_why, extended_on, extension_reason,
	strict_on, due_on, reminded_on, result, reason, closed_at, link_until, changed_at, key`

// CreateRequest enters a request in the register, with the receipt that is queued with it, if receipt writes one:
// it may be nil. The second of the same key is none: a mail that came by two ways. From the public form it is one insert, whatever is known of the address: quotas bound that.
func (s *Store) CreateRequest(ctx context.Context, r *newsletter.DataRequest, receipt newsletter.WriteAnswer, quotas []newsletter.Quota, today newsletter.Day, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.take(quotas, now); err != nil {
			return err
		}
		if is, err := t.insertRequest(r, today, by, newsletter.At(now)); err != nil || !is {
			return err
		}
		if receipt != nil {
			letter, err := receipt(r, "", nil)
			if err != nil {
				return err
			}
			if err := t.sendLetter(r, letter, newsletter.At(now)); err != nil {
				return err
			}
		}
		return t.audit(by, now, "request.create", object{"request", r.PublicID.String()}, map[string]any{"kind": r.Kind, "received": r.ReceivedOn})
	})
}

// insertRequest writes a new request and the first line of its history. Whose it is, is looked up later:
// the form's insert does the same for everybody. Of two with the same key the second is none.
func (t *tx) insertRequest(r *newsletter.DataRequest, today newsletter.Day, by newsletter.Actor, at newsletter.Time) (is bool, err error) {
	r.PublicID, r.CreatedAt, r.ChangedAt = newsletter.NewPublicID(), at, at
	if err := r.Arrive(today); err != nil {
		return false, err
	}
	if r.Address != nil {
		key := r.Address.Key()
		r.AddressKey = &key
	}
	err = t.get(&r.ID, `
		INSERT INTO data_request (public_id, kind, state, channel, language, received_on, created_at, address, address_key, reply_address, name,
			representative, wish, hash_key, hash, strict_on, due_on, changed_at, key, postal, reply_why, mail)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $7, $18, $19, $20, $21) ON CONFLICT (key) DO NOTHING RETURNING id`,
		r.PublicID, r.Kind, r.State, r.Channel, r.Language, r.ReceivedOn, at, r.Address, r.AddressKey, r.ReplyAddress, r.Name,
		r.Representative, r.Wish, r.HashKey, r.Hash, r.StrictOn, r.DueOn, r.Key, r.Postal, r.ReplyWhy, r.Mail)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, err
	}
	return true, t.note(r, "", "receive", "", by, at)
}

// insertServed enters a request that its person carried out by themselves, and closes it.
func (t *tx) insertServed(r *newsletter.DataRequest, today newsletter.Day, by newsletter.Actor, at newsletter.Time) (is bool, err error) {
	if is, err = t.insertRequest(r, today, by, at); err != nil || !is {
		return is, err
	}
	if err := r.Serve(today, at.Time); err != nil {
		return false, err
	}
	if err := t.saveRequest(r); err != nil {
		return false, err
	}
	return true, t.note(r, newsletter.RequestReceived, "serve", "", by, at)
}

// RegisterServed enters a request that its person carried out by themselves, and closes it. The second of the
// same key is the first.
func (s *Store) RegisterServed(ctx context.Context, r *newsletter.DataRequest, today newsletter.Day, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		is, err := t.insertServed(r, today, by, newsletter.At(now))
		if err != nil || !is {
			return err
		}
		return t.audit(by, now, "request.serve", object{"request", r.PublicID.String()}, map[string]any{"kind": r.Kind})
	})
}

// DismissDraft throws a mail away that came to the desk's address and asks for nothing. That there was one is in the
// audit log; nothing of it stays.
func (s *Store) DismissDraft(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error {
	err := s.write(ctx, func(t *tx) error {
		if err := t.one(newsletter.Errorf(newsletter.Conflict, "request_state", "only a mail that nobody made a request of can be thrown away"),
			`DELETE FROM data_request WHERE public_id = $1 AND state = 'draft'`, id); err != nil {
			return err
		}
		return t.audit(by, now, "request.dismiss", object{"request", id.String()}, nil)
	})
	if err == nil {
		s.emptyLog(ctx)
	}
	return err
}

// note writes a line of a request's history.
func (t *tx) note(r *newsletter.DataRequest, before newsletter.RequestState, step, words string, by newsletter.Actor, at newsletter.Time) error {
	return t.exec(`
		INSERT INTO request_event (request_id, at, actor_kind, actor_id, step, state_before, state_after, note)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, r.ID, at, by.Kind, by.ID, step, before, r.State, words)
}

// UndecidedRequests returns the requests of the form of which nobody asked yet whose they are, oldest first.
func (s *Store) UndecidedRequests(ctx context.Context, limit int) ([]newsletter.DataRequest, error) {
	var all []newsletter.DataRequest
	err := s.reader.SelectContext(ctx, &all, `
		SELECT `+requestColumns+` FROM data_request
		WHERE state = 'received' AND channel IN ('page', 'preferences') ORDER BY id LIMIT $1`, limit)
	return all, err
}

// StepRequest does a step of a request, with the letter that tells the person, in one transaction. The step
// is the rule; what it refuses changes nothing. letter may be nil; one that goes by mail has QueuedAt set.
func (s *Store) StepRequest(ctx context.Context, id newsletter.PublicID, step newsletter.RequestStep, letter *newsletter.RequestLetter, today newsletter.Day, by newsletter.Actor, now time.Time) (r *newsletter.DataRequest, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		r, err = t.stepRequest(id, step, letter, today, by, now)
		if err != nil {
			return err
		}
		return t.auditStep(r, step, by, now)
	})
	return r, err
}

func (t *tx) auditStep(r *newsletter.DataRequest, step newsletter.RequestStep, by newsletter.Actor, now time.Time) error {
	return t.audit(by, now, "request."+step.Name(), object{"request", r.PublicID.String()}, map[string]any{"state": r.State, "result": r.Result, "due": r.DueOn})
}

// stepRequest is the step without its audit, which comes last in a transaction.
func (t *tx) stepRequest(id newsletter.PublicID, step newsletter.RequestStep, letter *newsletter.RequestLetter, today newsletter.Day, by newsletter.Actor, now time.Time) (*newsletter.DataRequest, error) {
	at := newsletter.At(now)
	r, err := t.lockRequest(id)
	if err != nil {
		return nil, err
	}
	before := r.State
	if err := step.Apply(r, today, now); err != nil {
		return nil, err
	}
	r.ChangedAt = at
	if err := t.saveRequest(r); err != nil {
		return nil, err
	}
	if err := t.note(r, before, step.Name(), "", by, at); err != nil {
		return nil, err
	}
	if _, asks := step.(newsletter.AskIdentity); asks && r.AskedWhy == "" {
		if err := t.queueIdentity(r, at); err != nil {
			return nil, err
		}
	}
	return r, t.sendLetter(r, letter, at)
}

func (t *tx) lockRequest(id newsletter.PublicID) (*newsletter.DataRequest, error) {
	var r newsletter.DataRequest
	err := t.get(&r, `SELECT `+requestColumns+` FROM data_request WHERE public_id = $1`+t.dialect.forUpdate, id)
	return &r, notFound(err, "request", id)
}

// saveRequest writes what a step may change.
func (t *tx) saveRequest(r *newsletter.DataRequest) error {
	_, err := t.NamedExecContext(t.ctx, `
		UPDATE data_request SET kind = :kind, state = :state, received_on = :received_on, address = :address, address_key = :address_key,
			reply_address = :reply_address, postal = :postal, reply_why = :reply_why, name = :name, representative = :representative, wish = :wish, mail = :mail, subscriber_id = :subscriber_id,
			asked_on = :asked_on, asked_why = :asked_why, shown_on = :shown_on, shown_how = :shown_how, shown_why = :shown_why,
			extended_on = :extended_on, extension_reason = :extension_reason, strict_on = :strict_on, due_on = :due_on,
			reminded_on = :reminded_on, result = :result, reason = :reason, closed_at = :closed_at, link_until = :link_until,
			changed_at = :changed_at, hash_key = :hash_key, hash = :hash
		WHERE id = :id`, r)
	return err
}

// queueIdentity queues the mail with the link that shows whose a request is. Also who is suppressed or
// restricted has rights: the mail is an answer (kind request).
func (t *tx) queueIdentity(r *newsletter.DataRequest, at newsletter.Time) error {
	return t.queue(&newsletter.Delivery{Kind: newsletter.DeliveryRequest, Template: newsletter.TemplateRequestIdentity, Ref: &r.ID,
		Address: r.Address, Language: r.Language, ExpiresAt: r.LinkUntil}, *r.Address, r.PublicID, at)
}

// RequestByLink returns the request that a link names.
func (s *Store) RequestByLink(ctx context.Context, id newsletter.PublicID) (*newsletter.DataRequest, error) {
	var r newsletter.DataRequest
	err := s.reader.GetContext(ctx, &r, `SELECT `+requestColumns+` FROM data_request WHERE public_id = $1`, id)
	return &r, notFound(err, "request", "")
}

// RequestByID returns what a delivery speaks of.
func (s *Store) RequestByID(ctx context.Context, id int64) (*newsletter.DataRequest, error) {
	var r newsletter.DataRequest
	err := s.reader.GetContext(ctx, &r, `SELECT `+requestColumns+` FROM data_request WHERE id = $1`, id)
	return &r, notFound(err, "request", id)
}

// RequestFile is a request with all that happened to it.
type RequestFile struct {
	newsletter.DataRequest
	Events  []newsletter.RequestEvent  `json:"events"`
	Letters []newsletter.RequestLetter `json:"letters"`
}

// Request returns a request by its number (the end of its reference), with its history and letters. That
// staff or an operator looked is audited.
func (s *Store) Request(ctx context.Context, number int64, by newsletter.Actor, now time.Time) (f *RequestFile, err error) {
	err = s.write(ctx, func(t *tx) error {
		f = &RequestFile{}
		if err := t.get(&f.DataRequest, `SELECT `+requestColumns+` FROM data_request WHERE id = $1`, number); err != nil {
			return notFound(err, "request", number)
		}
		if err := t.list(&f.Events, `
			SELECT id, request_id, at, actor_kind, actor_id, step, state_before, state_after, note
			FROM request_event WHERE request_id = $1 ORDER BY id`, number); err != nil {
			return err
		}
		if err := t.list(&f.Letters, `
			SELECT `+letterColumns+`, COALESCE((SELECT d.state FROM delivery AS d WHERE d.template = 'request_letter' AND d.ref = l.id), '') AS delivery
			FROM request_letter AS l WHERE l.request_id = $1 ORDER BY l.id`, number); err != nil {
			return err
		}
		return t.audit(by, now, "request.view", object{"request", f.PublicID.String()}, nil)
	})
	return f, err
}

// RequestPage asks for a page of the register.
type RequestPage struct {
	Closed bool // those that are closed, newest first; otherwise the open ones, the most urgent first
	// AfterOn, AfterAt and AfterID are those of the last row of the page before: DueOn, ClosedAt and ID.
	AfterOn newsletter.Day
	AfterAt newsletter.Time
	AfterID int64
	Limit   int
}

// Requests returns a page of the register.
func (s *Store) Requests(ctx context.Context, page RequestPage) ([]newsletter.DataRequest, error) {
	all := []newsletter.DataRequest{}
	if page.Closed {
		err := s.reader.SelectContext(ctx, &all, `
			SELECT `+requestColumns+` FROM data_request
			WHERE closed_at IS NOT NULL AND (CAST($1 AS BIGINT) IS NULL OR closed_at < $1 OR closed_at = $1 AND id < $2)
			ORDER BY closed_at DESC, id DESC LIMIT $3`, page.AfterAt, page.AfterID, page.Limit)
		return all, err
	}
	err := s.reader.SelectContext(ctx, &all, `
		SELECT `+requestColumns+` FROM data_request
		WHERE closed_at IS NULL AND (due_on > $1 OR due_on = $1 AND id > $2)
		ORDER BY due_on, id LIMIT $3`, int64(page.AfterOn), page.AfterID, page.Limit)
	return all, err
}
