package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

const accessColumns = `id, public_id, address_key, subscriber_id, signup_id, language, network, created_at, expires_at, decided_at, used_at`

// CreateAccessLink takes in a wish for a link, and does nothing else: like a sign-up it is one
// insert for known and unknown addresses.
func (s *Store) CreateAccessLink(ctx context.Context, l *newsletter.AccessLink, quotas []newsletter.Quota, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.take(quotas, now); err != nil {
			return err
		}
		l.PublicID, l.CreatedAt = newsletter.NewPublicID(), newsletter.At(now)
		if err := t.get(&l.ID, `
			INSERT INTO access_link (public_id, address_key, language, network, created_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`, l.PublicID, l.AddressKey, l.Language, l.Network, l.CreatedAt, l.ExpiresAt); err != nil {
			return err
		}
		return t.audit(by, now, "access_link.create", object{"access_link", l.PublicID.String()}, nil)
	})
}

// UndecidedAccessLinks returns the wishes for which nobody looked yet whether the address is known,
// oldest first.
func (s *Store) UndecidedAccessLinks(ctx context.Context, limit int) ([]newsletter.AccessLink, error) {
	var links []newsletter.AccessLink
	err := s.reader.SelectContext(ctx, &links, `SELECT `+accessColumns+` FROM access_link WHERE decided_at IS NULL ORDER BY id LIMIT $1`, limit)
	return links, err
}

// DecideAccessLink queues the link's mail if anything is held by the address, and forgets the address.
// Also who is suppressed or restricted has a right to it (GDPR art. 15), and who has signed up and not
// confirmed yet: it is an answer, not a newsletter.
func (s *Store) DecideAccessLink(ctx context.Context, id int64, by newsletter.Actor, now time.Time) (sent bool, err error) {
	err = s.write(ctx, func(t *tx) error {
		sent = false
		l, waiting, err := t.lockAccessLink(id, newsletter.At(now))
		if newsletter.Is(err, newsletter.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if sent, err = t.decideAccessLink(l, waiting, newsletter.At(now)); err != nil {
			return err
		}
		return t.audit(by, now, "access_link.decide", object{"access_link", l.PublicID.String()}, map[string]bool{"sent": sent})
	})
	return sent, err
}

// lockAccessLink returns an undecided link, and the newest sign-up of its address that waits for its
// button, if any. Sign-ups are locked before links, as everywhere: an erasure comes before both or after.
func (t *tx) lockAccessLink(id int64, at newsletter.Time) (l *newsletter.AccessLink, waiting *newsletter.Signup, err error) {
	const undecided = `SELECT ` + accessColumns + ` FROM access_link WHERE id = $1 AND decided_at IS NULL`
	l = &newsletter.AccessLink{}
	if err := t.get(l, undecided, id); err != nil {
		return nil, nil, notFound(err, "access link", id)
	}
	var signups []newsletter.Signup
	if err := t.list(&signups, `
		SELECT `+signupColumns+` FROM signup
		WHERE address_key = $1 AND decision = 'confirm' AND used_at IS NULL AND expires_at > $2 ORDER BY id`+t.dialect.forUpdate, l.AddressKey, at); err != nil {
		return nil, nil, err
	}
	if err := t.get(l, undecided+t.dialect.forUpdate, id); err != nil {
		return nil, nil, notFound(err, "access link", id)
	}
	if n := len(signups); n > 0 {
		waiting = &signups[n-1]
	}
	return l, waiting, nil
}

func (t *tx) decideAccessLink(l *newsletter.AccessLink, waiting *newsletter.Signup, at newsletter.Time) (sent bool, err error) {
	p, err := t.lockSubscriberByKey(*l.AddressKey)
	known := err == nil
	if err != nil && !newsletter.Is(err, newsletter.NotFound) {
		return false, err
	}
	mail := newsletter.Delivery{Kind: newsletter.DeliveryRequest, Template: newsletter.TemplateAccessLink, Ref: &l.ID, Language: l.Language, ExpiresAt: l.ExpiresAt}
	var to newsletter.Address
	switch {
	case !l.ExpiresAt.After(at.Time):
	case known:
		l.SubscriberID, mail.SubscriberID, to = &p.ID, &p.ID, p.Address
	case waiting != nil:
		if waiting.ExpiresAt.Before(l.ExpiresAt.Time) { // what it would show is gone then
			l.ExpiresAt, mail.ExpiresAt = waiting.ExpiresAt, waiting.ExpiresAt
		}
		l.SignupID, mail.Address, to = &waiting.ID, &waiting.Address, waiting.Address
	}
	if err := t.exec(`
		UPDATE access_link SET decided_at = $2, address_key = NULL, network = '', subscriber_id = $3, signup_id = $4, expires_at = $5 WHERE id = $1`,
		l.ID, at, l.SubscriberID, l.SignupID, l.ExpiresAt); err != nil || to == "" {
		return false, err
	}
	return true, t.queue(&mail, to, l.PublicID, at)
}

// AccessLink returns what a link names.
func (s *Store) AccessLink(ctx context.Context, id newsletter.PublicID) (*newsletter.AccessLink, error) {
	var l newsletter.AccessLink
	err := s.reader.GetContext(ctx, &l, `SELECT `+accessColumns+` FROM access_link WHERE public_id = $1`, id)
	return &l, notFound(err, "access link", "")
}

// AccessLinkByID returns what a delivery speaks of.
func (s *Store) AccessLinkByID(ctx context.Context, id int64) (*newsletter.AccessLink, error) {
	var l newsletter.AccessLink
	err := s.reader.GetContext(ctx, &l, `SELECT `+accessColumns+` FROM access_link WHERE id = $1`, id)
	return &l, notFound(err, "access link", id)
}

// UseAccessLink uses a link up. Of two at once one succeeds; the other gets an Error Used.
func (s *Store) UseAccessLink(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		used := newsletter.Errorf(newsletter.Used, "access_used", "this link was used already, or has expired: ask for a new one")
		if err := t.one(used, `
			UPDATE access_link SET used_at = $2
			WHERE public_id = $1 AND used_at IS NULL AND expires_at > $2 AND (subscriber_id IS NOT NULL OR signup_id IS NOT NULL)`, id, newsletter.At(now)); err != nil {
			return err
		}
		return t.audit(by, now, "access_link.use", object{"access_link", id.String()}, nil)
	})
}

// ForgetAccessLinks deletes the links that open nothing any more, and says how many: also those whose
// sign-up is gone. Mail that was to bring one is of no use then, and lets go of the address.
func (s *Store) ForgetAccessLinks(ctx context.Context, by newsletter.Actor, now time.Time) (n int64, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		at, tickets := newsletter.At(now), newsletter.At(now.Add(-newsletter.TicketLife))
		const over = `used_at IS NULL AND expires_at <= $1 OR used_at <= $2
			OR signup_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM signup AS u WHERE u.id = access_link.signup_id)`
		if err := t.exec(`
			UPDATE delivery SET address = NULL,
				domain = CASE WHEN subscriber_id IS NULL THEN '' ELSE domain END,
				reply = CASE WHEN subscriber_id IS NULL THEN '' ELSE reply END, `+endWaiting("expired", "$1")+`
			WHERE template = 'access_link' AND (address IS NOT NULL OR state = 'pending')
				AND ref IN (SELECT id FROM access_link WHERE `+over+`)`, at, tickets); err != nil {
			return err
		}
		if n, err = t.count(`DELETE FROM access_link WHERE `+over, at, tickets); err != nil || n == 0 {
			return err
		}
		return t.audit(by, now, "access_link.forget", object{"access_link", ""}, map[string]int64{"forgotten": n})
	})
	if n > 0 && err == nil {
		s.erased.Store(true) // see TruncateLog
	}
	return n, err
}

// voidAccessLinks takes all links of a person away, with the mail that was to bring them.
func (t *tx) voidAccessLinks(p *newsletter.Subscriber, at newsletter.Time) error {
	if err := t.exec(`
		UPDATE delivery SET state = 'cancelled', ended_at = $2, apart = NULL, claim_id = NULL
		WHERE subscriber_id = $1 AND template = 'access_link' AND state = 'pending'`, p.ID, at); err != nil {
		return err
	}
	return t.exec(`DELETE FROM access_link WHERE subscriber_id = $1`, p.ID)
}
