package store

import (
	"context"

	"bode.example/internal/newsletter"
)

const subscriberColumns = `id, public_id, address, address_key, name, language, layout, subject, suppressed_at, restricted_at, created_at, changed_at`

// SubscriberByAddress returns the person of an address, in whatever case it is written.
func (s *Store) SubscriberByAddress(ctx context.Context, address newsletter.Address) (*newsletter.Subscriber, error) {
	var p newsletter.Subscriber
	err := s.reader.GetContext(ctx, &p, `SELECT `+subscriberColumns+` FROM subscriber WHERE address_key = $1`, address.Key())
	return &p, notFound(err, "subscriber of this address", "")
}

// Subscriber returns a person.
func (s *Store) Subscriber(ctx context.Context, id int64) (*newsletter.Subscriber, error) {
	var p newsletter.Subscriber
	err := s.reader.GetContext(ctx, &p, `SELECT `+subscriberColumns+` FROM subscriber WHERE id = $1`, id)
	return &p, notFound(err, "subscriber", id)
}

// CountSubscribers says how many people there are, whatever they are subscribed to.
func (s *Store) CountSubscribers(ctx context.Context) (n int64, err error) {
	err = s.reader.GetContext(ctx, &n, `SELECT COUNT(*) FROM subscriber`)
	return n, err
}

// lockSubscriber returns a person and keeps the row locked until the commit. What changes a person
// locks in this order: sign-up or link, subscriber, subscriptions by id, deliveries, consent, audit.
func (t *tx) lockSubscriber(id int64) (*newsletter.Subscriber, error) {
	var p newsletter.Subscriber
	err := t.get(&p, `SELECT `+subscriberColumns+` FROM subscriber WHERE id = $1`+t.dialect.forUpdate, id)
	if err != nil {
		return nil, notFound(err, "subscriber", id)
	}
	return &p, nil
}

func (t *tx) lockSubscriberByKey(key string) (*newsletter.Subscriber, error) {
	var p newsletter.Subscriber
	err := t.get(&p, `SELECT `+subscriberColumns+` FROM subscriber WHERE address_key = $1`+t.dialect.forUpdate, key)
	if err != nil {
		return nil, notFound(err, "subscriber of this address", "")
	}
	return &p, nil
}

// lockPerson locks all that may make an address a subscriber's this very moment, and then the
// subscriber; nil when there is none. A sign-up or change of address that is being confirmed beside
// it is over before or begins after, and so is whatever else locks the person of an address: of two where nobody is
// known yet, say an editor's addition and a complaint, the second sees what the first did.
func (t *tx) lockPerson(address newsletter.Address) (*newsletter.Subscriber, error) {
	if t.dialect.own != "" {
		if err := t.exec(t.dialect.own, address.Key()); err != nil {
			return nil, err
		}
	}
	for _, query := range []string{
		`SELECT id FROM signup WHERE address_key = $1 ORDER BY id`,
		`SELECT id FROM access_link WHERE address_key = $1 ORDER BY id`,
		`SELECT id FROM address_change WHERE old_key = $1 OR new_key = $1 ORDER BY id`,
		`SELECT import_id AS id FROM import_row WHERE address_key = $1 AND address_key <> '' ORDER BY import_id, line`,
	} {
		var ids []int64
		if err := t.list(&ids, query+t.dialect.forUpdate, address.Key()); err != nil {
			return nil, err
		}
	}
	p, err := t.lockSubscriberByKey(address.Key())
	if newsletter.Is(err, newsletter.NotFound) {
		return nil, nil
	}
	return p, err
}

// subscriberOf returns the person who confirms a sign-up, made when new, and locked. The words that
// they chose now are the newer ones.
func (t *tx) subscriberOf(u *newsletter.Signup, at newsletter.Time) (*newsletter.Subscriber, error) {
	var p newsletter.Subscriber
	err := t.get(&p, `
		INSERT INTO subscriber (public_id, address, address_key, name, language, layout, subject, created_at, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
		ON CONFLICT (address_key) DO UPDATE SET language = excluded.language, changed_at = excluded.changed_at,
			name = CASE WHEN excluded.name = '' THEN subscriber.name ELSE excluded.name END
		RETURNING `+subscriberColumns,
		newsletter.NewPublicID(), u.Address, u.Address.Key(), u.Name, u.Language, newsletter.Standard, newsletter.NewPublicID(), at)
	return &p, err
}

// restricted is the answer to changes of a person whose data may only be kept.
func restricted() error {
	return newsletter.Errorf(newsletter.Conflict, "restricted",
		"the processing of these data is restricted (GDPR art. 18): nothing is sent or changed until that is lifted; leaving is possible")
}
