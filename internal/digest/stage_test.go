package digest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
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
	HandOver(ctx context.Context, worker string, outcomes []newsletter.Outcome, next []int64, repeat bool, now time.Time) ([]int64, error)
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
	st.tools.Chunk, st.tools.Life = 2, life
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

func (st *stage) personal(p *person, a act) (bool, error) {
	switch a.Do {
	case "confirm":
		return st.confirm(p)
	case "pace", "topics", "language", "pause", "resume":
		return st.settings(p, a)
	case "leave", "undo":
		return st.leaveOrReturn(p, a)
	case "restrict", "lift":
		return st.restrict(p, a.Do == "restrict")
	}
	return false, fmt.Errorf("there is no act %q", a.Do)
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

func (st *stage) publish(a act, draft bool) error {
	post := newsletter.Post{ListID: st.list.ID, Language: newsletter.Dutch, Title: fmt.Sprintf("Bericht %d", len(st.posts)), Topics: st.topicIDs(a.Topics)}
	if draft {
		post.State = newsletter.PostDraft
	}
	if a.Do == "date back" {
		post.PublishedAt = newsletter.At(st.now.AddDate(0, 0, -a.N*10))
	}
	if err := st.s.AddPost(st.ctx, &post, by, st.now); err != nil {
		return err
	}
	if draft {
		st.drafts = append(st.drafts, post.PublicID)
		return nil
	}
	st.model.publish(&modelPost{id: post.ID, topics: a.Topics})
	return nil
}

// topicIDs are the topics of a bit mask.
func (st *stage) topicIDs(mask int) newsletter.IDs {
	var ids []int64
	for i, topic := range st.topics {
		if mask&(1<<i) != 0 {
			ids = append(ids, topic.ID)
		}
	}
	return newsletter.NewIDs(ids...)
}

func (st *stage) mask(ids newsletter.IDs) (mask int) {
	for i, topic := range st.topics {
		if ids.Has(topic.ID) {
			mask |= 1 << i
		}
	}
	return mask
}

func (st *stage) publishDraft(a act) (bool, error) {
	if len(st.drafts) == 0 {
		return false, nil
	}
	i := a.Post % len(st.drafts)
	post, err := st.s.PublishPost(st.ctx, st.drafts[i], by, st.now)
	if err != nil {
		return false, err
	}
	st.drafts = slices.Delete(st.drafts, i, i+1)
	st.model.publish(&modelPost{id: post.ID, topics: st.mask(post.Topics)})
	return true, nil
}

func (st *stage) withdraw(a act) (bool, error) {
	if len(st.posts) == 1 {
		return false, nil
	}
	rank := max(1, len(st.posts)-1-a.Post)
	p := st.posts[rank]
	if p.withdrawn {
		return false, nil
	}
	var id newsletter.PublicID
	if err := st.db.QueryRowContext(st.ctx, `SELECT public_id FROM post WHERE id = $1`, p.id).Scan(&id); err != nil {
		return false, err
	}
	_, err := st.s.WithdrawPost(st.ctx, id, by, st.now)
	p.withdrawn = true
	return true, err
}

// choice is what an act says about pace and topics.
func (st *stage) choice(a act) newsletter.Choice {
	return newsletter.Choice{ListID: st.list.ID, ScheduleID: st.schedules[a.Pace].ID, AllTopics: a.Topics == 7, Topics: st.topicIDs(a.Topics)}
}

// signUp fills the form in; "join" confirms at once. Nobody is a reader before that.
func (st *stage) signUp(p *person, a act) (bool, error) {
	p.choice = st.choice(a)
	p.signup = &newsletter.Signup{Address: p.address, Language: newsletter.Dutch, ExpiresAt: newsletter.At(st.now.AddDate(0, 0, 7)), Choices: []newsletter.Choice{p.choice}}
	if err := st.CreateSignup(st.ctx, p.signup, nil, by, st.now); err != nil {
		return false, err
	}
	decision, err := st.s.DecideSignup(st.ctx, p.signup.ID, st.hashes.All(p.address), by, st.now)
	if err != nil || decision != newsletter.SignupConfirm {
		p.signup = nil
		return false, err
	}
	if a.Do == "sign up" {
		return true, nil
	}
	return st.confirm(p)
}

func (st *stage) confirm(p *person) (bool, error) {
	if p.signup == nil {
		return false, nil
	}
	u := p.signup
	p.signup = nil
	c, err := st.s.ConfirmSignup(st.ctx, u.PublicID, newsletter.Proof{}, st.hashes.All(p.address), by, st.now)
	if newsletter.Is(err, newsletter.Expired) || newsletter.Is(err, newsletter.Conflict) || newsletter.Is(err, newsletter.Forbidden) {
		return false, nil // the link has expired, or the person is restricted
	}
	if err != nil {
		return false, err
	}
	p.choice = u.Choices[0]
	sub := c.Standing[0].Subscription
	p.sub = &sub
	r := st.readers[sub.ID]
	if r == nil {
		r = &modelReader{id: sub.ID, name: fmt.Sprintf("reader %d", sub.ID), owed: map[int]bool{}, had: map[int]int{}}
		st.readers[sub.ID] = r
	}
	st.begin(r, r.state == newsletter.SubscriptionPaused, st.now)
	st.follow(r, p.choice)
	return true, nil
}

// follow tells the model what somebody chose.
func (st *stage) follow(r *modelReader, c newsletter.Choice) {
	r.pace = c.ScheduleID
	topics := st.mask(c.Topics)
	if c.AllTopics {
		topics = allTopics
	}
	st.choose(r, topics)
}

// settings changes one thing on the preferences page.
func (st *stage) settings(p *person, a act) (bool, error) {
	if p.sub == nil {
		return false, nil
	}
	r := st.readers[p.sub.ID]
	if r.state == newsletter.SubscriptionUnsubscribed || r.restricted {
		return false, nil
	}
	wanted := st.choice(a)
	paused := r.state == newsletter.SubscriptionPaused
	if a.Do == "pause" && paused || a.Do == "resume" && !paused {
		return false, nil
	}
	switch a.Do {
	case "pace":
		p.choice.ScheduleID = wanted.ScheduleID
	case "topics":
		p.choice.AllTopics, p.choice.Topics = wanted.AllTopics, wanted.Topics
	case "language":
		p.language = newsletter.Languages()[a.N%2]
	case "pause":
		paused = true
	case "resume":
		paused = false
	}
	form := newsletter.SettingsForm{Language: p.language, Layout: newsletter.Standard, Wishes: []newsletter.Wish{{Choice: p.choice, Paused: paused}}}
	if err := st.s.SaveSettings(st.ctx, p.sub.PublicID, form, by, st.now); err != nil {
		return false, err
	}
	if err := st.sync(); err != nil { // a pause cancels mail, and gives it back
		return false, err
	}
	if paused {
		r.end(newsletter.SubscriptionPaused)
	} else {
		st.begin(r, true, st.now)
	}
	st.follow(r, p.choice)
	return true, nil
}

func (st *stage) leaveOrReturn(p *person, a act) (bool, error) {
	if p.sub == nil {
		return false, nil
	}
	r := st.readers[p.sub.ID]
	if a.Do == "leave" {
		if r.state == newsletter.SubscriptionUnsubscribed {
			return false, nil
		}
		if err := st.Unsubscribe(st.ctx, p.sub.PublicID, false, newsletter.ChannelPage, by, st.now); err != nil {
			return false, err
		}
		if err := st.sync(); err != nil {
			return false, err
		}
		r.end(newsletter.SubscriptionUnsubscribed)
		return true, nil
	}
	if r.state != newsletter.SubscriptionUnsubscribed {
		return false, nil
	}
	err := st.s.ReturnSubscription(st.ctx, p.sub.PublicID, by, st.now)
	if newsletter.Is(err, newsletter.Expired) || newsletter.Is(err, newsletter.Conflict) || newsletter.Is(err, newsletter.Forbidden) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	sub, err := st.s.Subscription(st.ctx, p.sub.PublicID)
	if err != nil {
		return false, err
	}
	if sub.State == newsletter.SubscriptionPaused { // it was, before they left
		r.end(newsletter.SubscriptionPaused)
		return true, nil
	}
	st.begin(r, true, st.now)
	return true, nil
}

// restrict has no method yet that does it for an officer.
func (st *stage) restrict(p *person, yes bool) (bool, error) {
	if p.sub == nil || st.readers[p.sub.ID].restricted == yes {
		return false, nil
	}
	st.readers[p.sub.ID].restricted = yes
	at := newsletter.Time{}
	if yes {
		at = newsletter.At(st.now)
	}
	_, err := st.db.ExecContext(st.ctx, `UPDATE subscriber SET restricted_at = $1 WHERE id = $2`, at, p.sub.SubscriberID)
	return true, err
}

// deliver lets the worker hand over a few mails of every edition, and tells what became of them.
func (st *stage) deliver(a act) (bool, error) {
	lanes, err := st.s.Lanes(st.ctx, st.now)
	if err != nil {
		return false, err
	}
	outcome := map[string]newsletter.DeliveryState{"deliver": newsletter.DeliverySent, "fail": newsletter.DeliveryFailed, "expire": newsletter.DeliveryExpired}[a.Do]
	did := false
	for _, lane := range lanes {
		n, err := st.lane(lane, a.N+1, outcome)
		if err != nil {
			return false, err
		}
		did = did || n > 0
	}
	return did, nil
}

func (st *stage) lane(edition int64, limit int, outcome newsletter.DeliveryState) (int, error) {
	if _, ours := st.editions[edition]; !ours {
		return 0, nil
	}
	claims, err := st.s.ClaimEdition(st.ctx, edition, "w", st.now.Add(time.Minute), st.now, limit)
	if err != nil || len(claims) == 0 {
		return 0, err
	}
	ids := make([]int64, len(claims))
	for i, c := range claims {
		ids[i] = c.ID
	}
	granted, err := st.HandOver(st.ctx, "w", nil, ids, true, st.now)
	if err != nil {
		return 0, err
	}
	var outcomes []newsletter.Outcome
	for _, id := range granted {
		mail := st.mails[id]
		if mail == nil {
			return 0, fmt.Errorf("delivery %d is none that the model knows", id)
		}
		state := outcome
		if claim := claims[slices.Index(ids, id)]; !claim.ExpiresAt.After(st.now) {
			state = newsletter.DeliveryExpired
		}
		if state != newsletter.DeliveryExpired {
			if err := st.handOver(mail); err != nil {
				return 0, err
			}
		}
		outcomes = append(outcomes, newsletter.Outcome{ID: id, State: state})
	}
	for _, id := range ids {
		if mail := st.mails[id]; !slices.Contains(granted, id) && mail.reader.active() && !mail.reader.restricted {
			return 0, fmt.Errorf("promise 2: the gate is closed to %s, who may be mailed", mail.reader.name)
		}
	}
	_, err = st.HandOver(st.ctx, "w", outcomes, nil, true, st.now)
	return len(granted), err
}

// dispose lets an editor push a post of an open edition, or leave it out.
func (st *stage) dispose(a act) (bool, error) {
	e, me, err := st.pick(a, newsletter.EditionDraft, newsletter.EditionInReview)
	if e == nil || err != nil {
		return false, err
	}
	posts, err := st.s.EditionPosts(st.ctx, e, st.now)
	if err != nil {
		return false, err
	}
	if err := st.compare(fmt.Sprintf("the draft of edition %d", e.ID), st.collect(me), posts); err != nil || len(posts) == 0 {
		return false, err
	}
	d := newsletter.PostPushed
	if a.Do == "leave out" {
		d = newsletter.PostLeftOut
	}
	post := posts[a.Post%len(posts)]
	if me.wishes == nil {
		me.wishes = map[int]newsletter.Disposition{}
	}
	me.wishes[st.ranks[post.PostID]] = d
	return true, st.s.DisposePost(st.ctx, e.PublicID, post.PublicID, d, by, st.now)
}

// compare holds an edition's posts against those of the model.
func (st *stage) compare(what string, want map[int]newsletter.Disposition, posts []newsletter.EditionPost) error {
	got := map[int]newsletter.Disposition{}
	for _, p := range posts {
		got[st.ranks[p.PostID]] = p.Disposition
	}
	if !maps.Equal(got, want) {
		return fmt.Errorf("promise 2: %s has the posts %v, and should have %v", what, got, want)
	}
	return nil
}

// pick returns the a.N-th edition in one of the states, and the model's.
func (st *stage) pick(a act, states ...newsletter.EditionState) (*newsletter.Edition, *modelEdition, error) {
	editions, err := st.s.Editions(st.ctx, st.list.ID, 1000)
	if err != nil {
		return nil, nil, err
	}
	editions = slices.DeleteFunc(editions, func(e newsletter.Edition) bool { return !slices.Contains(states, e.State) })
	if len(editions) == 0 {
		return nil, nil, nil
	}
	e := &editions[a.N%len(editions)]
	return e, st.edition(e), nil
}

func (st *stage) edition(e *newsletter.Edition) *modelEdition {
	if st.editions[e.ID] == nil {
		st.editions[e.ID] = &modelEdition{id: e.ID, pace: e.ScheduleID}
	}
	return st.editions[e.ID]
}

// edit lets an editor move an edition on.
func (st *stage) edit(a act) (bool, error) {
	open := []newsletter.EditionState{newsletter.EditionDraft, newsletter.EditionInReview}
	from := map[string][]newsletter.EditionState{
		"approve": open,
		"review":  {newsletter.EditionDraft, newsletter.EditionApproved},
		"cancel":  append(open, newsletter.EditionApproved, newsletter.EditionSending, newsletter.EditionPaused),
		"hold":    {newsletter.EditionSending},
		"go on":   {newsletter.EditionPaused},
	}[a.Do]
	e, _, err := st.pick(a, from...)
	if e == nil || err != nil {
		return false, err
	}
	switch a.Do {
	case "approve":
		return st.approveByHand(e)
	case "review":
		_, err = st.s.ReviewEdition(st.ctx, e.PublicID, by, st.now)
	case "cancel":
		_, err = st.s.CancelEdition(st.ctx, e.PublicID, by, st.now)
	case "hold":
		_, err = st.s.PauseEdition(st.ctx, e.PublicID, by, st.now)
	case "go on":
		_, err = st.s.ResumeEdition(st.ctx, e.PublicID, by, st.now)
	}
	return true, err
}

func (st *stage) approveByHand(e *newsletter.Edition) (bool, error) {
	w := &watched{backend: st.backend, st: st}
	_, err := w.ApproveEdition(st.ctx, e.PublicID, newsletter.Person(newsletter.PublicID{}), st.now)
	if newsletter.Is(err, newsletter.Conflict) && st.wrong == nil {
		return false, nil // there is nothing in it
	}
	if st.wrong != nil {
		err = st.wrong
	}
	return true, err
}

func (st *stage) extra(a act) error {
	e, err := st.s.AddExtraEdition(st.ctx, st.schedules[a.Pace].ID, by, st.now)
	if err != nil {
		return err
	}
	st.extras++
	_, err = st.approveByHand(e)
	return err
}
