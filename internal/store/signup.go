package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

const signupColumns = `id, public_id, address, name, language, channel, wording_hash, privacy_hash, form_url, network, agent, subscriber_id,
	created_at, expires_at, decided_at, decision, used_at`

// CreateSignup takes a form in, and does nothing else: neither what it does nor how long it takes
// depends on what is known about the address. A quota that is used up is an Error TooMany, and
// nothing is taken in.
func (s *Store) CreateSignup(ctx context.Context, u *newsletter.Signup, quotas []newsletter.Quota, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.take(quotas, now); err != nil {
			return err
		}
		if err := t.insertSignup(u, newsletter.At(now)); err != nil {
			return err
		}
		return t.audit(by, now, "signup.create", object{"signup", u.PublicID.String()}, nil)
	})
}

func (t *tx) insertSignup(u *newsletter.Signup, at newsletter.Time) error {
	u.PublicID, u.CreatedAt = newsletter.NewPublicID(), at
	if u.Channel == "" {
		u.Channel = newsletter.ChannelForm
	}
	if err := t.get(&u.ID, `
		INSERT INTO signup (public_id, address, address_key, name, language, channel, wording_hash, privacy_hash, form_url, network, agent, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id`,
		u.PublicID, u.Address, u.Address.Key(), u.Name, u.Language, u.Channel, u.WordingHash, u.PrivacyHash, u.FormURL, u.Network, u.Agent,
		u.CreatedAt, u.ExpiresAt); err != nil {
		return err
	}
	for _, choice := range u.Choices {
		if err := t.insertChoice(u.ID, choice); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) insertChoice(signupID int64, c newsletter.Choice) error {
	topics, err := t.topicSetOf(c)
	if err != nil {
		return err
	}
	return t.exec(`INSERT INTO signup_list (signup_id, list_id, schedule_id, topic_set_id) VALUES ($1, $2, $3, $4)`,
		signupID, c.ListID, c.ScheduleID, topics)
}

// Signup returns the sign-up that a link names.
func (s *Store) Signup(ctx context.Context, id newsletter.PublicID) (u *newsletter.Signup, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		u, err = t.signup(`public_id = $1`, id)
		return err
	})
	return u, err
}

// SignupByID returns the sign-up that a delivery speaks of.
func (s *Store) SignupByID(ctx context.Context, id int64) (u *newsletter.Signup, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		u, err = t.signup(`id = $1`, id)
		return err
	})
	return u, err
}

// signup returns one with its choices. The condition may end with a lock.
func (t *tx) signup(where string, args ...any) (*newsletter.Signup, error) {
	var u newsletter.Signup
	if err := t.get(&u, `SELECT `+signupColumns+` FROM signup WHERE `+where, args...); err != nil {
		return nil, notFound(err, "sign-up", "")
	}
	var rows []struct {
		ListID     int64          `db:"list_id"`
		ScheduleID int64          `db:"schedule_id"`
		AllTopics  bool           `db:"all_topics"`
		Topics     newsletter.IDs `db:"topics"`
	}
	err := t.list(&rows, `
		SELECT w.list_id, w.schedule_id, s.topics, w.topic_set_id IS NULL AS all_topics
		FROM signup_list AS w LEFT JOIN topic_set AS s ON s.id = w.topic_set_id WHERE w.signup_id = $1 ORDER BY w.list_id`, u.ID)
	for _, row := range rows {
		u.Choices = append(u.Choices, newsletter.Choice(row))
	}
	return &u, err
}

// UndecidedSignups returns sign-ups for which nobody looked yet what mail is due, oldest first.
func (s *Store) UndecidedSignups(ctx context.Context, limit int) ([]newsletter.Signup, error) {
	var us []newsletter.Signup
	err := s.reader.SelectContext(ctx, &us, `SELECT `+signupColumns+` FROM signup WHERE decided_at IS NULL ORDER BY id LIMIT $1`, limit)
	return us, err
}

// DecideSignup looks what mail a sign-up deserves, if any, and queues it in the same transaction. It
// returns an empty decision when another process has decided. hashes are those of the address,
// under every key.
func (s *Store) DecideSignup(ctx context.Context, id int64, hashes []token.Hash, by newsletter.Actor, now time.Time) (decision newsletter.SignupDecision, err error) {
	err = s.write(ctx, func(t *tx) error {
		decision = ""
		u, err := t.signup(`id = $1 AND decided_at IS NULL`+t.dialect.forUpdate, id)
		if newsletter.Is(err, newsletter.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		at := newsletter.At(now)
		p, applicant, err := t.applicant(u.Address, hashes, at)
		if err != nil {
			return err
		}
		if decision = u.Decide(applicant); !u.ExpiresAt.After(now) {
			decision = newsletter.SignupSilent // nobody looked for as long as the link would have been good
		}
		if err := t.decided(u, p, decision, at); err != nil {
			return err
		}
		return t.audit(by, now, "signup.decide", object{"signup", u.PublicID.String()}, map[string]any{"decision": decision})
	})
	return decision, err
}

// applicant gathers what is known about an address. p is nil when nobody is known by it.
func (t *tx) applicant(address newsletter.Address, hashes []token.Hash, at newsletter.Time) (p *newsletter.Subscriber, a newsletter.Applicant, err error) {
	if a.Suppressed, err = t.stopped(hashes, at); err != nil {
		return nil, a, err
	}
	p, err = t.lockSubscriberByKey(address.Key())
	if newsletter.Is(err, newsletter.NotFound) {
		return nil, a, nil
	}
	if err != nil {
		return nil, a, err
	}
	a.Restricted = !p.RestrictedAt.IsZero()
	a.Suppressed = a.Suppressed || !p.SuppressedAt.IsZero()
	standing, err := t.standings(p, at)
	for _, s := range standing {
		if s.Subscription.State == newsletter.SubscriptionActive {
			a.Active = append(a.Active, s.Choice())
		}
	}
	return p, a, err
}

// decided writes the decision and queues its mail. What gets no link lets go of the address at once.
func (t *tx) decided(u *newsletter.Signup, p *newsletter.Subscriber, decision newsletter.SignupDecision, at newsletter.Time) error {
	var subscriber *int64
	if p != nil {
		subscriber = &p.ID
	}
	switch decision {
	case newsletter.SignupConfirm:
		if err := t.exec(`UPDATE signup SET decided_at = $2, decision = $3 WHERE id = $1`, u.ID, at, decision); err != nil {
			return err
		}
		return t.queue(&newsletter.Delivery{Kind: newsletter.DeliveryConfirmation, Template: newsletter.TemplateConfirmation,
			Ref: &u.ID, Address: &u.Address, SubscriberID: subscriber, Language: u.Language, ExpiresAt: u.ExpiresAt}, u.Address, u.PublicID, at)
	case newsletter.SignupAlready:
		if err := t.letGo(u, subscriber, decision, at); err != nil {
			return err
		}
		return t.queue(&newsletter.Delivery{Kind: newsletter.DeliveryNotice, Template: newsletter.TemplateAlreadySubscribed,
			Ref: &u.ID, SubscriberID: subscriber, Language: p.Language, ExpiresAt: u.ExpiresAt}, p.Address, u.PublicID, at)
	default:
		return t.letGo(u, nil, decision, at)
	}
}

// letGo drops what a sign-up held about a person when it is of no more use in this row.
func (t *tx) letGo(u *newsletter.Signup, subscriber *int64, decision newsletter.SignupDecision, at newsletter.Time) error {
	return t.exec(`
		UPDATE signup SET decided_at = COALESCE(decided_at, $2), decision = $3, subscriber_id = $4,
			address = '', address_key = '', name = '', form_url = '', network = '', agent = ''
		WHERE id = $1`, u.ID, at, decision, subscriber)
}

// queue owes somebody a message that is no edition. Its key keeps one cause from having two: the
// template and the public id of the row that it speaks of.
func (t *tx) queue(d *newsletter.Delivery, to newsletter.Address, cause newsletter.PublicID, at newsletter.Time) error {
	return t.exec(`
		INSERT INTO delivery (kind, subscription_id, subscriber_id, address, language, template, ref, key, domain, state, apart, due_at, expires_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending', 'waiting', $10, $11, $10)`,
		d.Kind, d.SubscriptionID, d.SubscriberID, d.Address, d.Language, d.Template, d.Ref, d.Template+":"+cause.String(), to.Domain(), at, d.ExpiresAt)
}

// ForgetSignups erases the sign-ups whose link has run out unused, with the addresses that their
// mail went to, and says how many. What was used has let go of the address and stays as long as its
// subscriber: so a link that is tapped again still says that all is well. Those of restricted people stay (GDPR art. 18).
func (s *Store) ForgetSignups(ctx context.Context, by newsletter.Actor, now time.Time) (n int64, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		at := newsletter.At(now)
		var ids []int64
		err = t.list(&ids, `DELETE FROM signup WHERE used_at IS NULL AND expires_at <= $1 AND address_key NOT IN (`+restrictedKeys+`) RETURNING id`, at)
		if n = int64(len(ids)); err != nil || n == 0 {
			return err
		}
		if err = t.exec(`
			UPDATE delivery SET address = NULL,
				domain = CASE WHEN subscriber_id IS NULL THEN '' ELSE domain END,
				reply = CASE WHEN subscriber_id IS NULL THEN '' ELSE reply END, `+endWaiting("expired", "$1")+`
			WHERE template = 'confirmation' AND ref IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT)))`,
			at, newsletter.NewIDs(ids...)); err != nil {
			return err
		}
		return t.audit(by, now, "signup.forget", object{"signup", ""}, map[string]int64{"forgotten": n})
	})
	if n > 0 && err == nil {
		s.erased.Store(true) // see TruncateLog
	}
	return n, err
}
