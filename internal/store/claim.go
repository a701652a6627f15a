package store

import (
	"context"
	"errors"
	"time"

	"bode.example/internal/newsletter"
)

// An edition's deliveries stand in a line, by their ids: the fan-out adds them at its end, in the order of its
// commits, and a claim moves the lane's cursor past the next of them. Nothing is written to them for that. What comes
// back (refused for a while, given back, in doubt) and what belongs to no edition stands apart, as waiting, and is
// found by when it is due. docs/decisions/0083-the-queue-is-a-line-with-a-cursor.md has the reasons.

// openLane puts an edition's cursor where its line will begin: behind all deliveries that there are.
func (t *tx) openLane(editionID int64) error {
	return t.exec(`INSERT INTO lane (edition_id, cursor) SELECT $1, COALESCE(MAX(id), 0) FROM delivery`, editionID)
}

// Lanes returns the editions that have mail to hand over now, the one that waits longest first.
func (s *Store) Lanes(ctx context.Context, now time.Time) ([]int64, error) {
	var editions []int64
	err := s.reader.SelectContext(ctx, &editions, `
		SELECT e.id FROM edition AS e JOIN lane AS l ON l.edition_id = e.id
		WHERE `+openEdition("e")+` AND e.state = 'sending' AND (l.cursor < e.last_delivery OR EXISTS (
			SELECT 1 FROM delivery AS d WHERE d.apart = 'waiting' AND d.edition_id = e.id AND d.due_at <= $1))
		ORDER BY e.released_at, e.id`, newsletter.At(now))
	return editions, err
}

// ClaimEdition gives a worker at most limit of an edition's deliveries until the lease ends: the next of its line, then
// what waits apart. Those to domains that are throttled are put off until that ends, and an edition that isn't
// sending is left alone.
func (s *Store) ClaimEdition(ctx context.Context, editionID int64, worker string, lease, now time.Time, limit int) ([]newsletter.Claim, error) {
	for {
		c := claiming{edition: &editionID, worker: worker, lease: newsletter.At(lease), now: newsletter.At(now), limit: limit}
		open, err := s.look(ctx, &c)
		if err != nil || !open {
			return nil, err
		}
		err = s.write(ctx, func(t *tx) error { return t.claim(&c) })
		if errors.Is(err, errOvertaken) {
			continue
		}
		if err != nil || len(c.claims) > 0 || !c.moved {
			return c.claims, err
		}
	}
}

// ClaimOther gives a worker at most limit of the deliveries that belong to no edition. They are asked for one by
// one and awaited, so no domain is left alone here: what was refused has a time of its own.
func (s *Store) ClaimOther(ctx context.Context, worker string, lease, now time.Time, limit int) ([]newsletter.Claim, error) {
	c := claiming{worker: worker, lease: newsletter.At(lease), now: newsletter.At(now), limit: limit}
	err := s.write(ctx, func(t *tx) error { return t.claim(&c) })
	return c.claims, err
}

// claiming is a claim that is being made.
type claiming struct {
	edition    *int64 // nil: the lane of all other mail
	worker     string
	lease, now newsletter.Time
	limit      int

	after, through int64              // the part of the line that it takes
	line           []newsletter.Claim // what stands there and has not ended

	claims []newsletter.Claim
	moved  bool // it changed something, if only that others are put off
}

// errOvertaken says that another worker took the same part of a line.
var errOvertaken = errors.New("another worker has claimed these")

// look reads the next part of an edition's line; open is false when the edition isn't being sent. It holds nothing up:
// what it finds is claimed only if the cursor stands where it stood, and what changed meanwhile is seen by the gate.
func (s *Store) look(ctx context.Context, c *claiming) (open bool, err error) {
	var at []struct {
		Cursor int64 `db:"cursor"`
		Last   int64 `db:"last_delivery"`
	}
	if err := s.reader.SelectContext(ctx, &at, `
		SELECT l.cursor, e.last_delivery FROM edition AS e JOIN lane AS l ON l.edition_id = e.id
		WHERE e.id = $1 AND e.state = 'sending'`, *c.edition); err != nil || len(at) == 0 {
		return false, err
	}
	c.after, c.through = at[0].Cursor, max(at[0].Cursor, at[0].Last)
	if c.after == c.through {
		return true, nil
	}
	// The ids of a line follow each other, but for those of others between them. So many are looked at as are wanted; more only
	// where that is a gap. PostgreSQL would read the whole line.
	last := c.through
	c.line = make([]newsletter.Claim, 0, min(int64(c.limit), last-c.after))
	for span := int64(c.limit); len(c.line) == 0; span *= 2 {
		c.through = min(c.after+span, last)
		if err := s.reader.SelectContext(ctx, &c.line, lineQuery, *c.edition, c.after, c.through, c.limit); err != nil {
			return false, err
		}
		if c.through == last {
			break
		}
	}
	if len(c.line) == c.limit {
		c.through = c.line[len(c.line)-1].ID
	}
	for i := range c.line {
		d := &c.line[i].Delivery
		d.Kind, d.EditionID, d.State = newsletter.DeliveryEdition, c.edition, newsletter.DeliveryPending
	}
	return true, nil
}

// inLine is the condition that a delivery d of an edition stands in its line and has not been handed over.
// Written as an expression, the edition can't lead an engine away from the ids, of which only a few are looked at.
func inLine(d, edition string) string {
	return d + `.edition_id + 0 = ` + edition + ` AND ` + d + `.state = 'pending' AND ` + d + `.apart IS NULL`
}

// lineQuery reads $4 deliveries of the line of edition $1 at most: after $2, through $3. It asks for no more than the message
// needs and what all in a line have in common doesn't tell: it is the query that reads most.
var lineQuery = `SELECT d.id, d.variant_id, d.subscription_id, d.language, d.domain, d.expires_at, d.created_at, ` + messageColumns + `
	WHERE d.id > $2 AND d.id <= $3 AND ` + inLine("d", "$1") + ` ORDER BY d.id LIMIT $4`

// messageColumns end the columns of a query for claims. The address is read from the subscriber, and nowhere
// earlier: who changed it gets the mail at the new one.
const messageColumns = `COALESCE(d.address, p.address, '') AS to_address, COALESCE(p.name, '') AS to_name,
			COALESCE(p.layout, 'standard') AS to_layout, s.public_id AS subscription_key, p.public_id AS subscriber_key
		FROM delivery AS d
		LEFT JOIN subscription AS s ON s.id = d.subscription_id
		LEFT JOIN subscriber AS p ON p.id = COALESCE(s.subscriber_id, d.subscriber_id)`

// claim takes the part of the line that was looked at, and what waits apart if there is room.
func (t *tx) claim(c *claiming) error {
	c.claims, c.moved = nil, false
	var apart []newsletter.Claim
	if room := c.limit - len(c.line); room > 0 {
		var err error
		if apart, err = t.waiting(c, room); err != nil {
			return err
		}
	}
	if c.moved = len(apart) > 0 || c.through > c.after; !c.moved {
		return nil
	}
	all := c.line
	if len(apart) > 0 {
		all = append(apart, c.line...)
	}
	taken, err := t.putOff(c, all)
	if err != nil {
		return err
	}
	if len(taken) > 0 {
		if err := t.addClaim(c, taken); err != nil {
			return err
		}
	}
	if c.through == c.after {
		return nil
	}
	// Last: another claimer waits no longer for this one than the commit takes.
	return t.one(errOvertaken, `UPDATE lane SET cursor = $3 WHERE edition_id = $1 AND cursor = $2`, *c.edition, c.after, c.through)
}

// The lanes of what waits apart, as conditions.
const (
	editionLane = `edition_id = $3`
	otherLane   = `edition_id IS NULL`
)

// waitingQuery locks what waits apart in a lane and is due at the time $1, $2 at most.
func waitingQuery(d dialect, lane string) string {
	return `
		SELECT id FROM delivery
		WHERE apart = 'waiting' AND ` + lane + ` AND due_at <= $1 AND state = 'pending'
		ORDER BY due_at, id LIMIT $2` + d.skipLocked
}

func (t *tx) waiting(c *claiming, room int) (all []newsletter.Claim, err error) {
	query, args := waitingQuery(t.dialect, otherLane), []any{c.now, room}
	if c.edition != nil {
		query, args = waitingQuery(t.dialect, editionLane), append(args, *c.edition)
	}
	var ids []int64
	if err := t.list(&ids, query, args...); err != nil || len(ids) == 0 {
		return nil, err
	}
	// By their ids, and not in one statement: PostgreSQL would join all deliveries with these.
	err = t.list(&all, `
		SELECT d.id, d.kind, d.edition_id, d.variant_id, d.subscription_id, d.subscriber_id, d.language, d.template,
			d.ref, d.domain, d.state, d.attempts, d.doubts, d.due_at, d.expires_at, d.created_at, `+messageColumns+`
		WHERE d.id `+t.dialect.among("$1")+` ORDER BY d.due_at, d.id`, newsletter.NewIDs(ids...))
	return all, err
}

// putOff lets those of an edition wait whose domain is left alone, until it isn't, and returns the others.
func (t *tx) putOff(c *claiming, all []newsletter.Claim) (taken []newsletter.Claim, err error) {
	if c.edition == nil {
		return all, nil
	}
	var throttled []struct {
		Domain string          `db:"domain"`
		Until  newsletter.Time `db:"until"`
	}
	if err := t.list(&throttled, `SELECT domain, until FROM throttle WHERE until > $1`, c.now); err != nil || len(throttled) == 0 {
		return all, err
	}
	until := map[string]newsletter.Time{}
	for _, h := range throttled {
		until[h.Domain] = h.Until
	}
	off := map[newsletter.Time][]int64{}
	for i := range all {
		if at, left := until[all[i].Domain]; left {
			off[at] = append(off[at], all[i].ID)
			continue
		}
		taken = append(taken, all[i])
	}
	for at, ids := range off {
		if err := t.exec(`
			UPDATE delivery SET apart = 'waiting', due_at = $2 WHERE id `+t.dialect.among("$1")+`
			AND state = 'pending' AND (apart IS NULL OR apart = 'waiting')`, newsletter.NewIDs(ids...), at); err != nil {
			return nil, err
		}
	}
	return taken, nil
}

// addClaim makes the claim of what is taken.
func (t *tx) addClaim(c *claiming, taken []newsletter.Claim) error {
	var id int64
	if err := t.get(&id, `
		INSERT INTO claim (edition_id, worker, lease, after_id, through_id) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
		c.edition, c.worker, c.lease, c.after, c.through); err != nil {
		return err
	}
	line := map[int64]bool{}
	for i := range c.line {
		line[c.line[i].ID] = true
	}
	var apart []int64
	for i := range taken {
		taken[i].ClaimID = id
		if !line[taken[i].ID] {
			apart = append(apart, taken[i].ID)
		}
	}
	c.claims = taken
	if len(apart) == 0 {
		return nil
	}
	return t.exec(`UPDATE delivery SET apart = 'claimed', claim_id = $2 WHERE id `+t.dialect.among("$1")+` AND apart = 'waiting'`,
		newsletter.NewIDs(apart...), id)
}
