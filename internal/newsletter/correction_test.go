package newsletter_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"bode.example/internal/newsletter"
)

func TestCorrect(t *testing.T) {
	p := newsletter.Post{Title: "Een", Summary: "Kort", Topics: newsletter.NewIDs(1)}
	source := newsletter.SourceWords{Title: "Een", Summary: "Kort", Topics: newsletter.NewIDs(1)}
	p.Correct(newsletter.SourceWords{Title: "Eén", Summary: "Kort", Topics: newsletter.NewIDs(2)})
	want := newsletter.Post{Title: "Eén", Summary: "Kort", Topics: newsletter.NewIDs(2), Source: source,
		Corrected: newsletter.Corrections{newsletter.CorrectedTitle, newsletter.CorrectedTopics}}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Error(diff)
	}
	p.Correct(newsletter.SourceWords{Title: "Een", Summary: "Kort", Topics: newsletter.NewIDs(2)})
	if diff := cmp.Diff(newsletter.Corrections{newsletter.CorrectedTopics}, p.Corrected); diff != "" || p.Source.Title != "Een" {
		t.Errorf("the source's own title is no correction: %s", diff)
	}
	p.Correct(source)
	if diff := cmp.Diff(newsletter.Post{Title: "Een", Summary: "Kort", Topics: newsletter.NewIDs(1)}, p); diff != "" {
		t.Errorf("all taken back: %s", diff)
	}
}

func TestSearchKey(t *testing.T) {
	for text, want := range map[string]string{
		"  Crème  BRÛLÉE\n": "creme brulee", "Ideeën": "ideeen", "İstanbul": "istanbul", "ΑΘΗΝΑ Ά": "αθηνα α", "100%": "100%", "": "",
	} {
		if got := newsletter.SearchKey(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}
