package store

import (
	"context"
	"slices"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// Erase removes a person, and all that is held by their address, in one transaction: promise 8 and
// GDPR art. 17. What remains says nothing about anybody: deliveries without address or subscriber,
// so that counts stay; the ledger of consent, whose subject is random, without its evidence; and a
// keyed hash (reason erased) of each address, made by hash, so that no import brings it back.
//
// An address without a subscriber may still have sign-ups that wait: those are erased too. The
// mails of the person that are on their way to the mail server at this very moment can't be called
// back; all others are cancelled, also in editions that are being sent.
func (s *Store) Erase(ctx context.Context, address newsletter.Address, hash func(newsletter.Address) token.Hash, by newsletter.Actor, now time.Time) (*newsletter.Erasure, error) {
	return s.EraseForRequest(ctx, address, hash, nil, 0, by, now)
}

// EraseForRequest is Erase by somebody who proved by a link that it is them: the request is entered in the
// register and closed in the same transaction, and holds nothing but a hash. r may be nil.
func (s *Store) EraseForRequest(ctx context.Context, address newsletter.Address, hash func(newsletter.Address) token.Hash, r *newsletter.DataRequest, today newsletter.Day, by newsletter.Actor, now time.Time) (result *newsletter.Erasure, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		at := newsletter.At(now)
		if r != nil {
			if _, err := t.insertServed(r, today, by, at); err != nil {
				return err
			}
		}
		e, err := t.erase(address, hash, newsletter.NewPublicID(), r, at)
		if err != nil {
			return err
		}
		result = e.result
		return t.audit(by, now, "subscriber.erase", object{"subscriber", e.name()}, result)
	})
	if err != nil {
		return nil, err
	}
	s.emptyLog(ctx)
	return result, nil
}

// emptyLog sees to it that what was overwritten in the file does not live on in its log. The person is gone
// either way: that a reader held the log up is for housekeeping to mend, not for them to worry about.
func (s *Store) emptyLog(ctx context.Context) {
	s.erased.Store(true)
	if err := s.TruncateLog(ctx); err != nil {
		s.log.WarnContext(ctx, "store: the write-ahead log could not be emptied after an erasure; housekeeping tries again", "error", err)
	}
}

// erase is an erasure up to its audit. id names its certificate; r is the request that it answers, or nil.
func (t *tx) erase(address newsletter.Address, hash func(newsletter.Address) token.Hash, id newsletter.PublicID, r *newsletter.DataRequest, at newsletter.Time) (*erasure, error) {
	p, err := t.lockPerson(address)
	if err != nil {
		return nil, err
	}
	e := &erasure{tx: t, person: p, at: at, request: r, result: &newsletter.Erasure{PublicID: id, At: at}}
	return e, e.run(address, hash)
}

// erasure is one running: what was found and is to go.
type erasure struct {
	*tx
	person    *newsletter.Subscriber // nil: nobody is known by the address
	at        newsletter.Time
	addresses map[string]newsletter.Address // by key: all that were the person's
	keys      newsletter.Strings
	hashes    newsletter.Strings // that stay, as key:hash
	request   *newsletter.DataRequest
	forgets   bool // a term has ended, and nobody asked: no hash and no certificate stay
	result    *newsletter.Erasure
}

func (e *erasure) name() string {
	if e.person == nil {
		return ""
	}
	return e.person.PublicID.String()
}

func (e *erasure) run(address newsletter.Address, hash func(newsletter.Address) token.Hash) error {
	steps := []func() error{
		func() error { return e.find(address) },
		e.withdraw,
		e.anonymiseDeliveries,
		e.deleteEvidence,
		e.deleteRequests,
		func() error { return e.clearRegister(hash) },
		e.deleteImportRows,
		e.deletePerson,
		func() error { return e.suppressAll(hash) },
		e.certify,
		e.sealLedger,
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// find gathers the addresses that were the person's: the one given, and those that they came from
// or wanted to go to.
func (e *erasure) find(address newsletter.Address) error {
	e.addresses = map[string]newsletter.Address{address.Key(): address}
	if e.person == nil {
		e.keys = newsletter.Strings{address.Key()}
		return nil
	}
	var found []newsletter.Address
	if err := e.list(&found, `
		SELECT old_address FROM address_change WHERE subscriber_id = $1 AND confirmed_at IS NOT NULL
		UNION SELECT e.address FROM consent_evidence AS e JOIN consent AS c ON c.seq = e.consent_seq WHERE c.subject = $2`,
		e.person.ID, e.person.Subject); err != nil {
		return err
	}
	for _, a := range found {
		if other, err := e.ownedByOther(a); err != nil {
			return err
		} else if !other {
			e.addresses[a.Key()] = a
		}
	}
	for key := range e.addresses {
		e.keys = append(e.keys, key)
	}
	return nil
}

// ownedByOther reports whether an address that was this person's is another subscriber's by now.
func (e *erasure) ownedByOther(a newsletter.Address) (other bool, err error) {
	err = e.get(&other, `SELECT EXISTS (SELECT 1 FROM subscriber WHERE address_key = $1 AND id <> $2)`, a.Key(), e.person.ID)
	return other, err
}

// inKeys is the condition that a column holds the key of one of the addresses; they are $1.
const inKeys = ` IN (SELECT value FROM json_each(CAST($1 AS TEXT)))`

// withdraw remembers of which lists the person takes leave; sealLedger writes it, as the chain is
// locked last.
func (e *erasure) withdraw() error {
	if e.person == nil {
		return nil
	}
	subs, err := e.lockSubscriptions(e.person)
	for _, sub := range subs {
		if sub.State != newsletter.SubscriptionUnsubscribed {
			e.result.Lists = append(e.result.Lists, sub.ListID)
		}
	}
	return err
}

// anonymiseDeliveries takes the person out of all mail and of what came back of it, and cancels what
// was not handed over. An uncertain one would be sent again: it stays what it is, without anybody to send it to, and the
// gate refuses it.
func (e *erasure) anonymiseDeliveries() (err error) {
	clear := `
		UPDATE delivery SET subscription_id = NULL, subscriber_id = NULL, address = NULL, domain = '', reply = '',
			` + endWaiting("cancelled", "$2") + ` WHERE `
	conditions := []string{
		`template = 'confirmation' AND ref IN (SELECT id FROM signup WHERE address_key` + inKeys + `)`,
		`template = 'access_link' AND ref IN (SELECT id FROM access_link WHERE signup_id IN (SELECT id FROM signup WHERE address_key` + inKeys + `))`,
		`template IN ('address_confirmation', 'address_notice') AND ref IN (SELECT id FROM address_change WHERE old_key` + inKeys + ` OR new_key` + inKeys + `)`,
		`template = 'request_identity' AND ref IN (SELECT id FROM data_request WHERE address_key` + inKeys + `)`,
		`template = 'request_letter' AND ref IN (SELECT l.id FROM request_letter AS l JOIN data_request AS r ON r.id = l.request_id WHERE r.address_key` + inKeys + `)`,
		`address IS NOT NULL AND lower(address)` + inKeys,
	}
	for _, condition := range conditions {
		if err := e.anonymiseReports(condition, e.keys); err != nil {
			return err
		}
		if err := e.tally(clear+condition, e.keys, e.at); err != nil {
			return err
		}
	}
	if e.person == nil {
		return nil
	}
	if err := e.exec(clearReport+`subscriber_id = $1`, e.person.ID); err != nil {
		return err
	}
	for _, condition := range []string{
		`subscription_id IN (SELECT id FROM subscription WHERE subscriber_id = $1)`,
		`subscriber_id = $1`,
		`template IN ('address_confirmation', 'address_notice') AND ref IN (SELECT id FROM address_change WHERE subscriber_id = $1)`,
	} {
		if err := e.anonymiseReports(condition, e.person.ID); err != nil {
			return err
		}
		if err := e.tally(clear+condition, e.person.ID, e.at); err != nil {
			return err
		}
	}
	return nil
}

// clearReport takes the person out of what came back: the raw report holds the address, and its hash
// could be made again from a copy of it.
const clearReport = `UPDATE bounce SET subscriber_id = NULL, raw = NULL, diagnostic = '', hash = public_id WHERE `

// anonymiseReports does so for the reports about deliveries; it comes before these forget whose they are.
func (e *erasure) anonymiseReports(deliveries string, arg any) error {
	return e.exec(clearReport+`delivery_id IN (SELECT id FROM delivery WHERE `+deliveries+`)`, arg)
}

func (e *erasure) tally(query string, args ...any) error {
	n, err := e.count(query, args...)
	e.result.Deliveries += n
	return err
}

// deleteEvidence takes what shows who it was out of the ledger, also where somebody else's consent
// was given under an address that is erased.
func (e *erasure) deleteEvidence() error {
	if err := e.exec(`DELETE FROM consent_evidence WHERE address_key`+inKeys, e.keys); err != nil || e.person == nil {
		return err
	}
	return e.exec(`DELETE FROM consent_evidence WHERE consent_seq IN (SELECT seq FROM consent WHERE subject = $1)`, e.person.Subject)
}

// deleteRequests removes sign-ups, link requests and changes of address. One that came after the erasure
// began, and is looked at by now, is a new wish and stays: to wait for it could be to wait for oneself.
func (e *erasure) deleteRequests() error {
	for _, query := range []string{
		`DELETE FROM access_link WHERE signup_id IN (SELECT id FROM signup WHERE address_key` + inKeys + `)`,
		`DELETE FROM signup WHERE id IN (SELECT id FROM signup WHERE address_key` + inKeys + e.dialect.skipLocked + `)`,
		`DELETE FROM access_link WHERE id IN (SELECT id FROM access_link WHERE address_key` + inKeys + e.dialect.skipLocked + `)`,
		`DELETE FROM address_change WHERE old_key` + inKeys + ` OR new_key` + inKeys,
		`DELETE FROM data_export WHERE address_key` + inKeys,
	} {
		if err := e.exec(query, e.keys); err != nil {
			return err
		}
	}
	return nil
}

// clearRegister takes the person out of the register of requests: that there was one, when and how it was
// answered is proof, and stays under its hash. What was written, by them and to them, goes.
func (e *erasure) clearRegister(hash func(newsletter.Address) token.Hash) error {
	const theirs = `SELECT id FROM data_request WHERE `
	clear := func(condition string, args ...any) error {
		if err := e.exec(`UPDATE request_letter SET subject = '', body = '' WHERE request_id IN (`+theirs+condition+`)`, args...); err != nil {
			return err
		}
		if err := e.exec(`UPDATE request_event SET note = '' WHERE request_id IN (`+theirs+condition+`)`, args...); err != nil {
			return err
		}
		return e.exec(clearRequest+` WHERE `+condition, args...)
	}
	for _, a := range e.addresses {
		h := hash(a)
		if err := clear(`hash_key = $1 AND hash = $2`, h.KeyID, h.Sum); err != nil {
			return err
		}
	}
	for _, a := range e.addresses { // what a stranger wrote to the desk may name them
		if err := e.exec(`UPDATE data_request SET mail = NULL WHERE state = 'draft' AND (lower(mail) LIKE $1 ESCAPE '\' OR lower(mail) LIKE $2 ESCAPE '\')`,
			roughly(a.Key()), roughly(a.Unicode())); err != nil {
			return err
		}
	}
	// Where they asked for somebody else, that request stays, and they go from it.
	if err := e.exec(`UPDATE data_request SET reply_address = NULL WHERE reply_address IS NOT NULL AND lower(reply_address)`+inKeys, e.keys); err != nil {
		return err
	}
	if err := clear(`address_key`+inKeys, e.keys); err != nil || e.person == nil {
		return err
	}
	return clear(`subscriber_id = $1`, e.person.ID)
}

// deleteImportRows takes the person out of files that wait to be imported: by the column of the address, and
// wherever else in a row it stands.
func (e *erasure) deleteImportRows() error {
	if err := e.exec(`DELETE FROM import_row WHERE address_key`+inKeys+` AND address_key <> ''`, e.keys); err != nil {
		return err
	}
	var all []newsletter.Address
	for _, a := range e.addresses {
		all = append(all, a)
	}
	rows, err := e.waitingRows(all)
	for _, row := range rows {
		if err == nil {
			err = e.exec(`DELETE FROM import_row WHERE import_id = $1 AND line = $2`, row.ImportID, row.Line)
		}
	}
	return err
}

func (e *erasure) deletePerson() error {
	if e.person == nil {
		return nil
	}
	for _, query := range []string{
		`DELETE FROM leave_proposal WHERE subscriber_id = $1`,
		`DELETE FROM signup WHERE subscriber_id = $1`,
		`DELETE FROM access_link WHERE subscriber_id = $1`,
		`DELETE FROM address_change WHERE subscriber_id = $1`,
		`DELETE FROM subscription WHERE subscriber_id = $1`,
		`DELETE FROM subscriber WHERE id = $1`,
	} {
		if err := e.exec(query, e.person.ID); err != nil {
			return err
		}
	}
	return nil
}

func (e *erasure) suppressAll(hash func(newsletter.Address) token.Hash) error {
	if e.forgets {
		return nil
	}
	for _, a := range e.addresses {
		h := hash(a)
		e.hashes = append(e.hashes, h.KeyID+":"+h.Sum)
		if err := e.suppress(h, newsletter.SuppressedErased, newsletter.Time{}, e.at); err != nil {
			return err
		}
	}
	return nil
}

// certify writes the certificate, which is also what the replay list has yet to be told.
func (e *erasure) certify() error {
	if e.forgets {
		return nil
	}
	slices.Sort(e.hashes)
	var request *int64
	if e.request != nil {
		request = &e.request.ID
	}
	return e.exec(`
		INSERT INTO erasure (public_id, at, hashes, lists, deliveries, request_id) VALUES ($1, $2, $3, $4, $5, $6)`,
		e.result.PublicID, e.at, e.hashes, len(e.result.Lists), e.result.Deliveries, request)
}

func (e *erasure) sealLedger() error {
	for _, listID := range e.result.Lists {
		if err := e.appendConsent(&newsletter.Consent{Subject: e.person.Subject, ListID: listID, Action: newsletter.ConsentWithdrawn,
			At: e.at, Channel: newsletter.ChannelErasure}, nil); err != nil {
			return err
		}
	}
	return nil
}
