package officer_test

import (
	"net/http"
	"testing"

	"bode.example/internal/newsletter"
	"bode.example/internal/store"
	"bode.example/internal/store/storetest"
)

// register stands for what the configuration makes of it.
func register(newsletter.Language) (*newsletter.ProcessingRegister, error) {
	return &newsletter.ProcessingRegister{Introduction: "Dit register.", Controller: []string{"Stichting Noorderkring"}, Activities: []newsletter.Processing{
		{Name: "Nieuwsbrieven", Purpose: "nieuws, en meer", Recipients: []string{"mail.example", "Hosting B.V."}}}, Measures: []string{"rollen"},
		Headings: newsletter.ProcessingHeadings{Controller: "Verantwoordelijke", Purpose: "Waarvoor", Measures: "Maatregelen"}}, nil
}

func TestE19_TheRegisterOfProcessingHasVersions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		b := newBench(t, s)
		b.as(newsletter.RoleSupervisor)
		b.page("/desk/privacy/processing", 200, "Er is nog geen register", "Versies van de privacyverklaring")
		made, err := register(newsletter.Dutch)
		check(t, err)
		for _, text := range []string{"Oud.", made.Markdown()} {
			w := newsletter.Wording{Purpose: newsletter.WordingProcessing, Language: newsletter.Dutch, Text: text}
			_, err := s.SaveWording(t.Context(), &w, newsletter.System("start"), b.now)
			check(t, err)
			b.page("/desk/privacy/statement/"+w.Hash, 200, text)
		}
		b.page("/desk/privacy/processing", 200, "<h2>Nieuwsbrieven</h2>", "<strong>Waarvoor</strong>: nieuws, en meer", "Versie 2", "Versie 1")
		b.page("/desk/privacy/processing.csv", 200, "activity,controller,", `Nieuwsbrieven,Stichting Noorderkring,,"nieuws, en meer",,,,mail.example; Hosting B.V.,,,rollen`)
		b.as(newsletter.RoleAdmin)
		b.page("/desk/privacy/processing", http.StatusForbidden)
	})
}
