package digest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"bode.example/internal/digest"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// titles is a composer whose letters name what a digest says. It stands in for the real one, which
// has tests of its own, and refuses digests whose introduction is "broken", or in a language.
type titles struct {
	made    atomic.Int64
	refuses newsletter.Language
	panics  newsletter.Language
}

var errTemplate = errors.New("the template is broken")

func (c *titles) Compose(_ context.Context, d *newsletter.Digest) (letter []byte, subject, web string, err error) {
	if d.Edition.Introduction == "broken" || c.refuses == d.Language {
		return nil, "", "", errTemplate
	}
	if c.panics == d.Language {
		panic("the template panics")
	}
	c.made.Add(1)
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s:", d.Language, d.Layout)
	for _, p := range d.Posts {
		b.WriteString(" " + p.Title)
	}
	for _, topic := range d.NewTopics {
		b.WriteString(" new:" + topic.Name)
	}
	for _, p := range d.Away {
		b.WriteString(" away:" + p.Title)
	}
	return []byte(b.String()), d.List.Name, d.VariantID.String(), nil
}

func digester(s digest.Store) *digest.Digester {
	return &digest.Digester{Store: s, Composer: &titles{}, Log: slog.New(slog.DiscardHandler)}
}

// office is a World with a digester at work in it.
type office struct {
	*storetest.World
	*digest.Digester
	t testing.TB
	s *store.Store
}

func newOffice(t testing.TB, s *store.Store) *office {
	t.Helper()
	return &office{World: storetest.NewWorld(t, s), Digester: digester(s), t: t, s: s}
}

func (o *office) tick(now time.Time) {
	o.t.Helper()
	if err := o.Tick(o.t.Context(), now); err != nil {
		o.t.Fatal(err)
	}
}

// letters returns what each subscription was handed, in order.
func (o *office) letters(now time.Time) map[int64][]string {
	o.t.Helper()
	o.World.HandOver(now)
	got := map[int64][]string{}
	rows := o.Rows(`
		SELECT d.subscription_id, v.letter FROM delivery AS d JOIN variant AS v ON v.id = d.variant_id
		WHERE d.state = 'sent' ORDER BY d.edition_id, d.subscription_id`)
	for _, row := range rows {
		got[row[0].(int64)] = append(got[row[0].(int64)], string(row[1].([]byte)))
	}
	return got
}

// states returns the states and reasons of the list's editions, oldest slot first.
func (o *office) states() (states []string) {
	o.t.Helper()
	for _, row := range o.Rows(`SELECT state, reason FROM edition ORDER BY COALESCE(scheduled_for, created_at), id`) {
		states = append(states, strings.TrimSpace(text(row[0])+" "+text(row[1])))
	}
	return states
}

func text(v any) string {
	if b, ok := v.([]byte); ok {
		return string(b)
	}
	return v.(string)
}
