package editor

import (
	"html/template"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/chart"
	"bode.example/internal/web/desk"
)

func subscriberSamples() []desk.Sample {
	active := membershipLine{List: "Expertgroep Nieuwe Democratie", Pace: "wekelijks", State: subscriptionStateOf(newsletter.SubscriptionActive)}
	left := membershipLine{List: "Verantwoordelijkheidsverdeling in samenwerkingsverbanden", Pace: "maandelijks", State: subscriptionStateOf(newsletter.SubscriptionUnsubscribed)}
	suppressed := []suppressionLine{{Reason: "suppression_reason_hard_bounce", Since: sampleTime, Expires: sampleTime}, {Reason: "suppression_reason_complaint", Since: sampleTime, Stays: true}}
	paces, states := sampleChoices(), choices("active", "subscription_state_", "", "active", "paused", "unsubscribed")
	tongues := choices("", "language_", "", "nl", "en")
	page := subscriberPage{Address: "fatima.ozkan-van-der-veen@gemeente-voorbeeldstad.nl", Name: "Fatima Özkan", Language: "language_nl", Since: sampleTime,
		Restricted: true, Suppressions: suppressed, LiftURL: "/desk/subscribers/x/lift",
		Memberships: []membershipCard{{membershipLine: active, Topics: []string{"raad", "bewoners"}, Since: sampleTime, PausedUntil: sampleTime, URL: "/desk/subscriptions/x"},
			{membershipLine: left, Since: sampleTime, Ended: sampleTime}},
		Consents: []consentLine{{Action: "person_consent_confirmed", Channel: "person_channel_link", List: active.List, At: sampleTime, Words: "Ja, ik wil deze nieuwsbrief."},
			{Action: "person_consent_requested", Channel: "person_channel_import", List: active.List, At: sampleTime, Ground: "ground_paper", Source: "presentielijst"}},
		Mails: []mailLine{{What: "Nieuws over lokale democratie", Kind: "person_mail_edition", At: sampleTime, State: desk.State{Kind: "good", Key: "person_delivery_sent"}},
			{Kind: "person_mail_notice", At: sampleTime, State: desk.State{Kind: "wrong", Key: "person_delivery_failed"}, Reply: "550 5.1.1 unknown"}},
		Bounces: []bounceLine{{Class: "bounce_hard", At: sampleTime, Status: "5.1.1", Effect: "bounce_effect_suppressed"}},
		Waiting: []waitingLine{{Lists: []string{"Rekenkamers"}, At: sampleTime, Until: sampleTime, Invited: true}, {Lists: []string{"A", "B"}, At: sampleTime, Until: sampleTime}}}
	form := subscriberForm{List: active.List, ListName: "x", Address: "fatima@voorbeeld.nl", Way: "add", Languages: choices("nl", "language_", "nl", "en"), Paces: paces,
		Topics: sampleChoices(), Grounds: sampleGrounds()}
	return []desk.Sample{
		{Name: "subscribers", Page: web.Page{Template: "/editor/subscribers.html", Data: &subscribersPage{Search: "ozkan", Several: true, Filtered: true, More: true,
			Lists: sampleChoices(), Topics: sampleChoices(), Paces: paces, States: states, Tongues: tongues, Export: "/desk/subscribers/export?q=ozkan",
			Pager: desk.Pager{Newest: "/desk/subscribers", Older: "/desk/subscribers?before=5"}, People: []personLine{
				{URL: "/desk/subscribers/x", Address: page.Address, Name: page.Name, Since: sampleTime, Suppressed: true, Lists: []membershipLine{active, left}},
				{URL: "/desk/subscribers/y", Address: "b@voorbeeld.nl", Since: sampleTime}}}}},
		{Name: "subscribers-none", Page: web.Page{Template: "/editor/subscribers.html", Data: &subscribersPage{States: states, Tongues: tongues, Export: "/desk/subscribers/export"}}},
		{Name: "subscribers-none-found", Page: web.Page{Template: "/editor/subscribers.html", Data: &subscribersPage{Filtered: true, States: states, Tongues: tongues, Export: "/desk/subscribers/export"}}},
		{Name: "subscriber", Page: web.Page{Template: "/editor/subscriber.html", Data: &page}},
		{Name: "subscriber-bare", Page: web.Page{Template: "/editor/subscriber.html", Data: &subscriberPage{Address: "b@voorbeeld.nl", Language: "language_en", Since: sampleTime}}},
		{Name: "subscriber-new", Page: web.Page{Template: "/editor/subscriber-new.html", Data: &form, Faults: []web.Fault{{Field: "address", Text: "Dit adres heeft geen @."},
			{Field: "ground", Text: "Zeg waaruit blijkt dat deze persoon akkoord is."}, {Field: "source", Text: "Zeg waar dit vandaan komt."}}}},
		{Name: "subscriber-new-list", Page: web.Page{Template: "/editor/subscriber-new.html", Data: &subscriberForm{Lists: sampleChoices()}}},
		{Name: "subscriber-new-none", Page: web.Page{Template: "/editor/subscriber-new.html", Data: &subscriberForm{}}},
		{Name: "subscriber-leave", Page: web.Page{Template: "/editor/asked.html", Data: askedPage{What: "leave", List: active.List, Action: "/desk/subscriptions/x/leave", Ways: sampleWays()},
			Faults: []web.Fault{{Field: "how", Text: "Kies hoe deze persoon het vroeg."}}}},
		{Name: "subscriber-pause", Page: web.Page{Template: "/editor/asked.html", Data: askedPage{What: "pause", List: active.List, Action: "/desk/subscriptions/x/pause", Ways: sampleWays(), Until: "2026-12-01"},
			Faults: []web.Fault{{Field: "until", Text: "Kies de laatste dag van de pauze."}}}},
		{Name: "growth", Page: web.Page{Template: "/editor/growth.html", Data: growthPage{Several: true, Lists: sampleChoices(), Joined: 12, Left: 3, Chart: sampleChart()}}},
		{Name: "growth-none", Page: web.Page{Template: "/editor/growth.html", Data: growthPage{}}},
		{Name: "subscriber-export", Page: web.Page{Template: "/editor/subscriber-export.html", Data: exportPage{Columns: sampleChoices(), Filters: []web.Field{{Name: "q", Value: "ozkan"}}},
			Faults: []web.Fault{{Field: "column", Text: "Kies welke kolommen in het bestand komen."}}}},
		{Name: "subscriber-export-all", Page: web.Page{Template: "/editor/subscriber-export.html", Data: exportPage{Columns: sampleChoices()}}},
	}
}

func sampleGrounds() (all []choice) {
	for _, g := range newsletter.Grounds() {
		all = append(all, choice{Value: string(g), Label: "ground_" + string(g), Chosen: g == newsletter.GroundPaper})
	}
	return all
}

func sampleWays() (all []choice) {
	for _, how := range newsletter.Asks() {
		all = append(all, choice{Value: string(how), Label: "asked_" + string(how)})
	}
	return all
}

func sampleChart() template.HTML {
	return chart.Bars(chart.Plot{ID: "growth", Title: "Aanmeldingen en afmeldingen per week", Description: "Per week.", LabelHead: "Week van", TableWords: "Dezelfde cijfers als tabel",
		Language: newsletter.Dutch, Labels: []string{"2 november 2026", "9 november 2026", "16 november 2026"},
		Series: []chart.Series{{Name: "Erbij", Values: []int64{3, 8, 1}}, {Name: "Afgemeld", Values: []int64{1, 0, 2}}}})
}
