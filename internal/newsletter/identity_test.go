package newsletter_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
)

// ledger keeps identities as the store does, and reads one document after another.
type ledger struct {
	known []newsletter.Identity
	posts int64
}

// read returns the post of every item; new posts get the next number.
func (l *ledger) read(items ...newsletter.Item) []int64 {
	var ids []int64
	for _, match := range newsletter.MatchItems(items, l.known) {
		id := match.PostID
		switch {
		case id == 0 && match.SameAs >= 0:
			id = ids[match.SameAs]
		case id == 0:
			l.posts++
			id = l.posts
		}
		ids = append(ids, id)
		for _, learn := range match.Learn {
			learn.PostID = id
			l.known = append(l.known, learn)
		}
	}
	return ids
}

// item writes an item as guid|link|title|day.
func item(s string) newsletter.Item {
	part := strings.Split(s, "|")
	it := newsletter.Item{GUID: part[0], Link: part[1], Title: part[2]}
	if part[3] != "" {
		day, err := time.Parse("2006-01-02", "2026-11-"+part[3])
		if err != nil {
			panic(err)
		}
		it.Published = newsletter.At(day.Add(9 * time.Hour))
	}
	return it
}

func TestMatchItems(t *testing.T) {
	long := strings.Repeat("x", 3000)
	// Every document is a list of items; what stands after => are the posts they must be.
	tests := []struct {
		name      string
		documents []string
	}{
		{"known by guid, whatever else changes", []string{
			"g1|https://a.example/1|Raad|02 => 1",
			"g1|https://a.example/anders|Raad, gewijzigd|03 => 1",
		}},
		{"known by link when the guid is new", []string{
			"g1|https://a.example/1|Raad|02 => 1",
			"g2|https://a.example/1|Raad!|03 => 1",
		}},
		{"from http to https, without www, with a campaign's mark", []string{
			"|http://www.a.example/1/?utm_source=rss|Raad|02 => 1",
			"|https://a.example/1|Raad, gewijzigd|03 => 1",
		}},
		{"another query is another article", []string{
			"|https://a.example/?p=1|Raad|02 => 1",
			"|https://a.example/?p=2|College|02 => 2",
		}},
		{"all guids and links change at once", []string{
			"g1|https://a.example/1|Raad|02; g2|https://a.example/2|College|02; g3|https://a.example/3|Inwoners|03 => 1 2 3",
			"h1|https://b.example/x|Raad|02; h2|https://b.example/y|College|02; h3|https://b.example/z|Inwoners|03 => 1 2 3",
			"h4|https://b.example/w|Nieuw|04; h1|https://b.example/x|Raad|02 => 4 1",
		}},
		{"the feed loses its items and gets them back", []string{
			"g1|https://a.example/1|Raad|02; g2|https://a.example/2|College|03 => 1 2",
			" => ",
			"g1|https://a.example/1|Raad|02; g2|https://a.example/2|College|03 => 1 2",
		}},
		{"one title on one day, twice in the document: two articles", []string{
			"g1|https://a.example/1|Raad|02 => 1",
			"g2|https://a.example/2|Raad|02; g1|https://a.example/1|Raad|02 => 2 1",
		}},
		{"one title on another day: another article", []string{
			"g1|https://a.example/1|Nieuwsbrief|02 => 1",
			"g2|https://a.example/2|Nieuwsbrief|09 => 2",
		}},
		{"a title alone does not do where there is a link", []string{
			"g1|https://a.example/1|Nieuwsbrief| => 1",
			"g2|https://a.example/2|Nieuwsbrief| => 2",
		}},
		{"neither guid nor link: title and date", []string{
			"||Raad|02; ||College|02 => 1 2",
			"||College|02; ||raad |02; ||Raad|03 => 2 1 3",
		}},
		{"nothing but a title", []string{
			"||Raad| => 1",
			"||Raad|; ||College| => 1 2",
		}},
		{"every item has the home page's address", []string{
			"g1|https://a.example/|Raad|02; g2|https://a.example/|College|02 => 1 2",
			"g3|https://a.example/|Inwoners|03; g1|https://a.example/|Raad|02 => 3 1",
		}},
		{"every item has the home page's address, and no guid", []string{
			"|https://a.example/|Raad|; |https://a.example/|College| => 1 2",
			"|https://a.example/|Inwoners|; |https://a.example/|Raad| => 3 1",
		}},
		{"every item has the same guid", []string{
			"g|https://a.example/1|Raad|02; g|https://a.example/2|College|02 => 1 2",
			"g|https://a.example/3|Inwoners|03; g|https://a.example/1|Raad|02 => 3 1",
		}},
		{"one article twice in the document", []string{
			"g1|https://a.example/1|Raad|02; g2|https://a.example/1|Raad|02; g1|https://a.example/1|Raad|02 => 1 1 1",
			"g2|https://a.example/1|Raad|02 => 1",
		}},
		{"a new article takes over a known one's address", []string{
			"g1|https://a.example/agenda|Agenda maart|02 => 1",
			"g2|https://a.example/agenda|Agenda april|03; g1|https://a.example/agenda-maart|Agenda maart|02 => 2 1",
		}},
		{"very long values", []string{
			long + "1||Raad|02; " + long + "2||College|02 => 1 2",
			long + "1||Anders|03 => 1",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var l ledger
			for i, document := range tt.documents {
				in, want, _ := strings.Cut(document, "=>")
				var items []newsletter.Item
				if strings.TrimSpace(in) != "" {
					for s := range strings.SplitSeq(in, "; ") {
						items = append(items, item(strings.TrimSpace(s)))
					}
				}
				if got := strings.Trim(fmt.Sprint(l.read(items...)), "[]"); got != strings.TrimSpace(want) {
					t.Errorf("document %d: posts %s, want %s", i+1, got, strings.TrimSpace(want))
				}
			}
		})
	}
}

// What MatchItems learns must be new and unique: the table has a unique key, and a violation would
// lose the whole fetch.
func FuzzMatchItems(f *testing.F) {
	f.Add("g1|l1|t|02\ng1|l1|t|02", "g2|l1|t|02\n||t|")
	f.Add("g|l|A\n|l|A|00", "|l|0\ng") // the link's post is another item by its guid, and nothing else is known
	f.Add("g|l|a|\ng|m|b|\n|l|a|03", "|l|b|\ng|l|a|")
	f.Fuzz(func(t *testing.T, first, second string) {
		var l ledger
		for _, document := range []string{first, second, first} {
			var items []newsletter.Item
			for line := range strings.SplitSeq(document, "\n") {
				part := append(strings.Split(line, "|"), "", "", "")
				it := newsletter.Item{GUID: part[0], Link: part[1], Title: part[2]}
				if len(part[3]) == 2 {
					it.Published = newsletter.At(time.Date(2026, 11, int(part[3][0]%28)+1, 0, 0, 0, 0, time.UTC))
				}
				items = append(items, it)
			}
			asked := newsletter.Identities(items)
			before := len(l.known)
			l.read(items...)
			for i, id := range l.known {
				if slices.ContainsFunc(l.known[:i], func(k newsletter.Identity) bool { return k.Kind == id.Kind && k.Value == id.Value }) {
					t.Fatalf("%v was learnt twice", id)
				}
				if i >= before && !slices.Contains(asked, newsletter.Identity{Kind: id.Kind, Value: id.Value}) {
					t.Fatalf("%v was learnt but not asked for", id)
				}
			}
			posts := l.posts
			if l.read(items...); l.posts != posts {
				t.Fatalf("reading one document twice made new posts: %q", document)
			}
		}
	})
}

func TestMapping_TopicNames(t *testing.T) {
	m := newsletter.Mapping{"De Raad": "raad", "Bewoners": "bewoners", "inwoners": "bewoners", "Uit de organisatie": ""}
	tests := []struct {
		categories []string
		want       string
	}{
		{[]string{"de  raad", "DERAAD"}, "raad"},
		{[]string{"Inwoners", "de raad", "bewoners"}, "bewoners raad"},
		{[]string{"Geen categorie"}, ""},
		{[]string{"uit de organisatie"}, ""},
		{nil, ""},
	}
	for _, tt := range tests {
		if got := strings.Join(m.TopicNames(tt.categories), " "); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.categories, got, tt.want)
		}
	}
	m[newsletter.OtherCategories] = "overig"
	for category, want := range map[string]string{"Geen categorie": "overig", "De raad": "raad", "uit de organisatie": ""} {
		if got := strings.Join(m.TopicNames([]string{category}), " "); got != want {
			t.Errorf("with a rest: %q: %q, want %q", category, got, want)
		}
	}
	if got := m.TopicNames(nil); !slices.Equal(got, []string{"overig"}) {
		t.Errorf("no category: %v", got)
	}
}

func TestFeed_Owes(t *testing.T) {
	day := func(d int) newsletter.Time { return newsletter.At(time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC)) }
	var none newsletter.Time
	tests := []struct {
		name      string
		feed      newsletter.Feed
		hasPosts  bool
		published newsletter.Time
		want      bool
	}{
		{"the baseline is owed to nobody", newsletter.Feed{}, false, day(2), false},
		{"the baseline of a feed that was pointed elsewhere", newsletter.Feed{}, true, day(2), false},
		{"after it, all is, however old its date", newsletter.Feed{BaselineAt: day(5)}, true, day(1), true},
		{"after it, without a date", newsletter.Feed{BaselineAt: day(5)}, true, none, true},
		{"after an empty one, what is older is not", newsletter.Feed{BaselineAt: day(5)}, false, day(1), false},
		{"after an empty one, what is newer is", newsletter.Feed{BaselineAt: day(5)}, false, day(5), true},
		{"after an empty one, without a date", newsletter.Feed{BaselineAt: day(5)}, false, none, true},
		{"after an empty one, import since", newsletter.Feed{BaselineAt: day(5), ImportSince: day(1)}, false, day(1), true},
		{"import since: the day itself", newsletter.Feed{ImportSince: day(2)}, false, day(2), true},
		{"import since: before it", newsletter.Feed{ImportSince: day(2)}, false, day(1), false},
		{"import since: no date", newsletter.Feed{ImportSince: day(2)}, false, none, false},
	}
	for _, tt := range tests {
		if got := tt.feed.Owes(tt.published, tt.hasPosts); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
