package storetest

import (
	"context"
	"database/sql"
	"slices"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/migrations"
)

// States watches a database: its own triggers note every change of the state of a delivery or an
// edition, whoever makes it, also a program in another process. Verify compares the ways that were
// gone with those that docs/states.md draws.
type States struct {
	t  testing.TB
	db *sql.DB
}

// WatchStates begins to watch.
func WatchStates(t testing.TB, db *sql.DB, engine migrations.Engine) *States {
	t.Helper()
	w := &States{t: t, db: db}
	w.do(`CREATE TABLE transition (noun TEXT NOT NULL, was TEXT NOT NULL, became TEXT NOT NULL)`)
	for _, noun := range []string{"delivery", "edition"} {
		if engine == migrations.SQLite {
			w.do(`CREATE TRIGGER watch_` + noun + ` AFTER UPDATE OF state ON ` + noun + ` WHEN OLD.state <> NEW.state BEGIN
				INSERT INTO transition VALUES ('` + noun + `', OLD.state, NEW.state); END`)
			w.do(`CREATE TRIGGER watch_new_` + noun + ` AFTER INSERT ON ` + noun + ` BEGIN
				INSERT INTO transition VALUES ('` + noun + `', '[*]', NEW.state); END`)
			continue
		}
		w.do(`CREATE FUNCTION watch_` + noun + `() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN
			INSERT INTO transition VALUES ('` + noun + `', CASE WHEN TG_OP = 'INSERT' THEN '[*]' ELSE OLD.state END, NEW.state); RETURN NEW; END $$`)
		w.do(`CREATE TRIGGER watch_` + noun + ` AFTER UPDATE OF state ON ` + noun + ` FOR EACH ROW WHEN (OLD.state <> NEW.state)
			EXECUTE FUNCTION watch_` + noun + `()`)
		w.do(`CREATE TRIGGER watch_new_` + noun + ` AFTER INSERT ON ` + noun + ` FOR EACH ROW EXECUTE FUNCTION watch_` + noun + `()`)
	}
	return w
}

// WatchStates watches the World's database.
func (w *World) WatchStates() *States {
	w.t.Helper()
	return WatchStates(w.t, w.raw(), w.s.Engine())
}

func (w *States) do(statement string) {
	w.t.Helper()
	if _, err := w.db.ExecContext(w.t.Context(), statement); err != nil {
		w.t.Fatal(err)
	}
}

// Verify fails the test for every way that is not drawn, and when fewer than least ways were gone: then
// the test looked at too little. It returns how often each way was gone.
func (w *States) Verify(least int) map[string]int {
	w.t.Helper()
	rows, err := w.db.QueryContext(context.Background(), `SELECT noun, was, became, COUNT(*) FROM transition GROUP BY noun, was, became`)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	ways := map[string]int{}
	for rows.Next() {
		var noun, was, became string
		var times int
		if err := rows.Scan(&noun, &was, &became, &times); err != nil {
			w.t.Fatal(err)
		}
		ways[noun+" "+was+" --> "+became] = times
		if !drawn(noun, was, became) {
			w.t.Errorf("%s: %s became %s, %d times, which is not drawn", noun, was, became, times)
		}
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	if len(ways) < least {
		w.t.Errorf("only %d ways were gone: %v", len(ways), ways)
	}
	return ways
}

// drawn reports whether the tables of the states hold a way; a test of package newsletter compares them
// with the pictures.
func drawn(noun, was, became string) bool {
	switch {
	case noun == "delivery" && was == "[*]":
		return became == string(newsletter.DeliveryPending)
	case noun == "edition" && was == "[*]":
		return slices.Contains([]string{"draft", "in_review", "missed"}, became)
	case noun == "delivery":
		return newsletter.DeliveryState(was).CanBecome(newsletter.DeliveryState(became))
	default:
		return newsletter.EditionState(was).CanBecome(newsletter.EditionState(became))
	}
}
