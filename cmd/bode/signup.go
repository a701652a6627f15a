package main

import (
	"context"
	"fmt"

	"bode.example/cmd/bode/config"
	"bode.example/internal/newsletter"
	"bode.example/internal/signup"
	"bode.example/internal/store"
)

type signupCommand struct {
	Close  signupClose  `cmd:"" help:"Take the sign-up form away, from the next request on."`
	Open   signupOpen   `cmd:"" help:"Give the sign-up form back."`
	Status signupStatus `cmd:"" help:"Say whether people can sign up, and if not, why."`
}

type signupClose struct{}

func (signupClose) Help() string {
	return `The site says that sign-up is closed for the time being. All else goes on: digests, preferences, leaving, and links that were mailed before. Nothing is restarted.

Example:

    bode signup close`
}

func (signupClose) Run(ctx context.Context, p *program) error {
	return p.withDatabase(ctx, func(_ *config.Config, s *store.Store) error {
		changed, err := s.CloseSignup(ctx, p.operator(), p.now())
		return p.switched(err, changed, "The sign-up form is closed. Open it with: bode signup open", "The sign-up form was closed already.")
	})
}

type signupOpen struct{}

func (signupOpen) Help() string {
	return `Example:

    bode signup open`
}

func (signupOpen) Run(ctx context.Context, p *program) error {
	return p.withDatabase(ctx, func(_ *config.Config, s *store.Store) error {
		changed, err := s.OpenSignup(ctx, p.operator(), p.now())
		return p.switched(err, changed, "The sign-up form is open.", "The sign-up form was open already.")
	})
}

func (w *world) switched(err error, changed bool, did, was string) error {
	switch {
	case err != nil:
		return err
	case changed:
		fmt.Fprintln(w.out, did)
	default:
		fmt.Fprintln(w.out, was)
	}
	return nil
}

type signupStatus struct {
	JSON bool `help:"Print JSON."`
}

func (signupStatus) Help() string {
	return `Example:

    bode signup status --json`
}

// signupState says whether people can sign up.
type signupState struct {
	Open   bool            `json:"open"`
	Reason string          `json:"reason,omitempty"` // as newsletter.Terms has it
	Since  newsletter.Time `json:"closed_since,omitzero"`
}

func (cmd signupStatus) Run(ctx context.Context, p *program) error {
	return p.withDatabase(ctx, func(c *config.Config, s *store.Store) error {
		// The terms need no keys.
		terms, err := signup.New(s, nil, nil, nil, signupConfig(c), p.toolLog()).Terms(ctx, c.Language, p.now())
		if err != nil {
			return err
		}
		state := signupState{Open: terms.Closed == "", Reason: terms.Closed}
		if state.Since, err = s.SignupClosed(ctx); err != nil {
			return err
		}
		if cmd.JSON {
			return p.printJSON(state)
		}
		switch state.Reason {
		case "":
			fmt.Fprintln(p.out, "The sign-up form is open.")
		case "switch":
			fmt.Fprintf(p.out, "The sign-up form is closed since %s. Open it with: bode signup open\n", state.Since.In(c.Zone).Format("2006-01-02 15:04"))
		default:
			fmt.Fprintf(p.out, "The sign-up form is closed: the text %q is empty.\n", state.Reason)
		}
		return nil
	})
}
