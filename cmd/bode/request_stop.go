package main

import (
	"context"
	"fmt"

	"bode.example/cmd/bode/config"
	"bode.example/internal/datarequest"
	"bode.example/internal/store"
)

type requestStop struct {
	Address string `arg:"" help:"Address that is to get no more mail."`
	Why     string `required:"" placeholder:"WHY" help:"deceased or departed."`
	By      string `required:"" placeholder:"WAY" help:"How you heard of it: mail, letter, phone or visit."`
	From    string `help:"From whom; erased after thirty days."`
}

func (requestStop) Help() string {
	return `All mail stops at once and for good. Nobody has to prove anything, and nothing is mailed to the address. The register holds it as an objection that was carried out.

Example:

    bode request stop jan@example.nl --why deceased --by phone`
}

func (cmd requestStop) Run(ctx context.Context, p *program) error {
	return p.withRequests(ctx, func(c *config.Config, _ *store.Store, desk *datarequest.Service) error {
		r, err := desk.StopMail(ctx, datarequest.Stop{Address: cmd.Address, Why: cmd.Why, Channel: cmd.By, By: cmd.From, Language: c.Language}, p.operator(), p.now())
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "Request %s: all mail to this address has stopped.\n", r.Reference())
		return nil
	})
}
