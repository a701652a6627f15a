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

// typedSchedule is the form of a schedule: every Monday and Thursday at eight, after approval.
func typedSchedule() url.Values {
	return url.Values{"title_nl": {"Tweemaal per week"}, "kind": {"weekly"}, "weekday": {"1", "4"}, "time": {"08:00"}, "zone": {"Europe/Amsterdam"},
		"review": {"approval"}, "unapproved": {"send"}, "empty": {"skip"}, "lead": {"24"}, "grace": {"6"}}
}

// schedule returns a schedule of the world's list by name.
func (b *bench) schedule(name string) *newsletter.Schedule {
	b.t.Helper()
	all, err := b.store.Schedules(b.t.Context(), b.world.List.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	for i := range all {
		if all[i].Name == name {
			return &all[i]
		}
	}
	b.t.Fatalf("no schedule %s", name)
	return nil
}

func TestScheduleIsMadeAndChanged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.signIn(newsletter.RoleEditor)
		anna := newsletter.Staff{Address: "anna@voorbeeld.nl", Name: "Anna", Language: newsletter.Dutch, Roles: []newsletter.Role{newsletter.RoleEditor}, Lists: []int64{b.world.List.ID}}
		if err := s.InviteStaff(t.Context(), &anna, storetest.By, storetest.Start); err != nil {
			t.Fatal(err)
		}
		wantPage(t, b.get("/desk/schedules/new"), "Anna", `action="/desk/schedules?list=nieuwe-democratie"`)
		form := typedSchedule()
		form.Set("reminded", "1")
		form.Set("show", "times")
		status, _, page := b.ask(http.MethodPost, "/desk/schedules?list=nieuwe-democratie", form)
		if status != http.StatusOK {
			t.Fatalf("%d", status)
		}
		wantPage(t, page, "Er vertrekt elke maandag en donderdag om 08.00 uur een editie.", "donderdag 5 november 2026, 08.00 uur", "donderdag 19 november 2026, 08.00 uur")
		form.Del("show")
		page = b.post("/desk/schedules?list=nieuwe-democratie", form)
		wantPage(t, page, "Opgeslagen.", "<h1>Tweemaal per week</h1>")
		c := b.schedule("tweemaal-per-week")
		if c.Cron != "0 8 * * 1,4" || c.Review != newsletter.ReviewApproval || c.Unapproved != newsletter.UnapprovedSend || c.Lead.D() != 24*time.Hour ||
			!c.NextAt.Equal(time.Date(2026, 11, 5, 7, 0, 0, 0, time.UTC)) {
			t.Errorf("%+v", c)
		}
		if full, err := s.ScheduleByID(t.Context(), c.ID); err != nil || !full.Reminded.Has(1) {
			t.Errorf("%+v, %v", full, err)
		}
		status, _, page = b.ask(http.MethodPost, "/desk/schedules?list=nieuwe-democratie", form)
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, `href="#title_nl"`) {
			t.Errorf("a name twice: %d", status)
		}

		at := "/desk/schedules/" + url.PathEscape(idOf(c.ID))
		hasNot(t, page, "niemand krijgt de proef")
		form.Set("lead", "100") // from Monday to Thursday are 72 hours
		status, _, page = b.ask(http.MethodPost, at, form)
		if status != http.StatusUnprocessableEntity {
			t.Errorf("a lead time longer than between two editions: %d", status)
		}
		wantPage(t, page, `id="lead-fault"`, "soms maar 72 uur")
		form.Set("lead", "24")
		form.Del("reminded")
		wantPage(t, b.post(at, form), "niemand krijgt de proef")
		form.Set("kind", "cron")
		form.Set("cron", "0 8 30 2 *")
		form.Set("lead", "0")
		status, _, page = b.ask(http.MethodPost, at, form)
		if status != http.StatusUnprocessableEntity {
			t.Errorf("%d", status)
		}
		wantPage(t, page, `href="#cron"`, `href="#lead"`, "0 8 30 2 *")
		form = typedSchedule()
		form.Set("kind", "monthly")
		form.Set("month_day", "1")
		form.Set("review", "automatic")
		wantPage(t, b.post(at, form), "op de eerste dag van de maand om 08.00 uur")
		if c = b.schedule("tweemaal-per-week"); c.Cron != "0 8 1 * *" || !c.NextAt.Equal(time.Date(2026, 12, 1, 7, 0, 0, 0, time.UTC)) {
			t.Errorf("%+v", c)
		}
	})
}

// Where two people approve, an editor can't let editions leave without them.
func TestAnEditorKeepsToFourEyes(t *testing.T) {
	b := newBench(t, storetest.SQLite(t))
	rule := newsletter.ApprovalRule{ListID: b.world.List.ID, FourEyes: true}
	if err := b.store.SetApprovalRule(t.Context(), rule, storetest.By, storetest.Start); err != nil {
		t.Fatal(err)
	}
	b.signIn(newsletter.RoleEditor)
	const make, words = "/desk/schedules?list=nieuwe-democratie", "keuren twee mensen goed"
	form := typedSchedule() // sent when nobody approves
	if status, _, page := b.ask(http.MethodPost, make, form); status != http.StatusUnprocessableEntity || !strings.Contains(page, words) {
		t.Errorf("%d\n%s", status, page)
	}
	form.Set("unapproved", "hold")
	b.post(make, form)
	at := "/desk/schedules/" + idOf(b.schedule("tweemaal-per-week").ID)
	form.Set("review", "automatic")
	if status, _, page := b.ask(http.MethodPost, at, form); status != http.StatusUnprocessableEntity || !strings.Contains(page, words) {
		t.Errorf("%d\n%s", status, page)
	}
	b.signIn(newsletter.RoleAdmin)
	b.post(at, form)
	if c := b.schedule("tweemaal-per-week"); c.Review != newsletter.ReviewAutomatic {
		t.Errorf("an admin's wish: %+v", c)
	}
}

func TestScheduleRestsAndEnds(t *testing.T) {
	b := newBench(t, storetest.SQLite(t))
	b.world.Crowd(3, b.world.Daily)
	at := "/desk/schedules/" + idOf(b.world.Daily.ID)
	wantPage(t, b.post(at+"/pause", nil), "Dit schema is gepauzeerd", "Laat dit schema weer lopen")
	b.now = b.now.AddDate(0, 0, 3)
	wantPage(t, b.post(at+"/resume", nil), "Het schema loopt weer")
	if c := b.schedule("dagelijks"); !c.NextAt.After(b.now) {
		t.Errorf("what passed while it rested is made good: %v", c.NextAt)
	}
	wantPage(t, b.get(at+"/archive"), "3 mensen hebben dit schema", "Wekelijks")
	status, _, page := b.ask(http.MethodPost, at+"/archive", nil)
	if status != http.StatusUnprocessableEntity || !strings.Contains(page, `href="#successor"`) {
		t.Errorf("%d", status)
	}
	page = b.post(at+"/archive", url.Values{"successor": {idOf(b.world.Weekly.ID)}})
	if wantPage(t, page, "Het schema is gestopt."); strings.Contains(page, "Dagelijks") {
		t.Error("it is still listed")
	}
	if status, _, _ := b.ask(http.MethodGet, at, nil); status != http.StatusNotFound {
		t.Errorf("%d", status)
	}
}

func TestCalendarShowsWhatIsToCome(t *testing.T) {
	b := newBench(t, storetest.SQLite(t))
	e := b.world.Ahead(b.world.Weekly, b.now)
	page := b.get("/desk/calendar")
	wantPage(t, page, `href="/desk/editions/`+e.PublicID.String()+`"`, "Wekelijks", "Dagelijks", "3 november 2026")
	if n := strings.Count(page, "<tr>"); n != 7 {
		t.Errorf("%d weeks and a head", n)
	}
	// 41 days of the daily one (today's slot is over), and the Mondays but today's.
	if n := strings.Count(page, `<span class="at">08.00`); n != 41+5 {
		t.Errorf("%d slots", n)
	}
	b.token = b.people.SignIn(newsletter.Staff{Roles: []newsletter.Role{newsletter.RoleEditor}})
	if page := b.get("/desk/calendar"); strings.Contains(page, "Wekelijks") {
		t.Error("an editor of no list sees one")
	}
}
