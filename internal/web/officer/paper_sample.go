package officer

import (
	"bode.example/internal/datarequest"
	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

type samplePage func(name, template string, data any, faults ...web.Fault) desk.Sample

func entrySamples(page samplePage) []desk.Sample {
	of := sampleRequest(3, newsletter.RequestErasure, newsletter.NewDay(2026, 11, 20))
	theirs := sampleRequest(4, newsletter.RequestAccess, newsletter.NewDay(2026, 11, 20))
	theirs.Channel = newsletter.ArrivedPage
	e := datarequest.Entry{Kind: newsletter.RequestAccess, Channel: newsletter.ArrivedLetter, Language: newsletter.Dutch, Address: "jan.jansen@voorbeeld.nl", Name: "Jan Jansen",
		Postal: "Brink 14\n9401 HS Assen", ReplyWhy: "Belde terug."}
	return []desk.Sample{
		page("request-change", "request-new.html", amendPage(e, "2026-11-20", of)),
		page("request-change-theirs", "request-new.html", amendPage(e, "2026-11-20", theirs),
			web.Fault{Field: "reply", Text: "Dit adres kan niet kloppen."}, web.Fault{Field: "postal", Text: "Dit past niet."}, web.Fault{Field: "reply_why", Text: "Schrijf op hoe."}),
		page("stop", "stop.html", newStopPage(datarequest.Stop{Channel: newsletter.ArrivedPhone})),
		page("stop-faults", "stop.html", newStopPage(datarequest.Stop{Address: "jan@"}),
			web.Fault{Field: "address", Text: "Dit adres kan niet kloppen."}, web.Fault{Field: "because", Text: "Kies waarom."}, web.Fault{Field: "channel", Text: "Kies hoe."}),
	}
}

func printSamples(page samplePage) []desk.Sample {
	r := sampleRequest(5, newsletter.RequestAccess, newsletter.NewDay(2026, 11, 20))
	paper := &printPage{Request: r, URL: urlOf(r), Letter: newsletter.RequestLetter{Kind: newsletter.LetterAccess, Language: newsletter.Dutch, Subject: "Uw gegevens (2026-0005)"},
		Number: "h7x2kq4m9p3c5v8b6n2r4t7w9z", To: []string{"Jan Jansen", "Brink 14", "9401 HS Assen"}, Officer: true, Encloses: true,
		Paragraphs: []string{"U vroeg wat wij van u bewaren. Alles zit bij deze brief.", "Er staat ook in welke rechten u hebt."},
		Sender:     Sender{Name: "Stichting Noorderkring", Mail: "info@noorderkring.example", Phone: "0592 12 34 56", Postal: []string{"Postbus 1", "9400 AA Assen"}},
		Date:       "maandag 23 november 2026", Greeting: "Beste Jan Jansen,", Closing: "Met vriendelijke groet,", Mark: "Kenmerk"}
	posted := *paper
	posted.Officer, posted.Encloses, posted.To, posted.Letter.PostedAt = false, false, nil, newsletter.At(desk.SampleTime)
	return []desk.Sample{page("paper", "letter-print.html", paper), page("paper-posted", "letter-print.html", &posted)}
}
