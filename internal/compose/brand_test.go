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
	d.List.Branding = sampleBranding()
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

// What one list asks or says has its look; what is about several has the organisation's.
func TestBrandingOfNotices(t *testing.T) {
	c := composer(t)
	for _, m := range sampleMessages(newsletter.Dutch) {
		var choices []Choice
		switch m := m.(type) {
		case *Confirmation:
			choices = m.Choices
		case *Welcome:
			choices = m.Choices
		default:
			continue
		}
		for i := range choices {
			choices[i].List.Branding = sampleBranding()
		}
		got, err := c.Notice(newsletter.Dutch, newsletter.Standard, m)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`/pictures/x.png" alt="Broedplaats &amp; Co"`, "border-left:5px solid #b35c00", "9700 AA Groningen", "color:#ffff00!important"} {
			if strings.Contains(got.HTML, want) != (len(choices) == 1) {
				t.Errorf("%s about %d lists: %q", m.Template(), len(choices), want)
			}
		}
		if strings.Contains(got.Text, "Stationsweg 1") != (len(choices) == 1) {
			t.Errorf("%s about %d lists: the address in its text", m.Template(), len(choices))
		}
	}
}

func sampleBranding() newsletter.Branding {
	return newsletter.Branding{Logo: "/pictures/x.png", LogoAlt: "Broedplaats & Co", LogoWidth: 120, LogoHeight: 40,
		Accent: "#ffff00", Band: "#b35c00", Postal: []string{"Stationsweg 1", "9700 AA Groningen"}, Footer: "U kunt altijd <bellen>."}
}
