package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"bode.example/cmd/bode/config"
	"bode.example/internal/newsletter"
	"bode.example/internal/schedule"
	"bode.example/internal/store"
)

type scheduleCommand struct {
	List scheduleList `cmd:"" help:"List the schedules, in words and with their next edition."`
	Next scheduleNext `cmd:"" help:"Say when a cron line would send, and in words."`
}

type scheduleNext struct {
	Spec  string `arg:"" help:"Cron line of five fields, in quotation marks."`
	Zone  string `placeholder:"ZONE" help:"Time zone; otherwise the configured one."`
	Count int    `short:"n" default:"5" help:"How many times to list."`
	JSON  bool   `help:"Print JSON."`
}

func (scheduleNext) Help() string {
	return `Example:

    bode schedule next "0 8 * * 1" --zone Europe/Amsterdam -n 3`
}

func (cmd scheduleNext) Run(p *program) error {
	if cmd.Count < 1 || cmd.Count > 1000 {
		return newsletter.Errorf(newsletter.Invalid, "usage", "--count must be from 1 to 1000")
	}
	zone := cmd.Zone
	if zone == "" {
		c, err := p.configure(config.ForTools)
		if err != nil {
			return err
		}
		zone = c.Zone.String()
	}
	s, err := schedule.Parse(cmd.Spec, zone)
	if err != nil {
		return err
	}
	next := s.NextN(p.now(), cmd.Count)
	if cmd.JSON {
		return p.printJSON(struct {
			Cron  string            `json:"cron"`
			Zone  string            `json:"zone"`
			Words map[string]string `json:"words"`
			Next  []time.Time       `json:"next"`
		}{s.Spec(), s.Zone(), map[string]string{"nl": s.Words(newsletter.Dutch), "en": s.Words(newsletter.English)}, next})
	}
	fmt.Fprintln(p.out, s.Words(p.language()))
	for _, t := range next {
		fmt.Fprintln(p.out, t.Format("Mon 2006-01-02 15:04 -07:00"))
	}
	return nil
}

type scheduleList struct {
	List string `arg:"" optional:"" help:"Name of a list; all lists otherwise."`
	JSON bool   `help:"Print JSON."`
}

func (scheduleList) Help() string {
	return `Example:

    bode schedule list nieuwe-democratie`
}

// scheduleRow is a schedule as a list shows it.
type scheduleRow struct {
	newsletter.Schedule
	List        string          `json:"list"`
	Words       string          `json:"words"`
	NextEdition newsletter.Time `json:"next_edition,omitzero"` // of all its editions that have not left
}

func (cmd scheduleList) Run(ctx context.Context, p *program) error {
	return p.withDatabase(ctx, func(_ *config.Config, s *store.Store) error {
		lists, err := namedLists(ctx, s, cmd.List)
		if err != nil {
			return err
		}
		rows, cells := []scheduleRow{}, [][]string{}
		for _, l := range lists {
			schedules, err := s.Schedules(ctx, l.ID)
			if err != nil {
				return err
			}
			for _, c := range schedules {
				times, err := schedule.Parse(c.Cron, c.Zone)
				if err != nil {
					return fmt.Errorf("schedule %s/%s: %w", l.Name, c.Name, err)
				}
				row := scheduleRow{c, l.Name, times.Words(p.language()), c.NextEdition(newsletter.Reading{}, newsletter.At(p.now()))}
				state, next := string(c.State), ""
				if !c.ArchivedAt.IsZero() {
					state = "archived"
				}
				if !row.NextEdition.IsZero() {
					next = row.NextEdition.In(times.Location()).Format("2006-01-02 15:04 -07:00")
				}
				rows, cells = append(rows, row), append(cells, []string{l.Name, c.Name, state, next, row.Words})
			}
		}
		if cmd.JSON {
			return p.printJSON(rows)
		}
		return p.printTable([]string{"LIST", "SCHEDULE", "STATE", "NEXT", "WHEN"}, cells)
	})
}

// nextSlot is the first slot of a cron line after a time.
func nextSlot(cron, zone string, after time.Time) (time.Time, error) {
	s, err := schedule.Parse(cron, zone)
	var wrong *newsletter.Error
	if errors.As(err, &wrong) {
		return time.Time{}, errors.New(wrong.Message) // its field is the key that it stands at
	}
	if err != nil {
		return time.Time{}, err
	}
	return s.Next(after), nil
}
