package staff

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// Authenticate returns the whole session of a token, with its owner as they are now. Otherwise the error is
// Forbidden: none such, half a session, ended, or its owner is kept out; or Expired: too old, or unused for
// too long.
func (s *Service) Authenticate(ctx context.Context, text string, now time.Time) (*newsletter.Session, error) {
	n, err := s.Current(ctx, text, now)
	if err != nil {
		return nil, err
	}
	if !n.Whole() {
		return nil, newsletter.Errorf(newsletter.Forbidden, "second_factor", "the second factor is still to be proved")
	}
	return n, nil
}

// Current is Authenticate for half a session too: for the pages of the second factor.
func (s *Service) Current(ctx context.Context, text string, now time.Time) (*newsletter.Session, error) {
	gone := newsletter.Errorf(newsletter.Forbidden, "session_gone", "you are not signed in any more: sign in again")
	if text == "" {
		return nil, gone
	}
	n, err := s.store.Session(ctx, hashOf("session", text))
	switch {
	case unknown(err):
		return nil, gone
	case err != nil:
		return nil, err
	case !n.Staff.Disabled.IsZero():
		return nil, gone
	case n.Factor == newsletter.FactorWaived && !s.waives.Load():
		return nil, gone
	case !n.ExpiresAt.After(now), !n.SeenAt.Add(s.config.Idle).After(now):
		return nil, newsletter.Errorf(newsletter.Expired, "session_over", "you were signed out, as that was long ago: sign in again")
	}
	if now.Sub(n.SeenAt.Time) >= seeEvery {
		if err := s.store.SeeSession(ctx, n.ID, now); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// Sessions returns the sessions of somebody that are not over, the latest first.
func (s *Service) Sessions(ctx context.Context, m *newsletter.Staff, now time.Time) ([]newsletter.Session, error) {
	all, err := s.store.Sessions(ctx, m.ID)
	var open []newsletter.Session
	for _, n := range all {
		if n.ExpiresAt.After(now) && n.SeenAt.Add(s.config.Idle).After(now) {
			open = append(open, n)
		}
	}
	return open, err
}

// EndSession signs out of one of somebody's own sessions.
func (s *Service) EndSession(ctx context.Context, m *newsletter.Staff, id newsletter.PublicID, now time.Time) error {
	return s.store.EndSession(ctx, m, id, now)
}

// EndOtherSessions signs out everywhere but here.
func (s *Service) EndOtherSessions(ctx context.Context, here *newsletter.Session, now time.Time) error {
	_, err := s.store.EndOtherSessions(ctx, here, now)
	return err
}
