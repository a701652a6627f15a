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
		has(t, page, "Naar 2 lezers", ">Voor allen</a></li>", ">Over de raad</a></li>", "Bekijk en keur goed", "Wacht op goedkeuring", e.PublicID.String())
		hasNot(t, page, "Er wacht niets op je")
		if n := strings.Count(page, "dinsdag 3 november 2026"); n != 1 { // it waits, and is not told a second time as what leaves
			t.Errorf("the slot is named %d times", n)
		}

		path := "/desk/editions/" + e.PublicID.String()
		b.post(path+"/approve", url.Values{"seen": {field(t, b.get(path+"/approve"), "seen")}})
		page = b.get("/desk/")
		has(t, page, `action="`+path+`/review"`, "Stop: neem de goedkeuring terug")
		hasNot(t, page, "Bekijk en keur goed")
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
			"De feed website van Expertgroep Nieuwe Democratie doet het niet", "status 500", "Bode probeert het vanzelf opnieuw", `href="/desk/feeds/`,
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

// Who stopped a feed themselves is not told that its source is gone.
func TestToday_TellsARestingFeedFromOneThatIsGone(t *testing.T) {
	b := newBench(t, storetest.SQLite(t))
	b.world.Feed("website", nil)
	id := storetest.Query(t, b.store, `SELECT id FROM feed`)[0][0]
	b.post("/desk/feeds/"+id+"/pause", nil)
	page := b.get("/desk/")
	has(t, page, "de redactie zette hem stil", `href="/desk/feeds/`+id+`"`)
	hasNot(t, page, "De bron zegt dat hij er niet meer is")
	b.world.Do(`UPDATE feed SET last_error = '410 Gone'`)
	page = b.get("/desk/")
	has(t, page, "De bron zegt dat hij er niet meer is", "410 Gone")
	hasNot(t, page, "de redactie zette hem stil")
}

// Extra editions and corrections wait for an approval too, though nobody put them in review; and they have no moment
// that they could have missed.
func TestToday_ExtraEditionsAndCorrectionsWait(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		sent := b.sent("an")
		b.world.Post("Iets nieuws", b.now)
		extra, err := s.AddExtraEdition(t.Context(), b.world.Weekly.ID, storetest.By, b.now)
		if err != nil {
			t.Fatal(err)
		}
		fix, err := s.AddCorrection(t.Context(), sent.PublicID, newsletter.CorrectionTexts{"nl": {Subject: "Het is dinsdag", Text: "Wij schreven maandag."}}, storetest.By, b.now)
		if err != nil {
			t.Fatal(err)
		}
		b.now = b.now.Add(2 * time.Minute)
		page := b.get("/desk/")
		has(t, page, "Wacht op goedkeuring", editionPath(extra), editionPath(fix), "Gaat weg zodra je de editie goedkeurt", "Eén lezer kreeg die editie")
		hasNot(t, page, "Er wacht niets op je", "2 minuten geleden")
		list := b.get("/desk/editions")
		if n := strings.Count(list, "Gaat weg zodra je de editie goedkeurt"); n != 2 {
			t.Errorf("%d of the two have no moment in the list", n)
		}
	})
}

// What runs or rests is always on the page, and what just left comes before what was planned for later.
func TestToday_WhatLeftLastComesFirst(t *testing.T) {
	b := newBench(t, storetest.SQLite(t))
	resting := b.sendTo("an")
	b.world.Do(`UPDATE edition SET state = 'paused', released_at = 1000000, created_at = 1000000 WHERE id = $1`, resting.ID)
	var last *newsletter.Edition
	for i := range 8 { // each made before the one that left before it
		e, err := b.store.AddExtraEdition(t.Context(), b.world.Weekly.ID, storetest.By, b.now)
		if err != nil {
			t.Fatal(err)
		}
		left := newsletter.At(b.now.Add(time.Duration(i) * time.Minute))
		made := newsletter.At(b.now.Add(-time.Duration(i) * time.Hour))
		b.world.Do(`UPDATE edition SET state = 'sent', created_at = $2, released_at = $3, ended_at = $3, fanned_out_at = $3 WHERE id = $1`, e.ID, made, left)
		last = e
	}
	page := b.get("/desk/")
	has(t, page, editionPath(resting), editionPath(last))
	if n := strings.Count(page, "Verzonden</span>"); n != 5 {
		t.Errorf("%d that were sent are shown", n)
	}
}

func editionPath(e *newsletter.Edition) string { return "/desk/editions/" + e.PublicID.String() }
