package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"bode.example/cmd/bode/config"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/token"
)

type subscriberCommand struct {
	Show   subscriberShow   `cmd:"" help:"Show all that is held about the person of an address."`
	Import subscriberImport `cmd:"" help:"Take people in from a file of another system."`
	Export subscriberExport `cmd:"" help:"Write people as CSV."`
	Erase  subscriberErase  `cmd:"" help:"Erase a person; only a keyed hash and a certificate without personal data stay."`
	Rehash subscriberRehash `cmd:"" help:"Put suppressions under the new key, after that of the suppression list was changed."`
}

type subscriberShow struct {
	Address string `arg:"" help:"Mail address."`
	JSON    bool   `help:"Print all of it as JSON."`
}

func (subscriberShow) Help() string {
	return `That you looked is written to the audit log.

Example:

    bode subscriber show jan@example.nl --json`
}

func (cmd subscriberShow) Run(ctx context.Context, p *program) error {
	return p.withPerson(ctx, cmd.Address, func(c *config.Config, s *store.Store, hashes *token.Hashes, a newsletter.Address) error {
		d, err := s.Dossier(ctx, a, hashes.All(a), p.operator(), p.now())
		if err != nil {
			return err
		}
		if cmd.JSON {
			return p.printJSON(d)
		}
		return p.printDossier(d, c.Zone)
	})
}

// withPerson runs what a command does with an address.
func (p *program) withPerson(ctx context.Context, typed string, do func(*config.Config, *store.Store, *token.Hashes, newsletter.Address) error) error {
	address, err := newsletter.ParseAddress(typed)
	if err != nil {
		return err
	}
	return p.withDatabase(ctx, func(c *config.Config, s *store.Store) error {
		suppression, err := hashes(c, token.Suppression)
		if err != nil {
			return err
		}
		return do(c, s, suppression, address)
	})
}

// printDossier prints the parts of a dossier that hold anything, one table each.
func (w *world) printDossier(d *newsletter.Dossier, zone *time.Location) error {
	at := func(t newsletter.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(zone).Format("2006-01-02 15:04")
	}
	from := func(e *newsletter.Evidence) string {
		switch {
		case e == nil:
			return ""
		case !e.GoneAt.IsZero():
			return "erased " + at(e.GoneAt)
		default:
			return e.Network
		}
	}
	var people, subscriptions, consents, mails, signups, changes, suppressions [][]string
	if s := d.Subscriber; s.Address != "" {
		people = append(people, []string{s.Address.String(), s.Name, string(s.Language), string(s.Layout), at(s.CreatedAt)})
	}
	for _, s := range d.Subscriptions {
		topics := "all"
		if !s.AllTopics {
			topics = strings.Join(s.TopicNames, ",")
		}
		subscriptions = append(subscriptions, []string{s.ListName, string(s.Subscription.State), s.Schedule, topics, at(s.Subscription.CreatedAt)})
	}
	for _, c := range d.Consents {
		consents = append(consents, []string{at(c.At), c.ListName, string(c.Action), c.Channel, short(c.WordingHash), from(c.Evidence)})
	}
	for _, m := range d.Deliveries {
		mails = append(mails, []string{at(m.CreatedAt), string(m.Kind), string(m.State), m.Template, m.Reply})
	}
	for _, s := range d.Signups {
		signups = append(signups, []string{at(s.CreatedAt), at(s.ExpiresAt), string(s.Decision)})
	}
	for _, c := range d.AddressChanges {
		changes = append(changes, []string{at(c.CreatedAt), c.OldAddress.String(), c.NewAddress.String(), at(c.ConfirmedAt), at(c.UndoneAt)})
	}
	for _, s := range d.Suppressions {
		suppressions = append(suppressions, []string{string(s.Reason), at(s.Since), at(s.Expires)})
	}
	return w.printTables([]section{
		{[]string{"SUBSCRIBER", "NAME", "LANGUAGE", "LETTERS", "SINCE"}, people},
		{[]string{"LIST", "STATE", "SCHEDULE", "TOPICS", "SINCE"}, subscriptions},
		{[]string{"CONSENT", "LIST", "ACTION", "CHANNEL", "WORDING", "FROM"}, consents},
		{[]string{"MAIL", "KIND", "STATE", "TEMPLATE", "REPLY"}, mails},
		{[]string{"SIGN-UP", "EXPIRES", "DECISION"}, signups},
		{[]string{"ADDRESS CHANGE", "FROM", "TO", "CONFIRMED", "UNDONE"}, changes},
		{[]string{"SUPPRESSION", "SINCE", "EXPIRES"}, suppressions},
	})
}

// short is the beginning of a hash, enough to tell a few apart.
func short(hash string) string { return hash[:min(8, len(hash))] }

type subscriberErase struct {
	Address string `arg:"" help:"Mail address."`
	Yes     bool   `short:"y" help:"Do not ask."`
	JSON    bool   `help:"Print the certificate as JSON."`
}

func (subscriberErase) Help() string {
	return `Removes the person from every list, the queue and the log of mails, and from sign-ups that wait. There is no way back. Whether or not the address was known, it is kept from being imported again; the person can join again by themselves.

Example:

    bode subscriber erase jan@example.nl`
}

func (cmd subscriberErase) Run(ctx context.Context, p *program) error {
	return p.withPerson(ctx, cmd.Address, func(c *config.Config, s *store.Store, hashes *token.Hashes, a newsletter.Address) error {
		if !cmd.Yes {
			if err := p.confirm("Erase all that is held about " + a.String() + "?"); err != nil {
				return err
			}
		}
		e, err := s.Erase(ctx, a, hashes.Current, p.operator(), p.now())
		if err != nil {
			return err
		}
		if err := p.record(ctx, c, s); err != nil {
			return err
		}
		if cmd.JSON {
			return p.printJSON(e)
		}
		fmt.Fprintf(p.out, "Erased: left %s; %s made anonymous.\n", count(len(e.Lists), "list"), count(int(e.Deliveries), "mail"))
		return nil
	})
}

type subscriberRehash struct{}

func (subscriberRehash) Help() string {
	return `Change the key by putting a new one in suppression_key_file and the old one in old_suppression_key_files. Nothing is lost by that alone: old keys are looked under too. This moves what can be moved. Hashes of addresses that are not known any more, such as those of who was erased, stay under the old key, which must be kept.

Example:

    bode subscriber rehash`
}

func (subscriberRehash) Run(ctx context.Context, p *program) error {
	return p.withDatabase(ctx, func(c *config.Config, s *store.Store) error {
		suppression, err := hashes(c, token.Suppression)
		if err != nil {
			return err
		}
		moved, left, err := s.RehashSuppressions(ctx, suppression, p.operator(), p.now())
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "Moved to the new key: %s.\n", count(int(moved), "suppression"))
		for _, key := range slices.Sorted(maps.Keys(left)) {
			fmt.Fprintf(p.out, "Under the old key %s stay %s: keep that key.\n", key, count(int(left[key]), "suppression"))
		}
		return nil
	})
}
