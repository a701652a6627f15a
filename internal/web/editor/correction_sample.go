package editor

import (
	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

func correctionSamples() []desk.Sample {
	texts := []correctionText{{newsletter.Dutch, true, "Correctie: de avond is op dinsdag", "Wij schreven *maandag*. Het is **dinsdag** 24 november."}, {Language: newsletter.English}}
	form := correctionPage{Crumbs: []desk.Link{{Text: "Edities", URL: "/desk/editions"}}, About: "maandag 23 november 2026", Action: "/desk/editions/x/correct",
		Back: "/desk/editions/x", New: true, Texts: texts}
	wrong := form
	wrong.New, wrong.Texts = false, []correctionText{{Language: newsletter.Dutch, First: true}, {Language: newsletter.English}}
	draft := sampleHead(newsletter.EditionDraft, "edition")
	draft.Title, draft.At, draft.Leaves = "Correctie: de avond is op dinsdag", newsletter.Time{}, newsletter.Time{}
	sent := sampleHead(newsletter.EditionSent, "edition")
	return []desk.Sample{
		{Name: "correction", Page: web.Page{Template: "/editor/correction.html", Data: &form}},
		{Name: "correction-fault", Page: web.Page{Template: "/editor/correction.html", Data: &wrong, Faults: []web.Fault{{Field: "subject-nl", Text: "Een correctie heeft een onderwerp nodig."}}}},
		{Name: "edition-correction", Page: web.Page{Template: "/editor/edition.html", Data: editionPage{editionHead: draft, Readers: 1204,
			Correcting: correctionPart{Corrects: &desk.Link{Text: "maandag 23 november 2026", URL: "/desk/editions/y"}, Texts: texts[:1], Readers: 1204}}}},
		{Name: "edition-corrected", Page: web.Page{Template: "/editor/edition.html", Data: editionPage{editionHead: sent, Readers: 1204, Posts: samplePostLines(),
			Correcting: correctionPart{Made: []editionLine{{URL: "/desk/editions/z", Pace: "Correctie: de avond is op dinsdag", At: sampleTime, Zone: draft.Zone, State: stateOf(newsletter.EditionSent)}}}}}},
	}
}
