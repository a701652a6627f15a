package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"bode.example/internal/newsletter"
)

// FindConsents returns the subscriptions of whoever has an address, or consented under it before they moved. That somebody
// looked is audited, by the person and not by the address. Nobody is known by it: NotFound.
func (s *Store) FindConsents(ctx context.Context, address newsletter.Address, by newsletter.Actor, now time.Time) (found []newsletter.ConsentFound, err error) {
	err = s.write(ctx, func(t *tx) error {
		var rows []struct {
			newsletter.ConsentFound
			Person   newsletter.PublicID `db:"person"`
			Language newsletter.Language `db:"language"`
			List     newsletter.List     `db:"list"`
		}
		if err := t.list(&rows, `
			SELECT s.public_id, s.state, p.public_id AS person, p.language, l.name AS "list.name", l.texts AS "list.texts", l.language AS "list.language"
			FROM subscription AS s JOIN subscriber AS p ON p.id = s.subscriber_id JOIN list AS l ON l.id = s.list_id
			WHERE p.address_key = $1 OR p.subject IN (
				SELECT c.subject FROM consent_evidence AS e JOIN consent AS c ON c.seq = e.consent_seq WHERE e.address_key = $1)
			ORDER BY l.name, s.id`, address.Key()); err != nil {
			return err
		}
		if len(rows) == 0 {
			return newsletter.Errorf(newsletter.NotFound, "consent_unknown", "no consent is known under this address: nobody subscribed with it, or they were erased since")
		}
		found = nil
		for _, row := range rows {
			row.ConsentFound.List, row.Title = row.List.Name, row.List.Texts.In(row.Language, row.List.Language).Title
			found = append(found, row.ConsentFound)
		}
		return t.audit(by, now, "consent.find", object{"subscriber", rows[0].Person.String()}, map[string]int{"found": len(found)})
	})
	return found, err
}

// ConsentProof gathers what shows that somebody wanted a list. The look is audited. Each entry is checked with its
// neighbours in the chain; that the chain is whole from its first entry on, VerifyConsent tells, which walks all of it.
func (s *Store) ConsentProof(ctx context.Context, subscription newsletter.PublicID, by newsletter.Actor, now time.Time) (p *newsletter.ConsentProof, err error) {
	err = s.write(ctx, func(t *tx) error {
		var about struct {
			State  newsletter.SubscriptionState `db:"state"`
			Person newsletter.Subscriber        `db:"person"`
			List   newsletter.List              `db:"list"`
		}
		if err := t.get(&about, `
			SELECT s.state, p.public_id AS "person.public_id", p.address AS "person.address", p.language AS "person.language", p.subject AS "person.subject",
				l.id AS "list.id", l.texts AS "list.texts", l.language AS "list.language"
			FROM subscription AS s JOIN subscriber AS p ON p.id = s.subscriber_id JOIN list AS l ON l.id = s.list_id WHERE s.public_id = $1`, subscription); err != nil {
			return notFound(err, "subscription", subscription)
		}
		person, list := &about.Person, &about.List
		p = &newsletter.ConsentProof{Subscription: subscription, State: about.State, Subscriber: person.PublicID, Address: person.Address, Language: person.Language,
			List: list.Texts.In(person.Language, list.Language).Title}
		if err := t.get(&p.Head, `SELECT seq, hash FROM consent_head WHERE id = 1`); err != nil {
			return err
		}
		var entries []newsletter.Consent
		if err := t.list(&entries, `
			SELECT seq, subject, list_id, action, at, channel, wording_hash, privacy_hash, evidence_hash, prev_hash, hash
			FROM consent WHERE subject = $1 AND list_id = $2 ORDER BY seq`, person.Subject, list.ID); err != nil {
			return err
		}
		for _, c := range entries {
			e, err := t.proven(c, p.Head)
			if err != nil {
				return err
			}
			p.Entries = append(p.Entries, *e)
		}
		return t.audit(by, now, "consent.prove", object{"subscriber", person.PublicID.String()}, map[string]any{"list": list.ID})
	})
	return p, err
}

// proven adds to an entry what belongs to it, and checks all of it.
func (t *tx) proven(c newsletter.Consent, head newsletter.ChainHead) (*newsletter.ProvenConsent, error) {
	e := &newsletter.ProvenConsent{Consent: c}
	linked, err := t.linked(&c, head)
	if err != nil {
		return nil, err
	}
	evident, err := t.evident(e)
	if err != nil {
		return nil, err
	}
	words, err := t.sameWords(c.WordingHash, &e.Wording)
	if err != nil {
		return nil, err
	}
	statement, err := t.sameWords(c.PrivacyHash, &e.Privacy)
	e.Whole = c.Hash == consentHash(&c) && linked && evident && words && statement
	return e, err
}

// linked reports whether an entry follows the one before it, and the next one, or the head, follows it.
func (t *tx) linked(c *newsletter.Consent, head newsletter.ChainHead) (bool, error) {
	var before string
	if c.Seq > 1 {
		if err := t.get(&before, `SELECT hash FROM consent WHERE seq = $1`, c.Seq-1); err != nil {
			return false, absent(err)
		}
	}
	after := head.Hash
	if c.Seq != head.Seq {
		if err := t.get(&after, `SELECT prev_hash FROM consent WHERE seq = $1`, c.Seq+1); err != nil {
			return false, absent(err)
		}
	}
	return before == c.PrevHash && after == c.Hash, nil
}

// evident adds the evidence that is still there, and reports whether it is what was sealed.
func (t *tx) evident(c *newsletter.ProvenConsent) (bool, error) {
	var e newsletter.Evidence
	err := t.get(&e, `
		SELECT consent_seq, salt, address, form_url, confirmation_message_id, ground, source, origin_hash, origin_salt, network, agent, origin_gone_at
		FROM consent_evidence WHERE consent_seq = $1`, c.Seq)
	if err != nil {
		return errors.Is(err, sql.ErrNoRows), absent(err)
	}
	c.Evidence = &e
	return c.EvidenceHash == evidenceHash(&e) && asSealed(e.Origin), nil
}

// sameWords adds the text that a hash names, and reports whether it still is that text.
func (t *tx) sameWords(hash string, to **newsletter.Wording) (bool, error) {
	if hash == "" {
		return true, nil
	}
	var w newsletter.Wording
	if err := t.get(&w, `SELECT `+wordingColumns+` FROM wording WHERE hash = $1`, hash); err != nil {
		return false, absent(err)
	}
	*to = &w
	return newsletter.NewWording(w.Purpose, w.Language, w.Text).Hash == hash, nil
}

// absent makes nothing of the error that says that there is no row.
func absent(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	return err
}
