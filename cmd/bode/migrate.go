package main

import (
	"context"
	"fmt"

	"bode.example/cmd/bode/config"
)

type migrateCommand struct {
	Up     migrateUp     `cmd:"" default:"1" help:"Bring the database to this program's schema (the default)."`
	Status migrateStatus `cmd:"" help:"Say which schema the database has and which one the program needs."`
}

type migrateUp struct{}

func (migrateUp) Help() string {
	return `Several processes may do this at once: one works, the others wait. A database that is newer than the program is refused. There is no way back but a backup: make one first.

Example:

    bode migrate up --database postgres://bode@localhost/bode`
}

func (migrateUp) Run(ctx context.Context, p *program) error {
	c, err := p.configure(config.ForTools)
	if err != nil {
		return err
	}
	s, err := makeAnySchema(ctx, c, p.toolLog())
	if err != nil {
		return err
	}
	defer s.Close()
	from, to, err := s.Migrate(ctx)
	if err != nil {
		return err
	}
	if from.Database == to.Database {
		fmt.Fprintf(p.out, "%s has schema version %d already.\n", s.Name(), to.Database)
		return nil
	}
	fmt.Fprintf(p.out, "%s: schema version %d is now %d.\n", s.Name(), from.Database, to.Database)
	return nil
}

type migrateStatus struct {
	JSON bool `help:"Print JSON."`
}

func (migrateStatus) Help() string {
	return `Ends with 0 when the versions are equal, and with 5 when they are not.

Example:

    bode migrate status --json`
}

func (cmd migrateStatus) Run(ctx context.Context, p *program) error {
	c, err := p.configure(config.ForTools)
	if err != nil {
		return err
	}
	s, err := openAnySchema(ctx, c, p.toolLog())
	if err != nil {
		return err
	}
	defer s.Close()
	v, err := s.Version(ctx)
	if err != nil {
		return err
	}
	if cmd.JSON {
		err = p.printJSON(v)
	} else {
		err = p.printTable([]string{"DATABASE", "SCHEMA", "PROGRAM NEEDS"}, [][]string{{s.Name(), fmt.Sprint(v.Database), fmt.Sprint(v.Program)}})
	}
	if err != nil {
		return err
	}
	return s.CheckVersion(ctx)
}
