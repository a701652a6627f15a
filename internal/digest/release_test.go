package digest_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"bode.example/internal/digest"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// scales weigh the letters that a digester brings to the store at once.
type scales struct {
	digest.Store
	most, prepared, added int
}

func (s *scales) weigh(variants []newsletter.Variant) {
	octets := 0
	for i := range variants {
		octets += len(variants[i].Letter) + len(variants[i].Web)
	}
	s.most = max(s.most, octets)
}

func (s *scales) PrepareVariants(ctx context.Context, e *newsletter.Edition, v []newsletter.Variant) (bool, error) {
	s.weigh(v)
	s.prepared += len(v)
	return s.Store.PrepareVariants(ctx, e, v)
}

func (s *scales) ReleaseEdition(ctx context.Context, e *newsletter.Edition, v []newsletter.Variant, a []newsletter.Assignment, now time.Time) (bool, error) {
	s.weigh(v)
	return s.Store.ReleaseEdition(ctx, e, v, a, now)
}

func (s *scales) AddVariants(ctx context.Context, e *newsletter.Edition, v []newsletter.Variant, a []newsletter.Assignment) error {
	s.weigh(v)
	s.added += len(v)
	return s.Store.AddVariants(ctx, e, v, a)
}

// large is a composer of letters of a thousand octets.
type large struct{}

const largeLetter = 1000

func (large) Compose(_ context.Context, d *newsletter.Digest) (letter []byte, subject, web string, err error) {
	letter = append([]byte(d.VariantID.String()), make([]byte, largeLetter)...)
	return letter[:largeLetter], "x", "", nil
}

// TestAReleaseHoldsFewLetters gives every reader a choice of topics, a language or a layout of their own: the letters
// that are held at a time have a limit, whatever their number, in a release and in the fan-out.
func TestAReleaseHoldsFewLetters(t *testing.T) {
	const room = 3 * largeLetter
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := newOffice(t, s)
		topics := []newsletter.Topic{o.Council, o.Residents, o.Experiments}
		readers := 0
		for choice := 1; choice < 8; choice++ {
			var chosen []newsletter.Topic
			for i, topic := range topics {
				if choice&(1<<i) != 0 {
					chosen = append(chosen, topic)
				}
			}
			for _, language := range []string{"nl", "en"} {
				o.Reader(language+string(rune('a'+choice)), o.Daily, chosen...)
				o.Do(`UPDATE subscriber SET language = $1 WHERE id = (SELECT MAX(id) FROM subscriber)`, language)
				readers++
			}
		}
		for _, topic := range topics {
			o.Post("Bericht", storetest.Start, topic)
		}
		weighed := &scales{Store: s}
		// Between the release and the fan-out all of them want large letters.
		d := digester(&between{Store: weighed, then: func() { o.Do(`UPDATE subscriber SET layout = 'large'`) }})
		d.Composer, d.LetterRoom = large{}, room
		if err := d.Tick(t.Context(), o.Daily.NextAt.Time); err != nil {
			t.Fatal(err)
		}
		if weighed.most == 0 || weighed.most > room {
			t.Errorf("%d octets of letters were held at once; there is room for %d", weighed.most, room)
		}
		if weighed.prepared < readers-room/largeLetter || weighed.added != readers {
			t.Errorf("%d of %d letters were laid aside, and %d made in the fan-out", weighed.prepared, readers, weighed.added)
		}
		if n := len(o.Rows(`SELECT id FROM delivery`)); n != readers {
			t.Errorf("%d deliveries for %d readers", n, readers)
		}
		if n := len(o.Rows(`SELECT id FROM variant`)); n != 2*readers {
			t.Errorf("%d variants", n)
		}
	})
}

// between does something after a release.
type between struct {
	digest.Store
	then func()
}

func (b *between) ReleaseEdition(ctx context.Context, e *newsletter.Edition, v []newsletter.Variant, a []newsletter.Assignment, now time.Time) (bool, error) {
	released, err := b.Store.ReleaseEdition(ctx, e, v, a, now)
	b.then()
	return released, err
}

// chunks notes how many readers each transaction of a fan-out was to take.
type chunks struct {
	digest.Store
	sizes []int
}

func (c *chunks) FanOut(ctx context.Context, id int64, limit int, life time.Duration, now time.Time) (newsletter.FanOut, error) {
	c.sizes = append(c.sizes, limit)
	out, err := c.Store.FanOut(ctx, id, 1, life, now)
	return out, err
}

// TestTheFanOutBeginsSmall holds that the first letters don't wait for a large transaction.
func TestTheFanOutBeginsSmall(t *testing.T) {
	o := newOffice(t, storetest.SQLite(t))
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		o.Reader(name, o.Daily)
	}
	o.Post("Bericht", storetest.Start)
	steps := &chunks{Store: o.s}
	if err := digester(steps).Tick(t.Context(), o.Daily.NextAt.Time); err != nil {
		t.Fatal(err)
	}
	if len(steps.sizes) < 6 || !slices.Equal(steps.sizes[:6], []int{500, 1000, 2000, 4000, 5000, 5000}) {
		t.Errorf("chunks of %v", steps.sizes)
	}
}
