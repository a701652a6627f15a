package main

import (
	"context"

	"bode.example/cmd/bode/config"
	"bode.example/internal/newsletter"
)

type serveCommand struct {
	Listen    string `placeholder:"HOST:PORT" help:"Address to listen on."`
	PublicURL string `name:"public-url" placeholder:"URL" help:"Where readers find the site."`
}

func (serveCommand) Help() string {
	return `Runs the public site and the workers in one process, until SIGINT or SIGTERM: then it finishes what is in flight and stops. A second signal stops it at once; what was being handed over at that moment is marked uncertain when it starts again.

An SQLite file is migrated by itself; a PostgreSQL database only while it is empty, and otherwise by bode migrate.

Example:

    bode serve --config /etc/bode/bode.toml`
}

func (cmd serveCommand) Run(ctx context.Context, p *program) error {
	if cmd.Listen != "" {
		p.flags = append(p.flags, config.Flag{Name: "--listen", Key: "listen", Text: cmd.Listen})
	}
	if cmd.PublicURL != "" {
		p.flags = append(p.flags, config.Flag{Name: "--public-url", Key: "public_url", Text: cmd.PublicURL})
	}
	c, err := p.configure(config.ForService)
	if err != nil {
		return err
	}
	return p.serve(ctx, c, wiring{pages: true})
}

// serve runs a service until a signal comes.
func (p *program) serve(ctx context.Context, c *config.Config, w wiring) error {
	ctx, stop := untilSignal(ctx)
	defer stop()
	w.now, w.log = p.now, newLog(p.err, c.Log)
	for _, notice := range c.Notices() {
		w.log.Warn("the configuration is allowed, but", "notice", notice)
	}
	p.saveMemory()
	s, err := newService(ctx, c, w)
	if err != nil {
		return err
	}
	if w.pages {
		if err := p.firstSteps(ctx, s); err != nil {
			s.close()
			return err
		}
	}
	forgetStart()
	return s.Run(ctx)
}

type workerCommand struct{}

func (workerCommand) Help() string {
	return `Runs the workers alone, beside a serve and other workers on the same PostgreSQL database. It stops as serve does.

Example:

    bode worker --config /etc/bode/bode.toml`
}

func (workerCommand) Run(ctx context.Context, p *program) error {
	c, err := p.configure(config.ForService)
	if err != nil {
		return err
	}
	if !c.Postgres() {
		return &configError{newsletter.Errorf(newsletter.Invalid, "worker_sqlite",
			"a worker needs PostgreSQL: an SQLite file has one writer at a time, and bode serve does the work there")}
	}
	return p.serve(ctx, c, wiring{})
}
