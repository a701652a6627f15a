package desk

import (
	"time"

	"bode.example/internal/web"
	"bode.example/templates"
)

// Sample is a page with data like the real.
type Sample struct {
	Name string
	Page web.Page
}

// SampleTime is when samples are looked at.
var SampleTime = time.Date(2026, time.November, 23, 7, 0, 0, 0, time.UTC)

// Samples are the pages that all desks share.
func Samples() []Sample {
	return []Sample{
		{"error", web.Page{Template: "/desk/error.html", Status: 404, Data: web.ErrorPage{Status: 404, Title: "Deze pagina bestaat niet", Text: "Misschien is zij verplaatst."}}},
		{"kept", web.Page{Template: "/desk/kept.html", Status: 403, Data: keptPage{Action: "/desk/posts?list=nieuwe-democratie", SignIn: SignInPath,
			Fields: []web.Field{{Name: "title", Value: "Een raad die meer luistert"}, {Name: "when", Value: "draft"}}, Texts: []keptText{{1, "Een raad die meer luistert"}}}}},
		{"confirm", web.Page{Template: "/desk/confirm.html", Data: Confirm{
			Title: "Editie annuleren?", Text: "De editie van maandag gaat dan niet uit.", Points: []string{"De berichten komen in de volgende editie."},
			Action: "/desk/editions/x/cancel", Button: "Annuleer de editie", Grave: true, Back: "/desk/editions/x",
			Crumbs: []Link{{"Edities", "/desk/editions"}}, Fields: []web.Field{{Name: "seen", Value: "1"}}}}},
		{"confirm-typed", web.Page{Template: "/desk/confirm.html", Faults: []web.Fault{{Field: "typed", Text: "Typ de naam van de lijst."}}, Data: Confirm{
			Title: "Lijst archiveren?", Text: "Niemand kan zich er dan nog aanmelden.", Action: "/desk/lists/x/archive", Button: "Archiveer de lijst", Back: "/desk/lists/x",
			Typed: "nieuwe-democratie", TypedAs: "Typ nieuwe-democratie om door te gaan"}}},
	}
}

func samples() []templates.Sample { return CheckSamples(Samples()) }

// CheckSamples are samples as templates.Set.Check takes them, each with somebody signed in and without.
// Templates are named from templates/web on, with a slash before.
func CheckSamples(pages []Sample) []templates.Sample {
	var all []templates.Sample
	for _, s := range pages {
		for _, frame := range []*Frame{SampleFrame(SampleTime), {Organisation: "Stichting Voorbeeld", Zone: time.UTC, Now: SampleTime}} {
			all = append(all, templates.Sample{Template: "web" + s.Page.Template, Data: web.SampleView(s.Page, frame)})
		}
	}
	return all
}
