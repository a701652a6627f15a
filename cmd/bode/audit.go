package main

import (
	"context"
	"fmt"

	"bode.example/cmd/bode/config"
	"bode.example/internal/store"
)

type auditCommand struct {
	Verify auditVerify `cmd:"" help:"Walk through the audit log and the ledger of consent."`
}

type auditVerify struct {
	JSON bool `help:"Print JSON."`
}

func (auditVerify) Help() string {
	return `Each entry carries a hash of the one before it: an entry that was altered, moved or taken away breaks the chain. Ends with 1 when one is broken.

Example:

    bode audit verify --json`
}

// chainReport is a chain and the first of its entries that is not as it was written, or 0.
type chainReport struct {
	Chain  string `json:"chain"`
	Broken int64  `json:"broken_at"`
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
		if cmd.JSON {
			err = p.printJSON(reports)
		} else {
			err = p.printChains(reports)
		}
		for _, r := range reports {
			if err == nil && r.Broken != 0 {
				err = fmt.Errorf("the chain %q is broken at entry %d: it was altered, moved or taken away", r.Chain, r.Broken)
			}
		}
		return err
	})
}

func (w *world) printChains(reports []chainReport) error {
	var rows [][]string
	for _, r := range reports {
		state := "whole"
		if r.Broken != 0 {
			state = fmt.Sprintf("broken at entry %d", r.Broken)
		}
		rows = append(rows, []string{r.Chain, state})
	}
	return w.printTable([]string{"CHAIN", "STATE"}, rows)
}
