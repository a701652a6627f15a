package storetest

import (
	"slices"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
)

func wordingCases() []Case {
	return []Case{
		{"E3 wordings are kept, and an old one may come back", []string{"SaveWording", "Wordings", "LatestWording", "WordingByHash"}, testWordings},
	}
}

func testWordings(t *testing.T, s *store.Store) {
	save := func(text string) (w newsletter.Wording, changed bool) {
		t.Helper()
		w = newsletter.Wording{Purpose: newsletter.WordingPrivacy, Language: newsletter.Dutch, Text: text}
		changed, err := s.SaveWording(t.Context(), &w, By, Start)
		if err != nil {
			t.Fatal(err)
		}
		return w, changed
	}
	inForce := func() string {
		t.Helper()
		w, err := s.LatestWording(t.Context(), newsletter.WordingPrivacy, newsletter.Dutch)
		if err != nil {
			t.Fatal(err)
		}
		return w.Text
	}
	if _, err := s.LatestWording(t.Context(), newsletter.WordingPrivacy, newsletter.Dutch); !newsletter.Is(err, newsletter.NotFound) {
		t.Errorf("before any: %v", err)
	}
	first, changed := save("Eerste")
	if !changed || first.Version != 1 || first.Hash == "" || inForce() != "Eerste" {
		t.Errorf("first: %+v, changed %v", first, changed)
	}
	if again, changed := save("Eerste"); changed || again != first {
		t.Errorf("the same once more: %+v, changed %v", again, changed)
	}
	if second, changed := save("Tweede"); !changed || second.Version != 2 || inForce() != "Tweede" {
		t.Errorf("second: %+v, changed %v", second, changed)
	}
	if back, changed := save("Eerste"); !changed || back != first || inForce() != "Eerste" {
		t.Errorf("back to the first: %+v, changed %v, in force %q", back, changed, inForce())
	}
	if _, changed := save(""); !changed || inForce() != "" {
		t.Errorf("emptied: changed %v, in force %q", changed, inForce())
	}
	var texts []string
	all, err := s.Wordings(t.Context(), newsletter.WordingPrivacy)
	for _, w := range all {
		texts = append(texts, w.Text)
	}
	if err != nil || !slices.Equal(texts, []string{"", "Eerste", "Tweede"}) {
		t.Errorf("all versions: %q, %v", texts, err)
	}
	if w, err := s.WordingByHash(t.Context(), first.Hash); err != nil || *w != first {
		t.Errorf("%v, %v", w, err)
	}
	if _, err := s.LatestWording(t.Context(), newsletter.WordingPrivacy, newsletter.English); !newsletter.Is(err, newsletter.NotFound) {
		t.Errorf("in another language: %v", err)
	}
}
