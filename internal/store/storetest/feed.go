package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func feedCases() []Case {
	return []Case{
		{"feeds", []string{"CreateFeed", "Feeds", "Feed"}, testFeeds},
		{"due feeds are claimed once", []string{"ClaimDueFeeds"}, testClaimDueFeeds},
		{"a clock that was wrong silences no feed", []string{"ClaimDueFeeds"}, testClaimWrongClock},
		{"a feed can be woken", []string{"WakeFeed"}, testWakeFeed},
		{"the first fetch is a baseline", []string{"SaveFetch"}, testBaseline},
		{"an empty baseline", []string{"SaveFetch"}, testEmptyBaseline},
		{"import since: part of the baseline is owed", []string{"SaveFetch"}, testImportSince},
		{"posts come in the order of their dates", []string{"SaveFetch"}, testFetchOrder},
		{"an item that changes is followed until it is in an edition", []string{"SaveFetch"}, testFetchChanges},
		{"all guids and links change, items go and return: no post twice", []string{"SaveFetch"}, testFetchIdentities},
		{"one article in two feeds is one post", []string{"SaveFetch"}, testFetchTwoFeeds},
		{"a failed fetch changes no post", []string{"SaveFetch"}, testFetchFails},
		{"a fetch that was overtaken is dropped", []string{"SaveFetch"}, testFetchOvertaken},
		{"two processes save one fetch", []string{"SaveFetch"}, testFetchRace},
	}
}

// Feed adds a feed to the list, due at once.
func (w *World) Feed(name string, mapping newsletter.Mapping) newsletter.Feed {
	w.t.Helper()
	f := newsletter.Feed{ListID: w.List.ID, Name: name, URL: "https://www.voorbeeld.nl/" + name + ".xml",
		Interval: newsletter.Duration(30 * time.Minute), Mapping: mapping}
	w.check(w.s.CreateFeed(w.t.Context(), &f, By, Start))
	return f
}

// Fetch saves a successful fetch of a feed with these items.
func (w *World) Fetch(f newsletter.Feed, now time.Time, items ...newsletter.Item) newsletter.Saved {
	w.t.Helper()
	saved, err := w.s.SaveFetch(w.t.Context(), fetched(f, now, items...), newsletter.System("feed"), now)
	w.check(err)
	return saved
}

func fetched(f newsletter.Feed, now time.Time, items ...newsletter.Item) *newsletter.Fetch {
	return &newsletter.Fetch{FeedID: f.ID, URL: f.URL, NextAt: newsletter.At(now.Add(time.Hour)), State: newsletter.FeedOK,
		Read: true, ETag: `"1"`, Modified: "Mon, 02 Nov 2026 07:00:00 GMT", Items: items}
}

// Item makes an item: number n, published n hours after Start.
func Item(n int, title string, categories ...string) newsletter.Item {
	link := fmt.Sprintf("https://www.voorbeeld.nl/nieuws/%d", n)
	return newsletter.Item{GUID: link, Link: link, Title: title, Summary: title + ".", HTML: "<p>" + title + ".</p>",
		Author: "Redactie", Published: newsletter.At(Start.Add(time.Duration(n) * time.Hour)), Categories: categories}
}

// titles returns the titles of a list's published posts, by date, newest first.
func (w *World) titles() []string {
	w.t.Helper()
	posts, err := w.s.Posts(w.t.Context(), newsletter.PostQuery{ListID: w.List.ID})
	w.check(err)
	var titles []string
	for _, p := range posts {
		titles = append(titles, p.Title)
	}
	return titles
}

// post returns the one published post of a title.
func (w *World) post(title string) newsletter.Post {
	w.t.Helper()
	posts, err := w.s.Posts(w.t.Context(), newsletter.PostQuery{ListID: w.List.ID})
	w.check(err)
	for _, p := range posts {
		if p.Title == title {
			return p
		}
	}
	w.t.Fatalf("there is no post %q", title)
	return newsletter.Post{}
}

func testFeeds(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	f := w.Feed("nieuws", newsletter.Mapping{"De raad": "raad"})
	if f.State != newsletter.FeedOK || !f.NextAt.Equal(Start) {
		t.Errorf("a new feed: %+v", f)
	}
	got, err := s.Feeds(t.Context(), w.List.ID)
	if diff := cmp.Diff([]newsletter.Feed{f}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	one, err := s.Feed(t.Context(), f.ID)
	if diff := cmp.Diff(&f, one); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if _, err := s.Feed(t.Context(), 99); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
	twice := f
	if err := s.CreateFeed(t.Context(), &twice, By, Start); !newsletter.Is(err, newsletter.Conflict) {
		t.Error(err)
	}
	if trail, err := s.AuditTrail(t.Context(), "feed", "nieuws"); err != nil || len(trail) != 1 {
		t.Errorf("%v, %v", trail, err)
	}
}

func testClaimDueFeeds(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	for i := range 9 {
		w.Feed(fmt.Sprintf("bron-%d", i), nil)
	}
	late := newsletter.Feed{ListID: w.List.ID, Name: "later", URL: "https://voorbeeld.nl/", NextAt: newsletter.At(Start.Add(time.Hour))}
	w.check(s.CreateFeed(t.Context(), &late, By, Start))
	var wg sync.WaitGroup
	claims := make(chan newsletter.Feed, 100)
	for range 4 {
		wg.Go(func() {
			for {
				feeds, err := s.ClaimDueFeeds(t.Context(), time.Minute, 2, newsletter.System("feed"), Start)
				if err != nil {
					t.Error(err)
				}
				if err != nil || len(feeds) == 0 {
					return
				}
				for _, f := range feeds {
					claims <- f
				}
			}
		})
	}
	wg.Wait()
	close(claims)
	seen := map[string]bool{}
	for f := range claims {
		if seen[f.Name] || f.Name == "later" || !f.NextAt.Equal(Start.Add(time.Minute)) {
			t.Errorf("claimed %s, due at %v", f.Name, f.NextAt)
		}
		seen[f.Name] = true
	}
	if len(seen) == 0 {
		t.Error("nothing was claimed")
	}
	// With SKIP LOCKED a claim may leave rows that another is looking at; nobody is looking now.
	rest, err := s.ClaimDueFeeds(t.Context(), time.Minute, 100, newsletter.System("feed"), Start)
	w.check(err)
	if len(seen)+len(rest) != 9 {
		t.Errorf("%d and then %d were claimed of 9", len(seen), len(rest))
	}
	again, err := s.ClaimDueFeeds(t.Context(), time.Minute, 100, newsletter.System("feed"), Start.Add(time.Minute))
	if err != nil || len(again) != 9 {
		t.Errorf("after the lease: %d, %v", len(again), err)
	}
}

func testClaimWrongClock(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	f := w.Feed("nieuws", nil)
	w.Fetch(f, Start.AddDate(4, 0, 0), Item(1, "Een"))
	for _, want := range []int{1, 0} { // due at once, and then not again and again
		due, err := s.ClaimDueFeeds(t.Context(), time.Minute, 9, newsletter.System("feed"), Start)
		if err != nil || len(due) != want {
			t.Errorf("%d due, want %d; %v", len(due), want, err)
		}
	}
	w.Fetch(f, Start.Add(30*time.Minute), Item(1, "Een")) // by a process whose clock is a little ahead
	if due, err := s.ClaimDueFeeds(t.Context(), time.Minute, 9, newsletter.System("feed"), Start); err != nil || len(due) != 0 {
		t.Errorf("%v, %v", due, err)
	}
}

func testWakeFeed(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	f := w.Feed("nieuws", nil)
	gone := fetched(f, Start)
	gone.Read, gone.State, gone.Failures, gone.Error = false, newsletter.FeedDisabled, 3, "410 Gone"
	_, err := s.SaveFetch(t.Context(), gone, newsletter.System("feed"), Start)
	w.check(err)
	day := Start.AddDate(0, 0, 1)
	if due, err := s.ClaimDueFeeds(t.Context(), time.Minute, 9, newsletter.System("feed"), day); err != nil || len(due) != 0 {
		t.Errorf("a disabled feed is due: %v, %v", due, err)
	}
	w.check(s.WakeFeed(t.Context(), f.ID, By, day))
	got, err := s.Feed(t.Context(), f.ID)
	if err != nil || got.State != newsletter.FeedOK || got.Failures != 0 || !got.NextAt.Equal(day) {
		t.Errorf("%+v, %v", got, err)
	}
	if err := s.WakeFeed(t.Context(), 99, By, day); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
}

func testBaseline(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	f := w.Feed("nieuws", newsletter.Mapping{"De Raad": "raad", "Inwoners": "bewoners", "Weg": "onbekend"})
	saved := w.Fetch(f, Start, Item(2, "Twee", "de raad", "inwoners"), Item(1, "Een", "weg"))
	if want := (newsletter.Saved{Baseline: true, New: 2}); saved != want {
		t.Errorf("%+v, want %+v", saved, want)
	}
	for _, title := range w.titles() {
		if p := w.post(title); p.Seq != nil {
			t.Errorf("%s is owed: seq %d", title, *p.Seq)
		}
	}
	if got, want := w.post("Twee").Topics, newsletter.NewIDs(w.Council.ID, w.Residents.ID); !cmp.Equal(got, want) {
		t.Errorf("topics %v, want %v", got, want)
	}
	if got := w.post("Een").Topics; len(got) != 0 {
		t.Errorf("topics %v", got)
	}
	later := Start.Add(time.Hour)
	saved = w.Fetch(f, later, Item(3, "Drie"), Item(2, "Twee", "de raad", "inwoners"), Item(1, "Een", "weg"))
	if want := (newsletter.Saved{New: 1}); saved != want {
		t.Errorf("%+v, want %+v", saved, want)
	}
	if p := w.post("Drie"); p.Seq == nil || *p.Seq != 4 { // behind the three topics
		t.Errorf("seq %v", p.Seq)
	}
	got, err := s.Feed(t.Context(), f.ID)
	if err != nil || !got.BaselineAt.Equal(Start) || !got.FetchedAt.Equal(later) || !got.NextAt.Equal(later.Add(time.Hour)) ||
		got.ETag != `"1"` || got.Modified == "" || got.State != newsletter.FeedOK {
		t.Errorf("%+v, %v", got, err)
	}
}

// A site that is being built may show its archive after our first look at it.
func testEmptyBaseline(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	f := w.Feed("nieuws", nil)
	baseline := Start.Add(2 * time.Hour)
	w.Fetch(f, baseline)
	w.Fetch(f, baseline.Add(time.Hour), Item(3, "Nieuw"), Item(1, "Archief"))
	w.Fetch(f, baseline.Add(2*time.Hour), Item(0, "Nagekomen"))
	for title, owed := range map[string]bool{"Archief": false, "Nieuw": true, "Nagekomen": true} {
		if p := w.post(title); (p.Seq != nil) != owed {
			t.Errorf("%s: seq %v", title, p.Seq)
		}
	}
}

func testImportSince(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	f := newsletter.Feed{ListID: w.List.ID, Name: "nieuws", URL: "https://voorbeeld.nl/", ImportSince: newsletter.At(Start.Add(2 * time.Hour))}
	w.check(s.CreateFeed(t.Context(), &f, By, Start))
	undated := Item(9, "Zonder datum")
	undated.Published = newsletter.Time{}
	w.Fetch(f, Start, undated, Item(3, "Drie"), Item(2, "Twee"), Item(1, "Een"))
	for title, owed := range map[string]bool{"Een": false, "Twee": true, "Drie": true, "Zonder datum": false} {
		if p := w.post(title); (p.Seq != nil) != owed {
			t.Errorf("%s: seq %v", title, p.Seq)
		}
	}
	if p := w.post("Zonder datum"); !p.PublishedAt.Equal(Start) {
		t.Errorf("the date of a post without one: %v", p.PublishedAt)
	}
}

func testFetchOrder(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	f := w.Feed("nieuws", nil)
	w.Fetch(f, Start)
	w.Fetch(f, Start, Item(5, "Vijf"), Item(9, "Negen"), Item(7, "Zeven"))
	w.Fetch(f, Start, Item(1, "Een, laat gekomen"))
	last := int64(0)
	for _, title := range []string{"Vijf", "Zeven", "Negen", "Een, laat gekomen"} {
		p := w.post(title)
		if p.Seq == nil || *p.Seq <= last {
			t.Fatalf("%s: seq %v after %d", title, p.Seq, last)
		}
		last = *p.Seq
	}
}

func testFetchChanges(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	f := w.Feed("nieuws", newsletter.Mapping{"raad": "raad", "inwoners": "bewoners"})
	w.Fetch(f, Start)
	w.Fetch(f, Start, Item(1, "Een", "raad"), Item(2, "Twee"), Item(3, "Drie"), Item(4, "Vier"))
	frozen, corrected, withdrawn := w.post("Twee"), w.post("Drie"), w.post("Vier")
	w.freeze(frozen, newsletter.EditionSent)
	corrected.Title = "Drie, verbeterd"
	w.check(s.EditPost(t.Context(), &corrected, By, Start))
	_, err := s.WithdrawPost(t.Context(), withdrawn.PublicID, By, Start)
	w.check(err)

	later := Start.Add(time.Hour)
	first := w.post("Een")
	saved := w.Fetch(f, later, Item(1, "Een, anders", "inwoners"), Item(2, "Twee, anders"), Item(3, "Drie, anders"), Item(4, "Vier, anders"))
	if want := (newsletter.Saved{Changed: 2}); saved != want { // the corrected one follows in all but its title
		t.Errorf("%+v, want %+v", saved, want)
	}
	if diff := cmp.Diff([]string{"Drie, verbeterd", "Twee", "Een, anders"}, w.titles()); diff != "" {
		t.Error(diff)
	}
	got := w.post("Een, anders")
	if got.ID != first.ID || *got.Seq != *first.Seq || got.PublicID != first.PublicID || !got.ChangedAt.Equal(later) ||
		got.HTML != "<p>Een, anders.</p>" || !cmp.Equal(got.Topics, newsletter.NewIDs(w.Residents.ID)) {
		t.Errorf("%+v", got)
	}
	if saved := w.Fetch(f, later, Item(1, "Een, anders", "inwoners")); saved != (newsletter.Saved{}) {
		t.Errorf("nothing changed, and yet: %+v", saved)
	}
	w.freeze(got, newsletter.EditionCancelled) // consumes nothing: the post is still followed
	if saved := w.Fetch(f, later, Item(1, "Een, weer anders", "inwoners")); saved.Changed != 1 {
		t.Errorf("%+v", saved)
	}
}

func testFetchIdentities(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	f := w.Feed("nieuws", nil)
	w.Fetch(f, Start)
	before := []newsletter.Item{Item(2, "Twee"), Item(1, "Een")}
	w.Fetch(f, Start, before...)
	moved := []newsletter.Item{Item(2, "Twee"), Item(1, "Een")}
	for i := range moved {
		moved[i].GUID, moved[i].Link = fmt.Sprint("urn:", i), fmt.Sprint("https://nieuw.voorbeeld.nl/", i)
	}
	for _, document := range [][]newsletter.Item{{}, before, moved, before, {moved[1]}} {
		if saved := w.Fetch(f, Start, document...); saved.New != 0 {
			t.Errorf("%+v for %+v", saved, document)
		}
	}
	if saved := w.Fetch(f, Start, Item(3, "Een")); saved.New != 0 {
		t.Errorf("one title on one day, the old item gone: %+v", saved)
	}
	other := Item(4, "Een")
	other.Published = newsletter.At(Start.AddDate(0, 0, 7))
	if saved := w.Fetch(f, Start, other); saved.New != 1 {
		t.Errorf("one title, a week later: %+v", saved)
	}
}

func testFetchTwoFeeds(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	f, g := w.Feed("nieuws", nil), w.Feed("raad", nil)
	w.Fetch(f, Start)
	w.Fetch(g, Start)
	w.Fetch(f, Start, Item(1, "Een"))
	if saved := w.Fetch(g, Start, Item(1, "Een, anders gezegd")); saved != (newsletter.Saved{}) {
		t.Errorf("%+v", saved)
	}
	if diff := cmp.Diff([]string{"Een"}, w.titles()); diff != "" {
		t.Error(diff)
	}
}

func testFetchFails(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	f := w.Feed("nieuws", nil)
	w.Fetch(f, Start, Item(1, "Een"))
	later := Start.Add(time.Hour)
	failed := &newsletter.Fetch{FeedID: f.ID, URL: f.URL, NextAt: newsletter.At(later.Add(2 * time.Hour)), State: newsletter.FeedFailing,
		Failures: 1, Error: "the source does not answer", MovedTo: "https://elders.example/"}
	_, err := s.SaveFetch(t.Context(), failed, newsletter.System("feed"), later)
	w.check(err)
	got, err := s.Feed(t.Context(), f.ID)
	if err != nil || got.State != newsletter.FeedFailing || got.Failures != 1 || got.LastError == "" || got.MovedTo == "" ||
		got.ETag != `"1"` || !got.BaselineAt.Equal(Start) || !got.NextAt.Equal(later.Add(2*time.Hour)) {
		t.Errorf("%+v, %v", got, err)
	}
	if diff := cmp.Diff([]string{"Een"}, w.titles()); diff != "" {
		t.Error(diff)
	}
	missing := fetched(f, Start)
	missing.FeedID = 99
	if _, err := s.SaveFetch(t.Context(), missing, newsletter.System("feed"), Start); !newsletter.Is(err, newsletter.NotFound) {
		t.Error(err)
	}
}

func testFetchOvertaken(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	f := w.Feed("nieuws", nil)
	before, err := s.Feed(t.Context(), f.ID)
	w.check(err)
	old := f
	old.URL = "https://www.voorbeeld.nl/vorige.xml"
	if saved := w.Fetch(old, Start, Item(1, "Een")); saved != (newsletter.Saved{}) {
		t.Errorf("%+v", saved)
	}
	if got, err := s.Feed(t.Context(), f.ID); err != nil || !cmp.Equal(before, got) {
		t.Errorf("%+v, %v", got, err)
	}
}

func testFetchRace(t *testing.T, s *store.Store) {
	w := NewWorld(t, s)
	feeds := []newsletter.Feed{w.Feed("nieuws", nil), w.Feed("raad", nil), w.Feed("inwoners", nil)}
	for _, f := range feeds {
		w.Fetch(f, Start)
	}
	for round := range 10 {
		items := []newsletter.Item{Item(2*round+1, fmt.Sprint("Bericht ", 2*round+1)), Item(2*round, fmt.Sprint("Bericht ", 2*round))}
		var wg sync.WaitGroup
		added := make([]int, len(feeds))
		start := make(chan struct{})
		for i, f := range feeds {
			wg.Go(func() {
				<-start
				saved, err := s.SaveFetch(t.Context(), fetched(f, Start, items...), newsletter.System("feed"), Start)
				if err != nil {
					t.Error(err)
				}
				added[i] = saved.New
			})
		}
		close(start)
		wg.Wait()
		if sum := added[0] + added[1] + added[2]; sum != 2 {
			t.Fatalf("round %d: %v new posts of 2", round, added)
		}
	}
	if n := len(w.titles()); n != 20 {
		t.Errorf("%d posts of 20", n)
	}
}
