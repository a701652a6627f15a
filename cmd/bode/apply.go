package main

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"bode.example/cmd/bode/config"
	"bode.example/cmd/bode/declaration"
	"bode.example/cmd/bode/tomlfile"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

type applyCommand struct {
	File    string `arg:"" optional:"" help:"File that declares lists, topics, feeds and schedules; - is standard input."`
	DryRun  bool   `help:"Show what would change, and change nothing."`
	Yes     bool   `short:"y" help:"Do not ask."`
	Force   bool   `help:"Overwrite what was changed elsewhere since a file was last applied."`
	JSON    bool   `help:"Print the plan as JSON; asks nothing, so it needs --yes or --dry-run."`
	Example bool   `help:"Print a file to begin with, in which every key is explained."`
}

func (applyCommand) Help() string {
	return `Makes lists, topics, feeds and schedules as the file says, all or nothing, and shows first what will change: + is made, ~ is changed, - is archived. What disappears from the file is archived, never deleted; what was never in a file is left alone. Applying a file twice changes nothing.

A list or topic whose words point to health, politics, belief and the like is flagged: who chooses it tells something that GDPR art. 9 protects.

Example:

    bode apply --example > lists.toml
    bode apply lists.toml --dry-run
    bode apply lists.toml --yes

A short file; bode apply --example prints one with every key:

    [[list]]
    name = "nieuwe-democratie"
    title.nl = "Expertgroep Nieuwe Democratie"
    title.en = "New Democracy expert group"

    [[list.topic]]
    name = "raad"
    title.nl = "De nieuwe rol van de raad"

    [[list.feed]]
    name = "website"
    url = "https://www.example.nl/feed"
    topics = { "Gemeenteraad" = "raad" }

    [[list.schedule]]
    name = "wekelijks"
    title.nl = "Wekelijks, op maandag"
    cron = "0 8 * * 1"`
}

func (cmd applyCommand) Run(ctx context.Context, p *program) error {
	if cmd.Example {
		_, err := fmt.Fprint(p.out, declaration.Example)
		return err
	}
	if cmd.File == "" {
		return newsletter.Errorf(newsletter.Invalid, "usage", "name the file to apply; bode apply --example prints one to begin with")
	}
	if cmd.JSON && !cmd.Yes && !cmd.DryRun {
		return newsletter.Errorf(newsletter.Invalid, "usage", "--json asks nothing: add --yes, or --dry-run")
	}
	c, err := p.configure(config.ForTools)
	if err != nil {
		return err
	}
	if err := c.CheckNamed(); err != nil {
		return &configError{err} // before the file is read, whose faults would mostly be about what isn't configured
	}
	text, err := p.read(cmd.File)
	if err != nil {
		return err
	}
	file, err := declaration.Read(cmd.File, text, declarationDefaults(c, p))
	if err != nil {
		return &fileError{err}
	}
	s, done, err := cmd.database(ctx, c, p.toolLog())
	if err != nil {
		return err
	}
	defer done()
	plan, err := s.PlanApply(ctx, file.Declaration)
	if err != nil {
		return err
	}
	if err := cmd.show(p, plan); err != nil {
		return err
	}
	if obstacles := plan.Obstacles(cmd.Force); len(obstacles) > 0 {
		return cmd.refuse(file, obstacles)
	}
	if cmd.DryRun || len(plan.Changes) == 0 {
		return nil
	}
	if err := cmd.agree(p, plan); err != nil {
		return err
	}
	if err := s.Apply(ctx, file.Declaration, plan.Fingerprint(), cmd.Force, p.operator(), p.now()); err != nil {
		return err
	}
	if n := len(plan.Visible()); n > 0 && !cmd.JSON {
		fmt.Fprintf(p.out, "Applied: %s.\n", count(n, "change"))
	}
	return nil
}

// database opens the database that is to change. A dry run that finds none, or an empty one, plans against an
// empty one of its own, which done throws away.
func (cmd applyCommand) database(ctx context.Context, c *config.Config, log *slog.Logger) (s *store.Store, done func(), err error) {
	if cmd.DryRun {
		if there, err := hasSchema(ctx, c, log); err != nil || !there {
			return scratchDatabase(ctx, log, err)
		}
	}
	s, err = makeDatabase(ctx, c, log)
	return s, func() { _ = s.Close() }, err
}

// applyText applies a declaration without showing it first.
func applyText(ctx context.Context, p *program, c *config.Config, s *store.Store, name string, text []byte) error {
	file, err := declaration.Read(name, text, declarationDefaults(c, p))
	if err != nil {
		return &fileError{err}
	}
	plan, err := s.PlanApply(ctx, file.Declaration)
	if err != nil {
		return err
	}
	return s.Apply(ctx, file.Declaration, plan.Fingerprint(), false, p.operator(), p.now())
}

// declarationDefaults are what the configuration says where a file doesn't.
func declarationDefaults(c *config.Config, p *program) declaration.Defaults {
	d := declaration.Defaults{
		SenderName: c.Sender.Name, SenderAddress: c.Sender.Address, ReplyTo: c.Sender.ReplyTo,
		SignedBy: strings.ToLower(c.DKIM.Domain), Language: c.Language, Zone: c.Zone, Next: nextSlot, Now: p.now(),
	}
	if c.PublicURL != nil {
		d.Domain = c.PublicURL.Hostname()
	}
	return d
}

func (cmd applyCommand) show(p *program, plan newsletter.Plan) error {
	if cmd.JSON {
		return p.printJSON(plan)
	}
	visible := plan.Visible()
	if len(visible) == 0 {
		fmt.Fprintln(p.out, "All is as the file says.")
		return nil
	}
	for _, change := range visible {
		p.printChange(change)
	}
	return nil
}

// printChange prints one object and what becomes of it.
func (w *world) printChange(c newsletter.Change) {
	sign, colour, remark := "~", yellow, ""
	switch c.Verb {
	case newsletter.ChangeCreate:
		sign, colour = "+", green
	case newsletter.ChangeRestore:
		sign, colour, remark = "+", green, " (was archived)"
	case newsletter.ChangeArchive:
		sign, colour = "-", red
	}
	name := c.List
	if c.Noun != "list" {
		name += "/" + c.Name
	}
	fmt.Fprintf(w.out, "%s\n", w.paint(colour, fmt.Sprintf("%s %-8s  %s%s", sign, c.Noun, name, remark)))
	for _, f := range c.Fields {
		fmt.Fprintf(w.out, "      %s: %s → %s\n", f.Name, shown(f.Name, f.Old), shown(f.Name, f.New))
	}
	if c.Note != "" {
		fmt.Fprintf(w.out, "      %s\n", c.Note)
	}
}

// shown is a value as it would stand in the file.
func shown(field, v string) string {
	if v == "" {
		return "(nothing)"
	}
	if field == "interval" || field == "lead" || field == "grace" {
		if d, err := time.ParseDuration(v); err == nil {
			v = tomlfile.FormatDuration(d)
		}
	}
	return fmt.Sprintf("%q", v)
}

// refuse tells what stands in the way, and where in the file.
func (cmd applyCommand) refuse(file *declaration.File, obstacles []newsletter.Change) error {
	lines := make([]string, len(obstacles))
	for i, c := range obstacles {
		where := file.Place(c.Noun, c.List, c.Name)
		if where == "" {
			where = cmd.File
		}
		why := c.Refused
		if why == "" {
			why = "was changed elsewhere since a file was last applied; take over what changed, or add --force"
		}
		lines[i] = fmt.Sprintf("\n  %s: %s %s: %s", where, c.Noun, c.Name, why)
	}
	return newsletter.Errorf(newsletter.Conflict, "apply_obstacles", "nothing was changed; %s in the way%s", stand(len(lines)), strings.Join(lines, ""))
}

func stand(n int) string {
	if n == 1 {
		return "1 thing stands"
	}
	return fmt.Sprintf("%d things stand", n)
}

// agree asks whether to go on. Where nobody can answer, --yes must have been said before.
func (cmd applyCommand) agree(p *program, plan newsletter.Plan) error {
	if cmd.Yes || len(plan.Visible()) == 0 {
		return nil
	}
	if !p.asks {
		return newsletter.Errorf(newsletter.Invalid, "usage", "there is nobody to ask: add --yes, or --dry-run to look only")
	}
	return p.confirm("Make these changes?")
}

// confirm asks a question that only y or yes answers with yes.
func (w *world) confirm(question string) error {
	if !w.asks {
		return newsletter.Errorf(newsletter.Invalid, "usage", "there is nobody to ask: add --yes")
	}
	fmt.Fprintf(w.err, "%s [y/N] ", question) // the answer of the command itself may go to a file
	answer, err := bufio.NewReader(w.in).ReadString('\n')
	if err != nil && answer == "" {
		fmt.Fprintln(w.err)
		return errDeclined
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes", "j", "ja":
		return nil
	}
	return errDeclined
}
