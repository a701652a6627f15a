package main

import (
	"context"
	"fmt"

	"bode.example/cmd/bode/config"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

type editionResend struct {
	ID        string   `arg:"" help:"Id of the edition."`
	Addresses []string `arg:"" optional:"" name:"address" help:"Addresses of those meant."`
	All       bool     `help:"All to whom it failed."`
}

func (editionResend) Help() string {
	return `Sends once more what a mail server refused for good, under the same Message-ID: to who is still the same reader of the list and may be mailed. What had expired comes with a later edition. An edition that was sent is being sent again meanwhile; of one that was cancelled or corrected nothing is.

Find out first why it failed (bode delivery list --state failed): who says no twice may take us for a spammer.

Example:

    bode edition resend dvqk3f7x2mzj9w4t8s6r5p2n3c --all`
}

func (cmd editionResend) Run(ctx context.Context, p *program) error {
	if cmd.All == (len(cmd.Addresses) > 0) {
		return newsletter.Errorf(newsletter.Invalid, "usage", "name addresses to which the edition failed, or say --all")
	}
	return p.withEdition(ctx, cmd.ID, func(_ *config.Config, s *store.Store, e *newsletter.Edition) error {
		var ids []int64
		for _, typed := range cmd.Addresses {
			id, err := p.failedTo(ctx, s, e, typed)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		n, err := s.ResendFailed(ctx, e.PublicID, ids, p.operator(), p.now())
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "sent again: %s\n", count(n, "message"))
		return nil
	})
}

// failedTo finds the delivery of an edition that failed to an address. It is a look at a person.
func (p *program) failedTo(ctx context.Context, s *store.Store, e *newsletter.Edition, typed string) (int64, error) {
	address, err := newsletter.ParseAddress(typed)
	if err != nil {
		return 0, err
	}
	found, err := s.Recipients(ctx, newsletter.RecipientQuery{Edition: e.PublicID, Address: address}, p.operator(), p.now())
	if err != nil {
		return 0, err
	}
	for i := range found {
		if found[i].State == newsletter.DeliveryFailed {
			return found[i].ID, nil
		}
	}
	return 0, newsletter.Errorf(newsletter.NotFound, "not_found", "nothing of this edition to %s failed", address)
}
