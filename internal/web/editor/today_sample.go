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
	sent, sending := line, line
	sent.Extra, sent.State, sent.Subject = true, stateOf(newsletter.EditionSent), "Wie beslist mee?"
	sending.State = stateOf(newsletter.EditionSending)
	next := departure{List: line.List, Pace: "Wekelijks", URL: line.URL, Made: true, Approved: true, Kind: newsletter.EditionSlot, State: stateOf(newsletter.EditionApproved), At: newsletter.At(sampleTime.Add(72 * time.Hour)), Zone: time.UTC,
		Readers: 1204, Posts: []postLink{{"/desk/posts/a", "Een raad die meer luistert dan stuurt"}, {"/desk/posts/b", "Werksessie: loting in de praktijk"}, {"/desk/posts/c", "Wat kost een burgerberaad?"}}, More: 2, Counted: true}
	slot := departure{List: "Rekenkamers", Pace: "Maandelijks", URL: "/desk/schedules/2", Kind: newsletter.EditionSlot, At: newsletter.At(sampleTime.Add(96 * time.Hour)), Zone: time.UTC, Counted: true}
	waiting, fix := next, departure{List: line.List, Pace: "Wekelijks", URL: "/desk/editions/y", Made: true, Kind: newsletter.EditionCorrection, Subject: "Correctie: het is dinsdag",
		State: stateOf(newsletter.EditionDraft), Zone: time.UTC, Readers: 1204, Counted: true}
	waiting.Approved, waiting.State = false, stateOf(newsletter.EditionInReview)
	return []desk.Sample{
		{Name: "today", Page: web.Page{Template: "/editor/today.html", Data: todayPage{Editor: true,
			Alarms: []alarm{
				{Kind: "wrong", What: "Wekelijks (Expertgroep Nieuwe Democratie). Gepauzeerd: de mailserver weigert ons of onze afzender.", Said: "550 5.7.1 rejected", URL: line.URL, Link: "Bekijk de editie"},
				{Kind: "careful", What: "De feed website doet het niet.", Do: "Bode probeert het vanzelf opnieuw."},
			},
			Waiting: []departure{waiting, fix}, Next: []departure{next, slot},
			Recent: []sentLine{{sending, 8310, 1204, 7106, 0}, {sent, 8310, 8290, 0, 20}}}}},
		{Name: "today-calm", Page: web.Page{Template: "/editor/today.html", Data: todayPage{Editor: true, Next: []departure{slot}}}},
		{Name: "today-empty", Page: web.Page{Template: "/editor/today.html", Data: todayPage{Editor: true}}},
		{Name: "today-officer", Page: web.Page{Template: "/editor/today.html", Data: todayPage{}}},
	}
}
