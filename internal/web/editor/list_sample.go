package editor

import (
	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

func listSamples() []desk.Sample {
	state := func(s newsletter.ListState) desk.State { return listStateOf(&newsletter.List{State: s}) }
	whole := listPage{URL: "/desk/lists/x", Action: "/desk/lists/x", Title: "Expertgroep Nieuwe Democratie", State: state(newsletter.ListActive), Active: true, Name: "x",
		TitleNL: "Expertgroep Nieuwe Democratie", TitleEN: "New Democracy", DescriptionNL: "Over lokale democratie.", SenderName: "Expertgroep", SenderAddress: "post@nieuws.example",
		Languages: []choice{{Value: "nl", Label: "language_nl", Chosen: true}}, Logo: "/static/icon.svg", LogoAlt: "Broedplaats", LogoWidth: 72, LogoHeight: 72,
		Accent: "#0a5a66", Band: "#b35c00", Postal: "Stationsweg 1\n9700 AA Groningen",
		Contrasts: []contrastLine{{"branding_accent_seen", "7.8", "4.5", "#4f8a92"}, {"branding_band_seen", "4.6", "3.4", ""}}}
	resting, fresh := whole, listPage{New: true, Action: "/desk/lists", Languages: whole.Languages}
	resting.State, resting.Active, resting.Archived, resting.Logo = state(newsletter.ListArchived), false, true, ""
	page := func(name, template string, data any, faults ...web.Fault) desk.Sample {
		return desk.Sample{Name: name, Page: web.Page{Template: "/editor/" + template, Data: data, Faults: faults}}
	}
	return []desk.Sample{
		page("lists", "lists.html", []listLine{{"/desk/lists/x", "Expertgroep Nieuwe Democratie", "Expertgroep <post@nieuws.example>", state(newsletter.ListActive)}, {"/desk/lists/y", "Rekenkamers", "Rekenkamers <post@nieuws.example>", state(newsletter.ListPaused)}}),
		page("lists-none", "lists.html", []listLine(nil)),
		page("list", "list.html", &whole, web.Fault{Field: "accent", Text: "Deze kleur is op wit niet goed te zien."}, web.Fault{Field: "logo", Text: "Dit bestand is niet te lezen."}, web.Fault{Field: "logo_alt", Text: "Zeg wat het logo zegt."}),
		page("list-archived", "list.html", &resting),
		page("list-new", "list.html", &fresh, web.Fault{Field: "title_nl", Text: "De lijst heeft nog geen titel."}, web.Fault{Field: "name", Text: "Er is al een lijst met deze naam."}),
	}
}
