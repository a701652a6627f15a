package store

import (
	"context"
	"maps"
	"time"

	"bode.example/internal/newsletter"
)

const feedColumns = `id, list_id, name, url, internal, interval_us, import_since, mapping, state, etag, last_modified,
	failures, last_error, last_reason, moved_to, baseline_at, fetched_at, next_at, applied_hash, created_at, archived_at`

// CreateFeed makes a feed, and with it topics of its list that its mapping names and that there aren't yet.
// It is due at once, unless NextAt says otherwise.
func (s *Store) CreateFeed(ctx context.Context, f *newsletter.Feed, by newsletter.Actor, now time.Time, topics ...newsletter.Topic) error {
	return s.write(ctx, func(t *tx) error {
		if err := t.addTopics(f.ListID, topics, by, now); err != nil {
			return err
		}
		if err := t.insertFeed(f, now); err != nil {
			return err
		}
		return t.audit(by, now, "feed.create", object{"feed", f.Name}, f)
	})
}

// addTopics makes the topics that a feed's mapping needs.
func (t *tx) addTopics(listID int64, topics []newsletter.Topic, by newsletter.Actor, now time.Time) error {
	for i := range topics {
		topic := topics[i]
		topic.ListID = listID
		if err := t.insertTopic(&topic, now); err != nil {
			return err
		}
	}
	for i := range topics {
		if err := t.audit(by, now, "topic.create", object{"topic", topics[i].Name}, &topics[i]); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) insertFeed(f *newsletter.Feed, now time.Time) error {
	f.CreatedAt = newsletter.At(now)
	if f.State == "" {
		f.State = newsletter.FeedOK
	}
	if f.NextAt.IsZero() {
		f.NextAt = f.CreatedAt
	}
	err := t.get(&f.ID, `
		INSERT INTO feed (list_id, name, url, internal, interval_us, import_since, mapping, state, next_at, applied_hash, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id`,
		f.ListID, f.Name, f.URL, f.Internal, f.Interval, f.ImportSince, f.Mapping, f.State, f.NextAt, f.AppliedHash, f.CreatedAt)
	if err != nil && t.dialect.unique(err) {
		return newsletter.Errorf(newsletter.Conflict, "feed_exists", "the list has a feed named %q already", f.Name)
	}
	return err
}

// Feeds returns a list's feeds, archived ones too, in the order in which they were made.
func (s *Store) Feeds(ctx context.Context, listID int64) ([]newsletter.Feed, error) {
	var feeds []newsletter.Feed
	err := s.reader.SelectContext(ctx, &feeds, `SELECT `+feedColumns+` FROM feed WHERE list_id = $1 ORDER BY id`, listID)
	return feeds, err
}

// Feed returns one feed.
func (s *Store) Feed(ctx context.Context, id int64) (*newsletter.Feed, error) {
	var f newsletter.Feed
	err := s.reader.GetContext(ctx, &f, `SELECT `+feedColumns+` FROM feed WHERE id = $1`, id)
	return &f, notFound(err, "feed", id)
}

// clockSkew is how far the clocks of two processes may differ.
const clockSkew = time.Hour

// ClaimDueFeeds returns feeds that are due, the longest due first, and makes them due again only
// after the lease: so several processes don't ask one source at once, and a feed whose process
// dies is asked again. SaveFetch sets the real next time. A feed that was asked in the future is due
// as well: a clock that was wrong and is right again must not silence it for years.
func (s *Store) ClaimDueFeeds(ctx context.Context, lease time.Duration, limit int, _ newsletter.Actor, now time.Time) ([]newsletter.Feed, error) {
	var feeds []newsletter.Feed
	err := s.write(ctx, func(t *tx) error {
		feeds = nil
		return t.list(&feeds, `
			UPDATE feed SET next_at = $1, fetched_at = CASE WHEN fetched_at > $4 THEN NULL ELSE fetched_at END WHERE id IN (
				SELECT id FROM feed
				WHERE (next_at <= $2 OR fetched_at > $4) AND archived_at IS NULL AND state <> 'disabled'
				AND list_id IN (SELECT id FROM list WHERE state <> 'archived')
				ORDER BY next_at, id LIMIT $3`+t.dialect.skipLocked+`)
			RETURNING `+feedColumns, newsletter.At(now.Add(lease)), newsletter.At(now), limit, newsletter.At(now.Add(clockSkew)))
	})
	return feeds, err
}

// WakeFeed makes a feed due now. One that was disabled, because its source said that it is gone,
// is tried again.
func (s *Store) WakeFeed(ctx context.Context, id int64, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		var name string
		err := t.get(&name, `
			UPDATE feed SET next_at = $2, failures = 0, state = CASE WHEN state = 'disabled' THEN 'ok' ELSE state END
			WHERE id = $1 AND archived_at IS NULL RETURNING name`, id, newsletter.At(now))
		if err != nil {
			return notFound(err, "feed", id)
		}
		return t.audit(by, now, "feed.wake", object{"feed", name}, nil)
	})
}

// SaveFetch records what asking a feed once brought: the feed's new state and, when a document was
// read, its new and changed posts, all or nothing. A post is changed until it is in an edition that
// was approved; one that staff corrected, one that was withdrawn and one that another feed brought
// are left as they are. Nothing is saved when the feed was pointed elsewhere, disabled or archived
// while its source was asked.
func (s *Store) SaveFetch(ctx context.Context, fetch *newsletter.Fetch, by newsletter.Actor, now time.Time) (newsletter.Saved, error) {
	var saved newsletter.Saved
	err := s.write(ctx, func(t *tx) error {
		saved = newsletter.Saved{}
		if fetch.Read { // the list before its feeds, as everywhere
			var list int64
			err := t.get(&list, `SELECT id FROM list WHERE id = (SELECT list_id FROM feed WHERE id = $1)`+t.dialect.forUpdate, fetch.FeedID)
			if err != nil {
				return notFound(err, "feed", fetch.FeedID)
			}
		}
		feed, err := t.lockFeed(fetch.FeedID)
		if err != nil {
			return err
		}
		if feed.URL != fetch.URL || feed.State == newsletter.FeedDisabled || !feed.ArchivedAt.IsZero() {
			return nil
		}
		if fetch.Read {
			if saved, err = t.saveItems(feed, fetch.Items, now); err != nil {
				return err
			}
			saved.Baseline = feed.BaselineAt.IsZero()
		}
		if err := t.recordFetch(fetch, now); err != nil {
			return err
		}
		return t.audit(by, now, "feed.fetch", object{"feed", feed.Name}, saved)
	})
	return saved, err
}

// lockFeed reads a feed and holds its row until the commit.
func (t *tx) lockFeed(id int64) (*newsletter.Feed, error) {
	var f newsletter.Feed
	err := t.get(&f, `SELECT `+feedColumns+` FROM feed WHERE id = $1`+t.dialect.forUpdate, id)
	return &f, notFound(err, "feed", id)
}

func (t *tx) recordFetch(f *newsletter.Fetch, now time.Time) error {
	at := newsletter.At(now)
	if f.Read {
		return t.exec(`
			UPDATE feed SET state = $2, failures = $3, last_error = $4, moved_to = $5, next_at = $6, fetched_at = $7,
				baseline_at = COALESCE(baseline_at, $7), etag = $8, last_modified = $9, last_reason = $10
			WHERE id = $1`, f.FeedID, f.State, f.Failures, f.Error, f.MovedTo, f.NextAt, at, f.ETag, f.Modified, f.Reason)
	}
	return t.exec(`
		UPDATE feed SET state = $2, failures = $3, last_error = $4, moved_to = $5, next_at = $6, fetched_at = $7, last_reason = $8
		WHERE id = $1`, f.FeedID, f.State, f.Failures, f.Error, f.MovedTo, f.NextAt, at, f.Reason)
}

// ChangeFeed gives a feed another address, pace or mapping; its list and name stay. At another source (see
// Moved) it begins anew, as if it had never been asked, and what stands there first is owed to nobody, unless
// ImportSince says so. With another mapping it is read once more, though its source may say that nothing
// changed: posts that are in no edition yet get their topics by it. Topics that the mapping names and that
// there aren't yet are made.
func (s *Store) ChangeFeed(ctx context.Context, f *newsletter.Feed, by newsletter.Actor, now time.Time, topics ...newsletter.Topic) error {
	return s.write(ctx, func(t *tx) error {
		was, err := t.openFeed(f.ID)
		if err != nil {
			return err
		}
		if err := t.addTopics(was.ListID, topics, by, now); err != nil {
			return err
		}
		if err := t.exec(`
			UPDATE feed SET url = $2, internal = $3, interval_us = $4, import_since = $5, mapping = $6 WHERE id = $1`,
			f.ID, f.URL, f.Internal, f.Interval, f.ImportSince, f.Mapping); err != nil {
			return err
		}
		switch {
		case was.URL != f.URL:
			err = t.exec(`
				UPDATE feed SET etag = '', last_modified = '', failures = 0, last_error = '', moved_to = '', state = 'ok', next_at = $2,
					baseline_at = CASE WHEN $3 THEN NULL ELSE baseline_at END
				WHERE id = $1`, f.ID, newsletter.At(now), f.Moved(was))
		case !maps.Equal(was.Mapping, f.Mapping):
			err = t.exec(`UPDATE feed SET etag = '', last_modified = '', next_at = $2 WHERE id = $1`, f.ID, newsletter.At(now))
		}
		if err != nil {
			return err
		}
		return t.audit(by, now, "feed.change", object{"feed", was.Name}, f)
	})
}

// PauseFeed has a feed not be asked until WakeFeed.
func (s *Store) PauseFeed(ctx context.Context, id int64, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		was, err := t.openFeed(id)
		if err != nil {
			return err
		}
		if was.State == newsletter.FeedDisabled {
			return newsletter.Errorf(newsletter.Conflict, "feed_state", "the feed %q is not asked already", was.Name)
		}
		// Without an error: it was us and not the source.
		if err := t.exec(`UPDATE feed SET state = 'disabled', failures = 0, last_error = '', last_reason = '' WHERE id = $1`, id); err != nil {
			return err
		}
		return t.audit(by, now, "feed.pause", object{"feed", was.Name}, nil)
	})
}

// ArchiveFeed ends a feed. The posts that it brought stay.
func (s *Store) ArchiveFeed(ctx context.Context, id int64, by newsletter.Actor, now time.Time) error {
	return s.write(ctx, func(t *tx) error {
		was, err := t.openFeed(id)
		if err != nil {
			return err
		}
		if err := t.exec(`UPDATE feed SET archived_at = $2, applied_hash = '' WHERE id = $1`, id, newsletter.At(now)); err != nil {
			return err
		}
		return t.audit(by, now, "feed.archive", object{"feed", was.Name}, nil)
	})
}

// openFeed is a feed that is not archived, locked behind its list.
func (t *tx) openFeed(id int64) (*newsletter.Feed, error) {
	var list int64
	if err := t.get(&list, `SELECT id FROM list WHERE id = (SELECT list_id FROM feed WHERE id = $1)`+t.dialect.forUpdate, id); err != nil {
		return nil, notFound(err, "feed", id)
	}
	f, err := t.lockFeed(id)
	if err == nil && !f.ArchivedAt.IsZero() {
		err = newsletter.Errorf(newsletter.NotFound, "not_found", "there is no feed %d any more", id)
	}
	return f, err
}
