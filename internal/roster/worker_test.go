package roster_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/roster"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
)

// desk is a store with a list, and a worker.
type desk struct {
	*storetest.World
	store  *store.Store
	worker *roster.Worker
	now    time.Time
}

func newDesk(t testing.TB, s *store.Store) *desk {
	t.Helper()
	d := &desk{World: storetest.NewWorld(t, s), store: s, now: storetest.Start}
	hashes, err := token.NewHashes(token.Suppression, token.NewSecret())
	if err != nil {
		t.Fatal(err)
	}
	d.worker = &roster.Worker{Store: s, Hashes: hashes, LinkLife: storetest.LinkLife, Zone: time.UTC, Now: func() time.Time { return d.now }, Log: slog.New(slog.DiscardHandler)}
	return d
}

// upload parses and stores a file, with the plan that was guessed.
func (d *desk) upload(t testing.TB, text string) *newsletter.Import {
	t.Helper()
	f, err := roster.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p := plan(f.Columns...)
	p.ScheduleID = d.Weekly.ID
	im := &newsletter.Import{ListID: d.List.ID, FileName: "leden.csv", Head: f.Head, Encoding: f.Encoding, Separator: string(f.Separator), Plan: p}
	if err := d.store.CreateImport(t.Context(), im, f.Rows, storetest.By, d.now); err != nil {
		t.Fatal(err)
	}
	return im
}

// steps works until there is nothing to do.
func (d *desk) steps(t testing.TB) {
	t.Helper()
	for {
		worked, err := d.worker.Step(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !worked {
			return
		}
	}
}

func (d *desk) run(t testing.TB, im *newsletter.Import, p newsletter.ImportPlan) *newsletter.Import {
	t.Helper()
	if err := d.store.PlanImport(t.Context(), im.PublicID, p, storetest.By, d.now); err != nil {
		t.Fatal(err)
	}
	d.steps(t)
	if err := d.store.StartImport(t.Context(), im.PublicID, storetest.By, d.now); err != nil {
		t.Fatal(err)
	}
	d.steps(t)
	im, err := d.store.Import(t.Context(), im.PublicID)
	if err != nil {
		t.Fatal(err)
	}
	return im
}

func people(n int) string {
	var b strings.Builder
	b.WriteString("E-mail;Naam;Onderwerpen\n")
	for i := range n {
		fmt.Fprintf(&b, "lid%d@voorbeeld%d.nl;Lid %[1]d;%[3]s\n", i, i%90, []string{"", "raad", "bewoners, experimenten"}[i%3])
	}
	return b.String()
}

func TestWorkerCarriesImportsOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		im := d.upload(t, people(700)+"lid3@voorbeeld3.nl;;\nniemand;;\n")
		done := d.run(t, im, im.Plan)
		if want := (newsletter.ImportTally{Added: 700, Duplicates: 1, Refused: 1}); done.State != newsletter.ImportDone || done.Tally != want || done.Handled != 702 {
			t.Errorf("%+v", done)
		}
		if sets := storetest.Query(t, s, `SELECT COUNT(DISTINCT topic_set_id), COUNT(*) FROM subscription`); sets[0][0] != "2" || sets[0][1] != "700" {
			t.Errorf("%v", sets)
		}
		if broken, err := s.VerifyConsent(t.Context()); err != nil || broken != 0 {
			t.Errorf("the ledger is broken at %d, %v", broken, err)
		}
	})
}

// Invitations come evenly, so many an hour.
func TestWorkerInvitesSlowly(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		im := d.upload(t, people(10))
		p := im.Plan
		p.Invite, p.PerHour = true, 120
		d.run(t, im, p)
		for minute, want := range []string{"2", "4", "6", "8", "10", "10"} {
			if got := storetest.Query(t, s, `SELECT COUNT(*) FROM signup WHERE channel = 'invitation'`)[0][0]; got != want {
				t.Errorf("after %d minutes %s are invited, want %s", minute, got, want)
			}
			d.now = d.now.Add(time.Minute)
			d.steps(t)
		}
		if done, err := s.Import(t.Context(), im.PublicID); err != nil || done.State != newsletter.ImportDone || done.Tally.Invited != 10 {
			t.Errorf("%+v, %v", done, err)
		}
	})
}

// A worker ends with its context, and finds the house in order by then.
func TestWorkerEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s)
		d.upload(t, people(3))
		d.now = d.now.Add(roster.Keep)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { d.worker.Run(ctx); close(ended) }()
		deadline := time.Now().Add(time.Minute)
		for storetest.Query(t, s, `SELECT COUNT(*) FROM import_row`)[0][0] != "0" {
			if time.Now().After(deadline) {
				t.Fatal("a file that nobody ran is still there after its time")
			}
			time.Sleep(10 * time.Millisecond)
		}
		stop()
		<-ended
	})
}
