package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"bode.example/internal/newsletter"
)

// Brand is how the pages of one list look, and what stands under them. Empty parts are the organisation's own.
type Brand struct {
	Sheet         string // path of a style sheet with its colours
	Logo, Alt     string // path of a picture, and what it says
	Width, Height int    // of the picture, in CSS pixels
	Footer        string
	Postal        []string
}

// The surfaces of pages that are harder to be seen on: of light and dark, paper and card.
const (
	lightSurface newsletter.Colour = "#fbfaf6"
	darkSurface  newsletter.Colour = newsletter.DarkCard
)

// contrastOfStrong is that of a link under the pointer, which is stronger than others.
const contrastOfStrong = 7

// BrandOf is how the pages of a list look; nil where that is the organisation's own look.
func BrandOf(l *newsletter.List) *Brand {
	b := &l.Branding
	if b.IsZero() {
		return nil
	}
	brand := &Brand{Footer: b.Footer, Postal: b.Postal}
	if b.Logo != "" && b.LogoAlt != "" {
		brand.Logo, brand.Alt, brand.Width, brand.Height = b.Logo, b.LogoAlt, b.LogoWidth, b.LogoHeight
	}
	if css := SheetOf(b); css != "" {
		sum := sha256.Sum256([]byte(css))
		brand.Sheet = "/l/" + l.Name + "/look.css?v=" + hex.EncodeToString(sum[:6])
	}
	return brand
}

// SheetOf are a list's colours in the place of those of site.css, each made darker or lighter until it can be read; what the
// desk refuses may come by another way.
func SheetOf(b *newsletter.Branding) string {
	light, dark := colours(b, lightSurface), colours(b, darkSurface)
	if light == "" {
		return ""
	}
	return light + "@media (prefers-color-scheme: dark) {\n" + dark + "}\n"
}

func colours(b *newsletter.Branding, on newsletter.Colour) string {
	var css strings.Builder
	if b.Accent.Valid() {
		accent := b.Accent.Against(on, newsletter.MinContrast)
		fmt.Fprintf(&css, ":root { --accent: %s; --accent-strong: %s; --on-accent: %s; }\n", accent, accent.Against(on, contrastOfStrong), accent.On())
	}
	if b.Band.Valid() {
		fmt.Fprintf(&css, "body { border-top-color: %s; }\n", b.Band.Against(on, newsletter.MinContrastShape))
	}
	return css.String()
}
