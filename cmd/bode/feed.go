package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"bode.example/cmd/bode/config"
	"bode.example/internal/feed"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

type feedCommand struct {
	List  feedList  `cmd:"" help:"Say how the feeds do."`
	Check feedCheck `cmd:"" help:"Ask a feed now, show what it brings, and keep nothing."`
	Wake  feedWake  `cmd:"" help:"Have a feed asked at once, also one that was disabled."`
}

type feedList struct {
	List string `arg:"" optional:"" help:"Name of a list; all lists otherwise."`
	JSON bool   `help:"Print JSON."`
}

// feedRow is a feed as a list shows it.
type feedRow struct {
	newsletter.Feed
	List string `json:"list"`
}

func (feedList) Help() string {
	return `Example:

    bode feed list nieuwe-democratie`
}

func (cmd feedList) Run(ctx context.Context, p *program) error {
	return p.withDatabase(ctx, func(c *config.Config, s *store.Store) error {
		lists, err := namedLists(ctx, s, cmd.List)
		if err != nil {
			return err
		}
		rows, cells := []feedRow{}, [][]string{}
		for _, l := range lists {
			feeds, err := feedsInUse(ctx, s, l.ID)
			if err != nil {
				return err
			}
			for _, f := range feeds {
				rows = append(rows, feedRow{f, l.Name})
				cells = append(cells, []string{l.Name, f.Name, string(f.State), minute(f.FetchedAt, c), minute(f.NextAt, c), strconv.Itoa(f.Failures), notice(&f)})
			}
		}
		if cmd.JSON {
			return p.printJSON(rows)
		}
		return p.printTable([]string{"LIST", "NAME", "STATE", "ASKED", "NEXT", "FAILURES", "NOTICE"}, cells)
	})
}

// notice is what somebody should know of a feed.
func notice(f *newsletter.Feed) string {
	if f.LastError == "" && f.MovedTo != "" {
		return "moved for good to " + f.MovedTo
	}
	return f.LastError
}

// minute is a time in a table, on the clock of the configured zone.
func minute(t newsletter.Time, c *config.Config) string {
	if t.IsZero() {
		return ""
	}
	return t.In(c.Zone).Format("2006-01-02 15:04")
}

// feedsInUse returns the feeds of a list but for those that were archived.
func feedsInUse(ctx context.Context, s *store.Store, listID int64) ([]newsletter.Feed, error) {
	all, err := s.Feeds(ctx, listID)
	return slices.DeleteFunc(all, func(f newsletter.Feed) bool { return !f.ArchivedAt.IsZero() }), err
}

type feedCheck struct {
	URL      string `arg:"" name:"url" help:"Address of the feed."`
	Internal bool   `help:"It may be on a private network."`
	JSON     bool   `help:"Print all that is read, as JSON."`
}

func (feedCheck) Help() string {
	return `Shows the items as Bode reads them, with their categories, so that you can write the mapping to topics. Needs no database.

Example:

    bode feed check https://www.example.nl/feed`
}

func (cmd feedCheck) Run(ctx context.Context, p *program) error {
	if u, err := url.Parse(cmd.URL); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return newsletter.Errorf(newsletter.Invalid, "usage", "%q is not a web address; it begins with https://", cmd.URL)
	}
	c, err := p.configure(config.ForTools)
	if err != nil {
		return err
	}
	client := feed.NewClient(feed.Options{PublicURL: publicURL(c), Version: thisVersion().Version, Zone: c.Zone})
	fetch := client.Fetch(ctx, &newsletter.Feed{URL: cmd.URL, Internal: cmd.Internal}, p.now())
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case fetch.Error != "":
		return newsletter.Errorf(newsletter.Unavailable, "feed_failed", "%s: %w", cmd.URL, errors.New(fetch.Error))
	case cmd.JSON:
		return p.printJSON(fetch.Items)
	}
	if fetch.MovedTo != "" {
		fmt.Fprintf(p.err, "bode: this feed has moved for good to %s\n", fetch.MovedTo)
	}
	rows := make([][]string, len(fetch.Items))
	for i, item := range fetch.Items {
		rows[i] = []string{minute(item.Published, c), strings.Join(item.Categories, ", "), minute(item.StartsAt, c), item.Title}
	}
	return p.printTable([]string{"DATE", "CATEGORIES", "EVENT", "TITLE"}, rows)
}

func publicURL(c *config.Config) string {
	if c.PublicURL == nil {
		return ""
	}
	return c.PublicURL.String()
}

type feedWake struct {
	List string `arg:"" help:"Name of the list."`
	Feed string `arg:"" help:"Name of the feed."`
}

func (feedWake) Help() string {
	return `The program that is running asks the feed within a few seconds.

Example:

    bode feed wake nieuwe-democratie website`
}

func (cmd feedWake) Run(ctx context.Context, p *program) error {
	return p.withDatabase(ctx, func(_ *config.Config, s *store.Store) error {
		list, err := s.ListByName(ctx, cmd.List)
		if err != nil {
			return err
		}
		feeds, err := feedsInUse(ctx, s, list.ID)
		if err != nil {
			return err
		}
		for _, f := range feeds {
			if f.Name == cmd.Feed {
				return s.WakeFeed(ctx, f.ID, p.operator(), p.now())
			}
		}
		return newsletter.Errorf(newsletter.NotFound, "not_found", "the list %s has no feed %s", cmd.List, cmd.Feed)
	})
}
