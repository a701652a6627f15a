package main

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"bode.example/cmd/bode/config"
	"bode.example/internal/datarequest"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/token"
)

type retentionCommand struct {
	Plan retentionPlan `cmd:"" help:"Show what is too old, or will be; change nothing."`
	Run  retentionRun  `cmd:"" help:"Let it go now, as the service does once a day."`
}

func retentionTerms(c *config.Config) newsletter.RetentionTerms {
	return newsletter.RetentionTerms{Requests: c.Retention.Requests, Lapsed: c.Retention.Lapsed, Mails: c.Retention.Mails, Left: c.Retention.Left}
}

// retentionTable is what officers see of them: the daily ones, and those that are carried out within the hour.
func retentionTable(c *config.Config) []newsletter.RetentionTerm {
	return []newsletter.RetentionTerm{
		{Key: "signup", Setting: "signup.link_life", Kept: c.Signup.LinkLife},
		{Key: "origin", Setting: "retention.origin", Kept: c.Retention.Origin},
		{Key: "raw_reports", Setting: "retention.raw_reports", Kept: c.Retention.RawReports},
		{Key: "reports", Setting: "retention.reports", Kept: c.Retention.Reports},
		{Key: "names", Kept: datarequest.DefaultKeep},
		{Key: "lapsed", Setting: "retention.lapsed", Kept: c.Retention.Lapsed, Daily: true},
		{Key: "mails", Setting: "retention.mails", Kept: c.Retention.Mails, Daily: true},
		{Key: "requests", Setting: "retention.requests", Kept: c.Retention.Requests, Daily: true},
		{Key: "left", Setting: "retention.left", Kept: c.Retention.Left, Daily: true},
	}
}

// retain lets go of all that is too old, in small transactions.
func retain(ctx context.Context, c *config.Config, s *store.Store, hashes *token.Hashes, by newsletter.Actor, now time.Time) (total newsletter.RetentionReport, err error) {
	for more := true; more && err == nil; {
		var part newsletter.RetentionReport
		part, more, err = s.ApplyRetention(ctx, retentionTerms(c).At(now), hashes, by, now)
		if err == nil {
			total = total.Plus(part)
		}
	}
	if err == nil && !total.Empty() {
		err = s.TruncateLog(ctx)
	}
	return total, err
}

// retainer does so for the service, and says in the log what went.
func retainer(c *config.Config, s *store.Store, hashes *token.Hashes, log *slog.Logger) func(context.Context, time.Time) error {
	return func(ctx context.Context, now time.Time) error {
		went, err := retain(ctx, c, s, hashes, newsletter.System("retention"), now)
		if !went.Empty() {
			log.InfoContext(ctx, "retention: what was too old is gone", "requests", went.Requests, "lapsed", went.Lapsed, "mails", went.Mails, "left", went.Left)
		}
		return err
	}
}

func (w *world) printRetention(c *config.Config, r newsletter.RetentionReport) error {
	days := func(d time.Duration) string { return count(int(d/(24*time.Hour)), "day") }
	row := func(what, key string, d time.Duration, n int64) []string {
		return []string{what, days(d), key, strconv.FormatInt(n, 10)}
	}
	mails := row("whose a mail was", "retention.mails", c.Retention.Mails, r.Mails)
	if r.MoreMails {
		mails[3] = "more than " + mails[3]
	}
	return w.printTable([]string{"WHAT", "KEPT", "SETTING", "GOES"}, [][]string{
		row("closed requests", "retention.requests", c.Retention.Requests, r.Requests),
		row("requests nobody confirmed", "retention.lapsed", c.Retention.Lapsed, r.Lapsed),
		mails,
		row("people who left all lists", "retention.left", c.Retention.Left, r.Left),
	})
}

type retentionPlan struct {
	Days int  `help:"What will have gone so many days from now."`
	JSON bool `help:"Print JSON."`
}

func (retentionPlan) Help() string {
	return `Restricted people and people with an open request are passed over. Sign-ups that nobody confirmed, origins of consent and reports of mail servers have terms of their own, and go within the hour.

Example:

    bode retention plan --days 7`
}

func (cmd retentionPlan) Run(ctx context.Context, p *program) error {
	if cmd.Days < 0 {
		return newsletter.Errorf(newsletter.Invalid, "usage", "--days must be 0 or more")
	}
	return p.withDatabase(ctx, func(c *config.Config, s *store.Store) error {
		r, err := s.PlanRetention(ctx, retentionTerms(c).At(p.now().AddDate(0, 0, cmd.Days)))
		if err != nil {
			return err
		}
		if cmd.JSON {
			return p.printJSON(r)
		}
		return p.printRetention(c, r)
	})
}

type retentionRun struct {
	JSON bool `help:"Print JSON."`
}

func (retentionRun) Help() string {
	return `Example:

    bode retention run`
}

func (cmd retentionRun) Run(ctx context.Context, p *program) error {
	return p.withDatabase(ctx, func(c *config.Config, s *store.Store) error {
		suppression, err := hashes(c, token.Suppression)
		if err != nil {
			return err
		}
		r, err := retain(ctx, c, s, suppression, p.operator(), p.now())
		if err != nil {
			return err
		}
		if cmd.JSON {
			return p.printJSON(r)
		}
		return p.printRetention(c, r)
	})
}
