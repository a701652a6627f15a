package main

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"bode.example/cmd/bode/config"
	"bode.example/internal/datarequest"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/token"
)

// replayList is the list of who was erased; nil: there is none.
func replayList(c *config.Config) *datarequest.ReplayList {
	if c.Privacy.ReplayFile == "" {
		return nil
	}
	return &datarequest.ReplayList{Path: c.Privacy.ReplayFile}
}

// recorder writes what is erased to the replay list, as soon as it is.
func recorder(c *config.Config, s *store.Store) func(context.Context, time.Time) error {
	list := replayList(c)
	if list == nil {
		return nil
	}
	return func(ctx context.Context, now time.Time) error {
		return list.Record(ctx, s, newsletter.System("datarequest"), now)
	}
}

// record does so at the end of a command.
func (p *program) record(ctx context.Context, c *config.Config, s *store.Store) error {
	if list := replayList(c); list != nil {
		return list.Record(ctx, s, newsletter.System("command"), p.now())
	}
	return nil
}

// forgetAgain erases at the start whom a database that was put back from a copy has forgotten to have erased.
func forgetAgain(ctx context.Context, c *config.Config, s *store.Store, hashes *token.Hashes, now time.Time, log *slog.Logger) error {
	list := replayList(c)
	if list == nil {
		log.Warn("there is no list of who was erased: a copy of the database that is put back brings them back; name a file with privacy.replay_file")
		return nil
	}
	done, err := list.Replay(ctx, s, hashes, newsletter.System("start"), now)
	for _, r := range done {
		log.Warn("this database is older than an erasure, which was carried out again", "certificate", r.Certificate, "erased_at", r.ErasedAt, "found", r.Found)
	}
	return err
}

type restoreCommand struct {
	JSON bool `help:"Print JSON."`
}

func (restoreCommand) Help() string {
	return `Run it after you put a copy of the database back, before anybody works with it; bode serve and bode worker do the same when they start. Who was erased after the copy was made is erased again, by the hashes in privacy.replay_file. Put the copy of that file back only when the file itself is lost.

Example:

    bode restore`
}

func (cmd restoreCommand) Run(ctx context.Context, p *program) error {
	return p.withDatabase(ctx, func(c *config.Config, s *store.Store) error {
		list := replayList(c)
		if list == nil {
			return newsletter.Errorf(newsletter.NotFound, "no_file", "there is no list of who was erased: name one with privacy.replay_file")
		}
		suppression, err := hashes(c, token.Suppression)
		if err != nil {
			return err
		}
		done, err := list.Replay(ctx, s, suppression, p.operator(), p.now())
		if err != nil {
			return err
		}
		if cmd.JSON {
			return p.printJSON(append([]datarequest.Replayed{}, done...))
		}
		if len(done) == 0 {
			fmt.Fprintln(p.out, "This database knows of every erasure on the list: nobody came back.")
			return nil
		}
		found, rows := 0, [][]string{}
		for _, r := range done {
			found += r.Found
			rows = append(rows, []string{r.Certificate.String(), r.ErasedAt.In(c.Zone).Format("2006-01-02 15:04"), strconv.Itoa(r.Found)})
		}
		if err := p.printTable([]string{"CERTIFICATE", "ERASED AT", "CAME BACK"}, rows); err != nil {
			return err
		}
		fmt.Fprintf(p.out, "Carried out again: %s. Addresses that had come back, and are gone: %d.\n", count(len(done), "erasure"), found)
		return nil
	})
}
