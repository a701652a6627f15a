package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// looked is how much of a person's mail one look shows.
const looked = 50

// LookAt shows an editor of lists somebody who has or had one of them; nil means all lists, and everybody.
// Whoever has none of them is not found, and of the mails, returns and sign-ups of others only those of these
// lists are told. That they looked, and at whom, is audited. hashes are those of an
// address, under every key.
func (s *Store) LookAt(ctx context.Context, id newsletter.PublicID, lists []int64, hashes func(newsletter.Address) []token.Hash,
	by newsletter.Actor, now time.Time) (l *newsletter.Look, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		l = &newsletter.Look{}
		if err := t.get(&l.Subscriber, `SELECT `+subscriberColumns+` FROM subscriber WHERE public_id = $1`, id); err != nil {
			return notFound(err, "subscriber", id)
		}
		if err := t.look(l, lists, newsletter.At(now)); err != nil {
			return err
		}
		if lists != nil && len(l.Memberships) == 0 {
			return notFound(sql.ErrNoRows, "subscriber", id)
		}
		if l.Suppressions, err = t.suppressions(hashes(l.Address), newsletter.At(now)); err != nil {
			return err
		}
		if lists != nil {
			l.Suppressions = slices.DeleteFunc(l.Suppressions, newsletter.Suppression.OfErased)
		}
		return t.audit(by, now, "subscriber.view", object{"subscriber", id.String()}, nil)
	})
	return l, err
}

func (t *tx) look(l *newsletter.Look, lists []int64, at newsletter.Time) (err error) {
	if l.Memberships, err = t.memberships([]int64{l.ID}, lists); err != nil {
		return err
	}
	if l.Consents, err = t.consents(&l.Subscriber); err != nil {
		return err
	}
	l.Consents = slices.DeleteFunc(l.Consents, func(c newsletter.ConsentRecord) bool { return lists != nil && !slices.Contains(lists, c.ListID) })
	slices.Reverse(l.Consents)
	var seen newsletter.IDs
	for _, m := range l.Memberships {
		seen = append(seen, m.ID)
	}
	if err := t.list(&l.Deliveries, `
		SELECT d.kind, d.language, d.template, d.domain, d.state, d.attempts + CASE d.state WHEN 'sent' THEN 1 ELSE 0 END AS attempts,
			d.due_at, d.expires_at, d.code, d.status, d.reply, d.created_at, d.handed_over_at, d.ended_at, COALESCE(v.subject, '') AS subject
		FROM delivery AS d LEFT JOIN variant AS v ON v.id = d.variant_id
		WHERE d.subscription_id `+t.dialect.among("$1")+` ORDER BY d.id DESC LIMIT $2`, newsletter.NewIDs(seen...), looked); err != nil {
		return err
	}
	if err := t.list(&l.Bounces, `
		SELECT `+bounceColumns+` FROM bounce WHERE subscriber_id = $1
			AND ($3 OR delivery_id IN (SELECT id FROM delivery WHERE subscription_id `+t.dialect.among("$4")+`))
		ORDER BY id DESC LIMIT $2`, l.ID, looked, lists == nil, newsletter.NewIDs(seen...)); err != nil {
		return err
	}
	return t.signupsThatWait(l, lists, at)
}

// signupsThatWait finds the sign-ups for lists that somebody may see and that wait to be confirmed. Which other
// lists they name is not theirs to see.
func (t *tx) signupsThatWait(l *newsletter.Look, lists []int64, at newsletter.Time) error {
	var all []newsletter.Signup
	if err := t.list(&all, `
		SELECT `+signupColumns+` FROM signup WHERE address_key = $1 AND used_at IS NULL AND expires_at > $2 ORDER BY id DESC`, l.Key, at); err != nil {
		return err
	}
	for i := range all {
		var wanted []int64
		if err := t.list(&wanted, `SELECT list_id FROM signup_list WHERE signup_id = $1`, all[i].ID); err != nil {
			return err
		}
		if lists == nil || slices.ContainsFunc(wanted, func(id int64) bool { return slices.Contains(lists, id) }) {
			l.Signups = append(l.Signups, all[i])
		}
	}
	return t.nameLists(l.Signups, lists)
}

// Comings counts who joined lists and who left them, from each time to the next; the last time only ends.
// Who joined is counted by subscription: somebody who came back counts when they first came, and who was
// erased since counts no more among those who joined.
func (s *Store) Comings(ctx context.Context, lists []int64, times []time.Time) ([]newsletter.Coming, error) {
	var all []newsletter.Coming
	err := s.read(ctx, func(t *tx) error {
		all = nil
		mine, ids := `list_id `+t.dialect.among("$3"), newsletter.NewIDs(lists...)
		for i := range len(times) - 1 {
			c := newsletter.Coming{From: newsletter.At(times[i])}
			until := newsletter.At(times[i+1])
			if err := t.get(&c.Joined, `SELECT COUNT(*) FROM subscription WHERE created_at >= $1 AND created_at < $2 AND `+mine, c.From, until, ids); err != nil {
				return err
			}
			if err := t.get(&c.Left, `SELECT COUNT(*) FROM consent WHERE action = 'withdrawn' AND at >= $1 AND at < $2 AND `+mine, c.From, until, ids); err != nil {
				return err
			}
			all = append(all, c)
		}
		return nil
	})
	return all, err
}

// UnsubscribeFor ends a subscription for somebody who asked an editor to; how they asked stands in the
// ledger.
func (s *Store) UnsubscribeFor(ctx context.Context, id newsletter.PublicID, asked newsletter.Asked, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		p, sub, _, err := t.personOf(id)
		if err != nil {
			return err
		}
		if sub.State == newsletter.SubscriptionUnsubscribed {
			return newsletter.Errorf(newsletter.Conflict, "left_already", "this person has left the list already")
		}
		if err := t.leaveListsAsked(p, sub, newsletter.ChannelDesk, asked.String(), newsletter.At(now)); err != nil {
			return err
		}
		return t.audit(by, now, "subscription.end", object{"subscriber", p.PublicID.String()}, map[string]any{"list": sub.ListID, "asked": asked.How})
	})
}

// PauseFor rests a subscription for somebody who asked an editor to, until a time.
func (s *Store) PauseFor(ctx context.Context, id newsletter.PublicID, until time.Time, asked newsletter.Asked, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		p, sub, _, err := t.personOf(id)
		switch {
		case err != nil:
			return err
		case !p.RestrictedAt.IsZero():
			return restricted()
		case sub.State == newsletter.SubscriptionUnsubscribed:
			return newsletter.Errorf(newsletter.Conflict, "left_already", "this person has left the list already")
		}
		at := newsletter.At(now)
		if err := t.pause(sub, newsletter.At(until), at); err != nil {
			return err
		}
		if err := t.saveSubscription(sub, at); err != nil {
			return err
		}
		if err := t.appendConsent(&newsletter.Consent{Subject: p.Subject, ListID: sub.ListID, Action: newsletter.ConsentChanged, At: at,
			Channel: newsletter.ChannelDesk}, &newsletter.Evidence{Address: string(p.Address), Source: asked.String()}); err != nil {
			return err
		}
		return t.audit(by, now, "subscription.pause", object{"subscriber", p.PublicID.String()}, map[string]any{"list": sub.ListID, "asked": asked.How})
	})
}
