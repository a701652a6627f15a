package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"bode.example/cmd/bode/config"
	"bode.example/internal/newsletter"
	"bode.example/internal/staff"
	"bode.example/internal/store"
)

type staffCommand struct {
	List    staffList    `cmd:"" help:"List who may use the desks."`
	Invite  staffInvite  `cmd:"" help:"Take somebody on, and mail them a link to sign in for the first time."`
	Link    staffLink    `cmd:"" help:"Print a link with which somebody signs in: when their mail doesn't work."`
	Role    staffRole    `cmd:"" help:"Say what somebody may do."`
	Reset   staffReset   `cmd:"" help:"Erase somebody's second factor, when they lost it."`
	Disable staffDisable `cmd:"" help:"Keep somebody out, at once."`
	Enable  staffEnable  `cmd:"" help:"Let somebody in again."`
	Erase   staffErase   `cmd:"" help:"Forget somebody who has left; the audit log keeps what they did, without their name."`
}

type staffList struct {
	JSON bool `help:"Print JSON."`
}

func (staffList) Help() string {
	return `The list holds their addresses: mind where it goes.

Example:

    bode staff list`
}

// staffLine is one of the staff, for programs.
type staffLine struct {
	Address  newsletter.Address  `json:"address"`
	Name     string              `json:"name"`
	Language newsletter.Language `json:"language"`
	Roles    []newsletter.Role   `json:"roles"`
	Lists    []string            `json:"lists"`
	Created  newsletter.Time     `json:"created_at"`
	SignedIn newsletter.Time     `json:"signed_in_at,omitzero"`
	Disabled newsletter.Time     `json:"disabled_at,omitzero"`
}

func (cmd staffList) Run(ctx context.Context, p *program) error {
	return p.withDatabase(ctx, func(c *config.Config, s *store.Store) error {
		all, err := s.AllStaff(ctx)
		if err != nil {
			return err
		}
		lists, err := s.Lists(ctx)
		if err != nil {
			return err
		}
		lines, rows := []staffLine{}, [][]string(nil)
		for _, m := range all {
			line := staffLine{m.Address, m.Name, m.Language, m.Roles, []string{}, m.Created, m.SignedIn, m.Disabled}
			for _, l := range lists {
				if slices.Contains(m.Lists, l.ID) {
					line.Lists = append(line.Lists, l.Name)
				}
			}
			lines = append(lines, line)
			state := "invited"
			switch {
			case !m.Disabled.IsZero():
				state = "disabled"
			case !m.SignedIn.IsZero():
				state = m.SignedIn.In(c.Zone).Format("2006-01-02 15:04")
			}
			rows = append(rows, []string{m.Address.String(), m.Name, joined(m.Roles), strings.Join(line.Lists, ","), state})
		}
		if cmd.JSON {
			return p.printJSON(lines)
		}
		return p.printTable([]string{"ADDRESS", "NAME", "ROLES", "LISTS", "SIGNED IN"}, rows)
	})
}

func joined(roles []newsletter.Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	return strings.Join(words, ",")
}

type staffInvite struct {
	Address  string   `arg:"" help:"Mail address; one of their own, not a group's."`
	Name     string   `required:"" help:"What they are called."`
	Role     []string `required:"" help:"editor, officer, supervisor or admin; may be repeated."`
	List     []string `help:"For an editor: a list that they work for, by its name; may be repeated."`
	Language string   `placeholder:"LANG" help:"nl or en; otherwise the installation's."`
}

func (staffInvite) Help() string {
	return `The link works for seven days, once. With it they sign in and set up a second factor.

Example:

    bode staff invite anna@example.nl --name "Anna de Vries" --role editor --list nieuws`
}

func (cmd staffInvite) Run(ctx context.Context, p *program) error {
	return p.withStaff(ctx, func(c *config.Config, s *store.Store, people *staff.Service) error {
		form, err := staffForm(ctx, s, cmd.Role, cmd.List)
		if err != nil {
			return err
		}
		form.Address, form.Name, form.Language = cmd.Address, cmd.Name, newsletter.Language(cmd.Language)
		if form.Language == "" {
			form.Language = c.Language
		}
		m, err := people.Invite(ctx, form, p.operator(), p.now())
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "%s is invited as %s; the mail leaves when bode serve or bode worker runs.\n", m.Address, joined(m.Roles))
		return nil
	})
}

// staffForm reads roles and the names of lists.
func staffForm(ctx context.Context, s *store.Store, roles, lists []string) (form staff.Form, err error) {
	for _, r := range roles {
		form.Roles = append(form.Roles, newsletter.Role(r))
	}
	for _, name := range lists {
		l, err := s.ListByName(ctx, name)
		if err != nil {
			return form, err
		}
		form.Lists = append(form.Lists, l.ID)
	}
	return form, nil
}

// withStaff runs what a command does with the rules of staff.
func (p *program) withStaff(ctx context.Context, do func(*config.Config, *store.Store, *staff.Service) error) error {
	return p.withDatabase(ctx, func(c *config.Config, s *store.Store) error {
		if c.PublicURL == nil || c.PublicURL.Host == "" {
			return &configError{newsletter.Errorf(newsletter.Invalid, "public_url", "public_url is missing: links begin with it; set it in the configuration, or with --set public_url=https://…")}
		}
		people, err := newStaff(c, s, p.toolLog())
		if err != nil {
			return err
		}
		return do(c, s, people)
	})
}

// withMember runs what a command does with the one of the staff who has an address.
func (p *program) withMember(ctx context.Context, typed string, do func(*config.Config, *store.Store, *staff.Service, *newsletter.Staff) error) error {
	address, err := newsletter.ParseAddress(typed)
	if err != nil {
		return err
	}
	return p.withStaff(ctx, func(c *config.Config, s *store.Store, people *staff.Service) error {
		m, err := s.StaffByAddress(ctx, address)
		if newsletter.Is(err, newsletter.NotFound) {
			return newsletter.Errorf(newsletter.NotFound, "no_staff", "%s is not on the staff: see bode staff list, or take them on by bode staff invite", address)
		}
		if err != nil {
			return err
		}
		return do(c, s, people, m)
	})
}

type staffLink struct {
	Address string `arg:"" help:"Mail address of somebody on the staff."`
}

func (staffLink) Help() string {
	return `Whoever opens the link and presses its button signs in as them, but for the second factor; it works for an hour, once. Hand it over in person or over the phone. That you made it is written to the audit log.

Example:

    bode staff link anna@example.nl`
}

func (cmd staffLink) Run(ctx context.Context, p *program) error {
	return p.withMember(ctx, cmd.Address, func(c *config.Config, _ *store.Store, people *staff.Service, m *newsletter.Staff) error {
		link, err := people.Issue(ctx, m.PublicID, p.operator(), p.now())
		if err != nil {
			return err
		}
		fmt.Fprintln(p.out, signInURL(c, link))
		return nil
	})
}

type staffRole struct {
	Address string   `arg:"" help:"Mail address of somebody on the staff."`
	Role    []string `required:"" help:"editor, officer, supervisor or admin; may be repeated. They replace the ones of before."`
	List    []string `help:"For an editor: a list that they work for, by its name; may be repeated."`
}

func (staffRole) Help() string {
	return `What is taken away is gone at their next page. The last admin stays one.

Example:

    bode staff role anna@example.nl --role editor --role officer --list nieuws`
}

func (cmd staffRole) Run(ctx context.Context, p *program) error {
	return p.withMember(ctx, cmd.Address, func(_ *config.Config, s *store.Store, people *staff.Service, m *newsletter.Staff) error {
		form, err := staffForm(ctx, s, cmd.Role, cmd.List)
		if err != nil {
			return err
		}
		form.Name, form.Language = m.Name, m.Language
		if err := people.Change(ctx, m.PublicID, form, p.operator(), p.now()); err != nil {
			return err
		}
		fmt.Fprintf(p.out, "%s is %s now.\n", m.Address, strings.Join(cmd.Role, ", "))
		return nil
	})
}

type staffReset struct {
	Address string `arg:"" help:"Mail address of somebody on the staff."`
}

func (staffReset) Help() string {
	return `Their passkeys, authenticator and recovery codes are erased, and they are signed out everywhere. When they sign in again they set up a new second factor. Be certain that it is they who ask.

Example:

    bode staff reset anna@example.nl`
}

func (cmd staffReset) Run(ctx context.Context, p *program) error {
	return p.withMember(ctx, cmd.Address, func(_ *config.Config, _ *store.Store, people *staff.Service, m *newsletter.Staff) error {
		if err := people.Reset(ctx, m.PublicID, p.operator(), p.now()); err != nil {
			return err
		}
		fmt.Fprintf(p.out, "%s sets up a new second factor at the next sign-in.\n", m.Address)
		return nil
	})
}

type staffDisable struct {
	Address string `arg:"" help:"Mail address of somebody on the staff."`
}

func (staffDisable) Help() string {
	return `They are signed out everywhere at once, and links they have open nothing. What they did stays in the audit log. The last admin stays.

Example:

    bode staff disable anna@example.nl`
}

func (cmd staffDisable) Run(ctx context.Context, p *program) error {
	return p.withMember(ctx, cmd.Address, func(_ *config.Config, _ *store.Store, people *staff.Service, m *newsletter.Staff) error {
		if err := people.Disable(ctx, m.PublicID, p.operator(), p.now()); err != nil {
			return err
		}
		fmt.Fprintf(p.out, "%s is kept out. Let them in again by: bode staff enable %s\n", m.Address, m.Address)
		return nil
	})
}

type staffErase struct {
	Address string `arg:"" help:"Mail address of somebody who is kept out."`
}

func (staffErase) Help() string {
	return `Name, address, second factors and sessions go, and can't be brought back. Only who is kept out can be erased: bode staff disable comes first. The audit log keeps what they did under an id, and which roles they had.

Example:

    bode staff erase anna@example.nl`
}

func (cmd staffErase) Run(ctx context.Context, p *program) error {
	return p.withMember(ctx, cmd.Address, func(_ *config.Config, s *store.Store, people *staff.Service, m *newsletter.Staff) error {
		if err := people.Erase(ctx, m.PublicID, p.operator(), p.now()); err != nil {
			return err
		}
		fmt.Fprintf(p.out, "Erased. In the audit log they are %s.\n", m.PublicID)
		return s.TruncateLog(ctx)
	})
}

type staffEnable struct {
	Address string `arg:"" help:"Mail address of somebody on the staff."`
}

func (staffEnable) Help() string {
	return `Example:

    bode staff enable anna@example.nl`
}

func (cmd staffEnable) Run(ctx context.Context, p *program) error {
	return p.withMember(ctx, cmd.Address, func(_ *config.Config, _ *store.Store, people *staff.Service, m *newsletter.Staff) error {
		if err := people.Enable(ctx, m.PublicID, p.operator(), p.now()); err != nil {
			return err
		}
		fmt.Fprintf(p.out, "%s may sign in again.\n", m.Address)
		return nil
	})
}
