package editor

import (
	"bode.example/internal/newsletter"
	"bode.example/internal/web"
	"bode.example/internal/web/desk"
)

func suppressionSamples() []desk.Sample {
	bounced, complained := suppressionLine{Reason: "suppression_reason_hard_bounce", Since: sampleTime, Expires: sampleTime}, suppressionLine{Reason: "suppression_reason_complaint", Since: sampleTime, Stays: true}
	grounds := []choice(nil)
	for _, g := range newsletter.LiftGrounds() {
		grounds = append(grounds, choice{Value: string(g), Label: "lift_" + string(g)})
	}
	return []desk.Sample{
		{Name: "suppressions", Page: web.Page{Template: "/editor/suppressions.html", Data: &suppressionsPage{Address: "b@voorbeeld.nl", Asked: true, Known: true, All: true, Counts: []countLine{{"suppression_reason_complaint", 12}, {"suppression_reason_erased", 1204}}, Found: []suppressionLine{complained},
			Proposals: []proposalLine{{Action: "/desk/proposals/x", Address: "c@voorbeeld.nl", List: "Rekenkamers", Words: "Afmelden graag", At: sampleTime},
				{Action: "/desk/proposals/y", Address: "d@voorbeeld.nl", Words: "stop", At: sampleTime}},
			People: []suppressedLine{{URL: "/desk/subscribers/x", Address: "fatima.ozkan@gemeente-voorbeeldstad.nl", Name: "Fatima Özkan", Reasons: []suppressionLine{bounced}, LiftURL: "/desk/subscribers/x/lift"},
				{URL: "/desk/subscribers/y", Address: "b@voorbeeld.nl", Reasons: []suppressionLine{complained}}, {URL: "/desk/subscribers/z", Address: "e@voorbeeld.nl"}},
			Pager: desk.Pager{Older: "/desk/suppressions?before=3"}}}},
		{Name: "suppressions-none", Page: web.Page{Template: "/editor/suppressions.html", Data: &suppressionsPage{Address: "b@voorbeeld.nl", Asked: true, Known: true}}},
		{Name: "suppressions-unknown", Page: web.Page{Template: "/editor/suppressions.html", Data: &suppressionsPage{Address: "b@voorbeeld.nl", Asked: true}}},
		{Name: "suppressions-fault", Page: web.Page{Template: "/editor/suppressions.html", Data: &suppressionsPage{Address: "b"}, Faults: []web.Fault{{Field: "address", Text: "Dit adres heeft geen @."}}}},
		{Name: "lift", Page: web.Page{Template: "/editor/lift.html", Data: liftPage{Address: "fatima.ozkan@gemeente-voorbeeldstad.nl", Action: "/desk/subscribers/x/lift", Back: "/desk/subscribers/x", Grounds: grounds},
			Faults: []web.Fault{{Field: "because", Text: "Kies waarom we dit adres weer mogen mailen."}}}},
	}
}
