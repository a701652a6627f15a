package delivery

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

type claimFunc func(ctx context.Context, worker string, lease, now time.Time, limit int) ([]newsletter.Claim, error)

// batch is how many rows one claim takes.
const batch = 500

// claims is what the claimer hands to the gatekeeper.
type claims struct {
	jobs []*job
	err  error
}

// keepClaimed claims ahead: the next batch is there when the one before is used up. What it holds when
// ctx ends is given back by Store.Unclaim.
func (l *lane) keepClaimed(ctx context.Context) {
	for ctx.Err() == nil {
		got := l.claimOnce(ctx)
		idle := len(got.jobs) == 0 && got.err == nil
		l.endClaims(ctx, idle)
		if idle {
			sleep(ctx, l.rest)
			continue
		}
		select {
		case l.claimed <- got:
		case <-ctx.Done():
			for _, j := range got.jobs {
				l.held.remove(j.claim.ClaimID)
			}
		}
	}
}

func (l *lane) claimOnce(ctx context.Context) claims {
	now := l.worker.Now()
	rows, err := l.claim(ctx, l.worker.Name, now.Add(l.settings.Lease), now, batch)
	if err != nil {
		return claims{err: err}
	}
	all := make([]job, len(rows))
	jobs := make([]*job, len(rows))
	for i := range rows {
		all[i] = job{claim: rows[i], lane: l}
		jobs[i] = &all[i]
	}
	l.held.add(rows)
	l.worker.share(ctx, l.uses)
	return claims{jobs: jobs}
}

// endedTogether is how many claims are over before they are ended while there is work: it is a commit of its own.
const endedTogether = 8

// endClaims ends the claims that are over. What fails here is done when their leases run out.
func (l *lane) endClaims(ctx context.Context, idle bool) {
	least := endedTogether
	if idle {
		least = 1
	}
	over := l.held.ended(least)
	if len(over) == 0 {
		return
	}
	if err := l.worker.Store.EndClaims(ctx, over); err != nil && ctx.Err() == nil {
		l.worker.Log.Debug("claims that are over could not be ended", "claims", len(over), "err", err)
	}
}

// turns claims from the editions in sending, one after the other, a batch each.
func (w *Worker) turns() claimFunc {
	var last int64
	return func(ctx context.Context, worker string, lease, now time.Time, limit int) ([]newsletter.Claim, error) {
		editions, err := w.Store.Lanes(ctx, now)
		if err != nil || len(editions) == 0 {
			return nil, err
		}
		for i := range editions {
			id := editions[(indexAfter(editions, last)+i)%len(editions)]
			claims, err := w.Store.ClaimEdition(ctx, id, worker, lease, now, limit)
			if err != nil || len(claims) > 0 {
				last = id
				return claims, err
			}
		}
		return nil, nil
	}
}

// indexAfter is the place behind id in ids, or the first.
func indexAfter(ids []int64, id int64) int {
	for i := range ids {
		if ids[i] == id {
			return i + 1
		}
	}
	return 0
}
