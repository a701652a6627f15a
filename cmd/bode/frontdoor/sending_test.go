package frontdoor_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/mail"
	"strings"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/store/storetest"
	"bode.example/migrations"
)

// sending is a site with many readers of one list, and what the relay and the database say of each
// edition that goes to them.
type sending struct {
	*site
	settings []string // --set of every process
	window   int
	states   *storetest.States
	readers  []string
	editions []sentEdition
}

// sentEdition is an edition by its title, which is the subject of its letters.
type sentEdition struct{ id, title string }

// readersLease is how soon others take over from a process that died: longer than a process stalls on
// the slowest machine that we know.
const readersLease = "5s"

// newSending makes a site whose processes are told what is in settings. Its readers joined long ago: that
// they did is written into the database.
func newSending(t *testing.T, engine string, readers, window int, settings ...string) *sending {
	t.Helper()
	return newSendingOn(t, engines[engine], readers, window, settings...)
}

func newSendingOn(t *testing.T, makeEngine func(testing.TB, *program) *engine, readers, window int, settings ...string) *sending {
	t.Helper()
	x := &sending{site: newSite(t, makeEngine, newGateway(t)), window: window}
	for _, setting := range append([]string{fmt.Sprintf("delivery.window=%d", window), "delivery.lease=" + readersLease}, settings...) {
		x.settings = append(x.settings, "--set", setting)
	}
	x.secrets.add("@lezers.example")
	x.subscribe(readers)
	kind := migrations.SQLite
	if x.engine.name == "postgres" {
		kind = migrations.Postgres
	}
	x.states = storetest.WatchStates(t, x.engine.db, kind)
	t.Cleanup(func() {
		if !t.Failed() {
			x.states.Verify(6)
		}
	})
	return x
}

// subscribe writes readers of "wonen", weekly, into the database.
func (x *sending) subscribe(n int) {
	x.t.Helper()
	tx, err := x.engine.db.BeginTx(x.t.Context(), nil)
	if err != nil {
		x.t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	id := func(query string, args ...any) (id int64) {
		x.t.Helper()
		if err := tx.QueryRowContext(x.t.Context(), query+` RETURNING id`, args...).Scan(&id); err != nil {
			x.t.Fatalf("%s: %v", query, err)
		}
		return id
	}
	reading := id(`INSERT INTO reading (list_id, through_seq, told_seq, away_from, away_to, owed_posts)
		SELECT id, last_seq, last_seq, 0, 0, '[]' FROM list WHERE name = 'wonen'`)
	for i := range n {
		address := fmt.Sprintf("lezer%04d@lezers.example", i)
		x.readers = append(x.readers, address)
		subscriber := id(`INSERT INTO subscriber (public_id, address, address_key, language, layout, subject, created_at, changed_at)
			VALUES ($1, $2, $2, 'nl', 'standard', $3, 1, 1)`, newsletter.NewPublicID(), address, newsletter.NewPublicID())
		id(`INSERT INTO subscription (public_id, subscriber_id, list_id, schedule_id, reading_id, state, active_since, created_at, changed_at)
			SELECT $1, CAST($2 AS BIGINT), c.list_id, c.id, CAST($3 AS BIGINT), 'active', 1, 1, 1
			FROM schedule AS c JOIN list AS l ON l.id = c.list_id WHERE l.name = 'wonen' AND c.name = 'wekelijks'`,
			newsletter.NewPublicID(), subscriber, reading)
	}
	if err := tx.Commit(); err != nil {
		x.t.Fatal(err)
	}
}

// next releases one more edition to all readers.
func (x *sending) next() sentEdition {
	x.t.Helper()
	e := sentEdition{title: fmt.Sprintf("Wat de buurt besloot in week %d.", 10+len(x.editions))}
	x.post("wonen", e.title)
	e.id = x.release("wonen", "wekelijks")
	x.editions = append(x.editions, e)
	return e
}

// underWay reports whether a letter of any edition waits or is on its way.
func (x *sending) underWay() bool {
	return x.engine.ask(x.t, `
		SELECT COUNT(*) FROM edition WHERE state IN ('draft', 'approved') OR state = 'cancelled' AND ended_at IS NULL
		OR state IN ('sending', 'paused') AND (fanned_out_at IS NULL
			OR EXISTS (SELECT 1 FROM delivery AS d WHERE d.edition_id = edition.id AND d.state IN ('pending', 'handing_over')))`) != "0"
}

// settle waits until every letter has ended, or is uncertain, however many there are: as long as some do.
func (x *sending) settle() {
	x.t.Helper()
	for x.underWay() {
		waiting := x.waiting()
		eventually(x.t, "one more letter to end", func() bool { return x.waiting() != waiting || !x.underWay() })
	}
}

// waiting is how many letters have not ended.
func (x *sending) waiting() string {
	x.t.Helper()
	return x.engine.ask(x.t, `SELECT COUNT(*) FROM delivery WHERE state IN ('pending', 'handing_over')`)
}

// told is what the database says of one letter.
type told struct {
	state  newsletter.DeliveryState
	doubts int
}

// letterKey names a letter by the title of its edition and its reader.
type letterKey struct{ title, address string }

// database returns what the database says of every letter.
func (x *sending) database() map[letterKey]told {
	x.t.Helper()
	titles := map[string]string{}
	for _, e := range x.editions {
		titles[e.id] = e.title
	}
	rows, err := x.engine.db.QueryContext(x.t.Context(), `
		SELECT e.public_id, p.address, d.state, d.doubts FROM delivery AS d JOIN edition AS e ON e.id = d.edition_id
		JOIN subscription AS s ON s.id = d.subscription_id JOIN subscriber AS p ON p.id = s.subscriber_id`)
	if err != nil {
		x.t.Fatal(err)
	}
	defer rows.Close()
	all := map[letterKey]told{}
	for rows.Next() {
		var id, address string
		var is told
		if err := rows.Scan(&id, &address, &is.state, &is.doubts); err != nil {
			x.t.Fatal(err)
		}
		all[letterKey{titles[id], address}] = is
	}
	if err := rows.Err(); err != nil {
		x.t.Fatal(err)
	}
	return all
}

// arrived returns the Message-IDs of every letter that the relay took, in the order in which they came.
func (x *sending) arrived() map[letterKey][]string {
	x.t.Helper()
	all := map[letterKey][]string{}
	for _, m := range x.relay.Messages() {
		parsed, err := mail.ReadMessage(bytes.NewReader(m.Data))
		if err != nil {
			x.t.Fatalf("a letter to %s can't be read: %v", m.To, err)
		}
		key := letterKey{parsed.Header.Get("Subject"), strings.ToLower(m.To)}
		all[key] = append(all[key], parsed.Header.Get("Message-Id"))
	}
	return all
}

// counts are what came of all letters.
type counts struct {
	letters  int
	lost     int // the relay never took it, and no editor is told
	missing  int // the relay never took it, and it stands among the uncertain
	repeated int // copies above one
	doubts   int
	open     int // uncertain now
}

// count compares relay and database, letter by letter.
func (x *sending) count() (c counts) {
	x.t.Helper()
	database, arrived := x.database(), x.arrived()
	for _, e := range x.editions {
		for _, address := range x.readers {
			key := letterKey{e.title, address}
			is, there := database[key]
			ids := arrived[key]
			c.letters++
			c.doubts += is.doubts
			c.repeated += max(0, len(ids)-1)
			switch {
			case !there:
				x.t.Errorf("%v: there is no delivery", key)
			case is.state == newsletter.DeliveryUncertain:
				c.open++
				if len(ids) == 0 {
					c.missing++
				}
			case len(ids) == 0:
				c.lost++
				x.t.Errorf("%v is lost: the database says %s", key, is.state)
			}
			if len(ids) > is.doubts+1 {
				x.t.Errorf("%v came %d times, with %d doubts", key, len(ids), is.doubts)
			}
			for _, id := range ids {
				if id != ids[0] {
					x.t.Errorf("%v comes again under another Message-ID", key)
				}
			}
		}
	}
	return c
}

// uncertain is what bode edition uncertain lists.
func (x *sending) uncertain(e sentEdition) (addresses []string) {
	x.t.Helper()
	var listed []struct {
		Address string
		Doubts  int
	}
	if err := json.Unmarshal([]byte(x.program.run(x.t, "edition", "uncertain", e.id, "--json")), &listed); err != nil {
		x.t.Fatal(err)
	}
	for _, u := range listed {
		addresses = append(addresses, u.Address)
		if u.Doubts < 1 {
			x.t.Errorf("%s is listed with %d doubts", u.Address, u.Doubts)
		}
	}
	return addresses
}

// decide is the editor with the relay's log at hand: what arrived is dropped, what did not is released.
func (x *sending) decide() {
	x.t.Helper()
	database, arrived := x.database(), x.arrived()
	for _, e := range x.editions {
		listed := x.uncertain(e)
		open := 0
		for _, address := range x.readers {
			if database[letterKey{e.title, address}].state == newsletter.DeliveryUncertain {
				open++
			}
		}
		if len(listed) != open {
			x.t.Errorf("%d letters are listed, and %d are uncertain", len(listed), open)
		}
		verbs := map[string][]string{}
		for _, address := range listed {
			verb := "release-uncertain"
			if len(arrived[letterKey{e.title, address}]) > 0 {
				verb = "drop-uncertain"
			}
			verbs[verb] = append(verbs[verb], address)
		}
		for verb, addresses := range verbs {
			if said := x.program.run(x.t, append([]string{"edition", verb, e.id}, addresses...)...); !strings.Contains(said, fmt.Sprint(len(addresses))) {
				x.t.Errorf("%s of %d says %q", verb, len(addresses), said)
			}
		}
	}
}
