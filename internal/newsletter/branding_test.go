package newsletter_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"bode.example/internal/newsletter"
)

func TestF4_Contrast(t *testing.T) {
	for _, tt := range []struct {
		a, b newsletter.Colour
		want string
	}{{"#000000", "#ffffff", "21.0"}, {"#ffffff", "#ffffff", "1.0"}, {"#767676", "#ffffff", "4.5"}, {"#777777", "#ffffff", "4.4"}, {"#0a5a66", "#ffffff", "7.8"}} {
		if got := newsletter.Ratio(tt.a.Contrast(tt.b)); got != tt.want {
			t.Errorf("%s on %s: %s, want %s", tt.a, tt.b, got, tt.want)
		}
	}
}

// Whatever colour a list chooses, what is written on it and in it can be read, also on a dark card.
func TestF4_EveryColourIsReadable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newsletter.Colour(rapid.StringMatching(`#[0-9a-f]{6}`).Draw(t, "colour"))
		if ratio := c.Contrast(c.On()); ratio < newsletter.MinContrast {
			t.Errorf("words on %s: %.2f", c, ratio)
		}
		for _, card := range []newsletter.Colour{newsletter.LightCard, newsletter.DarkCard} {
			shade := c.Against(card, newsletter.MinContrast)
			if ratio := shade.Contrast(card); ratio < newsletter.MinContrast {
				t.Errorf("%s as %s on %s: %.2f", c, shade, card, ratio)
			}
			if c.Contrast(card) >= newsletter.MinContrast && shade != c {
				t.Errorf("%s was changed to %s on %s without need", c, shade, card)
			}
		}
	})
}

func TestCheckBranding(t *testing.T) {
	for field, b := range map[string]newsletter.Branding{
		"":         {Accent: "#0a5a66", Band: "#b35c00", Logo: "/pictures/x.png", LogoAlt: "Broedplaats"},
		"accent":   {Accent: "#b35cff"},
		"band":     {Band: "rood"},
		"logo_alt": {Logo: "/pictures/x.png"},
		"postal":   {Postal: make([]string, 7)},
	} {
		err := b.Check()
		var e *newsletter.Error
		if field == "" && err != nil || field != "" && (!errors.As(err, &e) || e.Field != field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}
