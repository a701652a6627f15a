package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"bode.example/cmd/bode/config"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

type editionCommand struct {
	List    editionList    `cmd:"" help:"List editions, the newest slot first."`
	Preview editionPreview `cmd:"" help:"Show the mail of an edition."`
	Show    editionShow    `cmd:"" help:"Show an edition: its posts, its variants, and how far it is."`
	Check   editionCheck   `cmd:"" help:"Say what is wrong with an edition before it leaves."`
	Approve editionApprove `cmd:"" help:"Let an edition leave at its slot; an extra one leaves at once."`
	Review  editionReview  `cmd:"" help:"Take an approval back."`
	Pause   editionPause   `cmd:"" help:"Stop an edition that is being sent, within seconds."`
	Resume  editionResume  `cmd:"" help:"Let a paused edition go on."`
	Cancel  editionCancel  `cmd:"" help:"End an edition; what it would have brought stays owed."`
	Extra   editionExtra   `cmd:"" help:"Make an edition without a slot, to send now."`

	Resend  editionResend  `cmd:"" help:"Send once more what was refused for good."`
	Correct editionCorrect `cmd:"" help:"Tell those who got an edition what was wrong in it."`

	Uncertain        editionUncertain        `cmd:"" help:"List messages of which nobody knows whether they arrived."`
	ReleaseUncertain editionReleaseUncertain `cmd:"" help:"Send uncertain messages once more."`
	DropUncertain    editionDropUncertain    `cmd:"" help:"Count uncertain messages as received."`
}

// editionRow is an edition as a list shows it.
type editionRow struct {
	newsletter.Edition
	List     string `json:"list"`
	Schedule string `json:"schedule"`
}

func (r *editionRow) cells(zone *time.Location) []string {
	slot := string(r.Kind)
	if r.Kind == newsletter.EditionSlot {
		slot = r.ScheduledFor.In(zone).Format("2006-01-02 15:04")
	}
	id := "-" // planned: it has none yet
	if !r.PublicID.IsZero() {
		id = r.PublicID.String()
	}
	return []string{id, r.List, r.Schedule, slot, string(r.State), r.Reason}
}

var editionHead = []string{"ID", "LIST", "SCHEDULE", "SLOT", "STATE", "REASON"}

type editionList struct {
	List  string `arg:"" optional:"" help:"Name of a list; all lists otherwise."`
	Limit int    `default:"20" help:"At most so many of each list."`
	JSON  bool   `help:"Print JSON."`
}

func (editionList) Help() string {
	return `The next slot of each active schedule stands on top as planned, until its edition is made: at the slot, or its lead time before. JSON holds editions only.

To look at what a planned one would hold, make an extra edition and preview that (bode edition extra), or give the schedule a lead time.

Example:

    bode edition list nieuwe-democratie --limit 5`
}

func (cmd editionList) Run(ctx context.Context, p *program) error {
	if cmd.Limit < 1 {
		return newsletter.Errorf(newsletter.Invalid, "usage", "--limit must be at least 1")
	}
	return p.withDatabase(ctx, func(c *config.Config, s *store.Store) error {
		lists, err := namedLists(ctx, s, cmd.List)
		if err != nil {
			return err
		}
		rows := []editionRow{}
		for _, l := range lists {
			schedules, err := scheduleNames(ctx, s, l.ID)
			if err != nil {
				return err
			}
			planned, err := plannedEditions(ctx, s, l)
			if err != nil {
				return err
			}
			if !cmd.JSON {
				rows = append(rows, planned...)
			}
			editions, err := s.Editions(ctx, l.ID, cmd.Limit)
			if err != nil {
				return err
			}
			for _, e := range editions {
				rows = append(rows, editionRow{e, l.Name, schedules[e.ScheduleID]})
			}
		}
		if cmd.JSON {
			return p.printJSON(rows)
		}
		cells := make([][]string, len(rows))
		for i := range rows {
			cells[i] = rows[i].cells(c.Zone)
		}
		return p.printTable(editionHead, cells)
	})
}

// editionPlanned is what a list says of a slot whose edition is not made yet; no edition has this state.
const editionPlanned newsletter.EditionState = "planned"

// plannedEditions are the next slots of a list's active schedules.
func plannedEditions(ctx context.Context, s *store.Store, l newsletter.List) (rows []editionRow, err error) {
	schedules, err := s.Schedules(ctx, l.ID)
	if err != nil || l.State != newsletter.ListActive {
		return nil, err
	}
	for _, c := range schedules {
		if c.State == newsletter.ScheduleActive && c.ArchivedAt.IsZero() {
			rows = append(rows, editionRow{newsletter.Edition{ListID: l.ID, ScheduleID: c.ID, Kind: newsletter.EditionSlot,
				ScheduledFor: c.NextAt, State: editionPlanned}, l.Name, c.Name})
		}
	}
	return rows, nil
}

// namedLists returns the list of a name, or all lists without one.
func namedLists(ctx context.Context, s *store.Store, name string) ([]newsletter.List, error) {
	if name == "" {
		return s.Lists(ctx)
	}
	l, err := s.ListByName(ctx, name)
	if err != nil {
		return nil, err
	}
	return []newsletter.List{*l}, nil
}

func scheduleNames(ctx context.Context, s *store.Store, listID int64) (map[int64]string, error) {
	schedules, err := s.Schedules(ctx, listID)
	names := map[int64]string{}
	for _, c := range schedules {
		names[c.ID] = c.Name
	}
	return names, err
}

type editionShow struct {
	ID   string `arg:"" help:"Id of the edition, as bode edition list shows it."`
	JSON bool   `help:"Print JSON."`
}

func (editionShow) Help() string {
	return `While an edition is a draft or in review, its posts are those that it would hold if it were approved now.

Readers whose mail could not be made are left behind: how many of them still wait for the next edition, and why. After the fault is mended, bode edition extra reaches them at once.

Example:

    bode edition show dvqk3f7x2mzj9w4t8s6r5p2n3c --json`
}

// editionView is all that there is to see of an edition.
type editionView struct {
	editionRow
	Posts    []editionPostView                `json:"posts"`
	Variants []store.VariantCount             `json:"variants"`
	Progress map[newsletter.DeliveryState]int `json:"progress"`
	// LeftBehind are readers whose mail could not be made.
	LeftBehind []store.LeftBehind `json:"left_behind"`
}

type editionPostView struct {
	ID          newsletter.PublicID    `json:"id"`
	Disposition newsletter.Disposition `json:"disposition"`
	Title       string                 `json:"title"`
	Link        string                 `json:"link,omitempty"`
}

func (cmd editionShow) Run(ctx context.Context, p *program) error {
	return p.withEdition(ctx, cmd.ID, func(c *config.Config, s *store.Store, e *newsletter.Edition) error {
		view, err := viewEdition(ctx, s, e, p.now())
		if err != nil {
			return err
		}
		if cmd.JSON {
			return p.printJSON(view)
		}
		return view.print(p, c.Zone)
	})
}

func viewEdition(ctx context.Context, s *store.Store, e *newsletter.Edition, now time.Time) (*editionView, error) {
	view := &editionView{editionRow: editionRow{Edition: *e}, Posts: []editionPostView{}}
	list, err := s.List(ctx, e.ListID)
	if err != nil {
		return nil, err
	}
	schedules, err := scheduleNames(ctx, s, e.ListID)
	if err != nil {
		return nil, err
	}
	view.List, view.Schedule = list.Name, schedules[e.ScheduleID]
	posts, err := s.EditionPosts(ctx, e, now)
	if err != nil {
		return nil, err
	}
	for _, post := range posts {
		view.Posts = append(view.Posts, editionPostView{post.PublicID, post.Disposition, post.Title, post.Link})
	}
	if view.Variants, err = s.EditionVariants(ctx, e.ID); err != nil {
		return nil, err
	}
	if view.LeftBehind, err = s.LeftBehind(ctx, e.ID); err != nil {
		return nil, err
	}
	view.Progress, err = s.Progress(ctx, e.ID)
	return view, err
}

func (v *editionView) print(p *program, zone *time.Location) error {
	var posts, variants, left [][]string
	for _, post := range v.Posts {
		posts = append(posts, []string{post.ID.String(), string(post.Disposition), post.Title})
	}
	for _, one := range v.Variants {
		variants = append(variants, []string{string(one.Language), string(one.Layout), strconv.Itoa(len(one.Posts)),
			fmt.Sprint(one.Mails), fmt.Sprint(one.Sent), fmt.Sprint(one.Open), one.Subject})
	}
	for _, one := range v.LeftBehind {
		left = append(left, []string{string(one.Language), string(one.Layout), fmt.Sprint(one.Readers), one.Failure})
	}
	return p.printTables([]section{
		{editionHead, [][]string{v.cells(zone)}},
		{[]string{"POST", "DISPOSITION", "TITLE"}, posts},
		{[]string{"LANGUAGE", "LAYOUT", "POSTS", "MAILS", "SENT", "OPEN", "SUBJECT"}, variants},
		{[]string{"LANGUAGE", "LAYOUT", "LEFT BEHIND", "FAILURE"}, left},
	})
}

// withEdition runs what a command does with one edition.
func (p *program) withEdition(ctx context.Context, id string, do func(*config.Config, *store.Store, *newsletter.Edition) error) error {
	public, err := newsletter.ParsePublicID(id)
	if err != nil {
		return newsletter.Errorf(newsletter.NotFound, "unknown_id", "%q is not the id of an edition: bode edition list shows them", id)
	}
	return p.withDatabase(ctx, func(c *config.Config, s *store.Store) error {
		e, err := s.Edition(ctx, public)
		if err != nil {
			return err
		}
		return do(c, s, e)
	})
}

// editionVerb is a method of the store that moves an edition.
type editionVerb func(context.Context, newsletter.PublicID, newsletter.Actor, time.Time) (*newsletter.Edition, error)

// oneEdition is what a command about one edition is given.
type oneEdition struct {
	ID   string `arg:"" help:"Id of the edition, as bode edition list shows it."`
	JSON bool   `help:"Print the edition as JSON."`
}

// moveEdition does one thing to one edition and says what became of it.
func (p *program) moveEdition(ctx context.Context, one oneEdition, verb func(*store.Store) editionVerb) error {
	return p.withEdition(ctx, one.ID, func(_ *config.Config, s *store.Store, e *newsletter.Edition) error {
		e, err := verb(s)(ctx, e.PublicID, p.operator(), p.now())
		if err != nil {
			return err
		}
		if one.JSON {
			return p.printJSON(e)
		}
		fmt.Fprintf(p.out, "%s %s\n", e.State.Words(), e.PublicID)
		return nil
	})
}

type editionReview struct {
	oneEdition
}

func (editionReview) Help() string {
	return `Example:

    bode edition review dvqk3f7x2mzj9w4t8s6r5p2n3c`
}

func (cmd editionReview) Run(ctx context.Context, p *program) error {
	return p.moveEdition(ctx, cmd.oneEdition, func(s *store.Store) editionVerb { return s.ReviewEdition })
}

type editionPause struct {
	oneEdition
}

func (editionPause) Help() string {
	return `What has been handed over is out; the rest waits for bode edition resume.

Example:

    bode edition pause dvqk3f7x2mzj9w4t8s6r5p2n3c`
}

func (cmd editionPause) Run(ctx context.Context, p *program) error {
	return p.moveEdition(ctx, cmd.oneEdition, func(s *store.Store) editionVerb { return s.PauseEdition })
}

type editionResume struct {
	oneEdition
}

func (editionResume) Help() string {
	return `Example:

    bode edition resume dvqk3f7x2mzj9w4t8s6r5p2n3c`
}

func (cmd editionResume) Run(ctx context.Context, p *program) error {
	return p.moveEdition(ctx, cmd.oneEdition, func(s *store.Store) editionVerb { return s.ResumeEdition })
}

type editionCancel struct {
	oneEdition
}

func (editionCancel) Help() string {
	return `What has been handed over is out. The posts of the others come with the next edition.

Example:

    bode edition cancel dvqk3f7x2mzj9w4t8s6r5p2n3c`
}

func (cmd editionCancel) Run(ctx context.Context, p *program) error {
	return p.moveEdition(ctx, cmd.oneEdition, func(s *store.Store) editionVerb { return s.CancelEdition })
}

type editionExtra struct {
	List     string `arg:"" help:"Name of the list."`
	Schedule string `arg:"" help:"Name of the schedule whose readers get it."`
	JSON     bool   `help:"Print the edition as JSON."`
}

func (editionExtra) Help() string {
	return `Makes a draft with all that is owed to the readers of a schedule. It leaves as soon as it is approved; the next slot brings only what comes after.

Example:

    bode edition extra nieuwe-democratie wekelijks`
}

func (cmd editionExtra) Run(ctx context.Context, p *program) error {
	return p.withDatabase(ctx, func(c *config.Config, s *store.Store) error {
		list, err := s.ListByName(ctx, cmd.List)
		if err != nil {
			return err
		}
		schedules, err := s.Schedules(ctx, list.ID)
		if err != nil {
			return err
		}
		for _, schedule := range schedules {
			if schedule.Name != cmd.Schedule {
				continue
			}
			e, err := s.AddExtraEdition(ctx, schedule.ID, p.operator(), p.now())
			if err != nil {
				return err
			}
			if cmd.JSON {
				return p.printJSON(editionRow{*e, list.Name, schedule.Name})
			}
			fmt.Fprintf(p.out, "%s %s\n", e.State, e.PublicID)
			return nil
		}
		return newsletter.Errorf(newsletter.NotFound, "not_found", "the list %s has no schedule %q", list.Name, cmd.Schedule)
	})
}
