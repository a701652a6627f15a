package digest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"testing"
	"time"

	"bode.example/internal/digest"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
)

// people is how many persons a history is about.
const people = 5

// life is how long the deliveries of a history are good.
const life = 24 * time.Hour

// grace is the grace time of every schedule of a history.
const grace = 6 * time.Hour

// backend is what a history is played on: the store, or a store with a fault.
type backend interface {
	digest.Store
	CreateSignup(ctx context.Context, u *newsletter.Signup, quotas []newsletter.Quota, by newsletter.Actor, now time.Time) error
	Unsubscribe(ctx context.Context, id newsletter.PublicID, all bool, channel string, by newsletter.Actor, now time.Time) error
	HandOver(ctx context.Context, outcomes []newsletter.Outcome, next []newsletter.Held, repeat bool, now time.Time) ([]int64, error)
}

// theatre is a database on which histories are played one after the other, each with a list and
// people of its own.
type theatre struct {
	s      *store.Store
	db     *sql.DB
	hashes *token.Hashes
	now    time.Time // no history begins before the last one's end
	played int
	acts   map[string]int // how often each act had something to do
}

func newTheatre(t testing.TB, s *store.Store) *theatre {
	t.Helper()
	hashes, err := token.NewHashes(token.Suppression, token.NewSecret())
	if err != nil {
		t.Fatal(err)
	}
	return &theatre{s: s, db: storetest.Beside(t, s), hashes: hashes, now: storetest.Start, acts: map[string]int{}}
}

// stage is one history being played.
type stage struct {
	*theatre
	*model
	backend
	ctx       context.Context
	tools     *digest.Digester
	composer  *titles
	list      newsletter.List
	topics    []newsletter.Topic
	schedules []newsletter.Schedule
	opened    time.Time
	persons   []*person
	drafts    []newsletter.PublicID
	extras    int
	wrong     error // what the model saw while the digester was at work
}

// person is somebody who may or may not be a reader.
type person struct {
	address  newsletter.Address
	signup   *newsletter.Signup // not yet confirmed
	choice   newsletter.Choice
	language newsletter.Language
	sub      *newsletter.Subscription
}

var by = newsletter.System("history")

// play plays a history on a backend, and returns what was wrong: a promise that was not kept, or a
// difference from the model.
func (th *theatre) play(ctx context.Context, b backend, history []act) (err error) {
	th.played++
	st := &stage{theatre: th, model: newModel(), backend: b, ctx: ctx}
	if err := st.open(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	for i, a := range history {
		st.now = st.now.Add(time.Second)
		did, err := st.act(a)
		if err == nil {
			err = st.look()
		}
		if err != nil {
			return fmt.Errorf("act %d, %s: %w", i, a, err)
		}
		if did {
			th.acts[a.Do]++
		}
	}
	if err := st.settle(); err != nil {
		return fmt.Errorf("in the end: %w", err)
	}
	return nil
}

// open makes the list with its topics and schedules, and the people.
func (st *stage) open() error {
	// Always a Monday, so that a history means the same whenever it is played.
	st.now = st.now.Truncate(24*time.Hour).AddDate(0, 0, 2)
	for st.now.Weekday() != time.Monday {
		st.now = st.now.AddDate(0, 0, 1)
	}
	st.opened = st.now
	name := fmt.Sprintf("geschiedenis-%d", st.played)
	st.list = newsletter.List{Name: name, Language: newsletter.Dutch, ListID: name + ".voorbeeld.nl", SenderAddress: "post@voorbeeld.nl"}
	if err := st.s.CreateList(st.ctx, &st.list, by, st.now); err != nil {
		return err
	}
	for i := range 3 {
		topic := newsletter.Topic{ListID: st.list.ID, Name: fmt.Sprintf("onderwerp-%d", i)}
		if err := st.s.CreateTopic(st.ctx, &topic, by, st.now); err != nil {
			return err
		}
		st.topics = append(st.topics, topic)
	}
	for _, c := range []newsletter.Schedule{
		{Name: "dagelijks", Cron: "0 8 * * *", Review: newsletter.ReviewAutomatic, Unapproved: newsletter.UnapprovedHold, NextAt: newsletter.At(st.now.Add(8 * time.Hour))},
		{Name: "om de dag", Cron: "0 12 * * 1,3,5", Review: newsletter.ReviewApproval, Unapproved: newsletter.UnapprovedHold, Lead: newsletter.Duration(20 * time.Hour), NextAt: newsletter.At(st.now.Add(12 * time.Hour))},
		{Name: "'s avonds", Cron: "0 18 * * *", Review: newsletter.ReviewApproval, Unapproved: newsletter.UnapprovedSend, Lead: newsletter.Duration(3 * time.Hour), NextAt: newsletter.At(st.now.Add(18 * time.Hour))},
	} {
		c.ListID, c.Zone, c.Empty, c.Grace = st.list.ID, "UTC", newsletter.EmptySkip, newsletter.Duration(grace)
		if err := st.s.CreateSchedule(st.ctx, &c, by, st.now); err != nil {
			return err
		}
		st.schedules = append(st.schedules, c)
	}
	for i := range people {
		st.persons = append(st.persons, &person{language: newsletter.Dutch, address: newsletter.Address(fmt.Sprintf("lezer-%d-%d@voorbeeld.nl", st.played, i))})
	}
	st.tools = digester(&watched{backend: st.backend, st: st})
	st.tools.Chunk, st.tools.Life, st.tools.LetterRoom = 2, life, 1
	st.composer = &titles{}
	st.tools.Composer = st.composer
	return nil
}

// close takes the list out of the way of the histories that follow.
func (st *stage) close() error {
	_, err := st.db.ExecContext(st.ctx, `UPDATE schedule SET archived_at = 1 WHERE list_id = $1`, st.list.ID)
	if err == nil {
		_, err = st.db.ExecContext(st.ctx, `UPDATE list SET state = 'archived' WHERE id = $1`, st.list.ID)
	}
	if err == nil {
		_, err = st.db.ExecContext(st.ctx, `UPDATE edition SET state = 'cancelled', ended_at = 1
			WHERE list_id = $1 AND state IN ('draft', 'in_review', 'approved', 'sending', 'paused')`, st.list.ID)
	}
	return err
}

// act does one act, if there is anything to do it with.
func (st *stage) act(a act) (did bool, err error) {
	switch a.Do {
	case "publish", "date back":
		return true, st.publish(a, false)
	case "draft":
		return true, st.publish(a, true)
	case "publish draft":
		return st.publishDraft(a)
	case "withdraw":
		return st.withdraw(a)
	case "join", "sign up":
		return st.signUp(st.persons[a.Who], a)
	case "hours":
		st.now = st.now.Add(time.Duration(a.N*3+1) * time.Hour)
		return true, nil
	case "days":
		st.now = st.now.AddDate(0, 0, a.N/4+1)
		return true, nil
	case "run":
		return true, st.run(st.now)
	case "slot":
		return true, st.slot(a)
	case "fault": // until it is mended, no letter of that language can be made
		st.composer.refuses = newsletter.Languages()[a.N%2]
		return true, nil
	case "mend":
		did, st.composer.refuses = st.composer.refuses != "", ""
		return did, nil
	case "back":
		return true, st.tick(st.now.Add(-50 * time.Minute))
	case "crash":
		return true, st.crash(a)
	case "deliver", "fail", "expire":
		return st.deliver(a)
	case "push", "leave out":
		return st.dispose(a)
	case "approve", "review", "cancel", "hold", "go on":
		return st.edit(a)
	case "correct":
		return st.correct(a)
	case "extra":
		return true, st.extra(a)
	}
	// Of a person: the first one from a.Who on to whom it can happen.
	for i := range people {
		if did, err = st.personal(st.persons[(a.Who+i)%people], a); did || err != nil {
			break
		}
	}
	return did, err
}

// slot lets the next slot come, and does a round soon after it.
func (st *stage) slot(a act) error {
	hour := []time.Duration{8, 12, 18}[a.Pace] * time.Hour
	at := st.now.Truncate(24 * time.Hour).Add(hour)
	if !at.After(st.now) {
		at = at.AddDate(0, 0, 1)
	}
	st.now = at.Add(time.Duration(a.N*a.N) * time.Minute)
	return st.run(st.now)
}
