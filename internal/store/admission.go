package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// admit makes a reader of somebody who agreed elsewhere. Who has a subscription to the list already, in
// whatever state, stays as they are, and nobody's name or language is changed. Consents are for the caller
// to write, last.
func (t *tx) admit(a *newsletter.Admission, at newsletter.Time) (p *newsletter.Subscriber, admitted bool, err error) {
	p = &newsletter.Subscriber{}
	err = t.get(p, `
		INSERT INTO subscriber (public_id, address, address_key, name, language, layout, subject, created_at, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (address_key) DO NOTHING RETURNING `+subscriberColumns,
		newsletter.NewPublicID(), a.Address, a.Address.Key(), a.Name, a.Language, newsletter.Standard, newsletter.NewPublicID(), at)
	if errors.Is(err, sql.ErrNoRows) {
		p, err = t.lockSubscriberByKey(a.Address.Key())
	}
	if err != nil || !p.RestrictedAt.IsZero() || !p.SuppressedAt.IsZero() {
		return p, false, err
	}
	there := false
	if err := t.get(&there, `SELECT EXISTS (SELECT 1 FROM subscription WHERE subscriber_id = $1 AND list_id = $2)`, p.ID, a.Choice.ListID); err != nil || there {
		return p, false, err
	}
	topics, err := t.topicSetOf(a.Choice)
	if err != nil {
		return p, false, err
	}
	_, err = t.insertSubscription(p, a.Choice, topics, at)
	return p, err == nil, err
}

// consentsOf are the entries of the ledger for somebody who agreed elsewhere: when they did, if that is
// known; and that they confirmed it, if they did.
func consentsOf(p *newsletter.Subscriber, a *newsletter.Admission, channel string, at newsletter.Time) []newsletter.Consent {
	given := at
	if !a.ConsentedAt.IsZero() {
		given = a.ConsentedAt
	}
	requested := newsletter.Consent{Subject: p.Subject, ListID: a.Choice.ListID, Action: newsletter.ConsentRequested, At: given,
		Channel: channel, WordingHash: a.WordingHash}
	if a.Ground != newsletter.GroundConfirmed {
		return []newsletter.Consent{requested}
	}
	confirmed := requested
	confirmed.Action = newsletter.ConsentConfirmed
	return []newsletter.Consent{requested, confirmed}
}

// termsFor are the hashes of the words that a form in a language shows now.
func (t *tx) termsFor(language newsletter.Language) (hashes [2]string, err error) {
	for i, purpose := range []string{newsletter.WordingSignup, newsletter.WordingPrivacy} {
		for _, l := range append([]newsletter.Language{language}, newsletter.Languages()...) {
			w, err := t.latestWording(purpose, l)
			if err == nil && w.Text != "" {
				hashes[i] = w.Hash
				break
			}
			if err != nil && !newsletter.Is(err, newsletter.NotFound) {
				return hashes, err
			}
		}
		if hashes[i] == "" {
			return hashes, newsletter.Errorf(newsletter.Unavailable, "signup_closed", "nobody can be asked while the text %q is empty", purpose)
		}
	}
	return hashes, nil
}

// invitation is a sign-up that an editor began: it changes nothing until the person confirms it.
func invitation(a *newsletter.Admission, terms [2]string, at newsletter.Time, life time.Duration) *newsletter.Signup {
	return &newsletter.Signup{Address: a.Address, Name: a.Name, Language: a.Language, Channel: newsletter.ChannelInvitation,
		WordingHash: terms[0], PrivacyHash: terms[1], ExpiresAt: newsletter.At(at.Add(life)), Choices: []newsletter.Choice{a.Choice}}
}

// AdmitSubscriber makes a reader of somebody who told an editor so, on a ground and from a source that the
// editor names; both stand in the ledger. Who is a reader already, left, or must not be mailed, is an
// Error Conflict that says which: by hand nobody comes back who went. hashes are those of the address.
func (s *Store) AdmitSubscriber(ctx context.Context, a *newsletter.Admission, hashes []token.Hash, by newsletter.Actor, now time.Time) (p *newsletter.Subscriber, err error) {
	err = s.write(ctx, func(t *tx) error {
		at := newsletter.At(now)
		if err := t.admissible(a, hashes, false, at); err != nil {
			return err
		}
		var admitted bool
		if p, admitted, err = t.admit(a, at); err != nil {
			return err
		}
		if !admitted {
			return subscribedAlready()
		}
		for _, c := range consentsOf(p, a, newsletter.ChannelDesk, at) {
			if err := t.appendConsent(&c, &newsletter.Evidence{Address: string(p.Address), Ground: a.Ground, Source: a.Source}); err != nil {
				return err
			}
		}
		return t.audit(by, now, "subscriber.admit", object{"subscriber", p.PublicID.String()}, map[string]any{"list": a.Choice.ListID, "ground": a.Ground})
	})
	return p, err
}

// InviteSubscriber asks somebody whether they want a list, by the mail that a sign-up brings: it changes
// nothing until they confirm it, for which they have life. Who is a reader already or must not be mailed
// is an Error Conflict.
func (s *Store) InviteSubscriber(ctx context.Context, a *newsletter.Admission, life time.Duration, hashes []token.Hash, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		at := newsletter.At(now)
		if err := t.admissible(a, hashes, true, at); err != nil {
			return err
		}
		waits := false
		if err := t.get(&waits, `
			SELECT EXISTS (SELECT 1 FROM signup AS u JOIN signup_list AS c ON c.signup_id = u.id
				WHERE u.address_key = $1 AND u.used_at IS NULL AND u.expires_at > $2 AND c.list_id = $3)`, a.Address.Key(), at, a.Choice.ListID); err != nil {
			return err
		}
		if waits {
			return newsletter.Errorf(newsletter.Conflict, "invited_already", "this person has a mail to confirm already")
		}
		terms, err := t.termsFor(a.Language)
		if err != nil {
			return err
		}
		u := invitation(a, terms, at, life)
		if err := t.insertSignup(u, at); err != nil {
			return err
		}
		return t.audit(by, now, "subscriber.invite", object{"signup", u.PublicID.String()}, map[string]any{"list": a.Choice.ListID})
	})
}

// admissible says why an editor can't add or invite somebody. Who left may be invited, when they asked to. That an address
// must not be mailed is said in the same words whether it complained, bounced, is restricted or was erased: an addition
// is not a way to ask which. The person stays locked until the addition is over.
func (t *tx) admissible(a *newsletter.Admission, hashes []token.Hash, invite bool, at newsletter.Time) error {
	if err := t.offered(a.Choice); err != nil {
		return err
	}
	p, err := t.lockPerson(a.Address)
	if err != nil {
		return err
	}
	found, err := t.suppressions(hashes, at)
	if err != nil {
		return err
	}
	if len(found) > 0 || p != nil && (!p.SuppressedAt.IsZero() || !p.RestrictedAt.IsZero()) {
		return newsletter.Errorf(newsletter.Conflict, "kept_away", "this address can't be added: who it belongs to can sign up on the site, or write to us")
	}
	if p == nil {
		return nil
	}
	var state newsletter.SubscriptionState
	err = t.get(&state, `SELECT state FROM subscription WHERE subscriber_id = $1 AND list_id = $2`, p.ID, a.Choice.ListID)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	case state != newsletter.SubscriptionUnsubscribed:
		return subscribedAlready()
	case !invite:
		return newsletter.Errorf(newsletter.Conflict, "left_before", "this person has left the list: invite them, so that they confirm it themselves")
	}
	return nil
}

func subscribedAlready() error {
	return newsletter.Errorf(newsletter.Conflict, "subscribed_already", "this person is a subscriber of the list already")
}

// offered refuses a pace that is not the list's, or is archived: who gets an edition is found by it.
func (t *tx) offered(c newsletter.Choice) error {
	there := false
	err := t.get(&there, `SELECT EXISTS (SELECT 1 FROM schedule WHERE id = $1 AND list_id = $2 AND archived_at IS NULL)`, c.ScheduleID, c.ListID)
	if err != nil || there {
		return err
	}
	e := newsletter.Errorf(newsletter.Invalid, "pace_unknown", "the list has no such pace: choose one of its own")
	e.Field = "pace"
	return e
}
