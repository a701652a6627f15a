package editor

import (
	"time"

	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

func todaySamples() []desk.Sample {
	line := editionLine{URL: "/desk/editions/x", List: "Expertgroep Nieuwe Democratie", Pace: "Wekelijks", At: sampleTime, Zone: time.UTC,
		State: stateOf(newsletter.EditionInReview)}
	sent := line
	sent.Extra, sent.State = true, stateOf(newsletter.EditionSent)
	return []desk.Sample{
		{Name: "today", Page: web.Page{Template: "/editor/today.html", Data: todayPage{Editor: true,
			Next:    []departure{{List: line.List, Pace: "Wekelijks", At: newsletter.At(sampleTime.Add(72 * time.Hour)), Zone: time.UTC}},
			Waiting: []editionLine{line}, Recent: []editionLine{sent},
			Feeds: []feedLine{{List: line.List, Name: "website", Error: "de server gaf 500", Since: sampleTime}, {List: line.List, Name: "nieuw"}}}}},
		{Name: "today-empty", Page: web.Page{Template: "/editor/today.html", Data: todayPage{Editor: true}}},
		{Name: "today-officer", Page: web.Page{Template: "/editor/today.html", Data: todayPage{}}},
	}
}
