package editor_test

import (
	"strings"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

func TestTodaySaysWhatLeavesAndWhen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		page := b.get("/desk/")
		for _, want := range []string{"Wekelijks", "maandag 9 november 2026, 08.00 uur", "over 7 dagen", "Europe/Amsterdam", "dinsdag 3 november 2026, 08.00 uur"} {
			if !strings.Contains(page, want) {
				t.Errorf("Today doesn't say %q", want)
			}
		}
		b.token = b.people.SignIn(newsletter.Staff{Roles: []newsletter.Role{newsletter.RoleEditor}})
		if page := b.get("/desk/"); strings.Contains(page, "Wekelijks") {
			t.Error("an editor of no list sees one")
		}
	})
}
