package newsletter_test

import (
	"slices"
	"strings"
	"testing"

	"bode.example/internal/newsletter"
)

func TestUnseen(t *testing.T) {
	posts := func() []newsletter.EditionPost {
		return []newsletter.EditionPost{{PostID: 11, Title: "Een", Disposition: newsletter.PostIn}, {PostID: 2, Title: "Twee", Disposition: newsletter.PostIn}}
	}
	list, topics := &newsletter.List{Name: "a"}, []newsletter.Topic{{Name: "raad"}}
	e := newsletter.Edition{Subject: "Nieuws"}
	seen := newsletter.Fingerprint(&e, posts(), list, topics)
	tests := map[string]func(e *newsletter.Edition, p []newsletter.EditionPost, l *newsletter.List) []newsletter.EditionPost{
		"": func(_ *newsletter.Edition, p []newsletter.EditionPost, _ *newsletter.List) []newsletter.EditionPost {
			return p
		},
		"words": func(e *newsletter.Edition, p []newsletter.EditionPost, _ *newsletter.List) []newsletter.EditionPost {
			e.Introduction = "Dag"
			return p
		},
		"order": func(e *newsletter.Edition, p []newsletter.EditionPost, _ *newsletter.List) []newsletter.EditionPost {
			e.PostOrder = newsletter.Order{2, 11}
			return p
		},
		"look": func(_ *newsletter.Edition, p []newsletter.EditionPost, l *newsletter.List) []newsletter.EditionPost {
			l.SenderName = "x"
			return p
		},
		"added Drie": func(_ *newsletter.Edition, p []newsletter.EditionPost, _ *newsletter.List) []newsletter.EditionPost {
			return append(p, newsletter.EditionPost{PostID: 3, Title: "Drie", Disposition: newsletter.PostIn})
		},
		"gone": func(_ *newsletter.Edition, p []newsletter.EditionPost, _ *newsletter.List) []newsletter.EditionPost {
			return p[1:]
		},
		"post Een anders": func(_ *newsletter.Edition, p []newsletter.EditionPost, _ *newsletter.List) []newsletter.EditionPost {
			p[0].Title = "Een anders"
			return p
		},
		"disposed Twee": func(_ *newsletter.Edition, p []newsletter.EditionPost, _ *newsletter.List) []newsletter.EditionPost {
			p[1].Disposition = newsletter.PostPushed
			return p
		},
		"words, post Twee, added Vier": func(e *newsletter.Edition, p []newsletter.EditionPost, _ *newsletter.List) []newsletter.EditionPost {
			e.Subject, p[1].Summary = "Oud", "anders"
			return append(p, newsletter.EditionPost{PostID: 40, Title: "Vier"})
		},
	}
	for want, change := range tests {
		other, l := e, *list
		now := change(&other, posts(), &l)
		print := newsletter.Fingerprint(&other, now, &l, topics)
		if (print == seen) != (want == "") {
			t.Errorf("%q: the fingerprint doesn't tell", want)
		}
		var said []string
		for _, u := range newsletter.Unseen(seen, print, now) {
			said = append(said, strings.TrimSpace(string(u.Kind)+" "+u.Title))
		}
		if got := strings.Join(said, ", "); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	reversed := posts()
	slices.Reverse(reversed)
	if newsletter.Fingerprint(&e, reversed, list, topics) != seen {
		t.Error("the order of the clock counts")
	}
	for _, typed := range []string{"", "nothing", "....", "a.b.c.d.e.f..-.1", strings.Repeat("9", 100)} {
		newsletter.Unseen(typed, seen, posts()) // comes from a form: it must do no harm
	}
}
