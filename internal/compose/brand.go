package compose

import (
	"html/template"

	"bode.example/internal/newsletter"
)

// brand is a list's own look as the frame of its mails shows it. Empty parts are Bode's own.
type brand struct {
	Logo          string // absolute
	Alt           string
	Width, Height int
	// Accent is of links and the button, Band of the bar beside the list's name, each on the light card and on
	// the dark one, where it is made lighter until it is seen; On is of the words in a button.
	Accent, On, DarkAccent, DarkOn, Band, DarkBand template.CSS
	Footer                                         string
}

// dress gives a mail about one list the look of that, and its address.
func (c *Composer) dress(f *frame, b *newsletter.Branding) {
	if f.Brand = c.brandOf(b); len(b.Postal) > 0 {
		f.Organisation.Postal = b.Postal
	}
}

// brandOf is the look of a list, or nil where it is Bode's own. Colours that can't be read on a card are made
// so: what the desk refuses may come by another way.
func (c *Composer) brandOf(b *newsletter.Branding) *brand {
	if b.IsZero() {
		return nil
	}
	look := &brand{Footer: b.Footer}
	if b.Logo != "" && b.LogoAlt != "" {
		look.Logo, look.Alt, look.Width, look.Height = webLink(c.organisation.Site+b.Logo), b.LogoAlt, b.LogoWidth, b.LogoHeight
	}
	css := func(colour newsletter.Colour) template.CSS { return template.CSS(colour) } //nolint:gosec // Against makes #rrggbb of a valid colour
	if b.Accent.Valid() {
		light, dark := b.Accent.Against(newsletter.LightCard, newsletter.MinContrast), b.Accent.Against(newsletter.DarkCard, newsletter.MinContrast)
		look.Accent, look.On, look.DarkAccent, look.DarkOn = css(light), css(light.On()), css(dark), css(dark.On())
	}
	if b.Band.Valid() {
		look.Band, look.DarkBand = css(b.Band.Against(newsletter.LightCard, newsletter.MinContrastShape)), css(b.Band.Against(newsletter.DarkCard, newsletter.MinContrastShape))
	}
	return look
}
