package staff

import (
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

var sampleTime = newsletter.At(desk.SampleTime)

// Samples are the pages in every state that somebody may meet.
func Samples() []desk.Sample {
	fault := func(field, text string) []web.Fault { return []web.Fault{{Field: field, Text: text}} }
	page := func(template string, data any) web.Page { return web.Page{Template: "/staff/" + template, Data: data} }
	wrong := func(p web.Page, faults []web.Fault) web.Page { p.Faults = faults; return p }
	roles := []option{
		{Value: "editor", Label: "Redacteur", Hint: "Schrijft, plant en verstuurt.", Chosen: true},
		{Value: "officer", Label: "Privacymedewerker", Hint: "Behandelt verzoeken over persoonsgegevens."},
		{Value: "supervisor", Label: "Toezichthouder", Hint: "Leest mee en beslist niets."},
		{Value: "admin", Label: "Beheerder", Hint: "Regelt lijsten en medewerkers."},
	}
	lists := []option{{Value: "1", Label: "Expertgroep Nieuwe Democratie", Chosen: true}, {Value: "2", Label: "Dorpen & wijken"}}
	invite := personPage{Languages: languageOptions(newsletter.Dutch), Roles: roles, Lists: lists}
	person := invite
	person.Path, person.Name, person.Address, person.State = "/desk/staff/x", "Anna de Vries", "anna@voorbeeld.nl", desk.State{Kind: "good", Key: "staff_active"}
	person.SignedIn, person.Enrolled = sampleTime, true
	invited, disabled, self := person, person, person
	invited.State, invited.Invited, invited.Enrolled = desk.State{Kind: "waiting", Key: "staff_invited"}, true, false
	disabled.State, disabled.Disabled = desk.State{Kind: "over", Key: "staff_disabled"}, true
	self.Self = true
	anna := newsletter.Staff{PublicID: newsletter.PublicID{1}, Name: "Anna de Vries", Address: "anna@voorbeeld.nl", SignedIn: sampleTime}
	key := newsletter.Passkey{PublicID: newsletter.PublicID{2}, Name: "Telefoon", CreatedAt: sampleTime, UsedAt: sampleTime}
	account := accountPage{Staff: anna, Roles: []string{"Redacteur"}, Authenticator: &newsletter.Authenticator{CreatedAt: sampleTime}, Passkeys: []newsletter.Passkey{key, {Name: "", CreatedAt: sampleTime}}, Codes: 9,
		Sessions: []sessionLine{{ID: newsletter.PublicID{3}, Device: "Firefox · Windows", Network: "192.0.2.0/24", Begun: sampleTime, Seen: sampleTime, Here: true},
			{ID: newsletter.PublicID{4}, Begun: newsletter.At(sampleTime.Add(-time.Hour)), Seen: sampleTime}}}
	bare := account
	bare.Authenticator, bare.Passkeys, bare.Only, bare.Codes, bare.Sessions = nil, []newsletter.Passkey{key}, true, 0, account.Sessions[:1]
	app := account
	app.Passkeys, app.Only, app.Codes = nil, true, 2
	return []desk.Sample{
		{Name: "sign-in", Page: page("sign-in.html", signInPage{Next: "/desk/"})},
		{Name: "sign-in-wrong", Page: wrong(page("sign-in.html", signInPage{Address: "anna", Next: "/desk/posts"}), fault("address", "Er ontbreekt een @."))},
		{Name: "code", Page: page("code.html", codePage{"/desk/"})},
		{Name: "code-wrong", Page: wrong(page("code.html", codePage{"/desk/"}), fault("code", "Deze code klopt niet."))},
		{Name: "link", Page: page("link.html", linkPage{})},
		{Name: "link-elsewhere", Page: page("link.html", linkPage{Elsewhere: true})},
		{Name: "link-over", Page: page("link.html", linkPage{Over: true})},
		{Name: "first", Page: page("first.html", firstPage{Languages: languageOptions(newsletter.Dutch)})},
		{Name: "first-wrong", Page: wrong(page("first.html", firstPage{Name: "Anna", Address: "anna", Languages: languageOptions(newsletter.Dutch)}), fault("address", "Er ontbreekt een @."))},
		{Name: "first-over", Page: page("first.html", firstPage{Over: true})},
		{Name: "second", Page: page("second.html", secondPage{Passkeys: true, Authenticator: true, Next: "/desk/"})},
		{Name: "account-prove", Page: page("second.html", secondPage{Passkeys: true, Authenticator: true, Again: true, Next: "/desk/staff"})},
		{Name: "second-app", Page: wrong(page("second.html", secondPage{Authenticator: true, Next: "/desk/"}), fault("code", "Deze code klopt niet."))},
		{Name: "second-passkey", Page: wrong(page("second.html", secondPage{Passkeys: true, Next: "/desk/"}), fault("passkey", "Deze passkey werkte niet."))},
		{Name: "recovery", Page: page("recovery.html", recoveryPage{Next: "/desk/"})},
		{Name: "recovery-wrong", Page: wrong(page("recovery.html", recoveryPage{Next: "/desk/"}), fault("code", "Deze code klopt niet."))},
		{Name: "enrol", Page: page("enrol.html", enrolPage{Name: "Anna", Passkeys: true, First: true, Key: "iPhone", Next: "/desk/"})},
		{Name: "enrol-more", Page: wrong(page("enrol.html", enrolPage{Name: "Anna", Passkeys: true, Next: "/desk/"}), fault("passkey", "Deze passkey werkte niet."))},
		{Name: "authenticator", Page: page("authenticator.html", authenticatorPage{Secret: "JBSW Y3DP EHPK 3PXP", Next: "/desk/"})},
		{Name: "authenticator-wrong", Page: wrong(page("authenticator.html", authenticatorPage{Secret: "JBSW Y3DP EHPK 3PXP", Next: "/desk/"}), fault("code", "Deze code klopt niet."))},
		{Name: "codes", Page: page("codes.html", codesPage{Codes: []string{"abcd-efgh-ijkm-npqr", "stuv-wxyz-2345-6789"}, Next: "/desk/"})},
		{Name: "account", Page: page("account.html", account)},
		{Name: "account-passkey", Page: page("account.html", bare)},
		{Name: "account-app", Page: wrong(page("account.html", app), fault("", "Dit is je enige tweede stap."))},
		{Name: "people", Page: page("people.html", peoplePage{[]personLine{
			{Staff: anna, RoleNames: []string{"Redacteur", "Beheerder"}, ListNames: []string{"Expertgroep Nieuwe Democratie"}, State: desk.State{Kind: "good", Key: "staff_active"}},
			{Staff: newsletter.Staff{Name: "Bas", Address: "bas@voorbeeld.nl"}, RoleNames: []string{"Toezichthouder"}, State: desk.State{Kind: "waiting", Key: "staff_invited"}}}})},
		{Name: "invite", Page: page("person.html", invite)},
		{Name: "invite-wrong", Page: wrong(page("person.html", personPage{Roles: roles, Languages: languageOptions(newsletter.Dutch)}), append(fault("name", "Vul een naam in."), web.Fault{Field: "roles", Text: "Kies een rol."}, web.Fault{Field: "address", Text: "Er ontbreekt een @."}))},
		{Name: "person", Page: page("person.html", person)},
		{Name: "person-invited", Page: page("person.html", invited)},
		{Name: "person-disabled", Page: page("person.html", disabled)},
		{Name: "person-self", Page: page("person.html", self)},
		{Name: "audit", Page: page("audit.html", auditPage{Who: []option{{Value: "x", Label: "Anna", Chosen: true}}, Filter: auditFilter{From: "2026-11-01"},
			Entries: []auditLine{{Seq: 2, At: sampleTime, Who: "Anna de Vries", Action: "staff.change", Object: "staff Bas", Filter: "/desk/audit?object=staff%3Ax", Detail: `{"to":{"roles":["editor"]}}`},
				{Seq: 1, At: sampleTime, Who: "De opdrachtregel (root)", Action: "list.create", Object: "audit"}},
			Pager: desk.Pager{Newest: "/desk/audit?", Older: "/desk/audit?before=1"}})},
		{Name: "steps", Page: page("steps.html", stepsPage{Left: 1, Steps: []stepLine{{Key: "organisation", URL: "/desk/first-steps/organisation", State: desk.State{Kind: "good", Key: "step_done"}},
			{Key: "list", URL: "/desk/first-steps/list", State: desk.State{Kind: "careful", Key: "step_open"}}}})},
		{Name: "steps-done", Page: page("steps.html", stepsPage{})},
		{Name: "steps-organisation", Page: page("step.html", stepPage{Key: "organisation", Title: "Jullie organisatie", Text: "Klopt dit?", Number: 1, Of: 8, State: desk.State{Kind: "good", Key: "step_done"},
			Facts: []fact{{"Naam", "Stichting Voorbeeld"}}, Keys: []string{"organisation.name"}, File: "/etc/bode/bode.toml", Next: "/desk/first-steps/sender"})},
		{Name: "steps-test", Page: page("step.html", stepPage{Key: "test", Title: "Een testmail", Text: "Stuur jezelf een mail.", Number: 3, Of: 8, State: desk.State{Kind: "careful", Key: "step_open"},
			Test: &newsletter.Delivery{CreatedAt: sampleTime, Reply: "550 5.7.1 no relay"}, TestState: desk.State{Kind: "wrong", Key: "step_test_failed"}, Next: "/desk/first-steps/list"})},
		{Name: "steps-list", Page: wrong(page("step.html", stepPage{Key: "list", Title: "De eerste lijst", Text: "Een lijst is waar mensen zich voor aanmelden.", Number: 4, Of: 8, State: desk.State{Kind: "careful", Key: "step_open"}}), fault("title_nl", "Vul een titel in."))},
		{Name: "steps-list-made", Page: page("step.html", stepPage{Key: "list", Title: "De eerste lijst", Text: "Een lijst is waar mensen zich voor aanmelden.", Number: 4, Of: 8, State: desk.State{Kind: "good", Key: "step_done"}, List: "Expertgroep"})},
		{Name: "steps-topics", Page: wrong(page("step.html", stepPage{Key: "topics", Title: "Onderwerpen", Text: "Lezers kunnen kiezen.", Number: 5, Of: 8, State: desk.State{Kind: "waiting", Key: "step_optional"}, List: "Expertgroep", Topics: []string{"De raad"}}), fault("topics", "Vul een titel in."))},
		{Name: "steps-topics-none", Page: page("step.html", stepPage{Key: "topics", Title: "Onderwerpen", Text: "Lezers kunnen kiezen.", Number: 5, Of: 8, State: desk.State{Kind: "waiting", Key: "step_optional"}})},
		{Name: "steps-pace", Page: page("step.html", stepPage{Key: "pace", Title: "Het tempo", Text: "Hoe vaak?", Number: 6, Of: 8, State: desk.State{Kind: "careful", Key: "step_open"}, List: "Expertgroep", ListName: "expertgroep"})},
		{Name: "steps-pace-none", Page: page("step.html", stepPage{Key: "pace", Title: "Het tempo", Text: "Hoe vaak?", Number: 6, Of: 8, State: desk.State{Kind: "careful", Key: "step_open"}, Keys: []string{"x"}})},
		{Name: "steps-people", Page: page("step.html", stepPage{Key: "people", Title: "Collega’s", Text: "Nodig uit.", Number: 8, Of: 8, State: desk.State{Kind: "waiting", Key: "step_optional"}})},
		{Name: "audit-empty", Page: wrong(page("audit.html", auditPage{}), append(fault("from", "Schrijf een dag als 2026-11-23."), web.Fault{Field: "until", Text: "Schrijf een dag als 2026-11-23."}))},
	}
}
