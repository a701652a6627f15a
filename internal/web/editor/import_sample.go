package editor

import (
	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

func importSamples() []desk.Sample {
	im := &newsletter.Import{State: newsletter.ImportChecked, Tally: newsletter.ImportTally{Added: 8310, Known: 12, Left: 4, KeptAway: 2, Duplicates: 1, Refused: 3}}
	checked := importView{File: "subscribed_members_export.csv", List: "Expertgroep Nieuwe Democratie", URL: "/desk/imports/x", State: importStateOf(im.State), Checked: true,
		Ground: "ground_confirmed", Source: "Mailchimp, 20 november 2026", Lines: 8332, Handled: 8332, Percent: 100, Tally: tallyLines(im), WillAct: true, At: sampleTime,
		Refused: []refusedLine{{17, "Dit adres heeft geen @."}}, MoreRefused: true}
	invite := checked
	invite.Invite, invite.PerHour, invite.Until, invite.Refused = true, 200, sampleTime, nil
	nothing := checked
	nothing.WillAct = false
	running := importView{File: checked.File, List: checked.List, URL: checked.URL, State: importStateOf(newsletter.ImportRunning), Events: "/desk/imports/x/events", Busy: true, Running: true, Lines: 8332, Handled: 4000,
		Percent: 48, Tally: tallyLines(&newsletter.Import{State: newsletter.ImportRunning}), At: sampleTime}
	done := running
	done.Events, done.State, done.Busy, done.Running, done.Ended = "", importStateOf(newsletter.ImportDone), false, false, true
	match := importMatch{File: checked.File, List: checked.List, Action: "/desk/imports/x", Cancel: "/desk/imports/x/cancel", Encoding: "UTF-8", Separator: "import_comma", Lines: 8332,
		Columns: []columnChoice{{Field: "column-0", Head: "Email Address", Number: 1, Cells: []string{"sanne.dekker@voorbeeld.nl", "ruben@voorbeeld.nl"}, Fields: sampleChoices()},
			{Field: "column-1", Number: 2, Fields: sampleChoices()}},
		PerHour: "200", Grounds: sampleGrounds(), Languages: choices("nl", "language_", "nl", "en"), Paces: sampleChoices(), Topics: sampleChoices(), LeaveTopicsOut: true}
	return []desk.Sample{
		{Name: "imports", Page: web.Page{Template: "/editor/imports.html", Data: importsPage{Lists: sampleChoices(), Imports: []importLine{{URL: "/desk/imports/x", File: checked.File,
			List: checked.List, State: checked.State, Lines: 8332, At: sampleTime}}, Pager: desk.Pager{Older: "/desk/imports?before=3"}},
			Faults: []web.Fault{{Field: "file", Text: "In dit bestand staat niemand."}}}},
		{Name: "imports-one", Page: web.Page{Template: "/editor/imports.html", Data: importsPage{Lists: sampleChoices()[:1], Only: "x"}, Faults: []web.Fault{{Field: "file", Text: "Dit is geen CSV-bestand."}}}},
		{Name: "imports-none", Page: web.Page{Template: "/editor/imports.html", Data: importsPage{}}},
		{Name: "import-match", Page: web.Page{Template: "/editor/import-match.html", Data: match, Faults: []web.Fault{{Field: "columns", Text: "Kies in welke kolom het e-mailadres staat."},
			{Field: "ground", Text: "Zeg waaruit blijkt dat deze mensen akkoord zijn."}, {Field: "source", Text: "Zeg waar deze adressen vandaan komen."},
			{Field: "pace", Text: "Kies een tempo."}, {Field: "per_hour", Text: "Kies een aantal."}}}},
		{Name: "import-checked", Page: web.Page{Template: "/editor/import.html", Data: &checked}},
		{Name: "import-invite", Page: web.Page{Template: "/editor/import.html", Data: &invite}},
		{Name: "import-nothing", Page: web.Page{Template: "/editor/import.html", Data: &nothing}},
		{Name: "import-running", Page: web.Page{Template: "/editor/import.html", Data: &running}},
		{Name: "import-done", Page: web.Page{Template: "/editor/import.html", Data: &done}},
	}
}
