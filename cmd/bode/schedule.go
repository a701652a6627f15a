package main

import (
	"errors"
	"fmt"
	"time"

	"bode.example/cmd/bode/config"
	"bode.example/internal/newsletter"
	"bode.example/internal/schedule"
)

type scheduleCommand struct {
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
