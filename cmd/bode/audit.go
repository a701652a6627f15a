package main

import (
	"context"
	"fmt"
	"time"

	"bode.example/cmd/bode/config"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

type auditCommand struct {
	Verify auditVerify `cmd:"" help:"Walk through the audit log and the ledger of consent."`
	Anchor auditAnchor `cmd:"" help:"Print how both end now, to be kept elsewhere."`
}

type auditVerify struct {
	Anchor string `placeholder:"FILE" help:"Compare with the anchors in this file too: audit.anchor_file, or a mail that was saved."`
	JSON   bool   `help:"Print JSON."`
}

func (auditVerify) Help() string {
	return `Each entry carries a hash of the one before it: an entry that was altered, moved or taken away breaks the chain. Who can write to the database can make all hashes anew, though: an anchor that was kept elsewhere gives that away. Ends with 1 when a chain is broken, or an anchor doesn't hold.

Example:

    bode audit verify --anchor /mnt/elsewhere/bode.anchors`
}

// chainReport is a chain and the first of its entries that is not as it was written, or 0.
type chainReport struct {
	Chain  string `json:"chain"`
	Broken int64  `json:"broken_at"`
	// Anchors is how many were compared, and Rewritten the oldest that doesn't hold.
	Anchors   int                `json:"anchors,omitempty"`
	Rewritten *newsletter.Anchor `json:"rewritten_before,omitempty"`
}

func (cmd auditVerify) Run(ctx context.Context, p *program) error {
	return p.withDatabase(ctx, func(_ *config.Config, s *store.Store) error {
		reports := []chainReport{{Chain: "audit"}, {Chain: "consent"}}
		var err error
		if reports[0].Broken, err = s.VerifyAudit(ctx); err != nil {
			return err
		}
		if reports[1].Broken, err = s.VerifyConsent(ctx); err != nil {
			return err
		}
		if cmd.Anchor != "" {
			if reports[0].Anchors, reports[0].Rewritten, reports[1].Rewritten, err = anchored(ctx, s, cmd.Anchor); err != nil {
				return err
			}
			reports[1].Anchors = reports[0].Anchors
		}
		if cmd.JSON {
			err = p.printJSON(reports)
		} else {
			err = p.printChains(reports)
		}
		for _, r := range reports {
			if err == nil && r.Broken != 0 {
				err = fmt.Errorf("the chain %q is broken at entry %d: it was altered, moved or taken away", r.Chain, r.Broken)
			}
			if err == nil && r.Rewritten != nil {
				err = fmt.Errorf("the chain %q was written anew: it no longer ends up as the anchor of %s says", r.Chain, r.Rewritten.At.Format(time.RFC3339))
			}
		}
		return err
	})
}

func (w *world) printChains(reports []chainReport) error {
	var rows [][]string
	for _, r := range reports {
		state := "whole"
		switch {
		case r.Broken != 0:
			state = fmt.Sprintf("broken at entry %d", r.Broken)
		case r.Rewritten != nil:
			state = "written anew before " + r.Rewritten.At.Format(time.RFC3339)
		case r.Anchors > 0:
			state = "whole, and as at " + count(r.Anchors, "anchor")
		}
		rows = append(rows, []string{r.Chain, state})
	}
	return w.printTable([]string{"CHAIN", "STATE"}, rows)
}
