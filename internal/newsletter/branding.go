package newsletter

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"
)

// Branding is how a list looks and what stands under its mails, beside what the organisation says. The zero
// Branding is Bode's own look.
type Branding struct {
	Logo string `json:"logo,omitempty"` // path on the site, such as /pictures/….png
	// LogoWidth and LogoHeight are its size in pixels as it is shown: see LogoSize.
	LogoWidth  int    `json:"logo_width,omitempty"`
	LogoHeight int    `json:"logo_height,omitempty"`
	LogoAlt    string `json:"logo_alt,omitempty"` // what it says to those who don't see it; required with a logo
	// Accent is for links and the one button, Band for the bar beside the list's name. Empty: Bode's own.
	Accent Colour `json:"accent,omitempty"`
	Band   Colour `json:"band,omitempty"`
	// Postal is the address that stands under the list's mails in place of the organisation's, a line each.
	Postal []string `json:"postal,omitempty"`
	Footer string   `json:"footer,omitempty"` // one paragraph of plain text above the address
}

// Value writes the branding as JSON.
func (b Branding) Value() (driver.Value, error) { return jsonValue(b) }

// Scan reads JSON.
func (b *Branding) Scan(src any) error {
	*b = Branding{}
	return scanJSON(src, b)
}

// Colour is one of the sRGB space as #rrggbb; empty: none chosen.
type Colour string

// The surfaces that text stands on, of mails and pages, in light and dark.
const (
	LightCard Colour = "#ffffff"
	DarkCard  Colour = "#1d2427"
	white     Colour = "#ffffff"
	black     Colour = "#000000"
)

// MinContrast is that of text on its background (WCAG 2.2, 1.4.3), MinContrastShape that of what is no text
// and yet must be seen (1.4.11).
const (
	MinContrast      = 4.5
	MinContrastShape = 3.0
)

// channels are red, green and blue, from 0 to 1.
func (c Colour) channels() (rgb [3]float64, ok bool) {
	if len(c) != 7 || c[0] != '#' {
		return rgb, false
	}
	n, err := strconv.ParseUint(string(c[1:]), 16, 32)
	if err != nil {
		return rgb, false
	}
	return [3]float64{float64(n>>16&255) / 255, float64(n>>8&255) / 255, float64(n&255) / 255}, true
}

// Valid reports whether c is a colour.
func (c Colour) Valid() bool {
	_, ok := c.channels()
	return ok
}

// luminance is the relative luminance of WCAG 2.2.
func (c Colour) luminance() float64 {
	rgb, _ := c.channels()
	for i, v := range rgb {
		if v <= 0.04045 {
			rgb[i] = v / 12.92
		} else {
			rgb[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*rgb[0] + 0.7152*rgb[1] + 0.0722*rgb[2]
}

// Contrast is the contrast ratio of two colours, from 1 to 21 (WCAG 2.2).
func (c Colour) Contrast(with Colour) float64 {
	a, b := c.luminance(), with.luminance()
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

// On is the colour of words on this one: white or black, whichever is read more easily.
func (c Colour) On() Colour {
	if c.Contrast(white) >= c.Contrast(black) {
		return white
	}
	return black
}

// Against is the colour itself if it is seen well enough on a background, and otherwise the nearest one, made
// lighter on a dark background and darker on a light one, that is.
func (c Colour) Against(background Colour, least float64) Colour {
	rgb, ok := c.channels()
	if !ok {
		return c
	}
	to := 0.0
	if background.luminance() < 0.18 {
		to = 1
	}
	for step := range 101 {
		part := float64(step) / 100
		var mixed [3]int
		for i := range rgb {
			mixed[i] = int(math.Round(255 * (rgb[i]*(1-part) + to*part)))
		}
		shade := Colour(fmt.Sprintf("#%02x%02x%02x", mixed[0], mixed[1], mixed[2]))
		if shade.Contrast(background) >= least {
			return shade
		}
	}
	return background.On()
}

// LogoSize is how large a logo is shown: within 240 by 72 pixels, and no larger than it is.
func LogoSize(width, height int) (int, int) {
	scale := min(1, 240/float64(max(1, width)), 72/float64(max(1, height)))
	return max(1, int(float64(width)*scale)), max(1, int(float64(height)*scale))
}

// IsZero reports whether nothing was chosen.
func (b *Branding) IsZero() bool {
	return b.Logo == "" && b.Accent == "" && b.Band == "" && len(b.Postal) == 0 && b.Footer == ""
}

// maxFooter is how long the footer's text may be, in characters.
const maxFooter = 500

// Check says all that is wrong with a branding, joined as by errors.Join. Fields are those of a form:
// "accent", "band", "logo_alt", "footer", "postal".
func (b *Branding) Check() error {
	var faults []error
	fault := func(wrong bool, field, reason string, args map[string]any, message string) {
		if wrong {
			e := Errorf(Invalid, reason, "%s", message)
			e.Field, e.Args = field, args
			faults = append(faults, e)
		}
	}
	for _, c := range []struct {
		field  string
		colour Colour
		least  float64
	}{{"accent", b.Accent, MinContrast}, {"band", b.Band, MinContrastShape}} {
		fault(c.colour != "" && !c.colour.Valid(), c.field, "branding_colour", nil, "write a colour as #0a5a66")
		if ratio := c.colour.Contrast(LightCard); c.colour.Valid() && ratio < c.least {
			fault(true, c.field, "branding_contrast", map[string]any{"Ratio": Ratio(ratio), "Least": Ratio(c.least)},
				"the colour is seen too badly on white: "+Ratio(ratio)+" to 1, and "+Ratio(c.least)+" is needed")
		}
	}
	fault(b.Logo != "" && b.LogoAlt == "", "logo_alt", "branding_alt", nil, "say what the logo says to those who don't see it")
	fault(utf8.RuneCountInString(b.LogoAlt) > maxName, "logo_alt", "branding_alt_long", nil, "the words of the logo are longer than 100 characters")
	fault(utf8.RuneCountInString(b.Footer) > maxFooter, "footer", "branding_footer", nil, "the text is longer than 500 characters")
	fault(len(b.Postal) > 6, "postal", "branding_postal", nil, "an address has at most six lines")
	return errors.Join(faults...)
}

// Ratio writes a contrast with one digit, cut and not rounded: what says 4.5 is no less.
func Ratio(contrast float64) string {
	return strconv.FormatFloat(math.Floor(contrast*10)/10, 'f', 1, 64)
}
