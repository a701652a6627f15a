package editor_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

func TestToday_SaysWhatLeavesWhenAndToHowMany(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		has(t, b.get("/desk/"), "Er wacht niets op je, en alles doet het", "Wekelijks", "maandag 9 november 2026, 08.00 uur", "over 7 dagen", "Europe/Amsterdam",
			"dinsdag 3 november 2026, 08.00 uur", "niets nieuws om te brengen", "Er is nog niets verzonden")
		e := b.review()
		b.now = b.now.Add(2 * time.Minute) // what was counted before is too old
		page := b.get("/desk/")
		has(t, page, "Naar 2 lezers", "<li>Voor allen</li>", "<li>Over de raad</li>", "Wacht op goedkeuring", e.PublicID.String())
		hasNot(t, page, "Er wacht niets op je")
		if n := strings.Count(page, "dinsdag 3 november 2026"); n != 2 { // it waits, and it leaves: once each
			t.Errorf("the slot is named %d times", n)
		}

		path := "/desk/editions/" + e.PublicID.String()
		b.post(path+"/approve", url.Values{"seen": {field(t, b.get(path+"/approve"), "seen")}})
		b.now = e.ScheduledFor.Time
		if err := b.digester().Tick(t.Context(), b.now); err != nil {
			t.Fatal(err)
		}
		page = b.get("/desk/")
		has(t, page, "0 van 2 verzonden", "2 wachten", "Wordt verzonden")
		b.token = b.people.SignIn(newsletter.Staff{Roles: []newsletter.Role{newsletter.RoleEditor}})
		hasNot(t, b.get("/desk/"), "Wekelijks")
	})
}

// Each trouble stands on the page with what to do about it.
func TestToday_Alarms(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		e := b.review()
		if _, err := s.ApproveEdition(t.Context(), e.PublicID, storetest.By, b.now); err != nil {
			t.Fatal(err)
		}
		b.world.Do(`UPDATE edition SET state = 'paused', reason = 'sender_refused: 550 5.7.1 wij weigeren u', released_at = 1`)
		b.world.Feed("website", nil)
		b.world.Do(`UPDATE feed SET state = 'failing', last_error = 'status 500'`)
		b.world.Do(`INSERT INTO throttle (domain, until, reason) VALUES ('druk.example', $1, '421 later')`, newsletter.At(b.now.Add(time.Hour)))
		if err := s.SeeClock(t.Context(), b.now.Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		}
		page := b.get("/desk/")
		has(t, page, "de mailserver weigert ons of onze afzender", "550 5.7.1 wij weigeren u", "/desk/editions/"+e.PublicID.String(),
			"De feed website van Expertgroep Nieuwe Democratie doet het niet", "status 500", "Bode probeert het vanzelf opnieuw",
			"druk.example wil even geen mail van ons, tot maandag 2 november 2026, 09.00 uur", "421 later", "Je hoeft niets te doen",
			"De klok van de server loopt achter", "bode clock accept")
		b.world.Do(`UPDATE edition SET state = 'in_review', reason = 'flaws: link_gone', released_at = NULL`)
		for _, path := range []string{"/desk/", "/desk/editions/" + e.PublicID.String()} {
			page = b.get(path)
			has(t, page, "er zit iets in dat eerst anders moet")
			hasNot(t, page, "link_gone")
		}
	})
}
