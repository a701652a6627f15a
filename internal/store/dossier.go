package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// Dossier returns all that is held about the person of an address (GDPR art. 15): also when only
// sign-ups wait, or when a keyed hash is all there is. hashes are those of the address, under every
// key. When staff or an operator looks, that is audited. NotFound says that nothing is held.
func (s *Store) Dossier(ctx context.Context, address newsletter.Address, hashes []token.Hash, by newsletter.Actor, now time.Time) (d *newsletter.Dossier, err error) {
	look := s.read
	if by.Audited() {
		look = s.write
	}
	err = look(ctx, func(t *tx) (err error) {
		if d, err = t.dossier(address, hashes, newsletter.At(now)); err != nil {
			return err
		}
		subject := ""
		if !d.Subscriber.PublicID.IsZero() {
			subject = d.Subscriber.PublicID.String()
		}
		return t.audit(by, now, "subscriber.view", object{"subscriber", subject}, nil)
	})
	return d, err
}

func (t *tx) dossier(address newsletter.Address, hashes []token.Hash, at newsletter.Time) (*newsletter.Dossier, error) {
	d := &newsletter.Dossier{Address: address}
	var people []newsletter.Subscriber
	if err := t.list(&people, `SELECT `+subscriberColumns+` FROM subscriber WHERE address_key = $1`, address.Key()); err != nil {
		return nil, err
	}
	if err := t.list(&d.Signups, `
		SELECT `+signupColumns+` FROM signup
		WHERE address_key = $1 OR subscriber_id IN (SELECT id FROM subscriber WHERE address_key = $1) ORDER BY id`, address.Key()); err != nil {
		return nil, err
	}
	err := t.nameLists(d.Signups, nil)
	if err != nil {
		return nil, err
	}
	if d.Suppressions, err = t.suppressions(hashes, at); err != nil {
		return nil, err
	}
	if len(people) > 0 {
		d.Subscriber, d.Address = people[0], people[0].Address
	}
	if err := t.mailsOf(d, address); err != nil {
		return nil, err
	}
	if d.Requests, err = t.requestsOf(d.Address, hashes); err != nil {
		return nil, err
	}
	rows, err := t.waitingRows([]newsletter.Address{d.Address})
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		d.Imports = append(d.Imports, row.imported(row.Language))
	}
	if len(people) == 0 {
		if len(d.Imports) == 0 && len(d.Signups) == 0 && len(d.Suppressions) == 0 && len(d.Deliveries) == 0 && len(d.Requests) == 0 {
			return nil, newsletter.Errorf(newsletter.NotFound, "nothing_held", "nothing is held about this address")
		}
		return d, nil
	}
	return d, t.fillDossier(d, at)
}

// nameLists says of sign-ups which of some lists they asked for, in their own language; nil means all.
func (t *tx) nameLists(signups []newsletter.Signup, some []int64) error {
	for i := range signups {
		u := &signups[i]
		var lists []newsletter.List
		if err := t.list(&lists, `
			SELECT l.id, l.texts, l.language FROM list AS l JOIN signup_list AS w ON w.list_id = l.id WHERE w.signup_id = $1 ORDER BY l.id`, u.ID); err != nil {
			return err
		}
		for _, l := range lists {
			if some != nil && !slices.Contains(some, l.ID) {
				continue
			}
			u.ListNames = append(u.ListNames, l.Texts.In(u.Language, l.Language).Title)
		}
	}
	return nil
}

func (t *tx) fillDossier(d *newsletter.Dossier, at newsletter.Time) (err error) {
	p := &d.Subscriber
	if d.Subscriptions, err = t.standings(p, at); err != nil {
		return err
	}
	if d.Consents, err = t.consents(p); err != nil {
		return err
	}
	if err := t.list(&d.AddressChanges, `
		SELECT `+addressChangeColumns+` FROM address_change WHERE subscriber_id = $1 ORDER BY id`, p.ID); err != nil {
		return err
	}
	return t.list(&d.Bounces, `SELECT `+bounceColumns+` FROM bounce WHERE subscriber_id = $1 ORDER BY id`, p.ID)
}

// mailsOf finds what was or will be mailed to a person, also before they were a subscriber: a
// confirmation holds an address and belongs to a sign-up. Its attempts are as a person counts them: with
// the one that succeeded, which the sender has no need of.
func (t *tx) mailsOf(d *newsletter.Dossier, asked newsletter.Address) error {
	return t.list(&d.Deliveries, `
		SELECT d.kind, d.language, d.template, d.domain, d.state, d.attempts + CASE d.state WHEN 'sent' THEN 1 ELSE 0 END AS attempts,
			d.due_at, d.expires_at, d.code, d.status, d.reply, d.created_at, d.handed_over_at, d.ended_at, COALESCE(v.subject, '') AS subject
		FROM delivery AS d LEFT JOIN variant AS v ON v.id = d.variant_id
		WHERE d.id IN (
			SELECT id FROM delivery WHERE subscriber_id = $1
			UNION SELECT id FROM delivery WHERE subscription_id IN (SELECT id FROM subscription WHERE subscriber_id = $1)
			UNION SELECT id FROM delivery WHERE template IN ('address_confirmation', 'address_notice')
				AND ref IN (SELECT id FROM address_change WHERE subscriber_id = $1)
			UNION SELECT id FROM delivery WHERE address IS NOT NULL AND lower(address) IN ($2, lower($3), lower($4))
			UNION SELECT id FROM delivery WHERE template = 'confirmation' AND ref IN (SELECT id FROM signup WHERE address_key = $2)
			UNION SELECT id FROM delivery WHERE template = 'request_identity' AND ref IN (SELECT id FROM data_request WHERE address_key = $2)
			UNION SELECT id FROM delivery WHERE template = 'request_letter' AND ref IN (
				SELECT l.id FROM request_letter AS l JOIN data_request AS r ON r.id = l.request_id WHERE r.address_key = $2)
			UNION SELECT id FROM delivery WHERE template = 'access_link'
				AND ref IN (SELECT id FROM access_link WHERE signup_id IN (SELECT id FROM signup WHERE address_key = $2)))
		ORDER BY d.id`, d.Subscriber.ID, asked.Key(), asked, d.Address)
}

// requestsOf finds the requests of an address in the register: while it is held, and by its hash after.
func (t *tx) requestsOf(address newsletter.Address, hashes []token.Hash) ([]newsletter.DataRequest, error) {
	var all []newsletter.DataRequest
	err := t.list(&all, `SELECT `+requestColumns+` FROM data_request WHERE address_key = $1`, address.Key())
	for _, hash := range hashes {
		var more []newsletter.DataRequest
		if err == nil {
			err = t.list(&more, `
				SELECT `+requestColumns+` FROM data_request
				WHERE hash_key = $1 AND hash = $2 AND (address_key IS NULL OR address_key <> $3)`, hash.KeyID, hash.Sum, address.Key())
		}
		all = append(all, more...)
	}
	slices.SortFunc(all, func(a, b newsletter.DataRequest) int { return cmp.Compare(a.ID, b.ID) })
	return all, err
}

// consents returns a person's part of the ledger with the evidence that is still there, and the
// words that were agreed to.
func (t *tx) consents(p *newsletter.Subscriber) ([]newsletter.ConsentRecord, error) {
	var rows []struct {
		newsletter.Consent
		ListTexts    newsletter.Texts    `db:"list_texts"`
		ListLanguage newsletter.Language `db:"list_language"`
		Wording      string              `db:"wording"`
		Address      *string             `db:"address"`
		Network      *string             `db:"network"`
		Agent        *string             `db:"agent"`
		FormURL      *string             `db:"form_url"`
		MessageID    *string             `db:"confirmation_message_id"`
		Ground       *newsletter.Ground  `db:"ground"`
		Source       *string             `db:"source"`
		GoneAt       newsletter.Time     `db:"origin_gone_at"`
	}
	err := t.list(&rows, `
		SELECT c.seq, c.subject, c.list_id, c.action, c.at, c.channel, c.wording_hash, c.privacy_hash, c.evidence_hash, c.prev_hash, c.hash,
			l.texts AS list_texts, l.language AS list_language, COALESCE(w.text, '') AS wording,
			e.address, e.network, e.agent, e.form_url, e.confirmation_message_id, e.ground, e.source, e.origin_gone_at
		FROM consent AS c
		JOIN list AS l ON l.id = c.list_id
		LEFT JOIN wording AS w ON w.hash = c.wording_hash
		LEFT JOIN consent_evidence AS e ON e.consent_seq = c.seq
		WHERE c.subject = $1 ORDER BY c.seq`, p.Subject)
	records := make([]newsletter.ConsentRecord, len(rows))
	for i, row := range rows {
		records[i] = newsletter.ConsentRecord{Consent: row.Consent, ListName: row.ListTexts.In(p.Language, row.ListLanguage).Title, Wording: row.Wording}
		if row.Address != nil {
			records[i].Evidence = &newsletter.Evidence{ConsentSeq: row.Seq, Address: *row.Address, FormURL: *row.FormURL,
				MessageID: *row.MessageID, Ground: *row.Ground, Source: *row.Source, Origin: newsletter.Origin{Network: *row.Network, Agent: *row.Agent, GoneAt: row.GoneAt}}
		}
	}
	return records, err
}
