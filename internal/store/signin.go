package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

const signInColumns = `id, public_id, kind, address_key, staff_id, address, name, nonce_hash, language, network, tries,
	created_at, expires_at, decided_at, used_at`

// AskSignIn takes in a wish for a link, and does nothing else: one insert for known and unknown
// addresses.
func (s *Store) AskSignIn(ctx context.Context, l *newsletter.SignIn, quotas []newsletter.Quota, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.take(quotas, now); err != nil {
			return err
		}
		l.Kind = newsletter.SignInAsked
		if err := t.insertSignIn(l, newsletter.At(now)); err != nil {
			return err
		}
		return t.audit(by, now, "sign_in.ask", object{"sign_in", l.PublicID.String()}, nil)
	})
}

func (t *tx) insertSignIn(l *newsletter.SignIn, at newsletter.Time) error {
	l.PublicID, l.CreatedAt = newsletter.NewPublicID(), at
	return t.get(&l.ID, `
		INSERT INTO sign_in (public_id, kind, address_key, staff_id, address, name, nonce_hash, language, network, created_at, expires_at, decided_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id`,
		l.PublicID, l.Kind, l.AddressKey, l.StaffID, l.Address, l.Name, l.NonceHash, l.Language, l.Network, l.CreatedAt, l.ExpiresAt, l.DecidedAt)
}

// UndecidedSignIns returns the wishes of which nobody looked yet whether they are of the staff, oldest
// first.
func (s *Store) UndecidedSignIns(ctx context.Context, limit int) ([]newsletter.SignIn, error) {
	var links []newsletter.SignIn
	err := s.reader.SelectContext(ctx, &links, `SELECT `+signInColumns+` FROM sign_in WHERE decided_at IS NULL ORDER BY id LIMIT $1`, limit)
	return links, err
}

// DecideSignIn queues the link's mail if the address is of the staff, and forgets the address.
func (s *Store) DecideSignIn(ctx context.Context, id int64, by newsletter.Actor, now time.Time) (sent bool, err error) {
	err = s.write(ctx, func(t *tx) error {
		sent = false
		at := newsletter.At(now)
		var l newsletter.SignIn
		err := t.get(&l, `SELECT `+signInColumns+` FROM sign_in WHERE id = $1 AND decided_at IS NULL`+t.dialect.forUpdate, id)
		if newsletter.Is(notFound(err, "", ""), newsletter.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		m, err := t.staff(`disabled_at IS NULL AND address_key = $1`, l.AddressKey)
		switch {
		case err == nil && l.ExpiresAt.After(now):
			l.StaffID, sent = &m.ID, true
		case err != nil && !newsletter.Is(err, newsletter.NotFound):
			return err
		}
		if err := t.exec(`UPDATE sign_in SET decided_at = $2, address_key = NULL, network = '', staff_id = $3 WHERE id = $1`, l.ID, at, l.StaffID); err != nil {
			return err
		}
		if sent {
			if err := t.mailSignIn(&l, m.Address, m.Language, newsletter.TemplateSignIn, at); err != nil {
				return err
			}
		}
		return t.audit(by, now, "sign_in.decide", object{"sign_in", l.PublicID.String()}, map[string]bool{"sent": sent})
	})
	return sent, err
}

func (t *tx) mailSignIn(l *newsletter.SignIn, to newsletter.Address, lang newsletter.Language, template string, at newsletter.Time) error {
	mail := newsletter.Delivery{Kind: newsletter.DeliverySignIn, Template: template, Ref: &l.ID, Address: &to, Language: lang, ExpiresAt: l.ExpiresAt}
	return t.queue(&mail, to, l.PublicID, at)
}

// IssueSignIn makes a link for one of the staff that any browser may use: an invitation, which is
// mailed, or one that is printed where it was asked for.
func (s *Store) IssueSignIn(ctx context.Context, id newsletter.PublicID, kind newsletter.SignInKind, by newsletter.Actor, now time.Time) (l *newsletter.SignIn, err error) {
	err = s.write(ctx, func(t *tx) error {
		m, err := t.lockStaff(id)
		if err != nil {
			return err
		}
		if !m.Disabled.IsZero() {
			return newsletter.Errorf(newsletter.Conflict, "staff_disabled", "they are kept out: let them in again first")
		}
		if l, err = t.issue(m, kind, newsletter.At(now)); err != nil {
			return err
		}
		return t.audit(by, now, "sign_in."+string(kind), staffObject(m), map[string]string{"sign_in": l.PublicID.String()})
	})
	return l, err
}

func (t *tx) issue(m *newsletter.Staff, kind newsletter.SignInKind, at newsletter.Time) (*newsletter.SignIn, error) {
	life := newsletter.IssuedLife
	if kind == newsletter.SignInInvitation {
		life = newsletter.InvitationLife
	}
	l := &newsletter.SignIn{Kind: kind, StaffID: &m.ID, Language: m.Language, ExpiresAt: newsletter.At(at.Add(life)), DecidedAt: at}
	// One of a kind at a time: a newer one ends the older.
	if err := t.exec(`UPDATE sign_in SET expires_at = $3 WHERE staff_id = $1 AND kind = $2 AND used_at IS NULL AND expires_at > $3`, m.ID, kind, at); err != nil {
		return nil, err
	}
	if err := t.insertSignIn(l, at); err != nil || kind != newsletter.SignInInvitation {
		return l, err
	}
	return l, t.mailSignIn(l, m.Address, m.Language, newsletter.TemplateInvitation, at)
}

// IssueFirst makes the link with which the first admin is named. There is one at a time, and none once
// anybody signed in (Conflict).
func (s *Store) IssueFirst(ctx context.Context, lang newsletter.Language, by newsletter.Actor, now time.Time) (l *newsletter.SignIn, err error) {
	err = s.write(ctx, func(t *tx) error {
		if err := t.unstaffed(); err != nil {
			return err
		}
		at := newsletter.At(now)
		if err := t.exec(`UPDATE sign_in SET expires_at = $1 WHERE kind = 'first' AND used_at IS NULL AND expires_at > $1`, at); err != nil {
			return err
		}
		l = &newsletter.SignIn{Kind: newsletter.SignInFirst, Language: lang, ExpiresAt: newsletter.At(now.Add(newsletter.IssuedLife)), DecidedAt: at}
		if err := t.insertSignIn(l, at); err != nil {
			return err
		}
		return t.audit(by, now, "sign_in.first", object{"sign_in", l.PublicID.String()}, nil)
	})
	return l, err
}

func (t *tx) unstaffed() error {
	yes, err := t.staffed()
	if err == nil && yes {
		return newsletter.Errorf(newsletter.Conflict, "staffed", "there is staff already: ask an admin for an invitation, or use bode staff")
	}
	return err
}

// NameFirst says who is to be the first admin, and mails them: they are it once they use that mail's
// link or code, in the browser that was used here. The link that allows it is bound to that browser
// from then on, where a slip of the pen can be mended; no other can use it.
func (s *Store) NameFirst(ctx context.Context, first newsletter.PublicID, l *newsletter.SignIn, quotas []newsletter.Quota, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.take(quotas, now); err != nil {
			return err
		}
		if err := t.unstaffed(); err != nil {
			return err
		}
		at := newsletter.At(now)
		gone := newsletter.Errorf(newsletter.Used, "sign_in_used", "this link was used already: ask for a new one")
		if err := t.one(gone, `
			UPDATE sign_in SET used_at = COALESCE(used_at, $2), nonce_hash = $3
			WHERE public_id = $1 AND kind = 'first' AND address = '' AND expires_at > $2 AND (used_at IS NULL OR nonce_hash = $3)`,
			first, at, l.NonceHash); err != nil {
			return err
		}
		// Whoever was named before, by a slip of the pen, is nobody.
		if err := t.exec(`UPDATE sign_in SET expires_at = $1 WHERE kind = 'first' AND address <> '' AND expires_at > $1`, at); err != nil {
			return err
		}
		l.Kind, l.DecidedAt = newsletter.SignInFirst, at
		if err := t.insertSignIn(l, at); err != nil {
			return err
		}
		if err := t.mailSignIn(l, l.Address, l.Language, newsletter.TemplateSignIn, at); err != nil {
			return err
		}
		return t.audit(by, now, "sign_in.name", object{"sign_in", l.PublicID.String()}, nil)
	})
}

// SignIn returns what a link names.
func (s *Store) SignIn(ctx context.Context, id newsletter.PublicID) (*newsletter.SignIn, error) {
	var l newsletter.SignIn
	err := s.reader.GetContext(ctx, &l, `SELECT `+signInColumns+` FROM sign_in WHERE public_id = $1`, id)
	return &l, notFound(err, "sign-in", "")
}

// SignInByID returns what a delivery speaks of, and to whom; nobody, for a link to the first admin.
func (s *Store) SignInByID(ctx context.Context, id int64) (l *newsletter.SignIn, m *newsletter.Staff, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		l, m = &newsletter.SignIn{}, nil
		if err = t.get(l, `SELECT `+signInColumns+` FROM sign_in WHERE id = $1`, id); err != nil {
			return notFound(err, "sign-in", id)
		}
		if l.StaffID != nil {
			m, err = t.staff(`id = $1`, *l.StaffID)
		}
		return err
	})
	return l, m, err
}

// TrySignIn counts that a code is typed in the browser that asked, and returns the link that it asked
// for last. After newsletter.SignInTries the link is of no use with any code (TooMany). It does the same
// whether or not the link is of the staff.
func (s *Store) TrySignIn(ctx context.Context, nonceHash string, quotas []newsletter.Quota, now time.Time) (l *newsletter.SignIn, err error) {
	err = s.write(ctx, func(t *tx) error {
		if err := t.take(quotas, now); err != nil {
			return err
		}
		l = &newsletter.SignIn{}
		err := t.get(l, `
			UPDATE sign_in SET tries = tries + 1
			WHERE id = (SELECT MAX(id) FROM sign_in WHERE nonce_hash = $1 AND nonce_hash <> '' AND (kind <> 'first' OR address <> ''))
			RETURNING `+signInColumns, nonceHash)
		return notFound(err, "sign-in", "")
	})
	return l, err
}

// RefuseSignIn notes that a link, or a code of its mail, was not taken, and why: the reason of the refusal. Quotas
// bound how much somebody can write into the log by that: what is over them is not noted.
func (s *Store) RefuseSignIn(ctx context.Context, id newsletter.PublicID, reason string, quotas []newsletter.Quota, by newsletter.Actor, now time.Time) error {
	err := s.write(ctx, func(t *tx) error {
		if err := t.take(quotas, now); err != nil {
			return err
		}
		return t.enter(by, now, "sign_in.refuse", object{"sign_in", id.String()}, map[string]string{"reason": reason})
	})
	if newsletter.Is(err, newsletter.TooMany) {
		return nil
	}
	return err
}

// UseSignIn uses a link up and begins the session that it opens, whose token has the hash given. Of two
// at once one succeeds; the other gets an Error Used. A link to the first admin takes them on.
func (s *Store) UseSignIn(ctx context.Context, id newsletter.PublicID, session *newsletter.Session, tokenHash string, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		at := newsletter.At(now)
		var l newsletter.SignIn
		err := t.get(&l, `
			UPDATE sign_in SET used_at = $2
			WHERE public_id = $1 AND used_at IS NULL AND expires_at > $2 AND (staff_id IS NOT NULL OR address <> '')
			RETURNING `+signInColumns, id, at)
		if newsletter.Is(notFound(err, "", ""), newsletter.NotFound) {
			return newsletter.Errorf(newsletter.Used, "sign_in_used", "this link was used already: ask for a new one")
		}
		if err != nil {
			return err
		}
		m, err := t.signedInBy(&l, at)
		if err != nil {
			return err
		}
		session.StaffID, session.Staff = m.ID, *m
		if err := t.insertSession(session, tokenHash, at); err != nil {
			return err
		}
		if session.Whole() {
			if err := t.noteSignedIn(session, at); err != nil {
				return err
			}
		}
		return t.audit(m.Actor(), now, "sign_in.use", object{"sign_in", l.PublicID.String()}, map[string]string{"session": session.PublicID.String(), "kind": string(l.Kind)})
	})
}

// signedInBy returns whose a link is.
func (t *tx) signedInBy(l *newsletter.SignIn, at newsletter.Time) (*newsletter.Staff, error) {
	if l.StaffID != nil {
		m, err := t.staff(`disabled_at IS NULL AND id = $1`, *l.StaffID)
		if newsletter.Is(err, newsletter.NotFound) {
			return nil, newsletter.Errorf(newsletter.Forbidden, "staff_disabled", "an admin has closed this account: ask them")
		}
		return m, err
	}
	if err := t.unstaffed(); err != nil {
		return nil, err
	}
	if err := t.exec(`UPDATE sign_in SET address = '', name = '' WHERE id = $1`, l.ID); err != nil {
		return nil, err
	}
	m := &newsletter.Staff{Address: l.Address, Name: l.Name, Language: l.Language, Roles: []newsletter.Role{newsletter.RoleAdmin}}
	known, err := t.staff(`disabled_at IS NULL AND address_key = $1`, l.Address.Key())
	if err == nil { // invited by a command, and named here
		known.Roles = m.Roles
		return known, t.grantRoles(known)
	}
	if !newsletter.Is(err, newsletter.NotFound) {
		return nil, err
	}
	return m, t.insertStaff(m, at)
}

// ForgetSignIns deletes the links that open nothing any more, lets go of the addresses that their mail
// went to, and says how many.
func (s *Store) ForgetSignIns(ctx context.Context, by newsletter.Actor, now time.Time) (n int64, err error) {
	err = s.write(ctx, func(t *tx) (err error) {
		at := newsletter.At(now)
		var ids []int64
		// A test mail has said all that it can say.
		if err = t.exec(`
			UPDATE delivery SET address = NULL, domain = '', `+endWaiting("expired", "$1")+`
			WHERE address IS NOT NULL AND template = 'test_mail' AND expires_at <= $1`, at); err != nil {
			return err
		}
		err = t.list(&ids, `DELETE FROM sign_in WHERE expires_at <= $1 RETURNING id`, at)
		if n = int64(len(ids)); err != nil || n == 0 {
			return err
		}
		if err = t.exec(`
			UPDATE delivery SET address = NULL, domain = '', reply = '', `+endWaiting("expired", "$1")+`
			WHERE template IN ('sign_in', 'staff_invitation') AND ref IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($2 AS TEXT)))`,
			at, newsletter.NewIDs(ids...)); err != nil {
			return err
		}
		return t.audit(by, now, "sign_in.forget", object{"sign_in", ""}, map[string]int64{"forgotten": n})
	})
	if n > 0 && err == nil {
		s.erased.Store(true) // see TruncateLog
	}
	return n, err
}
