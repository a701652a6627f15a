package staff

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"bode.example/internal/newsletter"
)

// owner is one of the staff as the passkey library sees them.
type owner struct {
	*newsletter.Staff
	keys []webauthn.Credential
}

func (o *owner) WebAuthnID() []byte                         { return o.PublicID[:] }
func (o *owner) WebAuthnName() string                       { return o.Address.String() }
func (o *owner) WebAuthnDisplayName() string                { return o.Name }
func (o *owner) WebAuthnCredentials() []webauthn.Credential { return o.keys }

func ownerOf(m *newsletter.Staff, f *newsletter.Factors) (*owner, error) {
	o := &owner{Staff: m}
	for _, k := range f.Passkeys {
		var c webauthn.Credential
		if err := json.Unmarshal([]byte(k.Data), &c); err != nil {
			return nil, err
		}
		o.keys = append(o.keys, c)
	}
	return o, nil
}

// Passkeys reports whether passkeys can be had at this address.
func (s *Service) Passkeys() bool { return s.passkeys != nil }

func (s *Service) noPasskeys() error {
	return newsletter.Errorf(newsletter.Unavailable, "no_passkeys", "passkeys need https and a name for the site: use an authenticator app")
}

// BeginPasskey begins to add a passkey: what it returns goes to navigator.credentials.create.
func (s *Service) BeginPasskey(ctx context.Context, n *newsletter.Session) (*protocol.CredentialCreation, error) {
	if s.passkeys == nil {
		return nil, s.noPasskeys()
	}
	f, err := s.mayEnrol(ctx, n)
	if err != nil {
		return nil, err
	}
	o, err := ownerOf(&n.Staff, f)
	if err != nil {
		return nil, err
	}
	options, ceremony, err := s.passkeys.BeginRegistration(o,
		webauthn.WithExclusions(webauthn.Credentials(o.keys).CredentialDescriptors()),
		webauthn.WithResidentKeyRequirement(protocol.ResidentKeyRequirementPreferred))
	if err != nil {
		return nil, err
	}
	return options, s.carryCeremony(ctx, n, ceremony)
}

func (s *Service) carryCeremony(ctx context.Context, n *newsletter.Session, ceremony *webauthn.SessionData) error {
	c, err := s.carried(n)
	if err != nil {
		return err
	}
	c.Ceremony = ceremony
	return s.carry(ctx, n, c)
}

// EnrolPasskey adds the passkey with which the browser answered BeginPasskey. See enrol for what it returns.
func (s *Service) EnrolPasskey(ctx context.Context, n *newsletter.Session, answer []byte, name string, client newsletter.Client, now time.Time) (string, *newsletter.Session, error) {
	name, err := newsletter.ParseName(name)
	if err != nil {
		return "", nil, err
	}
	ceremony, err := s.ceremony(n)
	if err != nil {
		return "", nil, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return "", nil, s.strange(ctx, n, err)
	}
	credential, err := s.passkeys.CreateCredential(&owner{Staff: &n.Staff}, *ceremony, parsed)
	if err != nil {
		return "", nil, s.strange(ctx, n, err)
	}
	data, err := json.Marshal(credential)
	if err != nil {
		return "", nil, err
	}
	return s.enrol(ctx, n, newsletter.Enrolment{Passkey: &newsletter.Passkey{
		Credential: base64.RawURLEncoding.EncodeToString(credential.ID), Data: string(data), Name: name}}, client, now)
}

func (s *Service) ceremony(n *newsletter.Session) (*webauthn.SessionData, error) {
	if s.passkeys == nil {
		return nil, s.noPasskeys()
	}
	c, err := s.carried(n)
	if err == nil && c.Ceremony == nil {
		return nil, newsletter.Errorf(newsletter.Conflict, "enrol_again", "begin again: no passkey was asked for")
	}
	return c.Ceremony, err
}

// strange is what an answer of a browser gets that is none to our question. Why goes to the log only.
func (s *Service) strange(ctx context.Context, n *newsletter.Session, err error) error {
	s.log.WarnContext(ctx, "staff: the answer of a passkey was refused", "staff", n.StaffID, "error", err)
	return &newsletter.Error{Code: newsletter.Invalid, Reason: "passkey_refused", Field: "passkey", Message: "this passkey could not be used: try again, or use another factor"}
}

// AskPasskey begins to prove a passkey: what it returns goes to navigator.credentials.get.
func (s *Service) AskPasskey(ctx context.Context, half *newsletter.Session) (*protocol.CredentialAssertion, error) {
	if s.passkeys == nil {
		return nil, s.noPasskeys()
	}
	o, err := s.owner(ctx, half)
	if err != nil {
		return nil, err
	}
	if len(o.keys) == 0 {
		return nil, newsletter.Errorf(newsletter.NotFound, "no_passkey", "there is no passkey yet: use your authenticator app")
	}
	options, ceremony, err := s.passkeys.BeginLogin(o)
	if err != nil {
		return nil, err
	}
	return options, s.carryCeremony(ctx, half, ceremony)
}

func (s *Service) owner(ctx context.Context, n *newsletter.Session) (*owner, error) {
	f, err := s.store.Factors(ctx, n.StaffID)
	if err != nil {
		return nil, err
	}
	return ownerOf(&n.Staff, f)
}

// ProvePasskey makes half a session whole by the browser's answer to AskPasskey.
func (s *Service) ProvePasskey(ctx context.Context, half *newsletter.Session, answer []byte, client newsletter.Client, now time.Time) (string, *newsletter.Session, error) {
	ceremony, err := s.ceremony(half)
	if err != nil {
		return "", nil, err
	}
	o, err := s.owner(ctx, half)
	if err != nil {
		return "", nil, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return "", nil, s.refuseFactor(ctx, half, newsletter.FactorPasskey, s.strange(ctx, half, err), now)
	}
	credential, err := s.passkeys.ValidateLogin(o, *ceremony, parsed)
	if err != nil {
		return "", nil, s.refuseFactor(ctx, half, newsletter.FactorPasskey, s.strange(ctx, half, err), now)
	}
	if credential.Authenticator.CloneWarning { // its counter went back: there are two of it (WebAuthn, 6.1.1)
		return "", nil, s.refuseFactor(ctx, half, newsletter.FactorPasskey, s.strange(ctx, half, newsletter.Errorf(newsletter.Forbidden, "passkey_cloned", "its counter went back")), now)
	}
	data, err := json.Marshal(credential)
	if err != nil {
		return "", nil, err
	}
	return s.prove(ctx, half, newsletter.FactorProof{Factor: newsletter.FactorPasskey,
		Credential: base64.RawURLEncoding.EncodeToString(credential.ID), Data: string(data)}, client, now)
}
