package public

import (
	"bode.example/internal/newsletter"
	"bode.example/internal/web"
)

func requestSamples() []Sample {
	form := requestPage{Kinds: newsletter.RequestKinds(), Kind: newsletter.RequestErasure, Address: "jan@", Wish: "Wis ook mijn oude adres.", From: "preferences"}
	faults := []web.Fault{{Field: "address", Text: "Dit adres kan niet kloppen: na de @ ontbreekt een naam, zoals voorbeeld.nl."}, {Field: "kind", Text: "Kies wat u wilt."}}
	request := &newsletter.DataRequest{ID: 7, Kind: newsletter.RequestErasure, Language: newsletter.Dutch, CreatedAt: sampleTime, DueOn: newsletter.NewDay(2026, 12, 23)}
	samples := []Sample{
		{"request", web.Page{Template: "request.html", Data: requestPage{Kinds: newsletter.RequestKinds()}}},
		{"request-expired", web.Page{Template: "request.html", Status: 410, Private: true, Data: requestPage{Kinds: newsletter.RequestKinds(), Notice: "expired"}}},
		{"request-faults", web.Page{Template: "request.html", Status: 422, Private: true, Faults: faults, Data: form}},
		{"request-sent", web.Page{Template: "request-sent.html", Private: true, Data: requestSentPage{"jan@voorbeeld.nl"}}},
		{"export", web.Page{Template: "export.html", Private: true, Data: exportPage{&newsletter.DataExport{ExpiresAt: sampleTime}}}},
	}
	for _, kind := range newsletter.RequestKinds() {
		for _, state := range []string{"open", "done", "waits"} {
			of := *request
			of.Kind = kind
			samples = append(samples, Sample{"request-" + state + "-" + string(kind), web.Page{Template: "request-link.html", Private: true, Data: requestLinkPage{&of, state}}})
		}
	}
	return samples
}
