package staff

import (
	"context"
	"slices"
	"time"

	"bode.example/internal/newsletter"
)

// Form is what an admin says of somebody.
type Form struct {
	Address  string // when they are invited
	Name     string
	Language newsletter.Language
	Roles    []newsletter.Role
	Lists    []int64 // of which they are an editor
}

func (f *Form) member() (*newsletter.Staff, error) {
	name, err := newsletter.ParseName(f.Name)
	if err != nil {
		return nil, err
	}
	if name == "" {
		return nil, invalid("staff_name", "name", "say what they are called")
	}
	if !f.Language.Valid() {
		return nil, invalid("staff_language", "language", "choose a language")
	}
	m := &newsletter.Staff{Name: name, Language: f.Language}
	for _, r := range newsletter.Roles() { // each once, in our order
		if slices.Contains(f.Roles, r) {
			m.Roles = append(m.Roles, r)
		}
	}
	if len(m.Roles) == 0 || slices.ContainsFunc(f.Roles, func(r newsletter.Role) bool { return !slices.Contains(newsletter.Roles(), r) }) {
		return nil, invalid("staff_roles", "roles", "choose at least one role: editor, officer, supervisor or admin")
	}
	if m.Has(newsletter.RoleEditor) {
		m.Lists = newsletter.NewIDs(f.Lists...)
	}
	return m, nil
}

func invalid(reason, field, message string) error {
	return &newsletter.Error{Code: newsletter.Invalid, Reason: reason, Field: field, Message: message}
}

// Invite takes somebody on and mails them a link, with which they sign in for the first time.
func (s *Service) Invite(ctx context.Context, form Form, by newsletter.Actor, now time.Time) (*newsletter.Staff, error) {
	m, err := form.member()
	if err != nil {
		return nil, err
	}
	if m.Address, err = newsletter.ParseAddress(form.Address); err != nil {
		return nil, err
	}
	return m, s.store.InviteStaff(ctx, m, by, now)
}

// InviteAgain mails a new invitation; the old one is over.
func (s *Service) InviteAgain(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error {
	_, err := s.store.IssueSignIn(ctx, id, newsletter.SignInInvitation, by, now)
	return err
}

// Change makes what somebody may do what the form says. The last admin stays one (Conflict).
func (s *Service) Change(ctx context.Context, id newsletter.PublicID, form Form, by newsletter.Actor, now time.Time) error {
	m, err := form.member()
	if err != nil {
		return err
	}
	m.PublicID = id
	return s.store.ChangeStaff(ctx, m, by, now)
}

// Disable keeps somebody out, at once. The last admin stays (Conflict).
func (s *Service) Disable(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error {
	return s.store.DisableStaff(ctx, id, by, now)
}

// Enable lets somebody in again.
func (s *Service) Enable(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error {
	return s.store.EnableStaff(ctx, id, by, now)
}

// Erase forgets somebody who is kept out (Conflict otherwise). The audit log keeps what they did, under their id.
func (s *Service) Erase(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error {
	return s.store.EraseStaff(ctx, id, by, now)
}

// Reset takes somebody's second factors away, and ends their sessions.
func (s *Service) Reset(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) error {
	return s.store.ResetFactors(ctx, id, by, now)
}

// SendTestMail mails somebody that mail arrives, at most ten times an hour.
func (s *Service) SendTestMail(ctx context.Context, m *newsletter.Staff, now time.Time) error {
	q := quotas{}
	q.add("test_mail", m.PublicID.String(), "limit_tests", newsletter.Limit{Most: 10, Per: time.Hour})
	return s.store.SendTestMail(ctx, m, q, now)
}

// Issue makes a link for one of the staff, to be handed over where it is asked for: the token of a link
// that works for newsletter.IssuedLife, in any browser, once.
func (s *Service) Issue(ctx context.Context, id newsletter.PublicID, by newsletter.Actor, now time.Time) (string, error) {
	l, err := s.store.IssueSignIn(ctx, id, newsletter.SignInIssued, by, now)
	if err != nil {
		return "", err
	}
	return s.Token(l), nil
}

// First makes the link with which the first admin is named, while nobody has ever signed in; with staff there
// it is empty.
func (s *Service) First(ctx context.Context, lang newsletter.Language, by newsletter.Actor, now time.Time) (string, error) {
	if staffed, err := s.store.Staffed(ctx); err != nil || staffed {
		return "", err
	}
	l, err := s.store.IssueFirst(ctx, lang, by, now)
	if newsletter.Is(err, newsletter.Conflict) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return s.Token(l), nil
}

// NameFirst says, by the link that First made, who is to be the first admin, and mails them a link and a code
// for this browser.
func (s *Service) NameFirst(ctx context.Context, text string, form newsletter.AccessForm, name, nonce string, now time.Time) error {
	l, err := s.Link(ctx, text, nonce, now)
	if err != nil {
		return err
	}
	if l.Kind != newsletter.SignInFirst || l.Address != "" {
		return newsletter.Errorf(newsletter.Forbidden, "token_purpose", "this link is for something else")
	}
	m, err := (&Form{Name: name, Language: form.Language, Roles: []newsletter.Role{newsletter.RoleAdmin}}).member()
	if err != nil {
		return err
	}
	address, err := newsletter.ParseAddress(form.Address)
	if err != nil {
		return err
	}
	return s.store.NameFirst(ctx, l.PublicID, &newsletter.SignIn{Address: address, Name: m.Name, Language: m.Language,
		NonceHash: hashOf("nonce", nonce), ExpiresAt: newsletter.At(now.Add(newsletter.SignInLife))},
		s.askQuotas(address, form.Client.Network), system, now)
}
