package digest_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// speak has a reader read in a language.
func (o *office) speak(subscription int64, lang newsletter.Language) {
	o.Do(`UPDATE subscriber SET language = $1 WHERE id = (SELECT subscriber_id FROM subscription WHERE id = $2)`, string(lang), subscription)
}

// A letter that can't be made holds back nobody else, and its readers get the posts with the next
// edition: also when it panics.
func TestReadersWithoutALetterAreLeftBehind(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := newOffice(t, s)
		jan, ann := o.Reader("jan", o.Daily), o.Reader("ann", o.Daily)
		o.speak(ann, newsletter.English)
		var log bytes.Buffer
		composer := &titles{panics: newsletter.English}
		o.Composer, o.Log = composer, slog.New(slog.NewTextHandler(&log, nil))
		p := o.Post("Een", storetest.Start)
		first := o.Daily.NextAt.Time
		before := o.ReadingOf(ann)
		o.tick(first)
		if diff := cmp.Diff(map[int64][]string{jan: {"nl standard: Een"}}, o.letters(first)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(before, o.ReadingOf(ann)); diff != "" {
			t.Errorf("the reading of a reader without a letter moved on:\n%s", diff)
		}
		o.tick(first.Add(time.Second))
		if got := o.states(); len(got) != 1 || got[0] != "sent left_behind" {
			t.Errorf("%v", got)
		}
		if text := log.String(); strings.Count(text, "level=ERROR") != 1 || !strings.Contains(text, "language=en") || !strings.Contains(text, "readers=1") || !strings.Contains(text, "stack=") {
			t.Errorf("the log says:\n%s", text)
		}
		e := o.Rows(`SELECT id FROM edition`)[0][0].(int64)
		left, err := s.LeftBehind(t.Context(), e)
		if err != nil || len(left) != 1 || left[0].Readers != 1 || left[0].Language != newsletter.English || !strings.Contains(left[0].Failure, "composer_test.go") {
			t.Errorf("%+v, %v", left, err)
		}
		composer.panics = ""
		o.Post("Twee", first)
		next := first.AddDate(0, 0, 1)
		o.tick(next)
		if diff := cmp.Diff([]string{"en standard: Twee Een"}, o.letters(next)[ann]); diff != "" {
			t.Errorf("post %d: %s", p.ID, diff)
		}
		if left, err = s.LeftBehind(t.Context(), e); err != nil || len(left) != 1 || left[0].Readers != 0 {
			t.Errorf("%+v, %v", left, err)
		}
	})
}

// After the fault is mended, an extra edition reaches those whom the last one left behind, and nobody else.
func TestAnExtraEditionReachesWhoWasLeftBehind(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := newOffice(t, s)
		jan, ann := o.Reader("jan", o.Daily), o.Reader("ann", o.Daily)
		o.speak(ann, newsletter.English)
		composer := &titles{refuses: newsletter.English}
		o.Composer = composer
		o.Post("Een", storetest.Start)
		now := o.Daily.NextAt.Time
		o.tick(now)
		composer.refuses = ""
		e, err := s.AddExtraEdition(t.Context(), o.Daily.ID, storetest.By, now)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.ApproveEdition(t.Context(), e.PublicID, storetest.By, now); err != nil {
			t.Fatal(err)
		}
		o.tick(now.Add(time.Minute))
		if diff := cmp.Diff(map[int64][]string{jan: {"nl standard: Een"}, ann: {"en standard: Een"}}, o.letters(now.Add(time.Minute))); diff != "" {
			t.Error(diff)
		}
	})
}

// Who turns up during the fan-out with a letter that can't be made is left behind, and the others go on.
func TestWhoTurnsUpWithoutALetterHoldsUpNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := newOffice(t, s)
		jan, ann, piet := o.Reader("jan", o.Daily), o.Reader("ann", o.Daily), o.Reader("piet", o.Daily)
		o.Composer, o.Chunk = &titles{refuses: newsletter.English}, 1
		o.Post("Een", storetest.Start)
		now := o.Daily.NextAt.Time
		o.Digester.Store = &late{Store: s, do: func() { o.speak(ann, newsletter.English) }}
		o.tick(now)
		if diff := cmp.Diff(map[int64][]string{jan: {"nl standard: Een"}, piet: {"nl standard: Een"}}, o.letters(now)); diff != "" {
			t.Error(diff)
		}
		o.tick(now.Add(time.Second))
		if got := o.states(); len(got) != 1 || got[0] != "sent left_behind" {
			t.Errorf("%v", got)
		}
	})
}

// late lets something happen between the release and the fan-out.
type late struct {
	*store.Store
	do func()
}

func (l *late) FanOut(ctx context.Context, id int64, limit int, life time.Duration, now time.Time) (newsletter.FanOut, error) {
	if l.do != nil {
		l.do()
		l.do = nil
	}
	return l.Store.FanOut(ctx, id, limit, life, now)
}
