package officer

import (
	"slices"

	"bode.example/internal/datarequest"
	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

// Samples are pages in every state that an officer may meet. Add renders them all, so that a template that doesn't
// work with its data stops the start.
func Samples() []desk.Sample {
	page := func(name, template string, data any, faults ...web.Fault) desk.Sample {
		return desk.Sample{Name: name, Page: web.Page{Template: "/officer/" + template, Data: data, Faults: faults}}
	}
	today := newsletter.DayOf(desk.SampleTime, desk.SampleTime.Location())
	var rows []line
	var samples []desk.Sample
	for n, kind := range newsletter.RequestKinds() {
		r := sampleRequest(int64(n+1), kind, today-newsletter.Day(5*n))
		rows = append(rows, lineOf(r, today))
		f := &store.RequestFile{DataRequest: *r, Events: sampleEvents(), Letters: sampleLetters()}
		p := requestPage{RequestFile: f, Line: lineOf(r, today), Late: r.Late(today), Until: today + 3, Officer: true}
		p.may(f)
		samples = append(samples, page("request-"+string(kind), "request.html", p))
	}
	for n, mail := range []*newsletter.RequestMail{{From: "jan.jansen@voorbeeld.nl", Subject: "Mijn gegevens", Text: "Goedemiddag,\n\nWat weten jullie van mij?\n\nJan", LeftOut: 2}, nil} {
		draft := sampleRequest(10, newsletter.RequestOther, today)
		draft.State, draft.Channel, draft.Address, draft.Name, draft.Wish, draft.Mail = newsletter.RequestDraft, newsletter.ArrivedMail, nil, "", "", mail
		f := &store.RequestFile{DataRequest: *draft}
		p := requestPage{RequestFile: f, Line: lineOf(draft, today), Officer: true}
		p.may(f)
		suffix := []string{"", "-gone"}[n]
		samples = append(samples, page("draft"+suffix, "request.html", p), page("draft-change"+suffix, "request-new.html", amendPage(datarequest.FromMail(draft), "2026-11-20", draft)))
	}
	slices.Reverse(rows) // the most urgent first
	closed := sampleRequest(9, newsletter.RequestRestriction, today-20)
	id := int64(1)
	closed.State, closed.Result, closed.ClosedAt, closed.SubscriberID = newsletter.RequestFulfilled, newsletter.ResultDone, newsletter.At(desk.SampleTime), &id
	closed.ShownOn, closed.ShownHow, closed.ExtendedOn, closed.ExtensionReason = today-18, newsletter.ShownByOfficer, today-3, "Er zijn veel mails."
	ended := requestPage{RequestFile: &store.RequestFile{DataRequest: *closed}, Line: lineOf(closed, today), Officer: true}
	ended.may(ended.RequestFile)
	refused := *closed
	refused.State, refused.Result, refused.Reason, refused.Address = newsletter.RequestRefused, "", "Er is geen grond voor.", nil
	wrong := requestPage{RequestFile: &store.RequestFile{DataRequest: *sampleRequest(3, newsletter.RequestErasure, today)}, Officer: true, CanVerify: true, CanAsk: true}
	wrong.Line = lineOf(&wrong.DataRequest, today)
	letter := letterPage{Request: sampleRequest(3, newsletter.RequestErasure, today), URL: "/desk/requests/3", Act: "fulfil", Shown: true, Subject: "Uw gegevens zijn gewist", Body: "U vroeg om te wissen.\n\nDat is gedaan."}
	printed := letter
	printed.Printed, printed.Result = true, newsletter.ResultNothing
	samples = append(samples,
		page("request-closed", "request.html", ended),
		page("request-refused", "request.html", requestPage{RequestFile: &store.RequestFile{DataRequest: refused}, Line: lineOf(&refused, today)}),
		page("request-fault", "request.html", wrong, web.Fault{Field: "why", Text: "Schrijf op hoe is gebleken dat het om deze persoon gaat."}),
		page("register", "register.html", registerPage{Officer: true, Rows: rows, Pager: desk.Pager{Older: "/desk/requests?after=8"}}),
		page("register-closed", "register.html", registerPage{Closed: true, Rows: []line{lineOf(closed, today), lineOf(&refused, today)}, Pager: desk.Pager{Newest: "/desk/requests?closed=yes"}}),
		page("register-empty", "register.html", registerPage{Officer: true}),
		page("request-new", "request-new.html", newEntryPage(datarequest.Entry{Kind: newsletter.RequestErasure, Channel: newsletter.ArrivedLetter, Language: newsletter.Dutch, Receipt: true}, "2026-11-20"),
			web.Fault{Field: "kind", Text: "Kies wat er wordt gevraagd."}, web.Fault{Field: "received", Text: "Deze dag kan niet kloppen."}, web.Fault{Field: "address", Text: "Dit adres kan niet kloppen."}, web.Fault{Field: "channel", Text: "Kies hoe het verzoek binnenkwam."}),
		page("letter", "letter.html", &letter, web.Fault{Field: "body", Text: "De brief heeft een tekst nodig."}),
		page("letter-printed", "letter.html", &printed),
	)
	samples = append(samples, entrySamples(page)...)
	samples = append(samples, printSamples(page)...)
	for _, act := range []string{"refuse", "extend", "proof", "lift"} {
		asks := letter
		asks.Act, asks.NeedsReason, asks.Shown, asks.Why = act, true, false, ""
		faults := []web.Fault{{Field: "reason", Text: "Schrijf de reden op."}}
		if act == "proof" {
			asks.Why = "De naam is een andere."
			faults = append(faults, web.Fault{Field: "why", Text: "Schrijf op waarom een link niet genoeg is."})
		}
		shown := asks
		shown.Shown, shown.Reason = true, "Er zijn veel mails."
		samples = append(samples, page("letter-"+act, "letter.html", &asks, faults...), page("letter-"+act+"-shown", "letter.html", &shown))
	}
	return append(samples, accountSamples()...)
}

// sampleRequest is in a state of its own for each kind.
func sampleRequest(id int64, kind newsletter.RequestKind, received newsletter.Day) *newsletter.DataRequest {
	address := newsletter.Address("jan.jansen@voorbeeld.nl")
	r := &newsletter.DataRequest{ID: id, Kind: kind, Channel: newsletter.ArrivedLetter, Language: newsletter.Dutch, ReceivedOn: received, Address: &address, Name: "Jan Jansen",
		Wish: "Ik wil weten wat jullie van mij hebben.", CreatedAt: newsletter.At(desk.SampleTime)}
	_ = r.Arrive(received)
	switch kind {
	case newsletter.RequestAccess:
		_ = newsletter.AskIdentity{}.Apply(r, received, desk.SampleTime)
	case newsletter.RequestErasure, newsletter.RequestRestriction:
		_ = newsletter.ShowIdentity{How: newsletter.ShownByOfficer, Why: "Belde terug."}.Apply(r, received, desk.SampleTime)
	case newsletter.RequestOther:
		_ = newsletter.BeginRequest{}.Apply(r, received, desk.SampleTime)
	}
	return r
}

func sampleEvents() []newsletter.RequestEvent {
	at := newsletter.At(desk.SampleTime)
	return []newsletter.RequestEvent{
		{At: at, Step: "receive", After: newsletter.RequestReceived, ActorKind: newsletter.ByStaff},
		{At: at, Step: "ask_identity", Before: newsletter.RequestReceived, After: newsletter.RequestIdentityAsked, ActorKind: newsletter.BySystem},
		{At: at, Step: "stop", After: newsletter.RequestFulfilled, ActorKind: newsletter.ByStaff, Note: "deceased"},
		{At: at, Step: "amend", After: newsletter.RequestReceived, ActorKind: newsletter.ByStaff},
		{At: at, Step: "export_ended", After: newsletter.RequestFulfilled, ActorKind: newsletter.BySystem, Note: "downloads: 2"},
	}
}

func sampleLetters() []newsletter.RequestLetter {
	at := newsletter.At(desk.SampleTime)
	return []newsletter.RequestLetter{
		{Kind: newsletter.LetterReceipt, CreatedAt: at, QueuedAt: at, Delivery: "sent", Subject: "Wij hebben uw verzoek", Body: "Op 20 november kwam uw verzoek binnen.\n\nU krijgt antwoord."},
		{Kind: newsletter.LetterExtension, CreatedAt: at, Subject: "Het kost meer tijd", Body: "Het kost meer tijd.", AmendedBy: "x"},
		{Kind: newsletter.LetterErasure, CreatedAt: at, PostedAt: at, Subject: "Uw gegevens zijn gewist", Body: "Dat is gedaan."},
	}
}
