package store

import (
	"context"
	"time"

	"bode.example/internal/newsletter"
)

// Readers returns the distinct combinations among the people who would get an edition of a schedule now. With a
// hundred thousand of them it takes most of a second: pages keep it for a while.
func (s *Store) Readers(ctx context.Context, scheduleID int64) (readers []newsletter.Combination, err error) {
	err = s.read(ctx, func(t *tx) (err error) {
		readers, err = t.readers(scheduleID)
		return err
	})
	return readers, err
}

// Rehearse reads what must be known to decide what readers would get of an edition if it left now: as it is
// frozen, or, while it follows its posts, as they would be frozen. An edition without an id stands for a slot
// of its schedule that has none yet. It changes nothing.
func (s *Store) Rehearse(ctx context.Context, e *newsletter.Edition, readers []newsletter.Combination, now time.Time) (*newsletter.Release, error) {
	return s.rehearse(ctx, e, readers, whole, now)
}

// Outlook is Rehearse for those who only count and name: posts that are not frozen come without summary and HTML.
func (s *Store) Outlook(ctx context.Context, e *newsletter.Edition, readers []newsletter.Combination, now time.Time) (*newsletter.Release, error) {
	return s.rehearse(ctx, e, readers, named, now)
}

func (s *Store) rehearse(ctx context.Context, e *newsletter.Edition, readers []newsletter.Combination, content string, now time.Time) (*newsletter.Release, error) {
	var r *newsletter.Release
	err := s.read(ctx, func(t *tx) (err error) {
		if e.State.Follows() {
			r, err = t.unreleased(e, readers, content, now)
		} else {
			r, err = t.release(e.ID, readers)
		}
		return err
	})
	return r, err
}

// unreleased is the release of an edition as it would be, if it were approved now.
func (t *tx) unreleased(e *newsletter.Edition, readers []newsletter.Combination, content string, now time.Time) (*newsletter.Release, error) {
	r := &newsletter.Release{Edition: *e, Readers: readers}
	if err := t.get(&r.List, `SELECT `+listColumns+` FROM list WHERE id = $1`, e.ListID); err != nil {
		return nil, notFound(err, "list", e.ListID)
	}
	if err := t.get(&r.Schedule, `SELECT `+scheduleColumns+` FROM schedule WHERE id = $1`, e.ScheduleID); err != nil {
		return nil, notFound(err, "schedule", e.ScheduleID)
	}
	if err := t.list(&r.Topics, `SELECT `+topicColumns+` FROM topic WHERE list_id = $1 ORDER BY id`, e.ListID); err != nil {
		return nil, err
	}
	var err error
	if r.Original, err = t.original(e); err != nil || r.Original != nil {
		return r, err
	}
	r.Edition.ThroughSeq = r.List.LastSeq
	if r.Posts, err = t.followedWith(e, readers, content, now); err != nil {
		return nil, err
	}
	held := make(map[int64]bool, len(r.Posts))
	for _, p := range r.Posts {
		held[p.PostID] = true
	}
	published, err := t.publishedTo(e.ListID, readers, named)
	for _, p := range published {
		if !held[p.PostID] {
			r.Others = append(r.Others, p)
		}
	}
	return r, err
}
