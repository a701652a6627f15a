package staff_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
	"bode.example/internal/web/staff"
)

func TestStaffIsRun(t *testing.T) {
	each(t, func(t *testing.T, b *bench, clock *still) {
		boss := b.hire("baas@voorbeeld.nl", "De Baas", newsletter.RoleAdmin)
		c, _ := b.enter(boss)
		list := strconv.FormatInt(b.world.List.ID, 10)
		c.get("/desk/staff/invite").has(t, 200, "Nodig iemand uit", "Expertgroep Nieuwe Democratie")
		c.post("/desk/staff/invite", "address", "anna", "name", "", "language", "nl", "roles", "chief").has(t, 422, `href="#name"`)
		c.post("/desk/staff/invite", "address", "anna", "name", "Anna", "language", "nl", "roles", "editor").has(t, 422, `href="#address"`)
		c.post("/desk/staff/invite", "address", anna, "name", "Anna", "language", "nl").has(t, 422, `href="#roles"`)
		c.post("/desk/staff/invite", "address", anna, "name", "Anna", "language", "nl", "roles", "editor", "lists", list).has(t, 303, "/desk/staff?done=invited")
		c.post("/desk/staff/invite", "address", strings.ToUpper(anna), "name", "Anna", "language", "nl", "roles", "editor").has(t, 422, `href="#address"`, "hoort al bij een medewerker")
		c.get("/desk/staff").has(t, 200, "Anna", "Uitgenodigd", "Redacteur", "Expertgroep Nieuwe Democratie")

		// Anna comes in by her invitation, in a browser that asked for nothing.
		invitation := staff.LinkPath + b.rules.Token(b.mail(newsletter.TemplateInvitation))
		a := b.browser()
		a.post(invitation).has(t, 303, "/desk/sign-in/second")
		a.enrol()
		a.get("/desk/staff").has(t, 403)
		m, err := b.store.StaffByAddress(t.Context(), anna)
		b.check(err)
		if !m.Edits(b.world.List.ID) {
			t.Errorf("%+v", m)
		}
		path := "/desk/staff/" + m.PublicID.String()

		// A role that is given or taken counts at the next page.
		c.post(path, "name", "Anna", "language", "nl", "roles", "admin").has(t, 303)
		a.get("/desk/staff").has(t, 200)
		a.post("/desk/staff/"+boss.PublicID.String(), "name", "De Baas", "language", "nl", "roles", "editor").has(t, 303)
		c.get("/desk/staff").has(t, 403)
		a.post(path, "name", "Anna", "language", "nl", "roles", "editor").has(t, 422, "laatste beheerder")
		a.post(path+"/disable").has(t, 422, "laatste beheerder")
		a.post("/desk/staff/"+boss.PublicID.String(), "name", "De Baas", "language", "nl", "roles", "admin").has(t, 303)

		c.get(path+"/disable").has(t, 200, "De toegang van Anna wegnemen?")
		a.get("/desk/account").has(t, 200) // asking once more changed nothing
		c.post(path+"/disable").has(t, 303, path+"?done=disabled")
		a.get("/desk/account").has(t, 303, "/desk/sign-in")
		c.post(path+"/enable").has(t, 303)
		c.get(path+"/reset").has(t, 200, "De tweede stap van Anna wissen?")
		c.post(path+"/reset").has(t, 303)
		if f, err := b.store.Factors(t.Context(), m.ID); err != nil || f.Enrolled() {
			t.Errorf("%+v, %v", f, err)
		}
		c.post(path+"/invite").has(t, 303)

		// Who has left is forgotten, once they are kept out.
		d, _ := b.enter(m)
		own := d.get("/desk/account/data").has(t, 200, `"address": "`+anna+`"`, `"kind": "code"`, "authenticator.add", "staff.invite")
		if strings.Contains(own.body, "otpauth") || strings.Contains(own.body, "sealed") || !strings.Contains(own.header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%v\n%s", own.header, own.body)
		}
		c.post(path+"/erase").has(t, 422, "Neem eerst de toegang weg", `name="back" value="`+path+`"`)
		c.post(path+"/disable").has(t, 303)
		c.get(path+"/erase").has(t, 200, "Anna wissen?", "Wis voorgoed")
		c.post(path+"/erase").has(t, 303, "/desk/staff?done=staff_erased")
		if page := c.get("/desk/staff").has(t, 200); strings.Contains(page.body, "Anna") {
			t.Error("who was erased is on the list")
		}
		c.get("/desk/audit").has(t, 200, "staff.erase")
		c.get("/desk/staff/x").has(t, 404)
		c.get("/desk/staff/"+newsletter.NewPublicID().String()).has(t, 404)

		// All of it stands in the log, without addresses, and the chain is whole.
		log := c.get("/desk/audit").has(t, 200, "staff.invite", "staff.disable", "staff.reset", "De Baas")
		if regexp.MustCompile(`[a-z]@voorbeeld`).MatchString(log.body) {
			t.Error("the audit log shows an address")
		}
		if leaks := storetest.Query(t, b.store, `SELECT seq, action, detail FROM audit_entry WHERE detail LIKE '%anna@%' OR detail LIKE '%baas@%' OR detail LIKE '%post@%' OR actor_id LIKE '%@%' OR object_id LIKE '%@%'`); len(leaks) > 0 {
			t.Errorf("addresses in the audit log: %v", leaks)
		}
		if broken, err := b.store.VerifyAudit(t.Context()); err != nil || broken != 0 {
			t.Errorf("the chain breaks at %d, %v", broken, err)
		}
	})
}

func TestAuditIsSearched(t *testing.T) {
	each(t, func(t *testing.T, b *bench, clock *still) {
		boss := b.hire("baas@voorbeeld.nl", "De Baas", newsletter.RoleSupervisor)
		c, _ := b.enter(boss)
		clock.now = clock.now.Add(time.Minute)
		for range 60 {
			b.check(b.rules.Enable(t.Context(), boss.PublicID, storetest.By, clock.now))
		}
		page := c.get("/desk/audit").has(t, 200, "staff.enable", "Volgende pagina")
		if n := strings.Count(page.body, "<tr>"); n != 51 {
			t.Errorf("%d lines", n)
		}
		at := strings.Index(page.body, `<a href="/desk/audit?before=`)
		next := strings.ReplaceAll(page.body[at+9:at+9+strings.Index(page.body[at+9:], `"`)], "&amp;", "&")
		c.get(next).has(t, 200, "session", "Terug naar het begin")
		c.get("/desk/audit?who="+boss.PublicID.String()).has(t, 200, "authenticator.add")
		if got := c.get("/desk/audit?who=command_line&action=staff.enable"); strings.Contains(got.body, "staff.invite") || !strings.Contains(got.body, "Opdrachtregel (test)") {
			t.Errorf("%s", got.body)
		}
		c.get("/desk/audit?object=staff:"+boss.PublicID.String()+"&action=staff.").has(t, 200, "staff De Baas")
		c.get("/desk/audit?from=2026-11-03").has(t, 200, "Geen regels")
		c.get("/desk/audit?from=2026-11-02&until=2026-11-02").has(t, 200, "staff.enable")
		c.get("/desk/audit?from=gisteren").has(t, 422, "Schrijf een dag als")
		c.get("/desk/audit?before=x&who=%27%3B--").has(t, 200, "Geen regels")
	})
}

func TestFirstSteps(t *testing.T) {
	each(t, func(t *testing.T, b *bench, clock *still) {
		link, err := b.rules.First(t.Context(), newsletter.Dutch, storetest.By, clock.now)
		b.check(err)
		c := b.browser()
		c.get(staff.FirstPath+link).has(t, 200, "Welkom bij Bode")
		c.post(staff.LinkPath+link).has(t, 410)
		c.post(staff.FirstPath+link, "name", "Anna", "address", "anna", "language", "nl").has(t, 422, `href="#address"`)
		c.post(staff.FirstPath+link, "name", "Anna", "address", "ana@voorbeeld.nl", "language", "nl").has(t, 303, "/desk/sign-in/code")
		b.browser().get(staff.FirstPath+link).has(t, 410, "al een beheerder")
		b.browser().post(staff.FirstPath+link, "name", "Dief", "address", "dief@voorbeeld.nl", "language", "nl").has(t, 410)
		c.post(staff.FirstPath+link, "name", "Anna", "address", anna, "language", "nl").has(t, 303, "/desk/sign-in/code") // the slip is mended
		code := b.links.Code(b.mail(newsletter.TemplateSignIn).PublicID)
		c.post("/desk/sign-in/code", "code", code).has(t, 303, "/desk/sign-in/second")
		c.enrol()
		c.get("/desk/staff").has(t, 200, "Anna", "Beheerder")
		if rows := storetest.Query(t, b.store, `SELECT COUNT(*) FROM staff`); rows[0][0] != "1" {
			t.Errorf("%v on the staff", rows)
		}
		c.get(staff.FirstPath+link).has(t, 410)
	})
}

// The wizard: what is configured is shown, what is made is made by the store's own methods, and a step can be
// taken at any time.
func TestFirstStepsAreTaken(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		clock := &still{storetest.Start}
		b := newFounding(t, s, "https://nieuws.example", clock.time)
		c, _ := b.enter(b.hire("baas@voorbeeld.nl", "De Baas", newsletter.RoleAdmin))
		editor, _ := b.enter(b.hire(anna, "Anna", newsletter.RoleEditor))
		editor.get(staff.StepsPath).has(t, 403)
		c.get(staff.StepsPath).has(t, 200, "Nog 4 stappen", "Jullie organisatie", "Klaar")
		c.get(staff.StepsPath+"/organisation").has(t, 200, "Stichting Voorbeeld", "Postbus 1", "nog niet ingevuld", "/etc/bode/bode.toml", "organisation.postal_address")
		c.get(staff.StepsPath+"/sender").has(t, 200, "post@voorbeeld.nl", "smtp.url")
		c.get(staff.StepsPath+"/privacy").has(t, 200, "pages.nl.privacy_file")
		c.get(staff.StepsPath+"/nothing").has(t, 404)

		c.post(staff.StepsPath+"/test").has(t, 303, "done=test_mail")
		c.get(staff.StepsPath+"/test").has(t, 200, "Onderweg")
		b.world.Do(`UPDATE delivery SET state = 'failed', reply = '550 5.7.1 no relay' WHERE template = 'test_mail'`)
		c.get(staff.StepsPath+"/test").has(t, 200, "Niet gelukt", "550 5.7.1")
		b.world.Do(`UPDATE delivery SET state = 'sent' WHERE template = 'test_mail'`)

		c.get(staff.StepsPath+"/topics").has(t, 200, "Maak eerst de lijst")
		c.post(staff.StepsPath+"/topics", "topics", "De raad").has(t, 303, "/desk/first-steps/list")
		c.post(staff.StepsPath+"/list", "title_nl", "!!").has(t, 422, `href="#title_nl"`)
		c.post(staff.StepsPath+"/list", "title_nl", "Expertgroep Coöperaties & buurt", "description", "Nieuws  over buurten.").has(t, 303, "/desk/first-steps/topics")
		l, err := s.ListByName(t.Context(), "expertgroep-cooperaties-buurt")
		if err != nil || l.ListID != "expertgroep-cooperaties-buurt.nieuws.example" || l.SenderAddress != "post@voorbeeld.nl" || l.Texts[newsletter.Dutch].Description != "Nieuws over buurten." {
			t.Fatalf("%+v, %v", l, err)
		}
		c.post(staff.StepsPath+"/topics", "topics", " ").has(t, 422, `href="#topics"`)
		c.post(staff.StepsPath+"/topics", "topics", "De raad\r\n\r\nDe buurt\r\n").has(t, 303)
		c.post(staff.StepsPath+"/topics", "topics", "Nieuw\r\nDe raad\r\nLater").has(t, 422, "al een onderwerp", "De raad\nLater</textarea>")
		if topics, err := s.Topics(t.Context(), l.ID); err != nil || len(topics) != 3 {
			t.Errorf("%+v, %v", topics, err)
		}
		c.get(staff.StepsPath+"/pace").has(t, 200, "/desk/schedules/new?list=expertgroep-cooperaties-buurt")
		c.get(staff.StepsPath).has(t, 200, "Nog 2 stappen") // pace and privacy statement
		if trail, err := s.AuditTrail(t.Context(), "list", l.Name); err != nil || len(trail) != 1 || trail[0].ActorKind != "staff" {
			t.Errorf("%+v, %v", trail, err)
		}
	})
}
