package editor_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// An approved edition can leave before its slot, after a page that says what that means; it can be stopped until then.
func TestEdition_LeavesSooner(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		e := b.review()
		path := editionPath(e)
		if status, location, _ := b.ask(http.MethodGet, path+"/sooner", nil); status != http.StatusSeeOther || !strings.Contains(location, "edition_elsewhere") {
			t.Errorf("before it is approved: %d %s", status, location)
		}
		b.post(path+"/approve", url.Values{"seen": {field(t, b.get(path+"/approve"), "seen")}})
		b.now = b.now.Add(time.Hour)
		has(t, b.get(path), path+"/sooner")
		has(t, b.get(path+"/sooner"), "2 lezers", "Op dinsdag 3 november 2026, 08.00 uur gaat er dan niets meer weg", "nog 5 minuten om te stoppen")
		page := b.post(path+"/sooner", nil)
		has(t, page, "wacht niet meer op het schema", "maandag 2 november 2026, 09.05 uur", "Stop: neem de goedkeuring terug")
		hasNot(t, page, path+"/sooner")
		b.post(path+"/review", nil)
		if err := b.digester().Tick(t.Context(), b.now.Add(time.Hour)); err != nil || b.stored(e).State != newsletter.EditionInReview {
			t.Fatalf("stopped, and it is %s, %v", b.stored(e).State, err)
		}
		b.post(path+"/approve", url.Values{"seen": {field(t, b.get(path+"/approve"), "seen")}})
		b.post(path+"/sooner", nil)
		b.now = b.now.Add(6 * time.Minute)
		if err := b.digester().Tick(t.Context(), b.now); err != nil || b.stored(e).State != newsletter.EditionSending {
			t.Fatalf("it is %s, %v", b.stored(e).State, err)
		}
		b.now = e.ScheduledFor.Add(time.Minute)
		if err := b.digester().Tick(t.Context(), b.now); err != nil {
			t.Fatal(err)
		}
		if rows := storetest.Query(t, s, `SELECT COUNT(*) FROM edition WHERE schedule_id = $1 AND scheduled_for = $2`, e.ScheduleID, e.ScheduledFor); rows[0][0] != "1" {
			t.Errorf("the slot has %s editions", rows[0][0])
		}
	})
}
