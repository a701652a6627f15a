package main

import (
	"context"
	"fmt"

	"bode.example/cmd/bode/config"
	"bode.example/internal/newsletter"
	"bode.example/internal/roster"
	"bode.example/internal/store"
)

type subscriberExport struct {
	List       string   `placeholder:"NAME" help:"Of this list only."`
	State      string   `enum:"active,paused,unsubscribed,all" default:"all" help:"active, paused, unsubscribed or all."`
	Search     string   `placeholder:"WORDS" help:"Whose address or name has this in it."`
	Language   string   `placeholder:"LANG" help:"Whose mails are in this language: nl or en."`
	Suppressed bool     `help:"Only who must not be mailed."`
	Columns    []string `placeholder:"NAME" help:"Columns to write; all otherwise."`
	Semicolon  bool     `help:"Write semicolons between the cells, as spreadsheets in Dutch read them."`
}

func (subscriberExport) Help() string {
	return `Writes CSV to standard output: a row for each subscription, the newest subscribers first. That it was done, by whom and of how many is written to the audit log.

Columns: address, name, language, list, state, topics (empty: all), pace, since, ended, consented_at, consent_by, suppressed.

Example:

    bode subscriber export --list nieuws --state active --columns address,name > members.csv`
}

func (cmd subscriberExport) Run(ctx context.Context, p *program) error {
	columns := cmd.Columns
	if len(columns) == 0 {
		columns = roster.Columns()
	}
	if err := roster.CheckColumns(columns); err != nil {
		return err
	}
	return p.withDatabase(ctx, func(c *config.Config, s *store.Store) error {
		q := newsletter.PeopleQuery{Search: cmd.Search, Language: newsletter.Language(cmd.Language), Suppressed: cmd.Suppressed}
		if cmd.State != "all" {
			q.State = newsletter.SubscriptionState(cmd.State)
		}
		if cmd.List != "" {
			list, err := s.ListByName(ctx, cmd.List)
			if err != nil {
				return err
			}
			q.ListID = list.ID
		}
		separator := ','
		if cmd.Semicolon {
			separator = ';'
		}
		sheet, err := roster.NewExport(p.out, separator, columns, q.ListID, c.Zone)
		if err != nil {
			return err
		}
		n, err := s.ExportPeople(ctx, q, columns, p.operator(), p.now(), sheet.Write)
		if err == nil {
			err = sheet.Write(nil) // the heading, when nobody was chosen
		}
		if err == nil {
			fmt.Fprintf(p.err, "%s written.\n", count(int(n), "subscriber"))
		}
		return err
	})
}
