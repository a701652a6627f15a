package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"bode.example/cmd/bode/config"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

// anchorBatch is how many anchors are written to the file at a time.
const anchorBatch = 100

// anchorer drops the day's anchor, if no process has, and adds to the file what isn't in it yet.
func anchorer(c *config.Config, s *store.Store) func(context.Context, time.Time) error {
	return func(ctx context.Context, now time.Time) error {
		if _, err := s.DropAnchor(ctx, newsletter.DayOf(now, c.Zone), c.Audit.AnchorMail, c.Language, now); err != nil {
			return err
		}
		if c.Audit.AnchorFile == "" {
			return nil
		}
		for {
			ids, anchors, err := s.Anchors(ctx, true, anchorBatch)
			if err != nil || len(ids) == 0 {
				return err
			}
			if err := appendAnchors(c.Audit.AnchorFile, anchors); err != nil {
				return fmt.Errorf("audit.anchor_file: %w", err)
			}
			if err := s.AnchorsWritten(ctx, ids, now); err != nil {
				return err
			}
		}
	}
}

// appendAnchors adds lines and sees that they are on the disk. Lines that are there twice, because the program was killed before
// it marked them, harm nobody.
func appendAnchors(path string, anchors []newsletter.Anchor) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600) //nolint:gosec // the operator names it
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	for _, a := range anchors {
		if _, err := fmt.Fprintln(f, a); err != nil {
			return err
		}
	}
	return f.Sync()
}

// daily does several things once a day; one that fails holds up no other.
func daily(all ...func(context.Context, time.Time) error) func(context.Context, time.Time) error {
	return func(ctx context.Context, now time.Time) (err error) {
		for _, do := range all {
			err = errors.Join(err, do(ctx, now))
		}
		return err
	}
}

type auditAnchor struct {
	JSON bool `help:"Print JSON."`
}

func (auditAnchor) Help() string {
	return `One line with the number and the hash of the last entry of each chain. Keep it where nobody who can write to the database can write. The service does so every day with audit.anchor_file and audit.anchor_mail.

Example:

    bode audit anchor >> /mnt/elsewhere/bode.anchors`
}

func (cmd auditAnchor) Run(ctx context.Context, p *program) error {
	return p.withDatabase(ctx, func(_ *config.Config, s *store.Store) error {
		a, err := s.Heads(ctx, p.now())
		if err != nil {
			return err
		}
		if cmd.JSON {
			return p.printJSON(a)
		}
		fmt.Fprintln(p.out, a)
		return nil
	})
}

// anchored compares the chains with all anchors of a file, and returns the oldest that doesn't hold for each chain.
func anchored(ctx context.Context, s *store.Store, path string) (checked int, audit, consent *newsletter.Anchor, err error) {
	text, err := os.ReadFile(path) //nolint:gosec // the operator names it
	if err != nil {
		return 0, nil, nil, newsletter.Errorf(newsletter.NotFound, "usage", "the anchors can't be read: %w", err)
	}
	anchors, err := newsletter.ParseAnchors(string(text))
	if err != nil {
		return 0, nil, nil, err
	}
	for i := range anchors {
		a := &anchors[i]
		auditHolds, consentHolds, err := s.Holds(ctx, *a)
		if err != nil {
			return 0, nil, nil, err
		}
		if !auditHolds && (audit == nil || a.At.Before(audit.At.Time)) {
			audit = a
		}
		if !consentHolds && (consent == nil || a.At.Before(consent.At.Time)) {
			consent = a
		}
	}
	return len(anchors), audit, consent, nil
}
