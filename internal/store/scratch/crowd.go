package scratch

import (
	"context"
	"database/sql"
	"fmt"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

// Crowd is many readers of one schedule.
type Crowd struct {
	List     newsletter.List
	Schedule newsletter.Schedule
	Size     int
	// Kinds are what readers differ in; reader n is of kind n modulo their number.
	Kinds []Kind
	// Names are given to the readers in turn.
	Names []string
	At    newsletter.Time
}

// Kind is one combination of what readers choose.
type Kind struct {
	Language newsletter.Language
	Layout   newsletter.Layout
	Topics   newsletter.IDs // nil: all
}

// Address is that of reader n of a crowd, from 0 on: fifty domains take turns.
func Address(n int) string { return fmt.Sprintf("lezer%d@buurt%d.example", n, n%50) }

const fillChunk = 20_000

// The one statement here that differs between the engines: a COPY is many times faster.
const (
	loadSQLite   = `INSERT INTO crowd (n, kind, person, subscription, address, name) VALUES ($1, $2, $3, $4, $5, $6)`
	loadPostgres = `COPY crowd (n, kind, person, subscription, address, name) FROM STDIN`
)

// Fill puts a crowd into the database, whose schema and list must be there. It says after each chunk how
// many there are; tell may be nil.
func (d *Database) Fill(ctx context.Context, c *Crowd, tell func(done int)) error {
	db, err := d.open()
	if err != nil {
		return err
	}
	defer db.Close() // every statement has been answered
	db.SetMaxOpenConns(1)
	reading, err := c.prepare(ctx, db)
	if err != nil {
		return err
	}
	load := loadSQLite
	if store.IsPostgres(d.Name) {
		load = loadPostgres
	}
	for from := 0; from < c.Size; from += fillChunk {
		n := min(fillChunk, c.Size-from)
		if err := c.fill(ctx, db, load, reading, from, n); err != nil {
			return fmt.Errorf("making readers %d to %d: %w", from, from+n, err)
		}
		if tell != nil {
			tell(from + n)
		}
	}
	statements := []string{`DROP TABLE crowd`, `DROP TABLE crowd_kind`}
	if store.IsPostgres(d.Name) {
		statements = append(statements, `VACUUM ANALYZE subscriber, subscription`) // as autovacuum would have done long before the first digest
	}
	for _, statement := range statements {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// prepare makes what readers share: a fresh reading, and the kinds with their topic sets.
func (c *Crowd) prepare(ctx context.Context, db *sql.DB) (reading int64, err error) {
	r := newsletter.FreshReading(c.List.ID, c.List.LastSeq)
	if err := db.QueryRowContext(ctx, `
		INSERT INTO reading (list_id, through_seq, told_seq, away_from, away_to, owed_posts) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
		r.ListID, r.ThroughSeq, r.ToldSeq, r.AwayFrom, r.AwayTo, r.OwedPosts).Scan(&reading); err != nil {
		return 0, err
	}
	for _, statement := range []string{
		`CREATE TABLE crowd_kind (n BIGINT PRIMARY KEY, language TEXT, layout TEXT, topic_set_id BIGINT)`,
		`CREATE TABLE crowd (n BIGINT, kind BIGINT, person TEXT, subscription TEXT, address TEXT, name TEXT)`,
	} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return 0, err
		}
	}
	for n, kind := range c.Kinds {
		var set *int64
		if kind.Topics != nil {
			if err := db.QueryRowContext(ctx, `
				INSERT INTO topic_set (list_id, topics) VALUES ($1, $2)
				ON CONFLICT (list_id, topics) DO UPDATE SET topics = excluded.topics RETURNING id`,
				c.List.ID, kind.Topics).Scan(&set); err != nil {
				return 0, err
			}
		}
		if _, err := db.ExecContext(ctx, `INSERT INTO crowd_kind (n, language, layout, topic_set_id) VALUES ($1, $2, $3, $4)`,
			n, kind.Language, kind.Layout, set); err != nil {
			return 0, err
		}
	}
	return reading, nil
}

// fill makes n readers, the first of which has the number from. Their public ids come from here: no
// engine can draw them in their own form.
func (c *Crowd) fill(ctx context.Context, db *sql.DB, load string, reading int64, from, n int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // nothing is left to roll back after the commit
	rows, err := tx.PrepareContext(ctx, load)
	if err != nil {
		return err
	}
	for i := from; i < from+n; i++ {
		if _, err := rows.ExecContext(ctx, i, i%len(c.Kinds), newsletter.NewPublicID().String(), newsletter.NewPublicID().String(),
			Address(i), c.Names[i%len(c.Names)]); err != nil {
			return err
		}
	}
	if load == loadPostgres {
		if _, err := rows.ExecContext(ctx); err != nil { // the end of a COPY
			return err
		}
	}
	if err := rows.Close(); err != nil { //nolint:sqlclosecheck // what follows needs it closed
		return err
	}
	if _, err := tx.ExecContext(ctx, `
		INSERT INTO subscriber (public_id, address, address_key, name, language, layout, subject, created_at, changed_at)
		SELECT c.person, c.address, c.address, c.name, k.language, k.layout, 'crowd ' || c.person, CAST($1 AS BIGINT), CAST($1 AS BIGINT)
		FROM crowd AS c JOIN crowd_kind AS k ON k.n = c.kind
		ORDER BY c.n`, c.At); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `
		INSERT INTO subscription (public_id, subscriber_id, list_id, schedule_id, topic_set_id, reading_id, state, active_since, created_at, changed_at)
		SELECT c.subscription, u.id, CAST($2 AS BIGINT), CAST($3 AS BIGINT), k.topic_set_id, CAST($4 AS BIGINT), 'active',
			CAST($1 AS BIGINT), CAST($1 AS BIGINT), CAST($1 AS BIGINT)
		FROM crowd AS c JOIN crowd_kind AS k ON k.n = c.kind JOIN subscriber AS u ON u.address_key = c.address ORDER BY c.n`,
		c.At, c.List.ID, c.Schedule.ID, reading); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM crowd`); err != nil {
		return err
	}
	return tx.Commit()
}
