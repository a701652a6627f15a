package storetest

import (
	"database/sql"
	"sync"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/migrations"
)

// names are the full names of open stores, which a store keeps to itself: a URL has a password.
var names sync.Map // *store.Store to string

// raw opens the database of s beside it, for what no method does or tells, until the test ends.
func raw(t testing.TB, s *store.Store) *sql.DB {
	t.Helper()
	db := beside(t, s)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// beside opens the database of s; the caller closes it.
func beside(t testing.TB, s *store.Store) *sql.DB {
	t.Helper()
	stored, ok := names.Load(s)
	if !ok {
		t.Fatal("not a store that storetest opened")
	}
	driver, name := "postgres", stored.(string)
	if s.Engine() == migrations.SQLite {
		// It waits for its turn beside the store and its workers.
		driver, name = "sqlite", "file:"+name+"?_pragma=busy_timeout(30000)&_txlock=immediate"
	}
	db, err := sql.Open(driver, name)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// freeze puts a post in an extra edition of a schedule, in the state given, and returns its id.
func freeze(t testing.TB, s *store.Store, schedule newsletter.Schedule, p newsletter.Post, state newsletter.EditionState) (id int64) {
	t.Helper()
	db := raw(t, s)
	at := newsletter.At(Start)
	err := db.QueryRowContext(t.Context(), `
		INSERT INTO edition (public_id, list_id, schedule_id, kind, state, created_at, changed_at)
		VALUES ($1, $2, $3, 'extra', $4, $5, $5) RETURNING id`,
		newsletter.NewPublicID(), schedule.ListID, schedule.ID, string(state), at).Scan(&id)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), `
		INSERT INTO edition_post (edition_id, post_id, position, disposition, seq, public_id, own, title, summary, html, link,
			picture, alt, author, language, published_at, place, topics)
		VALUES ($1, $2, 1, 'in', $3, $4, TRUE, $5, '', '', '', '', '', '', 'nl', $6, '', '[]')`,
		id, p.ID, *p.Seq, p.PublicID, p.Title, p.PublishedAt)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func editionState(t testing.TB, s *store.Store, id int64) (state newsletter.EditionState) {
	t.Helper()
	if err := raw(t, s).QueryRowContext(t.Context(), `SELECT state FROM edition WHERE id = $1`, id).Scan(&state); err != nil {
		t.Fatal(err)
	}
	return state
}
