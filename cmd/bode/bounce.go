package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"bode.example/cmd/bode/config"
	"bode.example/internal/bounce"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/token"
)

type bounceCommand struct {
	Parse     bounceParse     `cmd:"" help:"Say what a message is: a bounce, a complaint, a note of absence …"`
	List      bounceList      `cmd:"" help:"List reports and what they did, the newest first."`
	Show      bounceShow      `cmd:"" help:"Show a report as it came."`
	Proposals bounceProposals `cmd:"" help:"List letters that only ask to leave, and wait for a decision."`
	Accept    bounceAccept    `cmd:"" help:"Let somebody leave as their letter asks."`
	Dismiss   bounceDismiss   `cmd:"" help:"Let such a letter be."`
	Lift      bounceLift      `cmd:"" help:"Mail an address again whose mail came back, now that it works."`
}

type bounceParse struct{}

func (bounceParse) Help() string {
	return `Reads a message from standard input and prints JSON: recipient, class (hard, soft, complaint, autoreply, unsubscribe or unknown), whether it is about us and not about the recipient (policy), status, diagnostic, and how it was recognised. It needs neither a configuration nor a database, and changes nothing.

Example:

    bode bounce parse < message.eml`
}

func (bounceParse) Run(p *program) error {
	raw, err := io.ReadAll(p.in)
	if err != nil {
		return fmt.Errorf("the message can't be read: %w", err)
	}
	if len(raw) == 0 {
		return newsletter.Errorf(newsletter.Invalid, "bounce_empty", "there is no message on standard input: use bode bounce parse < FILE")
	}
	return p.printJSON(bounce.Parse(raw))
}

type bounceList struct {
	Class  string `enum:"hard,soft,complaint,unknown,all" default:"all" help:"hard, soft, complaint, unknown or all."`
	Effect string `enum:"none,counted,suppressed,all" default:"all" help:"none, counted, suppressed or all."`
	Limit  int    `default:"50" help:"At most this many."`
	JSON   bool   `help:"Print JSON."`
}

func (bounceList) Help() string {
	return `The list holds no address; bode bounce show does.

Example:

    bode bounce list --class soft --limit 20`
}

func (cmd bounceList) Run(ctx context.Context, p *program) error {
	if cmd.Limit < 1 {
		return newsletter.Errorf(newsletter.Invalid, "limit", "--limit %d: at least one", cmd.Limit)
	}
	return p.withDatabase(ctx, func(c *config.Config, s *store.Store) error {
		filter := newsletter.BounceFilter{Limit: cmd.Limit}
		if cmd.Class != "all" {
			filter.Class = newsletter.BounceClass(cmd.Class)
		}
		if cmd.Effect != "all" {
			filter.Effect = newsletter.BounceEffect(cmd.Effect)
		}
		all, err := s.Bounces(ctx, filter)
		if err != nil {
			return err
		}
		if cmd.JSON {
			if all == nil {
				all = []newsletter.Bounce{}
			}
			return p.printJSON(all)
		}
		var rows [][]string
		for _, b := range all {
			rows = append(rows, []string{b.PublicID.String(), b.ReceivedAt.In(c.Zone).Format("2006-01-02 15:04"), string(b.Way), bounceClass(&b), b.Status,
				string(b.Effect), b.Reason, b.Recognised})
		}
		return p.printTable([]string{"REPORT", "CAME", "BY", "CLASS", "STATUS", "EFFECT", "WHY NOT", "RECOGNISED"}, rows)
	})
}

// bounceClass is the class in a table: a failure that is about us is told apart.
func bounceClass(b *newsletter.Bounce) string {
	if b.Policy {
		return string(b.Class) + ", ours"
	}
	return string(b.Class)
}

type bounceShow struct {
	ID   string `arg:"" help:"Report, as bode bounce list names it."`
	JSON bool   `help:"Print JSON, with the raw report as a text."`
}

func (bounceShow) Help() string {
	return `Prints what is known of a report and, as long as it is kept (retention.raw_reports), the message itself. It holds an address: that you looked is written to the audit log.

Example:

    bode bounce show h7x2kq4m9p3c5v8b6n2r4t7w9z`
}

func (cmd bounceShow) Run(ctx context.Context, p *program) error {
	id, err := newsletter.ParsePublicID(cmd.ID)
	if err != nil {
		return err
	}
	return p.withDatabase(ctx, func(c *config.Config, s *store.Store) error {
		b, err := s.Bounce(ctx, id, p.operator(), p.now())
		if err != nil {
			return err
		}
		if cmd.JSON {
			return p.printJSON(struct {
				*newsletter.Bounce
				Raw string `json:"raw"`
			}{b, string(b.Raw)})
		}
		if err := p.printTable([]string{"CAME", "BY", "CLASS", "STATUS", "EFFECT", "WHY NOT", "RECOGNISED", "DELIVERY"}, [][]string{{
			b.ReceivedAt.In(c.Zone).Format("2006-01-02 15:04"), string(b.Way), bounceClass(b), b.Status, string(b.Effect), b.Reason, b.Recognised, fmt.Sprint(b.DeliveryID)}}); err != nil {
			return err
		}
		if b.Diagnostic != "" {
			fmt.Fprintf(p.out, "\n%s\n", plainCell(b.Diagnostic))
		}
		if b.Raw == nil {
			fmt.Fprintln(p.out, "\nThe report itself is not kept, or not any more.")
			return nil
		}
		fmt.Fprintf(p.out, "\n%s\n", plainText(b.Raw))
		return nil
	})
}

// plainText shows what a stranger wrote without letting it speak to the terminal.
func plainText(raw []byte) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r':
			return -1
		case r < ' ' || r >= 0x7f && r < 0xa0:
			return '·'
		}
		return r
	}, strings.TrimRight(string(raw), "\r\n"))
}

type bounceProposals struct {
	JSON bool `help:"Print JSON."`
}

func (bounceProposals) Help() string {
	return `A letter that says nothing but "afmelden" or "stop" and bears no token is not carried out by itself: anybody may have written its sender. They hold addresses: that you looked is written to the audit log.

Example:

    bode bounce proposals`
}

func (cmd bounceProposals) Run(ctx context.Context, p *program) error {
	return p.withDatabase(ctx, func(c *config.Config, s *store.Store) error {
		all, err := s.LeaveProposals(ctx, nil, p.operator(), p.now())
		if err != nil {
			return err
		}
		if cmd.JSON {
			if all == nil {
				all = []newsletter.LeaveProposal{}
			}
			return p.printJSON(all)
		}
		var rows [][]string
		for _, q := range all {
			list := q.List
			if list == "" {
				list = "all"
			}
			rows = append(rows, []string{q.PublicID.String(), q.ReceivedAt.In(c.Zone).Format("2006-01-02 15:04"), q.Address.String(), list, q.Words})
		}
		return p.printTable([]string{"PROPOSAL", "CAME", "SUBSCRIBER", "LIST", "WORDS"}, rows)
	})
}

type bounceAccept struct {
	ID string `arg:"" help:"Proposal, as bode bounce proposals names it."`
}

func (bounceAccept) Help() string {
	return `Ends the subscription that the letter is about, or all of the person's when it names no list.

Example:

    bode bounce accept h7x2kq4m9p3c5v8b6n2r4t7w9z`
}

func (cmd bounceAccept) Run(ctx context.Context, p *program) error {
	return p.decideProposal(ctx, cmd.ID, true, "They have left.")
}

type bounceDismiss struct {
	ID string `arg:"" help:"Proposal, as bode bounce proposals names it."`
}

func (bounceDismiss) Help() string {
	return `Nothing changes for the person; the proposal is not shown again.

Example:

    bode bounce dismiss h7x2kq4m9p3c5v8b6n2r4t7w9z`
}

func (cmd bounceDismiss) Run(ctx context.Context, p *program) error {
	return p.decideProposal(ctx, cmd.ID, false, "The proposal is dismissed; nothing has changed.")
}

func (p *program) decideProposal(ctx context.Context, typed string, accept bool, done string) error {
	id, err := newsletter.ParsePublicID(typed)
	if err != nil {
		return err
	}
	return p.withDatabase(ctx, func(_ *config.Config, s *store.Store) error {
		if err := s.DecideProposal(ctx, id, accept, p.operator(), p.now()); err != nil {
			return err
		}
		fmt.Fprintln(p.out, done)
		return nil
	})
}

type bounceLift struct {
	Address string `arg:"" help:"Mail address."`
	Because string `enum:"works_again,mistake" default:"works_again" help:"Why: works_again, or mistake."`
}

func (bounceLift) Help() string {
	return `For somebody who says that their mailbox works again. What a complaint or an objection has ended stays ended.

Example:

    bode bounce lift jan@example.nl`
}

func (cmd bounceLift) Run(ctx context.Context, p *program) error {
	return p.withPerson(ctx, cmd.Address, func(_ *config.Config, s *store.Store, hashes *token.Hashes, a newsletter.Address) error {
		if err := s.LiftSuppression(ctx, a, hashes.All(a), newsletter.LiftGround(cmd.Because), p.operator(), p.now()); err != nil {
			return err
		}
		fmt.Fprintln(p.out, "The address is mailed again.")
		return nil
	})
}
