package staff

import (
	"context"
	"errors"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/token"
)

// Ask takes the wish for a link in, from a browser with a nonce. Nil means the same to everyone.
func (s *Service) Ask(ctx context.Context, form newsletter.AccessForm, nonce string, now time.Time) error {
	address, err := newsletter.ParseAddress(form.Address)
	if err != nil {
		return err
	}
	key := address.Key()
	l := &newsletter.SignIn{AddressKey: &key, NonceHash: hashOf("nonce", nonce), Language: form.Language,
		Network: shorten(form.Client.Network), ExpiresAt: newsletter.At(now.Add(newsletter.SignInLife))}
	return s.store.AskSignIn(ctx, l, s.askQuotas(address, form.Client.Network), system, now)
}

// Decide looks at the wishes that nobody looked at yet, and queues the mails that they deserve.
func (s *Service) Decide(ctx context.Context, now time.Time) error {
	const batch = 100
	undecided, err := s.store.UndecidedSignIns(ctx, batch)
	for _, l := range undecided {
		err = errors.Join(err, newsletter.Unharmed(func() error {
			_, err := s.store.DecideSignIn(ctx, l.ID, system, now)
			return err
		}))
	}
	return err
}

// Tidy forgets links that open nothing any more, and sessions that are over.
func (s *Service) Tidy(ctx context.Context, now time.Time) error {
	_, links := s.store.ForgetSignIns(ctx, system, now)
	_, sessions := s.store.ForgetSessions(ctx, now.Add(-s.config.Idle), system, now)
	return errors.Join(links, sessions)
}

// Token is the token of a link.
func (s *Service) Token(l *newsletter.SignIn) string {
	return s.links.Sign(token.SignIn, l.PublicID, l.ExpiresAt.Time)
}

// Link looks at a link in a browser with a nonce, and changes nothing. The error is Forbidden
// (sign_in_elsewhere) where another browser asked for it, and Expired or Used when it is over.
func (s *Service) Link(ctx context.Context, text, nonce string, now time.Time) (*newsletter.SignIn, error) {
	id, err := s.links.Verify(token.SignIn, text, now)
	if newsletter.Is(err, newsletter.Expired) {
		return nil, newsletter.Errorf(newsletter.Expired, "sign_in_expired", "this link has expired: ask for a new one")
	}
	if err != nil {
		return nil, err
	}
	l, err := s.store.SignIn(ctx, id)
	if unknown(err) {
		return nil, newsletter.Errorf(newsletter.Expired, "sign_in_expired", "this link has expired: ask for a new one")
	}
	if err != nil {
		return nil, err
	}
	mine := l.NonceHash == "" || l.NonceHash == hashOf("nonce", nonce)
	if l.Kind == newsletter.SignInFirst && l.Address == "" && mine {
		staffed, err := s.store.Staffed(ctx)
		if err != nil {
			return nil, err
		}
		if !staffed {
			l.UsedAt = newsletter.Time{} // a slip of the pen can be mended in this browser
		}
	}
	if err := l.Opens(now); err != nil {
		return l, err
	}
	if !mine {
		return l, newsletter.Errorf(newsletter.Forbidden, "sign_in_elsewhere", "this link was asked for in another browser: type the code of the mail there")
	}
	return l, nil
}

// Use uses a link up. The token it returns is that of half a session, or, where the second factor is waived,
// of a whole one.
func (s *Service) Use(ctx context.Context, text, nonce string, client newsletter.Client, now time.Time) (sessionToken string, n *newsletter.Session, err error) {
	l, err := s.Link(ctx, text, nonce, now)
	if l != nil && err != nil {
		return "", nil, s.refuseLink(ctx, l, err, s.refusalQuotas(client.Network), now)
	}
	if err != nil {
		return "", nil, err
	}
	return s.use(ctx, l, client, now)
}

// refuseLink notes that a link or its code was not taken, and returns why.
func (s *Service) refuseLink(ctx context.Context, l *newsletter.SignIn, why error, quotas []newsletter.Quota, now time.Time) error {
	var e *newsletter.Error
	if !errors.As(why, &e) {
		return why
	}
	if err := s.store.RefuseSignIn(ctx, l.PublicID, e.Reason, quotas, system, now); err != nil {
		return err
	}
	return why
}

func (s *Service) use(ctx context.Context, l *newsletter.SignIn, client newsletter.Client, now time.Time) (string, *newsletter.Session, error) {
	text, hash := newToken()
	n := s.begin(client, now, halfLife)
	if s.waives.Load() && l.Kind == newsletter.SignInIssued {
		n = s.begin(client, now, s.config.Life)
		n.Factor = newsletter.FactorWaived
	}
	if err := s.store.UseSignIn(ctx, l.PublicID, n, hash, now); err != nil {
		return "", nil, err
	}
	return text, n, nil
}

func (s *Service) begin(client newsletter.Client, now time.Time, life time.Duration) *newsletter.Session {
	return &newsletter.Session{Network: shorten(client.Network), Agent: cut(client.Agent), ExpiresAt: newsletter.At(now.Add(life))}
}

// EnterCode is Use by the code of the mail, typed in the browser that asked. Whatever is wrong with it is
// answered the same; when a link's tries are used up, or a network's, the error is TooMany.
func (s *Service) EnterCode(ctx context.Context, nonce, code string, client newsletter.Client, now time.Time) (sessionToken string, n *newsletter.Session, err error) {
	l, err := s.store.TrySignIn(ctx, hashOf("nonce", nonce), s.codeQuotas(client.Network), now)
	if unknown(err) {
		return "", nil, refused("code")
	}
	if err != nil {
		return "", nil, err
	}
	good := s.links.IsCode(l.PublicID, code) // for everyone: it takes time
	switch {
	case l.Tries > newsletter.SignInTries:
		return "", nil, s.refuseLink(ctx, l, &newsletter.Error{Code: newsletter.TooMany, Reason: "code_tries", Field: "code",
			Message: "too many codes were typed for this mail: ask for a new one"}, nil, now)
	case !good || l.Opens(now) != nil || l.StaffID == nil && l.Address == "":
		return "", nil, s.refuseLink(ctx, l, refused("code"), nil, now)
	}
	return s.use(ctx, l, client, now)
}
