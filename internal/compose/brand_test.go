package compose

import (
	"strings"
	"testing"

	"bode.example/internal/newsletter"
)

func TestBrandingOfAList(t *testing.T) {
	c := composer(t)
	d := sampleDigests(newsletter.Dutch, newsletter.Standard)[0]
	plain, err := c.Proof(d, nil)
	if err != nil {
		t.Fatal(err)
	}
	d.List.Branding = newsletter.Branding{Logo: "/pictures/x.png", LogoAlt: "Broedplaats & Co", LogoWidth: 120, LogoHeight: 40,
		Accent: "#ffff00", Band: "#b35c00", Postal: []string{"Stationsweg 1", "9700 AA Groningen"}, Footer: "U kunt altijd <bellen>."}
	got, err := c.Proof(d, nil)
	if err != nil {
		t.Fatal(err)
	}
	yellow := newsletter.Colour("#ffff00")
	for _, want := range []string{
		`src="` + c.organisation.Site + `/pictures/x.png" alt="Broedplaats &amp; Co" width="120" height="40"`,
		"border-left:5px solid #b35c00", "9700 AA Groningen", "U kunt altijd &lt;bellen&gt;.",
		".link{color:" + string(yellow.Against(newsletter.LightCard, newsletter.MinContrast)) + "!important}", // too light for white
		".link{color:#ffff00!important}", // and right on the dark card
	} {
		if !strings.Contains(got.HTML, want) {
			t.Errorf("no %q", want)
		}
	}
	for _, want := range []string{"Stationsweg 1", "U kunt altijd <bellen>."} {
		if !strings.Contains(got.Text, want) {
			t.Errorf("the text lacks %q", want)
		}
	}
	if address := c.organisation.Postal[0]; strings.Contains(got.HTML, address) || !strings.Contains(plain.HTML, address) {
		t.Error("the list's address stands in place of the organisation's")
	}
}
