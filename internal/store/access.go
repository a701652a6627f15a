package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

const accessColumns = `id, public_id, address_key, subscriber_id, language, network, created_at, expires_at, decided_at, used_at`

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

// DecideAccessLink queues the link's mail if the address is known, and forgets the address. Also who
// is suppressed or restricted has a right to it (GDPR art. 15): it is an answer, not a newsletter.
func (s *Store) DecideAccessLink(ctx context.Context, id int64, by newsletter.Actor, now time.Time) (sent bool, err error) {
	err = s.write(ctx, func(t *tx) error {
		sent = false
		var l newsletter.AccessLink
		err := t.get(&l, `SELECT `+accessColumns+` FROM access_link WHERE id = $1 AND decided_at IS NULL`+t.dialect.forUpdate, id)
		if err = notFound(err, "access link", id); newsletter.Is(err, newsletter.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if sent, err = t.decideAccessLink(&l, newsletter.At(now)); err != nil {
			return err
		}
		return t.audit(by, now, "access_link.decide", object{"access_link", l.PublicID.String()}, map[string]bool{"sent": sent})
	})
	return sent, err
}

func (t *tx) decideAccessLink(l *newsletter.AccessLink, at newsletter.Time) (sent bool, err error) {
	p, err := t.lockSubscriberByKey(*l.AddressKey)
	if newsletter.Is(err, newsletter.NotFound) || err == nil && !l.ExpiresAt.After(at.Time) {
		return false, t.exec(`UPDATE access_link SET decided_at = $2, address_key = NULL, network = '' WHERE id = $1`, l.ID, at)
	}
	if err != nil {
		return false, err
	}
	if err := t.exec(`
		UPDATE access_link SET decided_at = $2, address_key = NULL, network = '', subscriber_id = $3 WHERE id = $1`, l.ID, at, p.ID); err != nil {
		return false, err
	}
	return true, t.queue(&newsletter.Delivery{Kind: newsletter.DeliveryRequest, Template: newsletter.TemplateAccessLink, Ref: &l.ID,
		SubscriberID: &p.ID, Language: l.Language, ExpiresAt: l.ExpiresAt}, p.Address, l.PublicID, at)
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
			WHERE public_id = $1 AND used_at IS NULL AND expires_at > $2 AND subscriber_id IS NOT NULL`, id, newsletter.At(now)); err != nil {
			return err
		}
		return t.audit(by, now, "access_link.use", object{"access_link", id.String()}, nil)
	})
}

// ForgetAccessLinks deletes the links that open nothing any more, and says how many. Mail that was to
// bring one is of no use then.
func (s *Store) ForgetAccessLinks(ctx context.Context, by newsletter.Actor, now time.Time) (n int64, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		at, tickets := newsletter.At(now), newsletter.At(now.Add(-newsletter.TicketLife))
		const over = `used_at IS NULL AND expires_at <= $1 OR used_at <= $2`
		if err := t.exec(`
			UPDATE delivery SET state = 'expired', ended_at = $1, worker = '', lease = NULL
			WHERE template = 'access_link' AND state IN ('pending', 'claimed') AND ref IN (SELECT id FROM access_link WHERE `+over+`)`, at, tickets); err != nil {
			return err
		}
		if n, err = t.count(`DELETE FROM access_link WHERE `+over, at, tickets); err != nil || n == 0 {
			return err
		}
		return t.audit(by, now, "access_link.forget", object{"access_link", ""}, map[string]int64{"forgotten": n})
	})
	return n, err
}

// voidAccessLinks takes all links of a person away, with the mail that was to bring them.
func (t *tx) voidAccessLinks(p *newsletter.Subscriber, at newsletter.Time) error {
	if err := t.exec(`
		UPDATE delivery SET state = 'cancelled', ended_at = $2, worker = '', lease = NULL
		WHERE subscriber_id = $1 AND template = 'access_link' AND state IN ('pending', 'claimed')`, p.ID, at); err != nil {
		return err
	}
	return t.exec(`DELETE FROM access_link WHERE subscriber_id = $1`, p.ID)
}
