package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/token"
	"bode.example/migrations"
)

// Everybody does everything at once: people come, change their minds, move, leave and are erased;
// feeds are fetched and files applied; editions are made, sent, paused and cancelled; workers hand over,
// fail and die. Afterwards the promises hold, every state was come to by a way that docs/states.md draws,
// and no two transactions had waited for each other.
func TestEverythingAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		x := newCrowd(t, s)
		states := x.WatchStates()
		var all sync.WaitGroup
		const actors, steps = 10, 60
		for actor := range actors {
			all.Go(func() { x.act(rand.New(rand.NewPCG(uint64(actor), 2026)), fmt.Sprintf("w%d", actor), steps) })
		}
		all.Wait()
		x.settle()
		states.Verify(16)
		x.verifyDeliveries()
		x.verifyChains()
		x.verifyNoDeadlock()
	})
}

// crowd is an installation of two lists in which much happens.
type crowd struct {
	*storetest.World
	t     *testing.T
	s     *store.Store
	other newsletter.DeclaredList // the second list, as stored
	feed  newsletter.Feed         // of the second list
	clock atomic.Int64
	done  sync.Map // by the name of a step: how often it did something
}

func newCrowd(t *testing.T, s *store.Store) *crowd {
	t.Helper()
	x := &crowd{World: storetest.NewWorld(t, s), t: t, s: s}
	x.check(x.apply(context.Background(), "eerst"))
	list, err := s.ListByName(t.Context(), "wijkraden")
	x.check(err)
	x.other.List = *list
	schedules, err := s.Schedules(t.Context(), list.ID)
	x.check(err)
	x.other.Schedules = []newsletter.DeclaredSchedule{{Schedule: schedules[0]}}
	x.other.Topics, err = s.Topics(t.Context(), list.ID)
	x.check(err)
	feeds, err := s.Feeds(t.Context(), list.ID)
	x.check(err)
	x.feed = feeds[0]
	_, err = s.SaveFetch(t.Context(), x.fetched(), storetest.Worker, x.now()) // the baseline
	x.check(err)
	return x
}

func (x *crowd) check(err error) {
	x.t.Helper()
	if err != nil {
		x.t.Fatal(err)
	}
}

// now is a moment later each time.
func (x *crowd) now() time.Time {
	return storetest.Start.Add(time.Duration(x.clock.Add(1)) * time.Second)
}

// apply declares the second list, with a description that differs each time.
func (x *crowd) apply(ctx context.Context, description string) error {
	texts := newsletter.Texts{newsletter.Dutch: {Title: "Wijkraden", Description: description}}
	d := newsletter.Declaration{Lists: []newsletter.DeclaredList{{
		List: newsletter.List{Name: "wijkraden", Language: newsletter.Dutch, ListID: "wijkraden.voorbeeld.nl", SenderName: "Wijkraden",
			SenderAddress: "wijk@voorbeeld.nl", Texts: texts},
		Topics: []newsletter.Topic{{Name: "geld", Texts: texts}},
		Feeds:  []newsletter.Feed{{Name: "site", URL: "https://voorbeeld.nl/feed", Interval: newsletter.Duration(time.Hour), Mapping: newsletter.Mapping{"Euro": "geld"}}},
		Schedules: []newsletter.DeclaredSchedule{{Schedule: newsletter.Schedule{Name: "week", Texts: texts, Cron: "0 8 * * 1", Zone: "Europe/Amsterdam",
			Review: newsletter.ReviewAutomatic, Unapproved: newsletter.UnapprovedHold, Empty: newsletter.EmptySkip,
			Grace: newsletter.Duration(time.Hour), NextAt: newsletter.At(storetest.Start)}}},
	}}}
	plan, err := x.s.PlanApply(ctx, d)
	if err != nil {
		return err
	}
	return x.s.Apply(ctx, d, plan.Fingerprint(), true, storetest.By, x.now())
}

func (x *crowd) fetched(titles ...string) *newsletter.Fetch {
	f := &newsletter.Fetch{FeedID: x.feed.ID, URL: x.feed.URL, NextAt: newsletter.At(x.now()), State: newsletter.FeedOK, Read: true}
	for _, title := range titles {
		f.Items = append(f.Items, newsletter.Item{GUID: title, Link: "https://voorbeeld.nl/" + title, Title: title, HTML: "<p>" + title + "</p>", Categories: []string{"Euro"}})
	}
	return f
}

// step is something that an actor may do.
type step struct {
	name   string
	weight int
	do     func(ctx context.Context, r *rand.Rand, worker string) error
}

func (x *crowd) steps() []step {
	return []step{
		{"join", 6, x.join},
		{"settings", 5, x.settings},
		{"leave", 3, x.leave},
		{"return", 2, x.comeBack},
		{"move", 2, x.move},
		{"erase", 1, x.erase},
		{"suppress", 1, x.suppress},
		{"access", 1, x.access},
		{"publish", 4, x.publish},
		{"withdraw", 1, x.withdraw},
		{"fetch", 3, x.fetch},
		{"apply", 1, x.declare},
		{"edition", 3, x.edition},
		{"slot", 1, x.slot},
		{"release", 4, x.release},
		{"steer", 1, x.steer},
		{"fan out", 5, x.fanOut},
		{"hand over", 8, x.handOver},
		{"finish", 2, x.finish},
		{"forget", 1, x.forget},
	}
}

// act does steps by chance.
func (x *crowd) act(r *rand.Rand, worker string, n int) {
	ctx := context.Background()
	var wheel []step
	for _, s := range x.steps() {
		for range s.weight {
			wheel = append(wheel, s)
		}
	}
	for range n {
		s := wheel[r.IntN(len(wheel))]
		err := s.do(ctx, r, worker)
		switch newsletter.CodeOf(err) {
		case newsletter.Conflict, newsletter.NotFound, newsletter.Expired, newsletter.Used, newsletter.Invalid:
			continue // somebody else was faster
		}
		if err != nil && !strings.Contains(err.Error(), "readers changed during a chunk") {
			x.t.Errorf("%s: %v", s.name, err)
			return
		}
		n, _ := x.done.LoadOrStore(s.name, new(atomic.Int64))
		n.(*atomic.Int64).Add(1)
	}
}

func (x *crowd) address(r *rand.Rand) newsletter.Address {
	return newsletter.Address(fmt.Sprintf("lezer%02d@d%d.voorbeeld.nl", r.IntN(14), r.IntN(2)))
}

// person returns somebody's subscription by chance.
func (x *crowd) person(ctx context.Context, r *rand.Rand) (p *newsletter.Subscriber, subscription newsletter.PublicID, standing []newsletter.Standing, err error) {
	address := x.address(r)
	if p, err = x.s.SubscriberByAddress(ctx, address); err != nil {
		return nil, subscription, nil, err
	}
	d, err := x.s.Dossier(ctx, address, x.Hashes(address), storetest.Worker, x.now())
	if err != nil {
		return nil, subscription, nil, err
	}
	if len(d.Subscriptions) == 0 {
		return nil, subscription, nil, newsletter.Errorf(newsletter.NotFound, "not_found", "nothing there")
	}
	return p, d.Subscriptions[r.IntN(len(d.Subscriptions))].Subscription.PublicID, d.Subscriptions, nil
}

func (x *crowd) choices(r *rand.Rand) []newsletter.Choice {
	first := newsletter.Choice{ListID: x.List.ID, ScheduleID: x.Daily.ID, AllTopics: true}
	if r.IntN(2) == 0 {
		first = x.Some(x.Council, x.Residents)
		first.ScheduleID = x.Daily.ID
	}
	second := newsletter.Choice{ListID: x.other.ID, ScheduleID: x.other.Schedules[0].ID, AllTopics: true}
	switch r.IntN(3) {
	case 0:
		return []newsletter.Choice{first}
	case 1:
		return []newsletter.Choice{second, first}
	}
	return []newsletter.Choice{first, second}
}

func (x *crowd) join(ctx context.Context, r *rand.Rand, _ string) error {
	now, address := x.now(), x.address(r)
	u := &newsletter.Signup{Address: address, Language: newsletter.Languages()[r.IntN(2)], WordingHash: x.Words.Hash, PrivacyHash: x.Privacy.Hash,
		Network: "192.0.2.7/32", ExpiresAt: newsletter.At(now.Add(storetest.LinkLife)), Choices: x.choices(r)}
	quotas := []newsletter.Quota{{Counter: "network", Key: "192.0.2.7/32", Reason: "too_many", Limits: []newsletter.Limit{{Most: 1000, Per: time.Hour}}}}
	if err := x.s.CreateSignup(ctx, u, quotas, storetest.Worker, now); err != nil {
		return err
	}
	if _, err := x.s.DecideSignup(ctx, u.ID, x.Hashes(address), storetest.Worker, x.now()); err != nil {
		return err
	}
	var both errgroup.Group
	for range 2 { // a scanner presses it too
		both.Go(func() error {
			_, err := x.s.ConfirmSignup(ctx, u.PublicID, newsletter.Proof{}, x.Hashes(address), newsletter.Person(u.PublicID), x.now())
			return err
		})
	}
	return both.Wait()
}

func (x *crowd) settings(ctx context.Context, r *rand.Rand, _ string) error {
	p, id, standing, err := x.person(ctx, r)
	if err != nil {
		return err
	}
	form := newsletter.SettingsForm{Name: p.Name, Language: newsletter.Languages()[r.IntN(2)], Layout: []newsletter.Layout{newsletter.Standard, newsletter.Large}[r.IntN(2)]}
	for _, s := range standing {
		if s.Subscription.State == newsletter.SubscriptionUnsubscribed {
			continue
		}
		wish := newsletter.Wish{Choice: s.Choice(), Paused: r.IntN(4) == 0}
		if s.Subscription.ListID == x.List.ID {
			wish.Choice = x.choices(r)[0]
			wish.ListID, wish.ScheduleID = x.List.ID, []int64{x.Daily.ID, x.Weekly.ID}[r.IntN(2)]
			if !wish.AllTopics && wish.Topics == nil {
				wish.AllTopics = true
			}
		}
		if wish.Paused && r.IntN(2) == 0 {
			wish.Until = newsletter.At(x.now())
		}
		form.Wishes = append(form.Wishes, wish)
	}
	return x.s.SaveSettings(ctx, id, form, newsletter.Person(p.PublicID), x.now())
}

func (x *crowd) leave(ctx context.Context, r *rand.Rand, _ string) error {
	p, id, _, err := x.person(ctx, r)
	if err != nil {
		return err
	}
	return x.s.Unsubscribe(ctx, id, r.IntN(2) == 0, newsletter.ChannelOneClick, newsletter.Person(p.PublicID), x.now())
}

func (x *crowd) comeBack(ctx context.Context, r *rand.Rand, _ string) error {
	p, id, _, err := x.person(ctx, r)
	if err != nil {
		return err
	}
	return x.s.ReturnSubscription(ctx, id, newsletter.Person(p.PublicID), x.now())
}

func (x *crowd) move(ctx context.Context, r *rand.Rand, _ string) error {
	p, _, _, err := x.person(ctx, r)
	if err != nil {
		return err
	}
	to := x.address(r)
	c := &newsletter.AddressChange{SubscriberID: p.ID, NewAddress: to, ExpiresAt: newsletter.At(x.now().Add(time.Hour))}
	if err := x.s.CreateAddressChange(ctx, c, nil, newsletter.Person(p.PublicID), x.now()); err != nil {
		return err
	}
	if _, err := x.s.DecideAddressChange(ctx, c.ID, x.Hashes(to), storetest.Worker, x.now()); err != nil {
		return err
	}
	if _, err := x.s.ConfirmAddress(ctx, c.PublicID, x.Hashes(to), newsletter.Person(p.PublicID), x.now()); err != nil {
		return err
	}
	if r.IntN(2) == 0 {
		_, err = x.s.UndoAddress(ctx, c.PublicID, x.Hashes(p.Address), newsletter.Person(p.PublicID), x.now())
	}
	return err
}

func (x *crowd) erase(ctx context.Context, r *rand.Rand, _ string) error {
	_, err := x.s.Erase(ctx, x.address(r), func(a newsletter.Address) token.Hash { return x.Hash(a) }, storetest.By, x.now())
	return err
}

func (x *crowd) suppress(ctx context.Context, r *rand.Rand, _ string) error {
	if r.IntN(3) > 0 {
		return nil // else nobody is left
	}
	address := x.address(r)
	why := []newsletter.SuppressionReason{newsletter.SuppressedBounce, newsletter.SuppressedComplaint}[r.IntN(2)]
	return x.s.Suppress(ctx, address, x.Hash(address), why, time.Time{}, storetest.By, x.now())
}

func (x *crowd) access(ctx context.Context, r *rand.Rand, _ string) error {
	key := x.address(r).Key()
	l := &newsletter.AccessLink{AddressKey: &key, Language: newsletter.Dutch, ExpiresAt: newsletter.At(x.now().Add(time.Hour))}
	if err := x.s.CreateAccessLink(ctx, l, nil, storetest.Worker, x.now()); err != nil {
		return err
	}
	if sent, err := x.s.DecideAccessLink(ctx, l.ID, storetest.Worker, x.now()); err != nil || !sent {
		return err
	}
	return x.s.UseAccessLink(ctx, l.PublicID, storetest.Worker, x.now())
}

func (x *crowd) publish(ctx context.Context, r *rand.Rand, _ string) error {
	p := newsletter.Post{ListID: x.List.ID, Language: newsletter.Dutch, Title: "Bericht", HTML: "<p>Dag.</p>"}
	if r.IntN(3) == 0 {
		p.Topics = newsletter.NewIDs(x.Council.ID)
	}
	if r.IntN(3) == 0 {
		p = newsletter.Post{ListID: x.other.ID, Language: newsletter.Dutch, Title: "Wijk"}
	}
	return x.s.AddPost(ctx, &p, storetest.By, x.now())
}

func (x *crowd) withdraw(ctx context.Context, r *rand.Rand, _ string) error {
	posts, err := x.s.Posts(ctx, newsletter.PostQuery{ListID: []int64{x.List.ID, x.other.ID}[r.IntN(2)], Limit: 3})
	if err != nil || len(posts) == 0 {
		return err
	}
	p := posts[r.IntN(len(posts))]
	if r.IntN(2) == 0 {
		p.Title += "!"
		return x.s.EditPost(ctx, &p, storetest.By, x.now())
	}
	_, err = x.s.WithdrawPost(ctx, p.PublicID, storetest.By, x.now())
	return err
}

func (x *crowd) fetch(ctx context.Context, r *rand.Rand, _ string) error {
	if _, err := x.s.ClaimDueFeeds(ctx, time.Second, 5, storetest.Worker, x.now()); err != nil {
		return err
	}
	_, err := x.s.SaveFetch(ctx, x.fetched(fmt.Sprintf("nieuws-%d", r.IntN(40)), fmt.Sprintf("nieuws-%d", 40+r.IntN(40))), storetest.Worker, x.now())
	return err
}

func (x *crowd) declare(ctx context.Context, r *rand.Rand, worker string) error {
	return x.apply(ctx, fmt.Sprint(worker, r.IntN(100)))
}

// settle lets everything that goes on come to its end.
func (x *crowd) settle() {
	x.t.Helper()
	ctx, r := x.t.Context(), rand.New(rand.NewPCG(1, 1))
	for range 40 {
		x.clock.Add(3600)
		x.check(x.release(ctx, r, "s"))
		x.check(x.fanOut(ctx, r, "s"))
		x.check(x.handOver(ctx, r, "s"))
		x.check(x.finish(ctx, r, "s"))
	}
}

// verifyDeliveries checks promises 2 and 3 on what is left.
func (x *crowd) verifyDeliveries() {
	x.t.Helper()
	for _, wrong := range []struct{ what, query string }{
		{"an edition that has ended has mail under way", `
			SELECT e.id, e.state, d.id, d.state FROM edition AS e JOIN delivery AS d ON d.edition_id = e.id
			WHERE e.ended_at IS NOT NULL AND d.state IN ('pending', 'handing_over')`},
		{"who left or paused has mail waiting", `
			SELECT s.id, s.state, d.id FROM delivery AS d JOIN subscription AS s ON s.id = d.subscription_id
			WHERE s.state <> 'active' AND d.state = 'pending' AND d.doubts = 0 AND d.attempts = 0`},
		{"an ended delivery says not when", `SELECT id, state FROM delivery WHERE state NOT IN ('pending', 'handing_over', 'uncertain') AND ended_at IS NULL`},
		{"a delivery that has not ended says when", `SELECT id, state FROM delivery WHERE state IN ('pending', 'handing_over') AND ended_at IS NOT NULL`},
		{"a delivery stands where its state doesn't belong", `
			SELECT id, state, apart, claim_id FROM delivery WHERE (claim_id IS NOT NULL) <> (COALESCE(apart, '') = 'claimed')
			OR (state = 'uncertain') <> (COALESCE(apart, '') = 'uncertain') OR apart = 'waiting' AND state <> 'pending'
			OR apart = 'claimed' AND state NOT IN ('pending', 'handing_over') OR edition_id IS NULL AND apart IS NULL AND state = 'pending'`},
		{"a delivery is held by nobody, and nobody can claim it", `
			SELECT d.id, d.state, d.apart FROM delivery AS d WHERE d.state IN ('pending', 'handing_over') AND COALESCE(d.apart, '') <> 'waiting'
			AND NOT EXISTS (SELECT 1 FROM claim AS c WHERE c.id = d.claim_id OR d.apart IS NULL AND c.edition_id = d.edition_id AND d.id > c.after_id AND d.id <= c.through_id)
			AND NOT (d.state = 'pending' AND EXISTS (SELECT 1 FROM lane AS l JOIN edition AS e ON e.id = l.edition_id
				WHERE l.edition_id = d.edition_id AND d.id > l.cursor AND d.id <= e.last_delivery))`},
		{"two claims hold one delivery", `
			SELECT a.id, b.id FROM claim AS a JOIN claim AS b ON a.edition_id = b.edition_id AND a.id < b.id
			WHERE a.after_id < b.through_id AND b.after_id < a.through_id AND a.after_id < a.through_id AND b.after_id < b.through_id`},
		{"a subscriber's subscription is of a list with another's reading", `
			SELECT s.id FROM subscription AS s JOIN reading AS r ON r.id = s.reading_id WHERE r.list_id <> s.list_id`},
		{"evidence of nobody", `
			SELECT e.consent_seq, e.address FROM consent_evidence AS e JOIN consent AS c ON c.seq = e.consent_seq
			WHERE NOT EXISTS (SELECT 1 FROM subscriber AS p WHERE p.subject = c.subject)`},
		{"two posts with one place", `SELECT list_id, seq FROM post WHERE seq IS NOT NULL GROUP BY list_id, seq HAVING COUNT(*) > 1`},
	} {
		if rows := storetest.Query(x.t, x.s, wrong.query); len(rows) > 0 {
			x.t.Errorf("%s: %v", wrong.what, rows)
		}
	}
	had := map[string]bool{}
	for _, row := range storetest.Query(x.t, x.s, `
		SELECT d.subscription_id, v.posts FROM delivery AS d JOIN variant AS v ON v.id = d.variant_id
		WHERE d.state = 'sent' AND d.doubts = 0 AND d.subscription_id IS NOT NULL`) {
		for _, post := range strings.Split(strings.Trim(row[1], "[]"), ",") {
			key := row[0] + " post " + post
			if had[key] {
				x.t.Errorf("subscription %s was sent twice", key)
			}
			had[key] = true
		}
	}
	if len(had) < 20 {
		x.t.Errorf("only %d posts were sent to anybody", len(had))
	}
}

func (x *crowd) verifyChains() {
	x.t.Helper()
	for name, verify := range map[string]func(context.Context) (int64, error){"audit": x.s.VerifyAudit, "consent": x.s.VerifyConsent} {
		if broken, err := verify(x.t.Context()); broken != 0 || err != nil {
			x.t.Errorf("the %s chain is broken at %d, %v", name, broken, err)
		}
	}
}

// verifyNoDeadlock asks PostgreSQL how often it had to give a transaction up.
func (x *crowd) verifyNoDeadlock() {
	x.t.Helper()
	if x.s.Engine() == migrations.SQLite {
		return // one writes at a time
	}
	x.check(x.s.Close()) // connections tell what they counted when they end
	var connected, deadlocks int
	for connected = 1; connected > 0; {
		x.Ask(&connected, `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'bode'`)
	}
	// One may be: an answer that comes late meets another worker's. Both transactions are done in the end.
	if x.Ask(&deadlocks, `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`); deadlocks > 1 {
		x.t.Errorf("%d transactions were given up in a deadlock", deadlocks)
	}
}
