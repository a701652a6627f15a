package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"bode.example/cmd/bode/config"
	"bode.example/internal/newsletter"
	"bode.example/internal/roster"
	"bode.example/internal/store"
	"bode.example/internal/token"
)

type subscriberImport struct {
	File      string            `arg:"" help:"CSV file, or - for standard input."`
	List      string            `required:"" placeholder:"NAME" help:"List that the people join."`
	Pace      string            `placeholder:"NAME" help:"Schedule of those whose line names none; the list's first otherwise."`
	Topics    []string          `placeholder:"NAME" help:"Topics of those whose line names none; all otherwise."`
	Language  string            `placeholder:"LANG" help:"Language of those whose line names none: nl or en; the list's otherwise."`
	Columns   map[string]string `placeholder:"FIELD=HEADING" help:"What a column holds, where it is not recognised; such as address=Mail."`
	Ground    string            `placeholder:"GROUND" help:"What shows their consent: confirmed, form, paper or spoken."`
	Source    string            `placeholder:"WORDS" help:"From where the addresses come."`
	Consented string            `placeholder:"DATE" help:"When they agreed, such as 2024-05-03."`
	Words     string            `placeholder:"WORDS" help:"What they agreed to, as far as known."`
	Invite    bool              `help:"Ask each person to confirm, slowly, instead of stating a ground."`
	PerHour   int               `default:"200" help:"Invitations an hour."`
	Strict    bool              `help:"Refuse lines with topics that the list does not have, instead of leaving those out."`
	DryRun    bool              `help:"Only say what would happen."`
	Wait      bool              `help:"Carry it out here, and not by the service's workers."`
	JSON      bool              `help:"Print JSON."`
}

func (subscriberImport) Help() string {
	return `Says for each line that is refused why, and how many would join. Without --dry-run it then does it: the workers of bode serve carry it out, or this command does with --wait.

Nobody who is a subscriber is changed, nobody who left comes back, and addresses that are suppressed or were erased are only counted. Readers need a ground of consent and its source, which are kept as proof; people without these are invited: each gets the mail that confirms a sign-up.

Character set, separator and heading are recognised, and the columns of Mailchimp's export and the like. Fields: address, name, first_name, last_name, language, topics, pace, status, ground, source, consented_at.

Example:

    bode subscriber import members.csv --list nieuws --ground confirmed --source "Mailchimp, 20 November 2026" --dry-run`
}

func (cmd subscriberImport) Run(ctx context.Context, p *program) error {
	data, err := p.read(cmd.File)
	if err != nil {
		return err
	}
	file, err := roster.Parse(data)
	if err != nil {
		return err
	}
	return p.withDatabase(ctx, func(c *config.Config, s *store.Store) error {
		suppression, err := hashes(c, token.Suppression)
		if err != nil {
			return err
		}
		im, err := cmd.upload(ctx, p, c, s, file)
		if err != nil {
			return err
		}
		worker := &roster.Worker{Store: &oneImport{s, im.PublicID}, Hashes: suppression, LinkLife: c.Signup.LinkLife, Zone: c.Zone, Now: p.now, Log: p.toolLog()}
		if worker.LinkLife <= 0 {
			worker.LinkLife = 7 * 24 * time.Hour
		}
		if err := s.PlanImport(ctx, im.PublicID, im.Plan, p.operator(), p.now()); err != nil {
			return err
		}
		if im, err = finish(ctx, s, worker, im.PublicID); err != nil {
			return err
		}
		if err := cmd.report(ctx, p, s, im); err != nil {
			return err
		}
		if cmd.DryRun {
			return s.CancelImport(ctx, im.PublicID, p.operator(), p.now())
		}
		if err := s.StartImport(ctx, im.PublicID, p.operator(), p.now()); err != nil {
			return err
		}
		if !cmd.Wait || cmd.Invite {
			fmt.Fprintf(p.err, "The import %s is under way; the workers of bode serve carry it out.\n", im.PublicID)
			return nil
		}
		im, err = finish(ctx, s, worker, im.PublicID)
		if err == nil {
			fmt.Fprintf(p.err, "%s added.\n", count(int(im.Tally.Added), "subscriber"))
		}
		return err
	})
}

// oneImport shows a worker one import and no other.
type oneImport struct {
	*store.Store
	id newsletter.PublicID
}

func (o *oneImport) DueImport(ctx context.Context, _ time.Time) (*newsletter.Import, error) {
	im, err := o.Import(ctx, o.id)
	if err == nil && !im.State.Works() {
		return nil, newsletter.Errorf(newsletter.NotFound, "not_found", "nothing is to be done")
	}
	return im, err
}

// finish handles all lines.
func finish(ctx context.Context, s *store.Store, worker *roster.Worker, id newsletter.PublicID) (*newsletter.Import, error) {
	for {
		worked, err := worker.Step(ctx)
		if err != nil {
			return nil, err
		}
		if !worked {
			return s.Import(ctx, id)
		}
	}
}

// upload stores the file with the plan that the flags say.
func (cmd subscriberImport) upload(ctx context.Context, p *program, c *config.Config, s *store.Store, f *roster.File) (*newsletter.Import, error) {
	list, err := s.ListByName(ctx, cmd.List)
	if err != nil {
		return nil, err
	}
	topics, err := s.Topics(ctx, list.ID)
	if err != nil {
		return nil, err
	}
	schedules, err := s.Schedules(ctx, list.ID)
	if err != nil {
		return nil, err
	}
	plan, err := cmd.plan(f, list, topics, schedules, c.Zone)
	if err != nil {
		return nil, err
	}
	if err := roster.CheckPlan(plan, len(f.Head), topics, schedules); err != nil {
		return nil, err
	}
	im := &newsletter.Import{ListID: list.ID, FileName: filepath.Base(cmd.File), Head: f.Head, Encoding: f.Encoding, Separator: string(f.Separator), Plan: *plan}
	return im, s.CreateImport(ctx, im, f.Rows, p.operator(), p.now())
}

func (cmd subscriberImport) plan(f *roster.File, list *newsletter.List, topics []newsletter.Topic, schedules []newsletter.Schedule, zone *time.Location) (*newsletter.ImportPlan, error) {
	plan := &newsletter.ImportPlan{Columns: f.Columns, Invite: cmd.Invite, PerHour: cmd.PerHour, Ground: newsletter.Ground(cmd.Ground), Source: cmd.Source,
		Words: cmd.Words, Language: list.Language, AllTopics: len(cmd.Topics) == 0, LeaveTopicsOut: !cmd.Strict}
	if cmd.Language != "" {
		plan.Language = newsletter.Language(cmd.Language)
	}
	if err := cmd.match(f, plan); err != nil {
		return nil, err
	}
	for _, s := range schedules {
		if s.ArchivedAt.IsZero() && (s.Name == cmd.Pace || cmd.Pace == "" && plan.ScheduleID == 0) {
			plan.ScheduleID = s.ID
		}
	}
	for _, name := range cmd.Topics {
		found := false
		for _, topic := range topics {
			if topic.Name == name && topic.ArchivedAt.IsZero() {
				plan.Topics, found = append(plan.Topics, topic.ID), true
			}
		}
		if !found {
			return nil, newsletter.Errorf(newsletter.NotFound, "not_found", "the list %s has no topic %s", list.Name, name)
		}
	}
	if cmd.Consented != "" {
		at, err := time.ParseInLocation(time.DateOnly, cmd.Consented, zone)
		if err != nil {
			return nil, newsletter.Errorf(newsletter.Invalid, "usage", "--consented %s: write it as 2024-05-03", cmd.Consented)
		}
		plan.ConsentedAt = newsletter.At(at)
	}
	return plan, nil
}

// match gives columns the meaning that the flags say.
func (cmd subscriberImport) match(f *roster.File, plan *newsletter.ImportPlan) error {
	for field, heading := range cmd.Columns {
		at := -1
		for i, name := range f.Head {
			if strings.EqualFold(name, heading) {
				at = i
			}
		}
		if at < 0 {
			return newsletter.Errorf(newsletter.Invalid, "usage", "--columns %s=%s: the file has no such column; it has %s", field, heading, strings.Join(f.Head, ", "))
		}
		if before := plan.Column(newsletter.ImportField(field)); before >= 0 {
			plan.Columns[before] = ""
		}
		plan.Columns[at] = newsletter.ImportField(field)
	}
	return nil
}

// importReport is what --json prints.
type importReport struct {
	*newsletter.Import
	Refused []newsletter.ImportRecord `json:"refused_lines"`
}

func (cmd subscriberImport) report(ctx context.Context, p *program, s *store.Store, im *newsletter.Import) error {
	refused, err := s.ImportReport(ctx, im.ID, newsletter.LineRefused, 0, newsletter.MaxImportLines)
	if err != nil {
		return err
	}
	if cmd.JSON {
		return p.printJSON(importReport{im, append([]newsletter.ImportRecord{}, refused...)})
	}
	t := im.Tally
	n := func(i int64) string { return fmt.Sprint(i) }
	if err := p.printTable([]string{"LINES", "ADDED", "INVITED", "KNOWN", "LEFT", "KEPT AWAY", "TWICE", "REFUSED"},
		[][]string{{n(im.Lines), n(t.Added), n(t.Invited), n(t.Known), n(t.Left), n(t.KeptAway), n(t.Duplicates), n(t.Refused)}}); err != nil || len(refused) == 0 {
		return err
	}
	fmt.Fprintln(p.out)
	rows := make([][]string, len(refused))
	for i, r := range refused {
		rows[i] = []string{n(r.Line), r.Reason}
	}
	return p.printTable([]string{"LINE", "REFUSED BECAUSE"}, rows)
}
