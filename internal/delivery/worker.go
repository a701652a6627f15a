package delivery

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"bode.example/internal/newsletter"
	"bode.example/mailer"
)

// Store is what a worker needs of the database.
type Store interface {
	Lanes(ctx context.Context, now time.Time) ([]int64, error)
	ClaimEdition(ctx context.Context, editionID int64, worker string, lease, now time.Time, limit int) ([]newsletter.Claim, error)
	ClaimOther(ctx context.Context, worker string, lease, now time.Time, limit int) ([]newsletter.Claim, error)
	HandOver(ctx context.Context, outcomes []newsletter.Outcome, next []newsletter.Held, repeat bool, now time.Time) ([]int64, error)
	ExtendLeases(ctx context.Context, claims []int64, lease time.Time) (int64, error)
	Senders(ctx context.Context, now time.Time) (int, error)
	EndClaims(ctx context.Context, claims []int64) error
	RecoverLeases(ctx context.Context, repeat bool, now time.Time) (pending, uncertain int64, err error)
	Unclaim(ctx context.Context, worker string) (int64, error)
	PutBack(ctx context.Context, held []newsletter.Held, due time.Time) (int64, error)
	StopEdition(ctx context.Context, editionID int64, reason string, since, now time.Time) (bool, error)
}

// Writer writes the message of a claimed delivery.
type Writer interface {
	// Write appends the message to dst.
	Write(ctx context.Context, dst []byte, c *newsletter.Claim, now time.Time) (mailer.Envelope, []byte, error)
}

// Settings are the worker's measures. The zero value of each takes its default.
type Settings struct {
	// Window is how many rows of this process may say "handing over" at a time: what a crash can
	// put in doubt. Default 64; at least 2.
	Window int
	// Connections is how many messages are under way at a time. Default 4.
	Connections int
	// Lease is how long a claim stays a worker's that gives no sign of life. Default 1 minute.
	Lease time.Duration
	// Idle is how long a lane waits at most before it looks around. For mail the editions' lane looks twice
	// as often, and the other one, where somebody may be waiting, five times. Default half a second.
	Idle time.Duration
	// Grace is how long a worker that stops waits for answers under way. Default 30 seconds.
	Grace time.Duration
	// Hold keeps uncertain deliveries for a person to decide; else each is sent once more.
	Hold bool
	// Limits of receiving domains; none without.
	Limits Limits
	// Patience with refusals; default DefaultPatience.
	Patience Patience
}

// otherWindow and otherSenders are the part of window and connections that is kept for mail which
// belongs to no edition.
const (
	otherWindow  = 8
	otherSenders = 2
)

func (s Settings) withDefaults() Settings {
	set := func(d *time.Duration, value time.Duration) {
		if *d <= 0 {
			*d = value
		}
	}
	set(&s.Lease, time.Minute)
	set(&s.Idle, 500*time.Millisecond)
	set(&s.Grace, 30*time.Second)
	set(&s.Patience.Edition, DefaultPatience.Edition)
	set(&s.Patience.Other, DefaultPatience.Other)
	if s.Window <= 0 {
		s.Window = 64
	}
	if s.Connections <= 0 {
		s.Connections = 4
	}
	s.Window = max(s.Window, 2)
	return s
}

// Worker sends what the database says is owed. Several may run, in one process or in many.
type Worker struct {
	Store    Store
	Writer   Writer
	Sender   Sender
	Settings Settings
	// Name is the worker's own, unlike that of any other that ever ran.
	Name string
	Now  func() time.Time
	Log  *slog.Logger
}

// Run works until ctx ends. Then it claims no more, waits for the answers under way, at most for
// Settings.Grace, records them and gives back what it had not begun. It returns an error only when
// that last record could not be made: those rows become uncertain when their lease ends.
func (w *Worker) Run(ctx context.Context) error {
	settings := w.Settings.withDefaults()
	held := newHeld()
	uses := newUses(settings.Limits)
	window := min(otherWindow, settings.Window/2)
	lanes := []*lane{
		{name: "other", claim: w.Store.ClaimOther, priority: true, rest: settings.Idle / 5, window: window, senders: min(otherSenders, window)},
		{name: "editions", claim: w.turns(), rest: settings.Idle / 2, window: settings.Window - window, senders: min(settings.Connections, settings.Window-window), uses: uses},
	}
	// The keeper of the leases outlives the lanes: what is under way at the end is still ours.
	keep, stop := context.WithCancel(context.WithoutCancel(ctx))
	keeper := make(chan struct{})
	go func() {
		defer close(keeper)
		w.keepLeases(keep, held, uses, settings)
	}()
	var group errgroup.Group
	domains := newDomains(w.Log)
	for _, l := range lanes {
		l.worker, l.settings, l.held, l.domains = w, settings, held, domains
		group.Go(func() error { return l.run(ctx) })
	}
	err := group.Wait()
	stop()
	<-keeper
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), settings.Grace)
	defer cancel()
	_, unclaimed := w.Store.Unclaim(end, w.Name)
	return errors.Join(err, unclaimed)
}

// keepLeases gives signs of life for what the worker holds, and takes over from workers that give
// none any more. Claimers are seldom asked when limits are narrow, so it also looks who shares them.
func (w *Worker) keepLeases(ctx context.Context, held *held, uses *uses, settings Settings) {
	tick := time.NewTicker(settings.Lease / 3)
	defer tick.Stop()
	var trust time.Time // before it, others' leases may have run out although they live
	for {
		switch err := w.extend(ctx, held, settings); {
		case ctx.Err() != nil:
			return
		case err != nil:
			w.Log.Error("leases could not be extended", "err", err)
			trust = w.Now().Add(settings.Lease)
		case !w.Now().Before(trust):
			if err := w.recover(ctx, settings); err != nil && ctx.Err() == nil {
				w.Log.Error("dead workers' deliveries could not be taken over", "err", err)
				trust = w.Now().Add(settings.Lease)
			}
		}
		w.share(ctx, uses)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// extend gives a sign of life for what is held.
func (w *Worker) extend(ctx context.Context, held *held, settings Settings) error {
	claims := held.claims()
	if len(claims) == 0 {
		return nil
	}
	n, err := w.Store.ExtendLeases(ctx, claims, w.Now().Add(settings.Lease))
	if err == nil && n < int64(len(claims)) {
		w.Log.Debug("some of what is held is another worker's", "claims", len(claims), "extended", n)
	}
	return err
}

func (w *Worker) recover(ctx context.Context, settings Settings) error {
	pending, uncertain, err := w.Store.RecoverLeases(ctx, !settings.Hold, w.Now())
	if err == nil && pending+uncertain > 0 {
		w.Log.Warn("took over from a worker that died", "pending", pending, "uncertain", uncertain)
	}
	return err
}
