package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// CarryOutRequest does what a request asks and closes it, with the letter that says so, in one transaction:
// access and portability make a link to a package, erasure erases, restriction restricts, an objection and a
// withdrawal end all lists at once. What is asked beyond that (rectification, other) was done by hand. When
// nothing is held, or only a keyed hash, that is the answer. answer may be nil: no letter.
func (s *Store) CarryOutRequest(ctx context.Context, id newsletter.PublicID, hashes *token.Hashes, answer newsletter.WriteAnswer, today newsletter.Day, by newsletter.Actor, now time.Time) (*newsletter.Carried, error) {
	var done *newsletter.Carried
	err := s.write(ctx, func(t *tx) (err error) {
		if done, err = t.carryOut(id, hashes, answer, today, by, now); err != nil {
			return err
		}
		return t.auditStep(done.Request, newsletter.FulfilRequest{}, by, now)
	})
	if err != nil {
		return nil, err
	}
	if done.Erasure != nil {
		s.emptyLog(ctx)
	}
	return done, nil
}

func (t *tx) carryOut(id newsletter.PublicID, hashes *token.Hashes, answer newsletter.WriteAnswer, today newsletter.Day, by newsletter.Actor, now time.Time) (*newsletter.Carried, error) {
	at := newsletter.At(now)
	r, err := t.lockRequest(id)
	if err != nil {
		return nil, err
	}
	before := r.State
	result, err := t.resultOf(r, hashes, at)
	if err != nil {
		return nil, err
	}
	if err := (newsletter.FulfilRequest{Result: result}).Apply(r, today, now); err != nil {
		return nil, err
	}
	r.ChangedAt = at
	done := &newsletter.Carried{Request: r}
	var export *newsletter.DataExport
	if result == newsletter.ResultDone && r.Address != nil {
		if export, err = t.effect(done, *r.Address, hashes, at); err != nil {
			return nil, err
		}
	}
	if answer != nil {
		letter, err := answer(r, result, export)
		if err != nil {
			return nil, err
		}
		if err := t.sendLetter(r, letter, at); err != nil {
			return nil, err
		}
	}
	if done.Erasure != nil {
		forgetPerson(r)
	}
	if err := t.saveRequest(r); err != nil {
		return nil, err
	}
	return done, t.note(r, before, "fulfil", "", by, at)
}

// forgetPerson takes what names the person out of a request whose erasure is done: the letter's delivery alone has
// the address now. Where the letter goes on paper, the name and the postal address wait until it is posted.
func forgetPerson(r *newsletter.DataRequest) {
	r.Address, r.AddressKey, r.ReplyAddress, r.SubscriberID = nil, nil, nil, nil
	r.Representative, r.Wish, r.AskedWhy, r.ShownWhy, r.ReplyWhy = "", "", "", "", ""
	if r.Postal == "" {
		r.Name = ""
	}
}

// RequestResult says what the result of carrying a request out would be now, and changes nothing.
func (s *Store) RequestResult(ctx context.Context, r *newsletter.DataRequest, hashes *token.Hashes, now time.Time) (result string, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		result, err = t.resultOf(r, hashes, newsletter.At(now))
		return err
	})
	return result, err
}

// resultOf looks what is held of the address of a request.
func (t *tx) resultOf(r *newsletter.DataRequest, hashes *token.Hashes, at newsletter.Time) (string, error) {
	switch {
	case r.Address == nil:
		return r.ByHand(), nil
	case r.Kind == newsletter.RequestObjection || r.Kind == newsletter.RequestOther:
		return newsletter.ResultDone, nil // who objects is not to be mailed, whoever brings the address next
	}
	address := *r.Address
	var held bool
	if err := t.get(&held, `
		SELECT EXISTS (SELECT 1 FROM subscriber WHERE address_key = $1) OR EXISTS (SELECT 1 FROM signup WHERE address_key = $1)
			OR EXISTS (SELECT 1 FROM consent_evidence WHERE address_key = $1)`, address.Key()); err != nil {
		return "", err
	}
	rows, err := t.waitingRows([]newsletter.Address{address})
	if err != nil {
		return "", err
	}
	if held || len(rows) > 0 {
		return newsletter.ResultDone, nil
	}
	found, err := t.suppressions(hashes.All(address), at)
	if len(found) > 0 {
		return newsletter.ResultSuppression, err
	}
	return newsletter.ResultNothing, err
}

// effect does what the kind of a request asks.
func (t *tx) effect(done *newsletter.Carried, address newsletter.Address, hashes *token.Hashes, at newsletter.Time) (*newsletter.DataExport, error) {
	r := done.Request
	switch r.Kind {
	case newsletter.RequestAccess, newsletter.RequestPortability:
		return t.insertExport(r, address, at)
	case newsletter.RequestErasure:
		e, err := t.erase(address, hashes.Current, newsletter.NewPublicID(), r, at)
		if err == nil {
			done.Erasure = e.result
		}
		return nil, err
	case newsletter.RequestObjection:
		p, err := t.lockPerson(address)
		if err != nil {
			return nil, err
		}
		return nil, t.suppressAddress(address, p, hashes.Current(address), newsletter.SuppressedObjection, newsletter.Time{}, at)
	case newsletter.RequestWithdrawal, newsletter.RequestRestriction:
		p, err := t.lockPerson(address)
		if err != nil || p == nil {
			return nil, err
		}
		if r.Kind == newsletter.RequestWithdrawal {
			return nil, t.leaveLists(p, nil, newsletter.ChannelRequest, at)
		}
		r.SubscriberID = &p.ID
		return nil, t.exec(`UPDATE subscriber SET restricted_at = COALESCE(restricted_at, $2), changed_at = $2 WHERE id = $1`, p.ID, at)
	}
	return nil, nil
}

// LiftRestriction ends what a request for restriction began, with the letter that tells the person, who must
// know it before (GDPR art. 18(3)): the restriction ends with the commit that queues it.
func (s *Store) LiftRestriction(ctx context.Context, id newsletter.PublicID, letter *newsletter.RequestLetter, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		r, err := t.lockRequest(id)
		if err != nil {
			return err
		}
		none := newsletter.Errorf(newsletter.Conflict, "not_restricted", "nothing is restricted because of request %s", r.Reference())
		if r.Kind != newsletter.RequestRestriction || r.SubscriberID == nil {
			return none
		}
		p, err := t.lockSubscriber(*r.SubscriberID)
		if err != nil {
			return err
		}
		if err := t.one(none, `UPDATE subscriber SET restricted_at = NULL, changed_at = $2 WHERE id = $1 AND restricted_at IS NOT NULL`, p.ID, newsletter.At(now)); err != nil {
			return err
		}
		r.Address, r.ReplyAddress, r.Postal = &p.Address, nil, ""
		if err := t.sendLetter(r, letter, newsletter.At(now)); err != nil {
			return err
		}
		if err := t.exec(`DELETE FROM setting WHERE name = $1`, mailCursor); err != nil { // what a term passed over is looked at anew
			return err
		}
		if err := t.exec(`UPDATE data_request SET subscriber_id = NULL WHERE id = $1`, r.ID); err != nil {
			return err
		}
		if err := t.note(r, r.State, "lift", "", by, newsletter.At(now)); err != nil {
			return err
		}
		return t.audit(by, now, "request.lift", object{"request", r.PublicID.String()}, nil)
	})
}
