package digest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"bode.example/internal/newsletter"
)

// watched tells the model what the digester does, while it does it, and compares.
type watched struct {
	backend
	st *stage
}

func (w *watched) ApproveEdition(ctx context.Context, id newsletter.PublicID, who newsletter.Actor, now time.Time) (*newsletter.Edition, error) {
	if err := w.st.sync(); err != nil {
		return nil, w.st.fail(err)
	}
	if err := w.st.strangers(); err != nil {
		return nil, w.st.fail(err)
	}
	e, err := w.backend.ApproveEdition(ctx, id, who, now)
	if err != nil {
		return nil, err
	}
	me := w.st.edition(e)
	if me.corrects != nil {
		return e, nil
	}
	in := w.st.approve(me)
	if in != (e.State == newsletter.EditionApproved) {
		return nil, w.st.fail(fmt.Errorf("promise 2: edition %d became %s, and should have the posts %v", e.ID, e.State, me.posts))
	}
	if !in {
		return e, nil
	}
	posts, err := w.st.s.EditionPosts(ctx, e, now)
	if err != nil {
		return nil, err
	}
	return e, w.st.fail(w.st.compare(fmt.Sprintf("edition %d", e.ID), me.posts, posts))
}

func (w *watched) ReleaseEdition(ctx context.Context, e *newsletter.Edition, v []newsletter.Variant, a []newsletter.Assignment, now time.Time) (bool, error) {
	released, err := w.backend.ReleaseEdition(ctx, e, v, a, now)
	if released {
		w.st.release(w.st.edition(e))
	}
	return released, err
}

func (w *watched) FanOut(ctx context.Context, id int64, limit int, life time.Duration, now time.Time) (newsletter.FanOut, error) {
	me := w.st.editions[id]
	if me == nil { // of another history
		return newsletter.FanOut{Done: true}, nil
	}
	if err := w.st.sync(); err != nil {
		return newsletter.FanOut{}, w.st.fail(err)
	}
	var after, last int64
	if err := w.st.db.QueryRowContext(ctx, `SELECT cursor FROM edition WHERE id = $1`, id).Scan(&after); err != nil {
		return newsletter.FanOut{}, err
	}
	left, err := w.st.leftBehind(id, after)
	if err != nil {
		return newsletter.FanOut{}, err
	}
	out, err := w.backend.FanOut(ctx, id, limit, life, now)
	if err != nil {
		return out, err
	}
	if err := w.st.db.QueryRowContext(ctx, `SELECT cursor FROM edition WHERE id = $1`, id).Scan(&last); err != nil {
		return out, err
	}
	if me.corrects != nil {
		return out, w.st.fail(w.st.corrected(me, after, last, now))
	}
	return out, w.st.fail(w.st.chunk(me, left, after, last, now))
}

// chunk compares the deliveries of one chunk with what the model says that its readers get.
func (st *stage) chunk(me *modelEdition, left map[int64]bool, after, last int64, now time.Time) error {
	made, err := st.deliveries(`d.edition_id = $2 AND d.subscription_id > $3 AND d.subscription_id <= $4`, me.id, after, last)
	if err != nil {
		return err
	}
	for id, r := range st.readers {
		if id <= after || id > last || !r.active() || r.restricted || r.pace != me.pace {
			continue
		}
		var want []int
		if !left[id] {
			want = st.share(me, r)
		}
		var got *modelMail
		for _, d := range made {
			if d.reader == r {
				got = d
			}
		}
		switch {
		case got == nil && len(want) > 0:
			return fmt.Errorf("promise 2: %s gets no mail of edition %d, and should get the posts %v", r.name, me.id, want)
		case got != nil && !slices.Equal(st.exact(me, got.posts), want):
			return fmt.Errorf("promise 2: %s gets the posts %v of edition %d, and should get %v", r.name, got.posts, me.id, want)
		}
	}
	for _, d := range made {
		if d.reader == nil || !d.reader.active() || d.reader.restricted || d.reader.pace != me.pace {
			return fmt.Errorf("promise 4: delivery %d of edition %d is for nobody who should have one", d.id, me.id)
		}
		if d.edition, d.made = me, now; d.reader.since.After(now) {
			d.made = d.reader.since
		}
		st.mails[d.id] = d
	}
	return nil
}

// leftBehind are the readers behind a subscription for whom an edition has no letter, because it could
// not be made. It is a fault where every letter could.
func (st *stage) leftBehind(edition, after int64) (map[int64]bool, error) {
	rows, err := st.db.QueryContext(st.ctx, `
		SELECT s.id FROM subscription AS s JOIN subscriber AS u ON u.id = s.subscriber_id
		JOIN variant_map AS m ON m.edition_id = $1 AND m.reading_id = s.reading_id AND m.topic_set_id = COALESCE(s.topic_set_id, 0)
			AND m.language = u.language AND m.layout = u.layout
		WHERE s.id > $2 AND m.failure <> ''`, edition, after)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	left := map[int64]bool{}
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		left[id] = true
	}
	if len(left) > 0 && st.acts["fault"] == 0 {
		return nil, fmt.Errorf("promise 2: edition %d leaves readers behind whose letter could be made", edition)
	}
	return left, rows.Err()
}

// strangers finds people for whom an edition would be made, who never confirmed or have left.
func (st *stage) strangers() error {
	rows, err := st.db.QueryContext(st.ctx, `SELECT id FROM subscription WHERE list_id = $1 AND state = 'active'`, st.list.ID)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		if r := st.readers[id]; r == nil || !r.active() {
			return fmt.Errorf("promise 4: an edition is made for subscription %d, whose person never confirmed, or has left", id)
		}
	}
	return rows.Err()
}

// deliveries reads the edition deliveries of this history that a condition picks.
func (st *stage) deliveries(condition string, args ...any) ([]*modelMail, error) {
	rows, err := st.db.QueryContext(st.ctx, `
		SELECT d.id, d.subscription_id, d.state, v.posts
		FROM delivery AS d JOIN variant AS v ON v.id = d.variant_id JOIN edition AS e ON e.id = d.edition_id
		WHERE e.list_id = $1 AND `+condition, append([]any{st.list.ID}, args...)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var mails []*modelMail
	for rows.Next() {
		var posts newsletter.IDs
		var subscription int64
		mail := &modelMail{}
		if err := rows.Scan(&mail.id, &subscription, &mail.state, &posts); err != nil {
			return nil, err
		}
		mail.reader = st.readers[subscription]
		for _, id := range posts {
			mail.posts = append(mail.posts, st.ranks[id])
		}
		slices.Sort(mail.posts)
		mails = append(mails, mail)
	}
	return mails, rows.Err()
}

// sync tells the model which mails ended without being handed over, so that it gives them back.
func (st *stage) sync() error {
	open := false
	for _, mail := range st.mails {
		open = open || !mail.state.Ended()
	}
	if !open {
		return nil
	}
	mails, err := st.deliveries(`d.ended_at IS NOT NULL`)
	if err != nil {
		return err
	}
	for _, now := range mails {
		mail := st.mails[now.id]
		if mail == nil || mail.state.Ended() {
			continue
		}
		mail.state = now.state
		switch now.state {
		case newsletter.DeliveryCancelled, newsletter.DeliverySuppressed, newsletter.DeliveryExpired:
			st.giveBack(mail)
		}
	}
	return nil
}

// fail keeps what is wrong: the digester would only log it.
func (st *stage) fail(err error) error {
	if err != nil && st.wrong == nil {
		st.wrong = err
	}
	return err
}

func (st *stage) tick(now time.Time) error {
	err := st.tools.Tick(st.ctx, now)
	if st.wrong != nil {
		return st.wrong
	}
	if errors.Is(err, errCrash) || errors.Is(err, errTemplate) {
		return nil
	}
	return err
}

// run does a round of the digester, and holds promise 1 against what there is then.
func (st *stage) run(now time.Time) error {
	if err := st.tick(now); err != nil {
		return err
	}
	return st.periods(now)
}

// crash does a round that breaks off after some calls, and another one somewhat later.
func (st *stage) crash(a act) error {
	whole := st.tools.Store
	st.tools.Store = &faulty{Store: whole, left: a.N + a.Post + 1, after: a.Pace > 0}
	err := st.tick(st.now)
	st.tools.Store = whole
	return err
}

// look lets the model follow what happened beside it.
func (st *stage) look() error {
	if st.wrong != nil {
		return st.wrong
	}
	return st.sync()
}
