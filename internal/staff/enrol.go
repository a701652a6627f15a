package staff

import (
	"context"
	"encoding/json"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"bode.example/internal/newsletter"
)

// carried is what one page hands to the next within a session, sealed in its row.
type carried struct {
	Authenticator string                `json:"authenticator,omitempty"` // address of a new authenticator, with its secret
	Ceremony      *webauthn.SessionData `json:"ceremony,omitempty"`      // a passkey's, that has begun
	Codes         []string              `json:"codes,omitempty"`         // recovery codes that were not written down yet
}

func carriedBy(n *newsletter.Session) string { return "session " + n.PublicID.String() }

func (s *Service) carried(n *newsletter.Session) (c carried, err error) {
	if n.Carried == "" {
		return c, nil
	}
	text, _, err := s.box.Open(carriedBy(n), n.Carried)
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal([]byte(text), &c)
}

func (s *Service) carry(ctx context.Context, n *newsletter.Session, c carried) error {
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return s.store.CarrySession(ctx, n.ID, s.box.Seal(carriedBy(n), string(text)))
}

// mayEnrol says whether a second factor may be added in this session: in a whole one always, in half a one
// only the first.
func (s *Service) mayEnrol(ctx context.Context, n *newsletter.Session) (*newsletter.Factors, error) {
	f, err := s.store.Factors(ctx, n.StaffID)
	if err == nil && !n.Whole() && f.Enrolled() {
		return nil, newsletter.Errorf(newsletter.Conflict, "factor_exists", "there is a second factor already: sign in with that one")
	}
	return f, err
}

// BeginAuthenticator draws the secret of a new authenticator, which counts once a code of it is typed.
func (s *Service) BeginAuthenticator(ctx context.Context, n *newsletter.Session) error {
	if _, err := s.mayEnrol(ctx, n); err != nil {
		return err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: s.config.Organisation, AccountName: n.Staff.Address.String()})
	if err != nil {
		return err
	}
	c, err := s.carried(n)
	if err != nil {
		return err
	}
	c.Authenticator = key.URL()
	return s.carry(ctx, n, c)
}

// NewAuthenticator returns the one that was begun, with its secret and its picture; nil: none was.
func (s *Service) NewAuthenticator(n *newsletter.Session) (*otp.Key, error) {
	c, err := s.carried(n)
	if err != nil || c.Authenticator == "" {
		return nil, err
	}
	return otp.NewKeyFromURL(c.Authenticator)
}

// EnrolAuthenticator adds the authenticator that was begun, by a code of it. See enrol for what it returns.
func (s *Service) EnrolAuthenticator(ctx context.Context, n *newsletter.Session, typed string, client newsletter.Client, now time.Time) (string, *newsletter.Session, error) {
	key, err := s.NewAuthenticator(n)
	if err != nil {
		return "", nil, err
	}
	if key == nil {
		return "", nil, newsletter.Errorf(newsletter.Conflict, "enrol_again", "begin again: there is no authenticator to add")
	}
	if err := s.store.CountAttempt(ctx, s.factorQuotas(&n.Staff, newsletter.FactorCode), now); err != nil {
		return "", nil, err
	}
	step := stepOf(key.Secret(), typed, 0, now)
	if step == 0 {
		return "", nil, refused("code")
	}
	return s.enrol(ctx, n, newsletter.Enrolment{Authenticator: &newsletter.Authenticator{
		Sealed: s.box.Seal(authenticatorOf(&n.Staff), key.Secret()), LastStep: step}}, client, now)
}

// enrol adds a second factor. Half a session becomes a whole one: its new token is returned with it. A whole
// one stays as it is, and the token is empty. With the first factor come recovery codes: see Codes.
func (s *Service) enrol(ctx context.Context, n *newsletter.Session, e newsletter.Enrolment, client newsletter.Client, now time.Time) (string, *newsletter.Session, error) {
	f, err := s.mayEnrol(ctx, n)
	if err != nil {
		return "", nil, err
	}
	if n.Whole() && !n.Fresh(now) {
		return "", nil, newsletter.Errorf(newsletter.Forbidden, "prove_again", "show once more that it is you, with your second factor")
	}
	var codes []string
	if !f.Enrolled() {
		codes, e.CodeHashes = newRecoveryCodes(&n.Staff)
	}
	text, hash, next := "", "", (*newsletter.Session)(nil)
	if !n.Whole() {
		text, hash = newToken()
		next = s.begin(client, now, s.config.Life)
	}
	if err := s.store.EnrolFactor(ctx, n, next, hash, e, now); err != nil {
		return "", nil, err
	}
	if next == nil {
		next = n
	}
	return text, next, s.carry(ctx, next, carried{Codes: codes})
}

// Codes returns the recovery codes that are to be written down, until Noted; none: there is nothing to note.
func (s *Service) Codes(n *newsletter.Session) ([]string, error) {
	c, err := s.carried(n)
	return c.Codes, err
}

// Noted forgets the codes: they are never shown again.
func (s *Service) Noted(ctx context.Context, n *newsletter.Session) error {
	return s.carry(ctx, n, carried{})
}

// RenewCodes puts new recovery codes in the place of the old.
func (s *Service) RenewCodes(ctx context.Context, n *newsletter.Session, now time.Time) error {
	codes, hashes := newRecoveryCodes(&n.Staff)
	if err := s.store.SaveRecoveryCodes(ctx, &n.Staff, hashes, now); err != nil {
		return err
	}
	return s.carry(ctx, n, carried{Codes: codes})
}

// RemoveAuthenticator takes the app away, unless it is the only second factor (Conflict).
func (s *Service) RemoveAuthenticator(ctx context.Context, m *newsletter.Staff, now time.Time) error {
	return s.store.RemoveAuthenticator(ctx, m, now)
}

// RemovePasskey takes a passkey away, unless it is the only second factor (Conflict).
func (s *Service) RemovePasskey(ctx context.Context, m *newsletter.Staff, id newsletter.PublicID, now time.Time) error {
	return s.store.RemovePasskey(ctx, m, id, now)
}
