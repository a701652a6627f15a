package main

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"bode.example/cmd/bode/config"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

type deliveryCommand struct {
	List deliveryList `cmd:"" help:"List messages to persons, the newest first, and what the mail server said."`
}

type deliveryList struct {
	State     []string `placeholder:"STATE" help:"Such as pending, sent, failed or uncertain; may be repeated. All otherwise."`
	Edition   string   `placeholder:"ID" help:"Of this edition only."`
	Addresses bool     `help:"Also show to whom. That you looked is written to the audit log."`
	Limit     int      `default:"50" help:"At most so many."`
	JSON      bool     `help:"Print JSON."`
}

func (deliveryList) Help() string {
	return `Names nobody, unless you ask for it: ids (as in the log), domains, states, and the last answer of the mail server.

Example:

    bode delivery list --state failed
    bode delivery list --edition dvqk3f7x2mzj9w4t8s6r5p2n3c --addresses --json`
}

// deliveryStates are those that a delivery may have.
var deliveryStates = []newsletter.DeliveryState{newsletter.DeliveryPending, newsletter.DeliveryHandingOver,
	newsletter.DeliverySent, newsletter.DeliveryFailed, newsletter.DeliveryExpired, newsletter.DeliverySuppressed,
	newsletter.DeliveryUncertain, newsletter.DeliveryCancelled}

func (cmd deliveryList) query() (q newsletter.DeliveryQuery, err error) {
	q = newsletter.DeliveryQuery{Limit: cmd.Limit, Addresses: cmd.Addresses}
	if cmd.Limit < 1 {
		return q, newsletter.Errorf(newsletter.Invalid, "usage", "--limit must be at least 1")
	}
	for _, s := range cmd.State {
		state := newsletter.DeliveryState(s)
		if !slices.Contains(deliveryStates, state) {
			names := make([]string, len(deliveryStates))
			for i, one := range deliveryStates {
				names[i] = string(one)
			}
			return q, newsletter.Errorf(newsletter.Invalid, "usage", "--state %s is not possible; choose %s", s, strings.Join(names, ", "))
		}
		q.States = append(q.States, state)
	}
	if cmd.Edition != "" {
		q.Edition, err = newsletter.ParsePublicID(cmd.Edition)
	}
	return q, err
}

func (cmd deliveryList) Run(ctx context.Context, p *program) error {
	q, err := cmd.query()
	if err != nil {
		return err
	}
	return p.withDatabase(ctx, func(c *config.Config, s *store.Store) error {
		all, err := s.Deliveries(ctx, q, p.operator(), p.now())
		if err != nil {
			return err
		}
		if cmd.JSON {
			return p.printJSON(append([]newsletter.Mailing{}, all...))
		}
		return cmd.print(p, c, all)
	})
}

func (cmd deliveryList) print(p *program, c *config.Config, all []newsletter.Mailing) error {
	head, rows := []string{"ID", "MADE", "KIND", "EDITION", "DOMAIN", "STATE", "ATTEMPTS", "REPLY"}, make([][]string, len(all))
	for i, d := range all {
		rows[i] = []string{strconv.FormatInt(d.ID, 10), minute(d.CreatedAt, c), string(d.Kind), d.Edition, d.Domain, string(d.State),
			strconv.Itoa(d.Attempts), d.Reply}
		if cmd.Addresses {
			rows[i] = append(rows[i], d.To.String())
		}
	}
	if cmd.Addresses {
		head = append(head, "ADDRESS")
	}
	return p.printTable(head, rows)
}
