package officer_test

import (
	"slices"
	"testing"

	"bode.example/internal/web/desk"
	"bode.example/internal/web/desk/desktest"
	"bode.example/internal/web/officer"
)

// alike are samples that differ from others in their words alone.
var alike = map[string]bool{"request-portability": true, "request-rectification": true, "request-objection": true, "request-withdrawal": true, "request-restriction": true,
	"letter-refuse": true, "letter-refuse-shown": true, "letter-extend": true, "letter-lift": true, "letter-lift-shown": true, "paper-posted": true}

// Every page in every state: what axe-core finds, whether it fits a narrow window and large text.
func TestF1_F3_F5_EveryPageIsAccessible(t *testing.T) {
	samples := slices.DeleteFunc(officer.Samples(), func(s desk.Sample) bool { return alike[s.Name] })
	desktest.CheckGallery(t, "officer", samples, nil, func(d *desk.Desk) error { return officer.Add(officer.Config{Desk: d}) })
}
