package main

import (
	"context"
	"fmt"
	"time"

	"bode.example/cmd/bode/config"
	"bode.example/internal/digest"
	"bode.example/internal/store"
)

type clockCommand struct {
	Accept clockAccept `cmd:"" help:"Take the machine's time for right, though the database has seen a later one."`
}

type clockAccept struct {
	Yes bool `short:"y" help:"Do not ask."`
}

func (clockAccept) Help() string {
	return `A clock that runs an hour or more behind what the database has seen makes no editions: one of the two was wrong. When it was the earlier time, put the clock right and run this: every schedule goes on with its next slot from now on. A slot that has an edition keeps it.

Example:

    bode clock accept`
}

func (cmd clockAccept) Run(ctx context.Context, p *program) error {
	return p.withDatabase(ctx, func(c *config.Config, s *store.Store) error {
		now := p.now()
		if !cmd.Yes {
			if err := p.confirm("Is it " + now.In(c.Zone).Format(time.RFC1123Z) + " now?"); err != nil {
				return err
			}
		}
		if err := digest.AcceptClock(ctx, s, p.operator(), now); err != nil {
			return err
		}
		fmt.Fprintln(p.out, "The clock is accepted.")
		return nil
	})
}
