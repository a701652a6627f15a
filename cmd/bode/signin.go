package main

import (
	"context"
	"fmt"
	"log/slog"

	"bode.example/cmd/bode/config"
	"bode.example/internal/newsletter"
	"bode.example/internal/staff"
	"bode.example/internal/store"
	"bode.example/internal/token"
	deskstaff "bode.example/internal/web/staff"
)

// newStaff makes the rules of staff. The second factor is waived by no configuration: see demoLink.
func newStaff(c *config.Config, s *store.Store, log *slog.Logger) (*staff.Service, error) {
	links, err := links(c)
	if err != nil {
		return nil, err
	}
	current, old, err := c.Tokens.Read()
	if err != nil {
		return nil, &configError{err}
	}
	box, err := token.NewBox(current, old...)
	if err != nil {
		return nil, err
	}
	counting, err := hashes(c, token.Limit)
	if err != nil {
		return nil, err
	}
	return staff.New(s, links, box, counting, staff.Config{URL: c.PublicURL, Organisation: c.Organisation.Name,
		Life: c.Desk.SessionLife, Idle: c.Desk.SessionIdle}, log)
}

// signInURL is the address of a link to the desks.
func signInURL(c *config.Config, link string) string { return site(c) + deskstaff.LinkPath + link }

// firstSteps prints the link with which the first admin is named, while there is no staff. It goes to who
// started the service and to no log: whoever has it becomes the admin.
func (p *program) firstSteps(ctx context.Context, s *service) error {
	link, err := s.staff.First(ctx, s.config.Language, newsletter.System("start"), p.now())
	if err != nil || link == "" {
		return err
	}
	fmt.Fprintf(p.out, "Nobody may use the desks yet. Open this link within an hour, once, to become the first admin:\n\n    %s\n\n", site(s.config)+deskstaff.FirstPath+link)
	return nil
}

// demoLink takes somebody on in the demonstration and returns the address of a one-time link that signs
// them in, without a second factor: nobody is to be protected there. From then on the service in this
// process waives it; no other does, whatever its database or configuration says.
func (s *service) demoLink(ctx context.Context, form staff.Form) (string, error) {
	s.staff.Waive()
	m, err := s.staff.Invite(ctx, form, demoActor, s.now())
	if err != nil {
		return "", err
	}
	link, err := s.staff.Issue(ctx, m.PublicID, demoActor, s.now())
	if err != nil {
		return "", err
	}
	return signInURL(s.config, link), nil
}
