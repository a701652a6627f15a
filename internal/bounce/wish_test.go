package bounce

import "testing"

func TestOnlyWhoAsksNothingElseLeaves(t *testing.T) {
	for text, want := range map[string]bool{
		"Afmelden": true, "stop": true, "STOP!!!": true, "graag uitschrijven a.u.b.": true, "Meld mij af": true, "Schrijf me uit, dank u": true,
		"Ik wil deze mails niet meer ontvangen.": true, "geen nieuwsbrief meer": true, "No more emails please": true, "opt-out": true, "Opt out": true,
		"Please remove me from the list.": true, "uitschrijven\n\nJan de Vries": true, "Stop.\n\n-- \nJan": true, "Take me off": true,
		"": false, "Ja": false, "Ik wil mij niet afmelden": false, "stop niet": false, "Niet stoppen!": false, "Meld": false, "Schrijf mij": false, "me off": false,
		"Wanneer stopt dit?": false, "Stop de bezuinigingen": false, "Ik wil mijn buurman afmelden": false, "graag": false, "geen": false,
		"Ik wil niet meer afmelden, maar ontvangen": false, "Afmelden voor de werksessie van 1 december": false, "Please cancel my place": false,
		"Afmelden\n\nWaarom krijg ik dit eigenlijk?": false, "> afmelden": false, "Op 1 mei 2026 schreef u:\nafmelden": false,
		"stop stop stop stop stop stop stop stop stop stop stop stop stop stop stop stop": false,
	} {
		if got := onlyLeaves(own(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
