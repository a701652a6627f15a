package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"bode.example/cmd/bode/config"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

type editionUncertain struct {
	ID   string `arg:"" help:"Id of the edition."`
	JSON bool   `help:"Print JSON."`
}

func (editionUncertain) Help() string {
	return `Lists the messages that were being handed over when a process died or a connection broke: nobody can know whether they arrived, but the mail server's log may, by the Message-ID. With delivery.uncertain = retry each is sent once more by itself, and listed here only when that ended in doubt again; with hold all are listed here.

Then release those that must go out once more, and drop those that arrived. That you looked is written to the audit log.

Example:

    bode edition uncertain dvqk3f7x2mzj9w4t8s6r5p2n3c`
}

// uncertainRow is a message of which nobody knows whether it arrived.
type uncertainRow struct {
	Address      newsletter.Address `json:"address"`
	MessageID    string             `json:"message_id"`
	Doubts       int                `json:"doubts"`
	HandedOverAt newsletter.Time    `json:"handed_over_at"`
}

func (cmd editionUncertain) Run(ctx context.Context, p *program) error {
	return p.withEdition(ctx, cmd.ID, func(c *config.Config, s *store.Store, e *newsletter.Edition) error {
		all, err := s.Uncertain(ctx, e.PublicID, p.operator(), p.now())
		if err != nil {
			return err
		}
		rows := make([]uncertainRow, len(all))
		cells := make([][]string, len(all))
		for i, u := range all {
			rows[i] = uncertainRow{u.To, u.MessageID(c.Sender.Address.Domain()), u.Doubts, u.HandedOverAt}
			cells[i] = []string{string(u.To), rows[i].MessageID, strconv.Itoa(u.Doubts), u.HandedOverAt.In(c.Zone).Format("2006-01-02 15:04:05")}
		}
		if cmd.JSON {
			return p.printJSON(rows)
		}
		return p.printTable([]string{"ADDRESS", "MESSAGE-ID", "DOUBTS", "HANDED OVER"}, cells)
	})
}

// theUncertain says about which messages of an edition somebody decides.
type theUncertain struct {
	ID        string   `arg:"" help:"Id of the edition."`
	Addresses []string `arg:"" optional:"" name:"address" help:"Addresses of those meant."`
	All       bool     `help:"All that are listed."`
}

type editionReleaseUncertain struct{ theUncertain }

func (editionReleaseUncertain) Help() string {
	return `Sends what bode edition uncertain lists once more, under the same Message-ID: who had it already gets it twice, and many mail programs show it once. An edition that was sent is being sent again meanwhile.

Example:

    bode edition release-uncertain dvqk3f7x2mzj9w4t8s6r5p2n3c jan@example.nl`
}

func (cmd editionReleaseUncertain) Run(ctx context.Context, p *program) error {
	return p.decide(ctx, &cmd.theUncertain, "released", func(s *store.Store) uncertainVerb { return s.ReleaseUncertain })
}

type editionDropUncertain struct{ theUncertain }

func (editionDropUncertain) Help() string {
	return `Sends what bode edition uncertain lists no more. It counts as received: its posts do not come with the next edition.

Example:

    bode edition drop-uncertain dvqk3f7x2mzj9w4t8s6r5p2n3c --all`
}

func (cmd editionDropUncertain) Run(ctx context.Context, p *program) error {
	return p.decide(ctx, &cmd.theUncertain, "dropped", func(s *store.Store) uncertainVerb { return s.DropUncertain })
}

// uncertainVerb is a method of the store that decides about uncertain deliveries.
type uncertainVerb func(context.Context, newsletter.PublicID, []int64, newsletter.Actor, time.Time) (int, error)

// decide does one thing to some uncertain messages of an edition and says to how many.
func (p *program) decide(ctx context.Context, which *theUncertain, done string, verb func(*store.Store) uncertainVerb) error {
	if which.All == (len(which.Addresses) > 0) {
		return newsletter.Errorf(newsletter.Invalid, "usage", "name addresses that bode edition uncertain lists, or say --all")
	}
	return p.withEdition(ctx, which.ID, func(_ *config.Config, s *store.Store, e *newsletter.Edition) error {
		var ids []int64
		if !which.All {
			all, err := s.Uncertain(ctx, e.PublicID, p.operator(), p.now())
			if err != nil {
				return err
			}
			if ids, err = among(all, which.Addresses); err != nil {
				return err
			}
		}
		n, err := verb(s)(ctx, e.PublicID, ids, p.operator(), p.now())
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "%s %s\n", done, count(n, "message"))
		return nil
	})
}

// among finds the deliveries to the addresses; each must be there.
func among(all []newsletter.Uncertain, addresses []string) ([]int64, error) {
	byKey := map[string]int64{}
	for _, u := range all {
		byKey[u.To.Key()] = u.ID
	}
	var ids []int64
	for _, typed := range addresses {
		address, err := newsletter.ParseAddress(typed)
		if err != nil {
			return nil, err
		}
		id, ok := byKey[address.Key()]
		if !ok {
			return nil, newsletter.Errorf(newsletter.NotFound, "not_found", "nothing of this edition to %s is uncertain", address)
		}
		ids = append(ids, id)
	}
	return ids, nil
}
