package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"bode.example/cmd/bode/config"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

type consentCommand struct {
	Proof consentProof `cmd:"" help:"Show what somebody agreed to, when, in which words, and whether the ledger bears it out."`
}

type consentProof struct {
	Address string `arg:"" help:"Mail address, as it is or as it was then."`
	List    string `arg:"" help:"Name of the list."`
	JSON    bool   `help:"Print JSON."`
}

func (consentProof) Help() string {
	return `That you looked is written to the audit log. Ends with 1 when an entry is not as it was written.

Example:

    bode consent proof jan@example.nl nieuwe-democratie`
}

func (cmd consentProof) Run(ctx context.Context, p *program) error {
	address, err := newsletter.ParseAddress(cmd.Address)
	if err != nil {
		return err
	}
	return p.withDatabase(ctx, func(c *config.Config, s *store.Store) error {
		found, err := s.FindConsents(ctx, address, p.operator(), p.now())
		if err != nil {
			return err
		}
		for _, f := range found {
			if f.List != cmd.List {
				continue
			}
			proof, err := s.ConsentProof(ctx, f.Subscription, p.operator(), p.now())
			if err != nil {
				return err
			}
			if cmd.JSON {
				err = p.printJSON(proof)
			} else {
				err = p.printProof(proof, c.Zone)
			}
			if err == nil && !proof.Whole() {
				err = fmt.Errorf("an entry of this is not as it was written: check the whole ledger with bode audit verify")
			}
			return err
		}
		return newsletter.Errorf(newsletter.NotFound, "consent_unknown", "no consent for the list %q is known under this address", cmd.List)
	})
}

func (w *world) printProof(proof *newsletter.ConsentProof, zone *time.Location) error {
	at := func(t newsletter.Time) string { return t.In(zone).Format("2006-01-02 15:04:05 -0700") }
	facts := [][]string{{"who", proof.Address.String()}, {"list", proof.List}, {"state", string(proof.State)}}
	var words [][]string
	requested, confirmed := proof.Given()
	for _, given := range []*newsletter.ProvenConsent{requested, confirmed, proof.Withdrawn()} {
		if given == nil {
			continue
		}
		facts = append(facts, []string{string(given.Action), strings.TrimSpace(at(given.At) + " " + given.Channel)})
		if e := given.Evidence; e != nil {
			for _, fact := range [][]string{{"form", e.FormURL}, {"mail", e.MessageID}, {"network", e.Network}, {"agent", e.Agent}, {"ground", string(e.Ground)}, {"source", e.Source}} {
				if fact[1] != "" {
					facts = append(facts, []string{"  " + fact[0], fact[1]})
				}
			}
		}
		if given.Wording != nil && words == nil {
			words = append(words, []string{"agreed to", string(given.Wording.Language), strconv.Itoa(given.Wording.Version), given.Wording.Text})
			if given.Privacy != nil {
				words = append(words, []string{"privacy statement", string(given.Privacy.Language), strconv.Itoa(given.Privacy.Version), given.Privacy.Hash})
			}
		}
	}
	var entries [][]string
	for _, e := range proof.Entries {
		whole := "as written"
		if !e.Whole {
			whole = "ALTERED"
		}
		entries = append(entries, []string{strconv.FormatInt(e.Seq, 10), at(e.At), string(e.Action), e.Channel, whole, e.Hash})
	}
	entries = append(entries, []string{strconv.FormatInt(proof.Head.Seq, 10), "", "head of the ledger", "", "", proof.Head.Hash})
	return w.printTables([]section{{[]string{"CONSENT", ""}, facts}, {[]string{"WORDS", "LANGUAGE", "VERSION", ""}, words}, {[]string{"ENTRY", "AT", "ACTION", "BY", "STATE", "HASH"}, entries}})
}
