package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// ProposeLeave puts a letter that only says "stop" before the desk, and reports whether it did: the
// address must be that of somebody who is subscribed, to the list if one is given. A second letter adds
// nothing to a proposal that waits.
func (s *Store) ProposeLeave(ctx context.Context, address newsletter.Address, listID *int64, words string, by newsletter.Actor, now time.Time) (proposed bool, err error) {
	err = s.write(ctx, func(t *tx) error {
		proposed = false
		p, err := t.lockSubscriberByKey(address.Key())
		if newsletter.Is(err, newsletter.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := t.get(&proposed, `
			SELECT EXISTS (SELECT 1 FROM subscription WHERE subscriber_id = $1 AND state <> 'unsubscribed'
				AND (CAST($2 AS BIGINT) IS NULL OR list_id = $2))`, p.ID, listID); err != nil || !proposed {
			return err
		}
		return t.exec(`
			INSERT INTO leave_proposal (public_id, subscriber_id, list_id, words, received_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (subscriber_id, COALESCE(list_id, 0)) WHERE decided_at IS NULL DO NOTHING`,
			newsletter.NewPublicID(), p.ID, listID, words, newsletter.At(now))
	})
	return proposed, err
}

// LeaveProposals returns what waits for the desk, oldest first: what is about some lists, or with nil all,
// also what names no list. Each bears an address: when staff or an operator looks, that is audited.
func (s *Store) LeaveProposals(ctx context.Context, lists []int64, by newsletter.Actor, now time.Time) ([]newsletter.LeaveProposal, error) {
	look := s.read
	if by.Audited() {
		look = s.write
	}
	var all []newsletter.LeaveProposal
	err := look(ctx, func(t *tx) error {
		all = nil
		if err := t.list(&all, `
			SELECT q.id, q.public_id, q.subscriber_id, q.list_id, COALESCE(l.name, '') AS list, p.address, q.words, q.received_at
			FROM leave_proposal AS q JOIN subscriber AS p ON p.id = q.subscriber_id LEFT JOIN list AS l ON l.id = q.list_id
			WHERE q.decided_at IS NULL AND (CAST($1 AS TEXT) = ''
				OR q.list_id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST(CASE WHEN $1 = '' THEN '[]' ELSE $1 END AS TEXT))))
			ORDER BY q.id`, scope(lists)); err != nil || len(all) == 0 {
			return err
		}
		return t.audit(by, now, "leave_proposal.view", object{"leave_proposal", ""}, map[string]int{"shown": len(all)})
	})
	return all, err
}

// DecideProposal accepts a proposal, which ends the subscription that it is about, or all of the
// person's when it names no list; or dismisses it, which changes nothing. Of one that is decided
// already it returns an Error Conflict.
func (s *Store) DecideProposal(ctx context.Context, id newsletter.PublicID, accept bool, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		var q newsletter.LeaveProposal
		if err := t.get(&q, `SELECT id, subscriber_id, list_id FROM leave_proposal WHERE public_id = $1`, id); err != nil {
			return notFound(err, "proposal", id)
		}
		p, err := t.lockSubscriber(q.SubscriberID)
		if err != nil {
			return err
		}
		decision := "dismissed"
		if accept {
			decision = "accepted"
		}
		decided := newsletter.Errorf(newsletter.Conflict, "proposal_decided", "the proposal %s is decided already", id)
		if err := t.one(decided, `UPDATE leave_proposal SET decision = $2, decided_at = $3 WHERE id = $1 AND decided_at IS NULL`,
			q.ID, decision, newsletter.At(now)); err != nil {
			return err
		}
		if accept {
			if err := t.acceptLeave(p, q.ListID, newsletter.At(now)); err != nil {
				return err
			}
		}
		return t.audit(by, now, "leave_proposal."+decision, object{"subscriber", p.PublicID.String()}, map[string]any{"proposal": id})
	})
}

func (t *tx) acceptLeave(p *newsletter.Subscriber, listID *int64, at newsletter.Time) error {
	if listID == nil {
		return t.leaveLists(p, nil, newsletter.ChannelMail, at)
	}
	subs, err := t.lockSubscriptions(p)
	if err != nil {
		return err
	}
	for i := range subs {
		if subs[i].ListID == *listID {
			return t.leaveLists(p, &subs[i], newsletter.ChannelMail, at)
		}
	}
	return nil
}
