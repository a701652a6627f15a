package storetest

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/token"
	"bode.example/migrations"
)

// Worker is the actor of the tests' workers.
var Worker = newsletter.System("test")

// LinkLife is how long the confirmation links of a World work.
const LinkLife = 7 * 24 * time.Hour

// All is the choice of everything in the world's list, weekly.
func (w *World) All() newsletter.Choice {
	return newsletter.Choice{ListID: w.List.ID, ScheduleID: w.Weekly.ID, AllTopics: true}
}

// Some is the choice of a few topics, weekly.
func (w *World) Some(topics ...newsletter.Topic) newsletter.Choice {
	c := newsletter.Choice{ListID: w.List.ID, ScheduleID: w.Weekly.ID}
	for _, topic := range topics {
		c.Topics = append(c.Topics, topic.ID)
	}
	c.Topics = newsletter.NewIDs(c.Topics...)
	return c
}

// Hash stands for an address in the suppression list.
func (w *World) Hash(a newsletter.Address) token.Hash { return w.hashes.Current(a) }

// Hashes are those to look for.
func (w *World) Hashes(a newsletter.Address) []token.Hash { return w.hashes.All(a) }

// SignUp fills the form in, without limits.
func (w *World) SignUp(address newsletter.Address, now time.Time, choices ...newsletter.Choice) *newsletter.Signup {
	w.t.Helper()
	u := &newsletter.Signup{Address: address, Language: newsletter.Dutch, WordingHash: w.Words.Hash, PrivacyHash: w.Privacy.Hash,
		FormURL: "https://voorbeeld.nl/", Network: "192.0.2.7/32", Agent: "Test/1", ExpiresAt: newsletter.At(now.Add(LinkLife)), Choices: choices}
	w.check(w.s.CreateSignup(w.t.Context(), u, nil, Worker, now))
	return u
}

// Decide lets the worker look at a sign-up.
func (w *World) Decide(u *newsletter.Signup, now time.Time) newsletter.SignupDecision {
	w.t.Helper()
	decision, err := w.s.DecideSignup(w.t.Context(), u.ID, w.Hashes(u.Address), Worker, now)
	w.check(err)
	return decision
}

// Confirm presses the button of a sign-up's link.
func (w *World) Confirm(u *newsletter.Signup, now time.Time) *newsletter.Confirmation {
	w.t.Helper()
	c, err := w.s.ConfirmSignup(w.t.Context(), u.PublicID, newsletter.Proof{}, w.Hashes(u.Address), newsletter.Person(u.PublicID), now)
	w.check(err)
	return c
}

// Join signs an address up and confirms it, and returns the first subscription.
func (w *World) Join(address newsletter.Address, now time.Time, choices ...newsletter.Choice) newsletter.Subscription {
	w.t.Helper()
	u := w.SignUp(address, now, choices...)
	if d := w.Decide(u, now); d != newsletter.SignupConfirm {
		w.t.Fatalf("%s: decided %q", address, d)
	}
	return w.Confirm(u, now).Standing[0].Subscription
}

// Query runs a query beside the store and returns its rows as text, NULL as "NULL": for what no
// method tells.
func Query(t testing.TB, s *store.Store, query string, args ...any) [][]string {
	t.Helper()
	db := beside(t, s)
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	all := [][]string{}
	for rows.Next() {
		cells, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		row := make([]string, len(cells))
		for i, cell := range cells {
			if row[i] = cell.String; !cell.Valid {
				row[i] = "NULL"
			}
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// Tables are all that the schema has, with how many rows each holds.
func Tables(t testing.TB, s *store.Store) map[string]string {
	t.Helper()
	names := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name NOT LIKE 'goose%'`
	if s.Engine() == migrations.Postgres {
		names = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_name NOT LIKE 'goose%'`
	}
	counts := map[string]string{}
	var each []string
	for _, row := range Query(t, s, names) {
		each = append(each, fmt.Sprintf(`SELECT '%s', COUNT(*) FROM %[1]s`, row[0]))
	}
	for _, row := range Query(t, s, strings.Join(each, " UNION ALL ")) {
		counts[row[0]] = row[1]
	}
	return counts
}
