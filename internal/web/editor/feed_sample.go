package editor

import (
	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

func feedSamples() []desk.Sample {
	good := feedStanding{URL: "/desk/feeds/1", Name: "website", Address: "https://www.broedplaats.example/een/heel/lang/adres/feed.xml",
		State: desk.State{Kind: "good", Key: "feed_state_ok"}, Asked: sampleTime, Next: sampleTime, MovedTo: "https://nieuw.example/feed"}
	bad := feedStanding{URL: "/desk/feeds/2", Name: "raad", Address: "https://raad.example/feed", State: desk.State{Kind: "wrong", Key: "feed_state_failing"},
		Asked: sampleTime, Next: sampleTime, Failures: 3, Problem: "De server van de feed deed te lang over een antwoord."}
	resting := feedStanding{URL: "/desk/feeds/3", Name: "oud", Address: "https://oud.example/feed", State: desk.State{Kind: "over", Key: "feed_state_paused"}}
	lines := []categoryLine{{"topic-0", "De Raad", sampleChoices()}, {"topic-1", "Geld", sampleChoices()}}
	fresh := feedPage{New: true, List: "Rekenkamers", Action: "/desk/feeds?list=x", Minutes: "30"}
	tested := fresh
	tested.Tested, tested.MayInternal, tested.More, tested.Categories, tested.Other, tested.MovedTo = true, true, 12, lines, sampleChoices(), "https://nieuw.example/feed"
	tested.Items = []itemLine{{Title: "Een raad die meer luistert dan stuurt", Link: "https://bron.example/1", Author: "Redactie", At: sampleTime, Starts: sampleTime, Picture: true, Categories: []string{"De Raad", "Geld"}}, {Title: "Los"}}
	empty, failed := fresh, fresh
	empty.Tested, empty.Other = true, sampleChoices()
	failed.Tested, failed.Other, failed.Problem = true, sampleChoices(), "Dit is een webpagina en geen feed."
	stored := feedPage{List: "Rekenkamers", URL: "/desk/feeds/1", Action: "/desk/feeds/1", Standing: bad, Name: "raad", Address: bad.Address, Minutes: "30", Since: "2026-11-01", Categories: lines, Other: sampleChoices()}
	paused := stored
	paused.Paused, paused.Standing, paused.Categories = true, resting, nil
	stored.Topicless, stored.Give = 7, sampleChoices()
	moved := stored
	moved.Standing = good
	page := func(name, template string, data any, faults ...web.Fault) desk.Sample {
		return desk.Sample{Name: name, Page: web.Page{Template: "/editor/" + template, Data: data, Faults: faults}}
	}
	resting.Next = newsletter.Time{}
	return []desk.Sample{
		page("feeds", "feeds.html", feedsPage{[]feedList{{"Expertgroep Nieuwe Democratie", "x", []feedStanding{good, bad, resting}}, {"Rekenkamers", "y", nil}}}),
		page("feeds-none", "feeds.html", feedsPage{}),
		page("feed-list", "feed-list.html", sampleChoices()),
		page("feed-list-none", "feed-list.html", []choice(nil)),
		page("feed-new", "feed.html", &fresh, web.Fault{Field: "url", Text: "Dit kan niet het adres van een feed zijn."}, web.Fault{Field: "name", Text: "Deze lijst heeft al een feed met deze naam."}),
		page("feed-tested", "feed.html", &tested),
		page("feed-empty", "feed.html", &empty),
		page("feed-failed", "feed.html", &failed),
		page("feed", "feed.html", &stored, web.Fault{Field: "interval", Text: "Schrijf een getal van 5 tot en met 1440."}, web.Fault{Field: "since", Text: "Een datum is niet te lezen."}),
		page("feed-paused", "feed.html", &paused),
		page("feed-moved", "feed.html", &moved),
	}
}
