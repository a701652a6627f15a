package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

const addressChangeColumns = `id, public_id, subscriber_id, old_address, new_address, language, created_at, expires_at, decided_at,
	confirmed_at, undo_until, undone_at`

// CreateAddressChange takes in that a person wants to be mailed elsewhere, and does nothing else:
// whether the new address is known to us shows in nothing. OldAddress and Language are filled in.
func (s *Store) CreateAddressChange(ctx context.Context, c *newsletter.AddressChange, quotas []newsletter.Quota, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.take(quotas, now); err != nil {
			return err
		}
		p, err := t.lockSubscriber(c.SubscriberID)
		if err != nil {
			return err
		}
		if !p.RestrictedAt.IsZero() {
			return restricted()
		}
		c.PublicID, c.CreatedAt = newsletter.NewPublicID(), newsletter.At(now)
		c.OldAddress, c.Language = p.Address, p.Language
		if err := t.get(&c.ID, `
			INSERT INTO address_change (public_id, subscriber_id, old_address, old_key, new_address, new_key, language, created_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
			c.PublicID, c.SubscriberID, c.OldAddress, c.OldAddress.Key(), c.NewAddress, c.NewAddress.Key(), c.Language, c.CreatedAt, c.ExpiresAt); err != nil {
			return err
		}
		return t.audit(by, now, "address_change.create", object{"subscriber", p.PublicID.String()}, nil)
	})
}

// UndecidedAddressChanges returns the changes whose new address was not mailed yet, oldest first.
func (s *Store) UndecidedAddressChanges(ctx context.Context, limit int) ([]newsletter.AddressChange, error) {
	var changes []newsletter.AddressChange
	err := s.reader.SelectContext(ctx, &changes, `
		SELECT `+addressChangeColumns+` FROM address_change WHERE decided_at IS NULL ORDER BY id LIMIT $1`, limit)
	return changes, err
}

// DecideAddressChange queues the mail that asks the new address to confirm, unless that must not be
// mailed. hashes are those of the new address.
func (s *Store) DecideAddressChange(ctx context.Context, id int64, hashes []token.Hash, by newsletter.Actor, now time.Time) (sent bool, err error) {
	err = s.write(ctx, func(t *tx) error {
		sent = false
		c, err := t.addressChange(`id = $1 AND decided_at IS NULL`+t.dialect.forUpdate, id)
		if newsletter.Is(err, newsletter.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		at := newsletter.At(now)
		stopped, err := t.stopped(hashes, at)
		if err != nil {
			return err
		}
		if err := t.exec(`UPDATE address_change SET decided_at = $2 WHERE id = $1`, c.ID, at); err != nil {
			return err
		}
		// No subscriber stands in the row: by a slip of the pen the new address may be a stranger's,
		// who is to see neither name nor old address.
		if sent = !stopped && c.ExpiresAt.After(now); sent {
			if err := t.queue(&newsletter.Delivery{Kind: newsletter.DeliveryRequest, Template: newsletter.TemplateAddressConfirmation, Ref: &c.ID,
				Address: &c.NewAddress, Language: c.Language, ExpiresAt: c.ExpiresAt}, c.NewAddress, c.PublicID, at); err != nil {
				return err
			}
		}
		return t.audit(by, now, "address_change.decide", object{"address_change", c.PublicID.String()}, map[string]bool{"sent": sent})
	})
	return sent, err
}

// AddressChange returns what a link names.
func (s *Store) AddressChange(ctx context.Context, id newsletter.PublicID) (c *newsletter.AddressChange, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		c, err = t.addressChange(`public_id = $1`, id)
		return err
	})
	return c, err
}

// AddressChangeByID returns what a delivery speaks of.
func (s *Store) AddressChangeByID(ctx context.Context, id int64) (c *newsletter.AddressChange, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		c, err = t.addressChange(`id = $1`, id)
		return err
	})
	return c, err
}

func (t *tx) addressChange(where string, args ...any) (*newsletter.AddressChange, error) {
	var c newsletter.AddressChange
	err := t.get(&c, `SELECT `+addressChangeColumns+` FROM address_change WHERE `+where, args...)
	return &c, notFound(err, "change of address", "")
}

// ConfirmAddress moves a person to the new address, and tells the old one, with a way back. A second
// time it changes nothing. hashes are those of the new address.
func (s *Store) ConfirmAddress(ctx context.Context, id newsletter.PublicID, hashes []token.Hash, by newsletter.Actor, now time.Time) (c *newsletter.AddressChange, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		if c, err = t.addressChange(`public_id = $1`+t.dialect.forUpdate, id); err != nil || !c.ConfirmedAt.IsZero() {
			return err
		}
		at := newsletter.At(now)
		if !c.ExpiresAt.After(now) {
			return newsletter.Errorf(newsletter.Expired, "address_change_expired", "the link has expired: ask for the change again")
		}
		p, err := t.lockSubscriber(c.SubscriberID)
		if err != nil {
			return err
		}
		if stopped, err := t.stopped(hashes, at); err != nil {
			return err
		} else if stopped {
			return suppressed()
		}
		if err := t.mayMove(p, c.NewAddress); err != nil {
			return err
		}
		if err := t.moveAway(c, p, at); err != nil {
			return err
		}
		return t.audit(by, now, "address_change.confirm", object{"subscriber", p.PublicID.String()}, nil)
	})
	return c, err
}

// mayMove says why a person can't have an address. That it is someone's already is told to nobody
// but who reads its mail.
func (t *tx) mayMove(p *newsletter.Subscriber, to newsletter.Address) error {
	if !p.RestrictedAt.IsZero() {
		return restricted()
	}
	other, err := t.lockSubscriberByKey(to.Key())
	if newsletter.Is(err, newsletter.NotFound) || err == nil && other.ID == p.ID {
		return nil
	}
	if err != nil {
		return err
	}
	return taken()
}

func taken() error {
	return newsletter.Errorf(newsletter.Conflict, "address_taken",
		"this address has subscriptions of its own: change those by the links in their mails, or erase them first")
}

// moveAway carries a change out. Links to the person's data that were asked for before are void:
// they lie in the old mailbox.
func (t *tx) moveAway(c *newsletter.AddressChange, p *newsletter.Subscriber, at newsletter.Time) error {
	c.OldAddress, c.ConfirmedAt, c.UndoUntil = p.Address, at, newsletter.At(at.Add(newsletter.UndoAddressChange))
	if err := t.exec(`
		UPDATE address_change SET old_address = $2, old_key = $3, confirmed_at = $4, undo_until = $5 WHERE id = $1`,
		c.ID, c.OldAddress, c.OldAddress.Key(), c.ConfirmedAt, c.UndoUntil); err != nil {
		return err
	}
	if err := t.move(p, c.NewAddress, newsletter.Time{}, at); err != nil {
		return err
	}
	if err := t.queue(&newsletter.Delivery{Kind: newsletter.DeliveryNotice, Template: newsletter.TemplateAddressNotice, Ref: &c.ID,
		Address: &c.OldAddress, Language: c.Language, ExpiresAt: c.UndoUntil}, c.OldAddress, c.PublicID, at); err != nil {
		return err
	}
	return t.consentMoved(p, newsletter.ChannelAddressChange, at)
}

// move gives a person another address. Whether they may be mailed is a matter of the address: a
// dead mailbox says nothing about a living one. Wishes for other addresses are void, and so are
// links to the person's data that lie in the mailbox that they leave.
func (t *tx) move(p *newsletter.Subscriber, to newsletter.Address, suppressedAt, at newsletter.Time) error {
	p.Address = to
	err := t.exec(`UPDATE subscriber SET address = $2, address_key = $3, suppressed_at = $4, changed_at = $5 WHERE id = $1`,
		p.ID, to, to.Key(), suppressedAt, at)
	if err != nil && t.dialect.unique(err) {
		return taken() // somebody took it this very moment
	}
	if err != nil {
		return err
	}
	if err := t.exec(`
		UPDATE address_change SET expires_at = $2
		WHERE subscriber_id = $1 AND confirmed_at IS NULL AND expires_at > $2`, p.ID, at); err != nil {
		return err
	}
	if err := t.redirect(p); err != nil {
		return err
	}
	return t.voidAccessLinks(p, at)
}

// redirect sends the mail that waits to where a person is now. What a worker has claimed it holds with
// the old address: it must claim it anew.
func (t *tx) redirect(p *newsletter.Subscriber) error {
	if _, err := t.lockSubscriptions(p); err != nil {
		return err
	}
	return t.exec(`
		UPDATE delivery SET apart = 'waiting', claim_id = NULL, domain = $2
		WHERE (subscriber_id = $1 OR subscription_id IN (SELECT id FROM subscription WHERE subscriber_id = $1))
		AND address IS NULL AND state = 'pending'`, p.ID, p.Address.Domain())
}

// consentMoved writes into the ledger that the consent stands under another address from now on:
// what was agreed to stays.
func (t *tx) consentMoved(p *newsletter.Subscriber, channel string, at newsletter.Time) error {
	subs, err := t.lockSubscriptions(p)
	if err != nil {
		return err
	}
	for _, sub := range subs {
		if sub.State == newsletter.SubscriptionUnsubscribed {
			continue
		}
		if err := t.appendConsent(&newsletter.Consent{Subject: p.Subject, ListID: sub.ListID, Action: newsletter.ConsentChanged, At: at,
			Channel: channel}, &newsletter.Evidence{Address: string(p.Address)}); err != nil {
			return err
		}
	}
	return nil
}

// UndoAddress brings a person back to the address that a change left, whatever other changes came
// after it: who stole a mailbox can't shake the old one off by moving on. A second time it changes
// nothing. hashes are those of the old address.
func (s *Store) UndoAddress(ctx context.Context, id newsletter.PublicID, hashes []token.Hash, by newsletter.Actor, now time.Time) (c *newsletter.AddressChange, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		if c, err = t.addressChange(`public_id = $1`+t.dialect.forUpdate, id); err != nil || !c.UndoneAt.IsZero() {
			return err
		}
		if c.ConfirmedAt.IsZero() || !c.UndoUntil.After(now) {
			return newsletter.Errorf(newsletter.Expired, "address_undo_expired", "it is too late to take the change back: ask for a new one")
		}
		at := newsletter.At(now)
		p, err := t.lockSubscriber(c.SubscriberID)
		if err != nil {
			return err
		}
		if err := t.mayMove(p, c.OldAddress); err != nil {
			return err
		}
		if err := t.moveBack(c, p, hashes, at); err != nil {
			return err
		}
		return t.audit(by, now, "address_change.undo", object{"subscriber", p.PublicID.String()}, nil)
	})
	return c, err
}

func (t *tx) moveBack(c *newsletter.AddressChange, p *newsletter.Subscriber, hashes []token.Hash, at newsletter.Time) error {
	c.UndoneAt = at
	stopped, err := t.stopped(hashes, at)
	if err != nil {
		return err
	}
	var suppressedAt newsletter.Time
	if stopped {
		suppressedAt = at
	}
	if err := t.exec(`
		UPDATE address_change SET undone_at = $3 WHERE subscriber_id = $1 AND undone_at IS NULL AND confirmed_at >= $2`,
		p.ID, c.ConfirmedAt, at); err != nil {
		return err
	}
	if err := t.move(p, c.OldAddress, suppressedAt, at); err != nil {
		return err
	}
	return t.consentMoved(p, newsletter.ChannelAddressUndo, at)
}

// ForgetAddressChanges erases the changes that nobody can confirm or take back any more, and says how
// many. Their mail lets go of the address that it went to, and of its domain: nothing ties it to a person
// any more, so that no erasure would find it. Those of restricted people stay (GDPR art. 18).
func (s *Store) ForgetAddressChanges(ctx context.Context, by newsletter.Actor, now time.Time) (n int64, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		at := newsletter.At(now)
		var ids []int64
		err = t.list(&ids, `
			DELETE FROM address_change WHERE (confirmed_at IS NULL AND expires_at <= $1 OR undo_until <= $1) AND subscriber_id NOT IN (`+restrictedPeople+`) RETURNING id`, at)
		if n = int64(len(ids)); err != nil || n == 0 {
			return err
		}
		if err = t.exec(`
			UPDATE delivery SET address = NULL, domain = '', reply = '', `+endWaiting("expired", "$1")+`
			WHERE template IN ('address_confirmation', 'address_notice')
			AND ref IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT)))`, at, newsletter.NewIDs(ids...)); err != nil {
			return err
		}
		return t.audit(by, now, "address_change.forget", object{"address_change", ""}, map[string]int64{"forgotten": n})
	})
	return n, err
}
