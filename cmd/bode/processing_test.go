package main

import (
	"strings"
	"testing"
	"time"

	"bode.example/cmd/bode/config"
	"bode.example/internal/newsletter"
	"bode.example/templates"
)

// The register is made from the configuration, in every language: what changes there is another text, and so another version.
func TestE19_TheRegisterIsMadeFromTheConfiguration(t *testing.T) {
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	text := func(c *config.Config, lang newsletter.Language) string {
		t.Helper()
		r, err := processing(c, set.Texts(), lang)
		if err != nil {
			t.Fatal(err)
		}
		return r.Markdown()
	}
	c := &config.Config{Organisation: config.Organisation{Name: "Stichting <b>Noorderkring</b>", PostalAddress: []string{"Postbus 1", "9400 AA Assen"}, Mail: "info@noorderkring.example"},
		Retention: config.Retention{Mails: 395 * 24 * time.Hour, Requests: 1096 * 24 * time.Hour}}
	c.Privacy.Recipients = []string{"Voorbeeld Hosting B.V."}
	before := text(c, newsletter.Dutch)
	for _, part := range []string{"Stichting &lt;b>Noorderkring", "Postbus 1, 9400 AA Assen", "395 dagen", "1.096 dagen", "Voorbeeld Hosting B.V.", "Er gaan geen gegevens naar landen buiten de EER"} {
		if !strings.Contains(before, part) {
			t.Errorf("the register doesn't say %q:\n%s", part, before)
		}
	}
	if again := text(c, newsletter.Dutch); again != before {
		t.Error("the same configuration gives another text")
	}
	if english := text(c, newsletter.English); !strings.Contains(english, "395 days") || strings.Contains(english, "dagen") {
		t.Errorf("in English:\n%s", english)
	}
	c.Privacy.Officer, c.Privacy.OutsideEEA, c.Privacy.Measures = []string{"M. de Boer", "fg@noorderkring.example"}, "De mailserver staat in Zwitserland.", []string{"Een kopie per dag"}
	after := text(c, newsletter.Dutch)
	for _, part := range []string{"M. de Boer, fg@noorderkring.example", "Zwitserland", "- Een kopie per dag"} {
		if !strings.Contains(after, part) {
			t.Errorf("the register doesn't say %q:\n%s", part, after)
		}
	}
	if strings.Contains(after, "geen gegevens naar landen") {
		t.Error("it says that nothing goes elsewhere, and what does")
	}
}

func TestE5_TermsInAStatementAreThoseOfTheConfiguration(t *testing.T) {
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	c := &config.Config{Retention: config.Retention{Mails: 395 * 24 * time.Hour}}
	c.Privacy.Recipients = []string{"Voorbeeld Hosting B.V."}
	const statement = "Wij bewaren:\n\n{terms}\n\nZe gaan naar:\n\n  {recipients}\nEn {terms} in een zin blijft."
	got := stated(c, set.Texts(), newsletter.Dutch, statement)
	if !strings.Contains(got, "\n- Welke mails u kreeg: 395 dagen\n") || !strings.Contains(got, "\n- Voorbeeld Hosting B.V.\nEn {terms} in een zin blijft.") {
		t.Error(got)
	}
	if plain := "Niets te vullen."; stated(c, set.Texts(), newsletter.Dutch, plain) != plain {
		t.Error("a statement without such lines is changed")
	}
}
