package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// Confirmation returns what a confirmation link stands for: what its mail listed, and once it is
// used, what has become of it.
func (s *Store) Confirmation(ctx context.Context, id newsletter.PublicID, now time.Time) (c *newsletter.Confirmation, u *newsletter.Signup, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		if u, err = t.signup(`public_id = $1`, id); err != nil {
			return err
		}
		c, err = t.confirmation(u, newsletter.At(now))
		return err
	})
	return c, u, err
}

// confirmation describes a sign-up. The address is told only while the link is open: later it may
// have moved to a mailbox that the holder of an old mail need not know.
func (t *tx) confirmation(u *newsletter.Signup, now newsletter.Time) (*newsletter.Confirmation, error) {
	c := &newsletter.Confirmation{State: newsletter.ConfirmationOpen, Address: u.Address, Choices: u.Choices, Language: u.Language}
	if u.UsedAt.IsZero() || u.SubscriberID == nil {
		return c, nil
	}
	c.State, c.Address = newsletter.ConfirmationLeft, ""
	var err error
	if c.Standing, err = t.standingsOf(u, now); err != nil {
		return nil, err
	}
	for _, s := range c.Standing {
		if s.Subscription.State != newsletter.SubscriptionUnsubscribed {
			c.State = newsletter.ConfirmationActive
		}
	}
	return c, nil
}

// standingsOf returns the subscriptions to the lists of a sign-up.
func (t *tx) standingsOf(u *newsletter.Signup, now newsletter.Time) ([]newsletter.Standing, error) {
	var p newsletter.Subscriber
	if err := t.get(&p, `SELECT `+subscriberColumns+` FROM subscriber WHERE id = $1`, *u.SubscriberID); err != nil {
		return nil, err
	}
	all, err := t.standings(&p, now)
	var of []newsletter.Standing
	for _, s := range all {
		for _, choice := range u.Choices {
			if choice.ListID == s.Subscription.ListID {
				of = append(of, s)
			}
		}
	}
	return of, err
}

// StandingOfSignup returns the subscriptions, without those that were left since, to the lists of a
// sign-up that is confirmed, or that asked for what was there: what the mails "welcome" and "already
// subscribed" are about.
func (s *Store) StandingOfSignup(ctx context.Context, id int64, now time.Time) (standing []newsletter.Standing, err error) {
	err = s.read(ctx, func(t *tx) error {
		u, err := t.signup(`id = $1`, id)
		if err != nil {
			return err
		}
		if u.SubscriberID == nil {
			return notFound(sql.ErrNoRows, "subscriber of sign-up", id)
		}
		standing, err = t.standingsOf(u, newsletter.At(now))
		standing = slices.DeleteFunc(standing, func(s newsletter.Standing) bool {
			return s.Subscription.State == newsletter.SubscriptionUnsubscribed
		})
		return err
	})
	return standing, err
}

// ConfirmSignup subscribes whoever holds the link of a sign-up, and queues a welcome in the same
// transaction. Of two that come at once, or one after the other, one subscribes and both are told
// that all is well: the sign-up's row is locked until the commit.
func (s *Store) ConfirmSignup(ctx context.Context, id newsletter.PublicID, proof newsletter.Proof, hashes []token.Hash, by newsletter.Actor, now time.Time) (c *newsletter.Confirmation, err error) {
	err = s.write(ctx, func(t *tx) error {
		u, err := t.signup(`public_id = $1`+t.dialect.forUpdate, id)
		if err != nil {
			return err
		}
		address := newsletter.Address("") // told to who confirms, not to who taps again
		if u.UsedAt.IsZero() {
			address = u.Address
			if err := t.confirm(u, proof, hashes, newsletter.At(now)); err != nil {
				return err
			}
			if err := t.audit(by, now, "signup.confirm", object{"signup", id.String()}, nil); err != nil {
				return err
			}
		}
		if c, err = t.confirmation(u, newsletter.At(now)); err != nil {
			return err
		}
		c.Address = address
		return nil
	})
	return c, err
}

func (t *tx) confirm(u *newsletter.Signup, proof newsletter.Proof, hashes []token.Hash, at newsletter.Time) error {
	if err := t.confirmable(u, hashes, at); err != nil {
		return err
	}
	p, err := t.subscriberOf(u, at)
	if err != nil {
		return err
	}
	if !p.RestrictedAt.IsZero() {
		return restricted()
	}
	if !p.SuppressedAt.IsZero() {
		return suppressed()
	}
	if err := t.welcomeBack(hashes); err != nil {
		return err
	}
	if err := t.joinAll(u, p, at); err != nil {
		return err
	}
	if err := t.used(u, p, at); err != nil {
		return err
	}
	for _, choice := range u.Choices {
		if err := t.consentGiven(u, p, choice.ListID, proof, at); err != nil {
			return err
		}
	}
	u.UsedAt, u.SubscriberID = at, &p.ID
	return nil
}

// welcomeLife is for how long a welcome is of use.
const welcomeLife = 48 * time.Hour

// joinAll makes the subscriptions, and queues one welcome to whoever is new on a list or back. It
// belongs to a subscription, so that leaving takes the mail along.
func (t *tx) joinAll(u *newsletter.Signup, p *newsletter.Subscriber, at newsletter.Time) error {
	var first *newsletter.Subscription
	for _, choice := range u.Choices {
		sub, joined, err := t.join(p, choice, at)
		if err != nil {
			return err
		}
		if joined && first == nil {
			first = sub
		}
	}
	if first == nil {
		return nil
	}
	return t.queue(&newsletter.Delivery{Kind: newsletter.DeliveryNotice, Template: newsletter.TemplateWelcome, Ref: &u.ID,
		SubscriptionID: &first.ID, Language: p.Language, ExpiresAt: newsletter.At(at.Add(welcomeLife))}, p.Address, u.PublicID, at)
}

// confirmable says why a sign-up can't be confirmed any more, and drops what it asks for of lists
// that have been closed since.
func (t *tx) confirmable(u *newsletter.Signup, hashes []token.Hash, at newsletter.Time) error {
	if !u.ExpiresAt.After(at.Time) || u.Decision != newsletter.SignupConfirm {
		return newsletter.Errorf(newsletter.Expired, "confirmation_expired", "the link has expired: sign up again for a new one")
	}
	if stopped, err := t.stopped(hashes, at); err != nil {
		return err
	} else if stopped {
		return suppressed()
	}
	var open []newsletter.Choice
	for _, choice := range u.Choices {
		var state newsletter.ListState
		if err := t.get(&state, `SELECT state FROM list WHERE id = $1`, choice.ListID); err != nil {
			return err
		}
		if state != newsletter.ListArchived {
			open = append(open, choice)
		}
	}
	if len(open) == 0 {
		return newsletter.Errorf(newsletter.Expired, "list_closed", "the list has been closed since you signed up")
	}
	u.Choices = open
	return nil
}

// used marks a sign-up, which lets go of the address: the subscriber and the evidence have it now.
func (t *tx) used(u *newsletter.Signup, p *newsletter.Subscriber, at newsletter.Time) error {
	if err := t.letGo(u, &p.ID, newsletter.SignupConfirm, at); err != nil {
		return err
	}
	if err := t.exec(`UPDATE signup SET used_at = $2 WHERE id = $1`, u.ID, at); err != nil {
		return err
	}
	if err := t.exec(`
		UPDATE delivery SET address = NULL, subscriber_id = $2
		WHERE template = 'confirmation' AND ref = $1
			OR template = 'access_link' AND ref IN (SELECT id FROM access_link WHERE signup_id = $1)`, u.ID, p.ID); err != nil {
		return err
	}
	return t.exec(`UPDATE access_link SET subscriber_id = $2, signup_id = NULL WHERE signup_id = $1`, u.ID, p.ID)
}

// consentGiven writes both halves of a double opt-in: that it was asked for, and by whom it was
// confirmed, with what shows it.
func (t *tx) consentGiven(u *newsletter.Signup, p *newsletter.Subscriber, listID int64, proof newsletter.Proof, at newsletter.Time) error {
	requested := newsletter.Consent{Subject: p.Subject, ListID: listID, Action: newsletter.ConsentRequested, At: u.CreatedAt,
		Channel: u.Channel, WordingHash: u.WordingHash, PrivacyHash: u.PrivacyHash}
	if err := t.appendConsent(&requested, &newsletter.Evidence{
		Address: string(u.Address), FormURL: u.FormURL, Origin: newsletter.Origin{Network: u.Network, Agent: u.Agent}}); err != nil {
		return err
	}
	confirmed := newsletter.Consent{Subject: p.Subject, ListID: listID, Action: newsletter.ConsentConfirmed, At: at,
		Channel: newsletter.ChannelLink, WordingHash: u.WordingHash, PrivacyHash: u.PrivacyHash}
	return t.appendConsent(&confirmed, &newsletter.Evidence{
		Address: string(u.Address), FormURL: u.FormURL, MessageID: proof.MessageID,
		Origin: newsletter.Origin{Network: proof.Network, Agent: proof.Agent}})
}

// ConfirmationDelivery returns the delivery that brought the link of a sign-up.
func (s *Store) ConfirmationDelivery(ctx context.Context, signup newsletter.PublicID) (*newsletter.Delivery, error) {
	var d newsletter.Delivery
	err := s.reader.GetContext(ctx, &d, `SELECT id, state, created_at FROM delivery WHERE key = $1`,
		newsletter.TemplateConfirmation+":"+signup.String())
	if errors.Is(err, sql.ErrNoRows) {
		return nil, notFound(err, "confirmation mail", "")
	}
	return &d, err
}
